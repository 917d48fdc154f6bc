/**
 * The smallest expressions: numbers, symbols, filled arrays; and the numeric coefficient of any other.
 */

import type { Tensor } from "../../tensor/index.ts";
import { type Expr, intern, matrixShape } from "./expr.ts";
import { mul } from "./products.ts";

/** Parts whose shapes do not go together: a rewriting that is none. */
export class ShapeClash extends Error {
  override name = "ShapeClash";
}

export const num = (value: number): Expr => intern("num", [], [1, 1], { value: value === 0 ? 0 : value });

export const sym = (name: string, shape: readonly number[]): Expr =>
  intern("sym", [], matrixShape(shape), { name });

export const constant = (tensor: Tensor, name: string): Expr =>
  intern("const", [], matrixShape(tensor.shape), { tensor, name });

export const ones = (shape: readonly number[]): Expr => (isOne(shape) ? num(1) : intern("ones", [], shape));

export const zeros = (shape: readonly number[]): Expr => (isOne(shape) ? num(0) : intern("zeros", [], shape));

export const eye = (n: number): Expr => (n === 1 ? num(1) : intern("eye", [], [n, n]));

export const fill = (value: number, shape: readonly number[]): Expr =>
  value === 0 ? zeros(shape) : mul([num(value), ones(shape)]);

export function isOne(shape: readonly number[]): boolean {
  return shape.length === 2 && shape[0] === 1 && shape[1] === 1;
}

export function isZero(e: Expr): boolean {
  return e.kind === "zeros" || (e.kind === "num" && e.value === 0);
}

/** The numeric coefficient and the rest. */
export function split(e: Expr): { c: number; rest: Expr } {
  if (e.kind === "num") return { c: e.value, rest: num(1) };
  if (e.kind === "mul" && e.args[0].kind === "num") return { c: e.args[0].value, rest: mul(e.args.slice(1)) };
  return { c: 1, rest: e };
}

export function isNegative(e: Expr): boolean {
  return split(e).c < 0;
}
