/**
 * Data as unsupervised models see it: n rows of d doubles, checked once.
 */

import { ArgumentError, ShapeError, shapeText, Tensor, tensor } from "../tensor/index.ts";

/** A tensor [n, d], or nested arrays. */
export type Rows = Tensor | readonly (readonly number[])[];

export interface Data {
  x: Float64Array;
  n: number;
  d: number;
}

/** Rows [n, d] from a tensor or nested arrays. Throws on other shapes and on NaN or infinity. */
export function asData(X: Rows, where: string): Data {
  const t = X instanceof Tensor ? X : (tensor(X) as Tensor);
  if (t.rank !== 2)
    throw new ShapeError(
      `${where}: expected data of shape [n, d], one row a sample; got ${shapeText(t.shape)}.` +
        (t.rank === 1 ? " For n samples of one number use X.reshape([-1, 1])." : ""),
    );
  const [n, d] = t.shape;
  if (d === 0) throw new ShapeError(`${where}: the data of shape ${shapeText(t.shape)} has no columns.`);
  const values = t.values();
  const x = values instanceof Float64Array ? values : Float64Array.from(values);
  for (let i = 0; i < x.length; i++)
    if (!Number.isFinite(x[i]))
      throw new ArgumentError(
        `${where}: row ${Math.floor(i / d)}, column ${i % d} of the data is ${x[i]}. Remove or impute such rows first.`,
      );
  return { x, n, d };
}

/** The same as a tensor [n, d] of doubles. */
export function asRows(X: Rows, where: string): Tensor {
  const { x, n, d } = asData(X, where);
  return new Tensor(x, [n, d], "float64");
}

/** Rows to be judged must have the columns of those that were learnt from. */
export function sameColumns(X: Tensor, d: number, where: string): Tensor {
  if (X.rank !== 2 || X.shape[1] !== d)
    throw new ShapeError(
      `${where}: X has shape ${shapeText(X.shape)}; it was fitted on rows of ${d} columns.`,
    );
  return X;
}

/** Fewer samples than components cannot be fitted. */
export function requireEnough(data: { n: number }, K: number, where: string, what = "components"): void {
  const name = `n${what[0].toUpperCase()}${what.slice(1)}`;
  if (!Number.isInteger(K) || K < 1)
    throw new ArgumentError(`${where}: ${name} must be a positive integer; got ${K}.`);
  if (data.n < K)
    throw new ArgumentError(
      `${where}: ${data.n} samples for ${name} = ${K}; give more data or fewer ${what}.`,
    );
}
