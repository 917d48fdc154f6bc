import "./methods.ts";

export { cholesky, choleskySolve, triangularSolve } from "./cholesky.ts";
export { det, logdet, slogdet } from "./determinant.ts";
export { diag, diagEmbed, diagonal, trace, tril, triu } from "./diagonal.ts";
export { eigh } from "./eigh.ts";
export { expm, kron, matrixPower, type NormOptions, norm } from "./functions.ts";
export { inv, solve } from "./inverse.ts";
export { cond, lstsq, matrixRank, pinv } from "./pinv.ts";
export { qr } from "./qr.ts";
export { svd } from "./svd.ts";
