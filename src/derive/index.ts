export { arbitrary, arbitraryGradient, arbitraryGradients } from "./arbitrary.ts";
export { Claim, ClaimError, type ClaimOptions } from "./claims.ts";
export type { Constraint, ConstraintName } from "./constraints.ts";
export { Derivation, type DeriveOptions, derive, type Known } from "./derive.ts";
export type { Counterexample } from "./diagnose/counterexample.ts";
export type { Diagnosis } from "./diagnose/index.ts";
export type { Formula } from "./formula.ts";
export type { Gradient } from "./gradient-form.ts";
export type { GraphOptions } from "./graph.ts";
export { GraphDrawing } from "./graph-drawing.ts";
export type { JacobianForm } from "./jacobian-form.ts";
export { claimMaximiser, lagrangian, type MaximiserOptions } from "./maximiser.ts";
export type { Path, Paths } from "./paths.ts";
export type { Domain } from "./sample.ts";
export {
  claimAtMost,
  claimEqual,
  claimLimit,
  type LimitOptions,
  type StatementOptions,
} from "./statements.ts";
export { TexError } from "./tex/lexer.ts";
export type { Verdict } from "./verdict.ts";
