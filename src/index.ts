export * from "./autodiff/index.ts";
export * from "./data/index.ts";
export * from "./derive/index.ts";
export * from "./distributions/index.ts";
export * from "./gp/index.ts";
export * from "./linalg/index.ts";
export * from "./mixture/index.ts";
export * from "./models/index.ts";
export * from "./nn/index.ts";
export { type ConvOptions, conv2d, conv2dInputGradOp, conv2dOp, conv2dWeightGradOp } from "./ops/conv.ts";
export { fromHost, hostNumber } from "./ops/host.ts";
export * from "./ops/index.ts";
export {
  type BatchNormOptions,
  batchNorm,
  layerNorm,
  momentsOp,
  normalize,
  normalizeGradOp,
  normalizeOp,
} from "./ops/norm.ts";
export { adaptiveAvgPool2d, avgPool2d, maxPool2d, type PoolOptions } from "./ops/pool.ts";
export * from "./optim/index.ts";
export * from "./tensor/index.ts";
export { decodeNpy, decodeNpz, encodeNpy, encodeNpz } from "./tensor/npy.ts";
export * from "./train/index.ts";
export * from "./viz/index.ts";
// `tex` in a notebook sets a formula; the printers' helper of that name stays inside.
export { tex } from "./viz/index.ts";
