export { type BinaryLoop, binaryLoop, type UnaryLoop, unaryLoop } from "./elementwise.ts";
export { type MatrixView, matmulPortable } from "./matmul.ts";
export * from "./reduce.ts";
export { special } from "./special.ts";
