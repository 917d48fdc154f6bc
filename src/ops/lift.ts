/**
 * Plain numbers and arrays as operands: a number takes the other operand's floating dtype, so
 * `x.mul(0.5)` stays float32 for a float32 x.
 */

import { ArgumentError, type DType, isFloat, Tensor, tensor } from "../tensor/index.ts";
import { currentTracer } from "./define.ts";

/** What operations accept where a tensor is meant. */
export type TensorLike = Tensor | number | boolean | readonly unknown[];

/**
 * A tensor of a tensor, number or array; a number takes the floating type of `like`.
 * @throws ArgumentError for anything else, naming `where`.
 * @example
 * ```ts
 * lift(0.5, "example", tensor(new Float32Array(2))).dtype; // → float32
 * ```
 */
export function lift(x: TensorLike, where: string, like?: TensorLike): Tensor {
  if (x instanceof Tensor) return x;
  if (typeof x === "number" || typeof x === "boolean") return scalar(Number(x), dtypeFor(x, like));
  if (Array.isArray(x)) return tensor(x);
  throw new ArgumentError(
    `${where}: expected a tensor, a number or an array; got ${x === null ? "null" : typeof x}.`,
  );
}

function dtypeFor(x: number | boolean, like: TensorLike | undefined): DType {
  if (like instanceof Tensor) {
    if (isFloat(like.dtype)) return like.dtype;
    if (Number.isInteger(x) && like.dtype === "int32") return "int32";
  }
  return "float64";
}

const cached = new Map<number, Tensor>();

function scalar(x: number, dtype: DType): Tensor {
  const made = constant(x, dtype);
  currentTracer()?.literal(made);
  return made;
}

/** A constant of no dimensions; the commonest are made once. */
function constant(x: number, dtype: DType): Tensor {
  const common = dtype === "float64" && Number.isInteger(x * 8) && Math.abs(x) <= 16 && !Object.is(x, -0);
  const found = common ? cached.get(x) : undefined;
  if (found) return found;
  const data =
    dtype === "float32" ? new Float32Array(1) : dtype === "int32" ? new Int32Array(1) : new Float64Array(1);
  data[0] = x;
  const made = new Tensor(data, [], dtype);
  if (common) cached.set(x, made);
  return made;
}
