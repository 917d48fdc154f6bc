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

/** Fewer samples than components cannot be fitted. */
export function requireEnough(data: { n: number }, nComponents: number, where: string): void {
  if (!Number.isInteger(nComponents) || nComponents < 1)
    throw new ArgumentError(`${where}: nComponents must be a positive integer; got ${nComponents}.`);
  if (data.n < nComponents)
    throw new ArgumentError(
      `${where}: ${data.n} samples for nComponents = ${nComponents}; give more data or fewer components.`,
    );
}
