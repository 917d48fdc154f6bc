/**
 * The numeric kernels compiled to WebAssembly. Pointers are byte addresses in the one shared memory;
 * names end in the element's bits. The TypeScript side is src/kernels/wasm/engine.ts.
 */

export { arithmetic32, arithmetic64, compare32, masked32 } from "./arithmetic";
export {
  erfArray32,
  erfArray64,
  expArray32,
  expArray64,
  logArray32,
  logArray64,
  reluArray32,
  reluArray64,
  sigmoidArray32,
  sigmoidArray64,
  tanhArray32,
  tanhArray64,
} from "./arrays";
export { bernoulliBlock64 } from "./bernoulli";
export {
  addOuter64,
  cholesky64,
  choleskyScratch,
  invertLower64,
  lowerProduct64,
  solveLower64,
} from "./cholesky";
export { conv32, conv64, convScratch, convWeights32, convWeights64 } from "./conv";
export {
  checkIndex,
  pickOne32,
  pickOne64,
  placeOne32,
  placeOne64,
  putRows32,
  putRows64,
  takeRows,
  transpose32,
  transpose64,
} from "./copy";
export { erf32, erf64 } from "./erf";
export { exp32, exp64, log32, log64, sigmoid32, sigmoid64, tanh32, tanh64 } from "./math";
export { matmul32, matmul64, matmulScratch } from "./matmul";
export { gaussianBlock64, gaussianMoments, gaussianScratch } from "./gaussian";
export { maxPool32, maxPool64, maxPoolGrad32, maxPoolGrad64, weighted32, weighted64 } from "./pool";
export { moments32, moments64, normalize32, normalize64, normalizeGrad32, normalizeGrad64 } from "./norm";
export { sumAround32 } from "./sums";
