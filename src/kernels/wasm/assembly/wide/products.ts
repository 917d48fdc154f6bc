/** What gains from registers of 256 bits, matrix products, once more; src/kernels/wasm/wide.ts says when it is used. */

export { matmul32, matmul64, matmulScratch } from "../matmul";
