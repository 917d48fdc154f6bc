/**
 * What gains from registers of 256 bits: everything that rests on the register tile. Built once more
 * from the same sources; src/kernels/wasm/wide.ts says when it is used.
 */

export {
  addOuter64,
  cholesky64,
  choleskyScratch,
  invertLower64,
  lowerProduct64,
  solveLower64,
} from "./cholesky";
export { conv32, conv64, convScratch, convWeights32, convWeights64 } from "./conv";
export { matmul32, matmul64, matmulScratch } from "./matmul";
