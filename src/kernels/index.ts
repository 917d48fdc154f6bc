export { type ConvSizes, convForward, convInputGrad, convWeightGrad, liveTaps } from "./conv.ts";
export { type BinaryLoop, binaryLoop, type UnaryLoop, unaryLoop } from "./elementwise.ts";
export { type MatrixView, matmulPortable } from "./matmul.ts";
export { multiplyInto, worthCopying } from "./multiply.ts";
export { groupMoments, normalizeGroups, normalizeGroupsGrad } from "./norm.ts";
export { averageWindows, maxPositions, pick, put, spreadWindows, type Windows } from "./pool.ts";
export * from "./reduce.ts";
export { special } from "./special.ts";
export { type Engine, engine, withoutEngine } from "./wasm/engine.ts";
