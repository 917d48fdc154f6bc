/** What gains from registers of 256 bits, triangular factors, once more; src/kernels/wasm/wide.ts says when it is used. */

export {
  addOuter64,
  cholesky64,
  choleskyScratch,
  invertLower64,
  lowerProduct64,
  solveLower64,
} from "../cholesky";
