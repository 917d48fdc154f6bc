/**
 * Elementwise products, powers and functions. A factor that only repeats a column or a row becomes a
 * diagonal matrix, so that sums over rows and columns pass through it.
 */

import { sameShape } from "../../tensor/index.ts";
import { isNegative, isOne, isZero, num, ones, ShapeClash, zeros } from "./atoms.ts";
import { type CallData, type Expr, intern, matrixShape } from "./expr.ts";
import { diag, transpose } from "./matrix.ts";
import { joinPowers, mul, neg } from "./products.ts";

/** Elementwise product of equal shapes. */
export function had(factors: readonly Expr[]): Expr {
  const shape = factors[0].shape;
  if (isOne(shape)) return mul(factors);
  const scalars: Expr[] = [];
  const left: Expr[] = [];
  const right: Expr[] = [];
  const rest: Expr[] = [];
  const visit = (e: Expr): void => {
    if (!sameShape(e.shape, shape))
      throw new ShapeClash(
        `An elementwise product of shapes [${shape}] and [${e.shape}] reached the builder.`,
      );
    if (e.kind === "had") e.args.forEach(visit);
    else if (e.kind === "ones") return;
    else if (e.kind === "mul" && e.args[0].isScalar) {
      scalars.push(...e.args.filter((a) => a.isScalar));
      visit(mul(e.args.filter((a) => !a.isScalar)));
    } else if (shape.length === 2 && shape[1] > 1 && e.kind === "mul" && isRow1(e.args[e.args.length - 1]))
      left.push(mul(e.args.slice(0, -1)));
    else if (shape.length === 2 && shape[0] > 1 && e.kind === "mul" && isCol1(e.args[0]))
      right.push(transpose(mul(e.args.slice(1))));
    else rest.push(e);
  };
  factors.forEach(visit);
  if (factors.some(isZero) || rest.some(isZero)) return zeros(shape);
  const joined = joinPowers(rest);
  const core =
    joined.length === 0 ? undefined : joined.length === 1 ? joined[0] : intern("had", joined, shape);
  const parts: Expr[] = [...scalars];
  if (left.length > 0 && (core || right.length > 0 || left.length > 1)) {
    if (core) parts.push(diag(left.length === 1 ? left[0] : had(left)));
    else parts.push(left.length === 1 ? left[0] : had(left));
  } else if (left.length === 1) parts.push(left[0], ones([1, shape[1]]));
  if (core) parts.push(core);
  if (right.length > 0) {
    const r = right.length === 1 ? right[0] : had(right);
    if (core) parts.push(diag(r));
    else if (left.length > 0) parts.push(transpose(r));
    else parts.push(ones([shape[0], 1]), transpose(r));
  } else if (!core && left.length > 1) parts.push(ones([1, shape[1]]));
  if (parts.every((p) => p.isScalar)) parts.push(ones(shape));
  return parts.length === 1 ? parts[0] : mul(parts);
}

const isRow1 = (e: Expr): boolean => e.kind === "ones" && e.rows === 1 && e.cols > 1;

const isCol1 = (e: Expr): boolean => e.kind === "ones" && e.cols === 1 && e.rows > 1;

/** Elementwise power with a constant exponent. */
export function pow(x: Expr, n: number): Expr {
  if (n === 1) return x;
  if (n === 0) return ones(x.shape);
  if (x.kind === "num") return num(x.value ** n);
  if (x.kind === "ones") return x;
  const whole = Number.isInteger(n);
  if (x.kind === "pow" && (whole || Number.isInteger(x.value) === false)) return pow(x.args[0], x.value * n);
  if (x.kind === "mul" && x.args.every((a) => a.isScalar) && (whole || !isNegative(x)))
    return mul(x.args.map((a) => pow(a, n)));
  if (x.kind === "mul" && x.args[0].kind === "num" && (whole || x.args[0].value > 0))
    return mul([num(x.args[0].value ** n), pow(mul(x.args.slice(1)), n)]);
  if (x.kind === "mul" && whole && !x.isScalar && x.args[0].isScalar)
    return mul([
      ...x.args.filter((a) => a.isScalar).map((a) => pow(a, n)),
      pow(mul(x.args.filter((a) => !a.isScalar)), n),
    ]);
  if (x.kind === "mul" && x.shape.length === 2 && !x.isScalar && isRow1(x.args[x.args.length - 1]))
    return mul([pow(mul(x.args.slice(0, -1)), n), x.args[x.args.length - 1]]);
  if (x.kind === "mul" && x.shape.length === 2 && !x.isScalar && isCol1(x.args[0]))
    return mul([x.args[0], pow(mul(x.args.slice(1)), n)]);
  if (x.kind === "had" && whole) return had(x.args.map((a) => pow(a, n)));
  return intern("pow", [x], x.shape, { value: n });
}

/** An elementwise function, by the name of its operation. */
export function fn(name: string, x: Expr): Expr {
  if (name === "neg") return neg(x);
  if (name === "square") return pow(x, 2);
  if (name === "sqrt") return pow(x, 0.5);
  return intern("fn", [x], x.shape, { name });
}

export const call = (data: CallData, args: readonly Expr[]): Expr =>
  intern("call", args, matrixShape(data.outShape), { call: data });
