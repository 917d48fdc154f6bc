import "./methods.ts";

export { cholesky, choleskySolve, triangularSolve } from "./cholesky.ts";
export { diag, diagEmbed, diagonal, trace, tril, triu } from "./diagonal.ts";
export { det, inv, logdet, slogdet, solve } from "./inverse.ts";
