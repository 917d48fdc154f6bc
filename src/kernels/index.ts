export { type Beside, vectorsInto, worthVectors } from "./arithmetic.ts";
export { type ConvSizes, liveTaps } from "./conv.ts";
export { convForward, convInputGrad, convWeightGrad } from "./convolve.ts";
export {
  type BinaryLoop,
  type BinaryPlane,
  binaryLoop,
  binaryPlane,
  type UnaryLoop,
  unaryLoop,
} from "./elementwise.ts";
export { type MatrixView, matmulPortable } from "./matmul.ts";
export { multiplyInto, worthCopying } from "./multiply.ts";
export { groupMoments, normalizeGroups, normalizeGroupsGrad } from "./norm.ts";
export { convPairs, groupPairs, type Pairs, runningTotals } from "./pairs.ts";
export { averageWindows, maxPositions, pick, put, spreadWindows, type Windows, windowLists } from "./pool.ts";
export * from "./reduce.ts";
export { special } from "./special.ts";
export { type Engine, engine, withoutEngine } from "./wasm/engine.ts";
export { worthSharing } from "./wasm/split.ts";
