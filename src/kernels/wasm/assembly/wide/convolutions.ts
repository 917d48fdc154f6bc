/** What gains from registers of 256 bits, convolutions, once more; src/kernels/wasm/wide.ts says when it is used. */

export { conv32, conv64, convScratch, convWeights32, convWeights64 } from "../conv";
