export {
  arange,
  eye,
  full,
  linspace,
  oneHot,
  ones,
  onesLike,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from "./create.ts";
export { allocate, type DType, isFloat, promote, reserve, type TypedArray, toFloat } from "./dtype.ts";
export * from "./errors.ts";
export { type Jvp, type LatexContext, Node, type Op, type Sample, type Tex, type Vjp } from "./op.ts";
export { Random, type RandomOptions, rng } from "./random.ts";
export * from "./shape.ts";
export { copyStrided, interception, type Nested, Tensor } from "./tensor.ts";
export type { Dim, Shape } from "./types.ts";
