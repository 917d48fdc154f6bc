/**
 * Scalers, with scikit-learn's names and rules: fit on the training set, transform both.
 *
 * A column that never varies is only shifted (its scale is 1), so nothing becomes NaN by division;
 * missing values (NaN) are left out of the fit and stay NaN.
 */

import { ArgumentError, ShapeError, shapeText, Tensor } from "../tensor/index.ts";

abstract class ColumnScaler {
  #columns = -1;
  protected offset: Float64Array = new Float64Array(0);
  protected factor: Float64Array = new Float64Array(0);

  protected abstract learn(column: Float64Array): [offset: number, factor: number];

  /** Learns from the columns of X [N, D]. */
  fit(X: Tensor): this {
    const [n, d] = sizeOf(X);
    if (n === 0) throw new ArgumentError("fit(): there are no rows to learn from.");
    const values = X.values();
    const at = values.findIndex((v: number) => v === Infinity || v === -Infinity);
    if (at >= 0)
      throw new ArgumentError(
        `fit(): row ${Math.floor(at / d)}, column ${at % d} is ${values[at]}; infinity has no scale.`,
      );
    this.#columns = d;
    this.offset = new Float64Array(d);
    this.factor = new Float64Array(d);
    for (let j = 0; j < d; j++) {
      const column = Float64Array.from({ length: n }, (_, i) => values[i * d + j]).filter(
        (v) => !Number.isNaN(v),
      );
      [this.offset[j], this.factor[j]] = column.length === 0 ? [Number.NaN, 1] : this.learn(column);
    }
    return this;
  }

  /** (X − offset) / factor, column by column; a new tensor of X's shape. */
  transform<S extends readonly (number | string)[]>(X: Tensor<S>): Tensor<S> {
    return this.#apply(X, (x, j) => (x - this.offset[j]) / this.factor[j], "transform");
  }

  fitTransform<S extends readonly (number | string)[]>(X: Tensor<S>): Tensor<S> {
    return this.fit(X as Tensor).transform(X);
  }

  /** Back to the units of the data it was fitted on. */
  inverseTransform<S extends readonly (number | string)[]>(X: Tensor<S>): Tensor<S> {
    return this.#apply(X, (x, j) => x * this.factor[j] + this.offset[j], "inverseTransform");
  }

  #apply(X: Tensor, f: (x: number, column: number) => number, name: string): Tensor {
    if (this.#columns < 0) throw new ArgumentError(`${name}(): call fit() first.`);
    const [n, d] = sizeOf(X);
    if (d !== this.#columns)
      throw new ShapeError(
        `${name}(): fitted on ${this.#columns} columns, but X has shape ${shapeText(X.shape)}.`,
      );
    const values = X.values();
    const out = X.dtype === "float32" ? new Float32Array(n * d) : new Float64Array(n * d);
    for (let i = 0; i < n * d; i++) out[i] = f(values[i], i % d);
    return new Tensor(out, X.shape, X.dtype === "float32" ? "float32" : "float64");
  }
}

function sizeOf(X: Tensor): [number, number] {
  if (!(X instanceof Tensor) || X.rank !== 2)
    throw new ShapeError(
      `A scaler works on the columns of a matrix [N, D]; got ${X instanceof Tensor ? `shape ${shapeText(X.shape)}` : typeof X}.`,
    );
  return [X.shape[0], X.shape[1]];
}

/**
 * z = (x − mean) / std, with the standard deviation over N (not N − 1), as scikit-learn's.
 * @example
 * ```ts
 * const train = tensor([[1, 10], [3, 10]]);
 * const scaler = new StandardScaler().fit(train);
 * scaler.transform(train); // → [[-1,0],[1,0]]
 * scaler.inverseTransform(tensor([[2, 0]])); // → tensor([[ 4, 10]], shape=[1, 2], float64)
 * ```
 */
export class StandardScaler extends ColumnScaler {
  /** [D] */
  get mean(): Tensor {
    return new Tensor(this.offset.slice(), [this.offset.length], "float64");
  }
  /** [D]: standard deviations, 1 where a column never varies. */
  get scale(): Tensor {
    return new Tensor(this.factor.slice(), [this.factor.length], "float64");
  }
  protected learn(column: Float64Array): [number, number] {
    const mean = column.reduce((a, b) => a + b, 0) / column.length;
    const variance = column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length;
    // Rounding alone gives a constant column a tiny spread: below this it is called constant.
    const constant = variance <= (Number.EPSILON * mean) ** 2 * column.length ** 2;
    return [mean, constant || variance === 0 ? 1 : Math.sqrt(variance)];
  }
}

/**
 * z = (x − min) / (max − min): the fitted data fill [0, 1].
 * @example
 * ```ts
 * new MinMaxScaler().fitTransform(tensor([[1], [2], [5]])); // → [[0],[0.25],[1]]
 * ```
 */
export class MinMaxScaler extends ColumnScaler {
  /** [D] */
  get min(): Tensor {
    return new Tensor(this.offset.slice(), [this.offset.length], "float64");
  }
  /** [D]: max − min, 1 where a column never varies. */
  get range(): Tensor {
    return new Tensor(this.factor.slice(), [this.factor.length], "float64");
  }
  protected learn(column: Float64Array): [number, number] {
    const low = column.reduce((a, b) => Math.min(a, b), Infinity);
    const high = column.reduce((a, b) => Math.max(a, b), -Infinity);
    return [low, high === low ? 1 : high - low];
  }
}
