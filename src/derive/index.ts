export { Claim, ClaimError, type ClaimOptions } from "./claims.ts";
export { Derivation, type DeriveOptions, derive, type Gradient, GraphDrawing, type Known } from "./derive.ts";
export type { GraphOptions } from "./graph.ts";
export type { Domain } from "./sample.ts";
export type { Verdict } from "./verdict.ts";
