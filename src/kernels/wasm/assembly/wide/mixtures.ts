/** What gains from registers of 256 bits, Gaussian mixtures, once more; src/kernels/wasm/wide.ts says when it is used. */

export { gaussianBlock64, gaussianMoments, gaussianScratch } from "../gaussian";
