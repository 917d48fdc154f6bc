import "./methods.ts";

export * from "./activations.ts";
export * from "./along.ts";
export * from "./arithmetic.ts";
export { broadcastTo, broadcastToOp, sumTo, sumToOp } from "./broadcast.ts";
export { astype, castOp } from "./cast.ts";
export * from "./compare.ts";
export {
  apply,
  currentTracer,
  defineOp,
  isRecording,
  leaf,
  leafOp,
  noGrad,
  operations,
  type Tracer,
  watching,
  withRecording,
  withTracer,
} from "./define.ts";
export { einsum } from "./einsum.ts";
export { gather, gatherOp, putAddOp, scatterAdd, scatterAddOp, take, takeOp } from "./indexing.ts";
export { concat, concatOp, stack } from "./join.ts";
export { call, infix, numberTex, PREC, productTex, tex, wrap } from "./latex.ts";
export {
  contiguous,
  expandDims,
  flip,
  permute,
  permuteOp,
  reshape,
  reshapeOp,
  type SliceParams,
  select,
  slice,
  sliceOp,
  squeeze,
  transpose,
  unsliceOp,
} from "./layout.ts";
export { lift, type TensorLike } from "./lift.ts";
export { dot, matmul, matmulOp, outer, outerOp } from "./matmul.ts";
export { argsort, argsortOp, type SortOptions, sort, topk } from "./order.ts";
export { prod, prodOp } from "./product.ts";
export {
  type Axes,
  logSumExp,
  logSumExpOp,
  max,
  maxOp,
  mean,
  min,
  minOp,
  type ReduceOptions,
  reducedShape,
  sum,
  sumOp,
  variance,
} from "./reduce.ts";
export { type Index, index, nonzero, pad, split, tile } from "./select.ts";
export {
  crossEntropy,
  logSoftmax,
  logSoftmaxOp,
  type Reduction,
  reduceLoss,
  softmax,
  softmaxOp,
} from "./softmax.ts";
export * from "./special.ts";
export { all, any, cumprod, std } from "./summaries.ts";
export {
  abs,
  absOp,
  cos,
  cosOp,
  exp,
  expm1,
  expm1Op,
  expOp,
  log,
  log1p,
  log1pOp,
  logOp,
  neg,
  negOp,
  power,
  reciprocal,
  sign,
  signOp,
  sin,
  sinOp,
  sqrt,
  sqrtOp,
  square,
  squareOp,
  tanh,
  tanhOp,
} from "./unary.ts";
