/**
 * The handwritten digits that scikit-learn ships: 1,797 images of 8 × 8 pixels, from 0 (paper) to 16 (ink).
 *
 * Source: Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning
 * Repository (1998), CC BY 4.0; see assets/README.md.
 */

import { ArgumentError, type DType, Tensor } from "../tensor/index.ts";
import { readColumns } from "./csv.ts";

/** The digits as scikit-learn's `load_digits` gives them. */
export interface Digits {
  /** One row an image: [1797, 64]. */
  data: Tensor<[1797, 64]>;
  /** The same numbers (and the same memory) as pictures: [1797, 8, 8]. */
  images: Tensor<[1797, 8, 8]>;
  /** The digit each image shows: [1797], int32. */
  target: Tensor<[1797]>;
  targetNames: string[];
  featureNames: string[];
}

/**
 * The file itself (CSV, gzip-compressed), for those who want to read it in another way.
 * @example
 * ```ts
 * (await readCsv(digitsFile)).shape; // → [ 1797, 65 ]
 * ```
 */
export const digitsFile: URL = new URL("./assets/digits.csv.gz", import.meta.url);

let columns: ReturnType<typeof readColumns> | undefined;

/**
 * The digits, in scikit-learn's order and scale (0 to 16); each call gives arrays of its own.
 * @throws ArgumentError unless dtype is float64 (default), float32 or int32
 * @example
 * ```ts
 * const { data, images, target } = digits();
 * [data.shape, images.shape]; // → [ [ 1797, 64 ], [ 1797, 8, 8 ] ]
 * target.slice(0, 0, 5); // → tensor([0, 1, 2, 3, 4], shape=[5], int32)
 * data.div(16).max(); // → tensor(1, float64)
 * ```
 */
export function digits(options: { dtype?: DType } = {}): Digits {
  const asked: string = options.dtype ?? "float64";
  if (!["float64", "float32", "int32"].includes(asked))
    throw new ArgumentError(`digits(): dtype must be float64, float32 or int32; got ${asked}.`);
  columns ??= readColumns(digitsFile);
  const { digit, ...pixels } = columns as Record<string, Float64Array>;
  const featureNames = Object.keys(pixels);
  const [n, d] = [digit.length, featureNames.length];
  const dtype = options.dtype ?? "float64";
  const flat =
    dtype === "float32"
      ? new Float32Array(n * d)
      : dtype === "float64"
        ? new Float64Array(n * d)
        : new Int32Array(n * d);
  for (const [j, name] of featureNames.entries())
    for (let i = 0; i < n; i++) flat[i * d + j] = pixels[name][i];
  return {
    data: new Tensor(flat, [n, d], dtype),
    images: new Tensor(flat, [n, 8, 8], dtype),
    target: new Tensor(Int32Array.from(digit), [n], "int32"),
    targetNames: Array.from({ length: 10 }, (_, i) => String(i)),
    featureNames,
  };
}
