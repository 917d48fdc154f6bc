/**
 * Class names to numbers and back; for one-hot rows use `oneHot` on the numbers.
 */

import { ArgumentError, Tensor } from "../tensor/index.ts";

/** Labels as integers, with the names they stand for. */
export interface Encoded {
  /** [N], int32: positions in `classes`. */
  labels: Tensor;
  /** The distinct names, sorted. */
  classes: string[];
}

/**
 * Numbers 0 … C − 1 for names, in the names' sorted order, or in the order of `classes`.
 * @throws ArgumentError for a name that `classes` does not have.
 * @example
 * ```ts
 * const { labels, classes } = encodeLabels(["dog", "cat", "dog"]);
 * labels; // → tensor([1, 0, 1], shape=[3], int32)
 * classes; // → [ 'cat', 'dog' ]
 * oneHot(labels, 2); // → [[0,1],[1,0],[0,1]]
 * ```
 */
export function encodeLabels(names: ArrayLike<unknown>, classes?: readonly string[]): Encoded {
  const list = Array.from(names, String);
  const known = classes ? [...classes] : [...new Set(list)].sort();
  const place = new Map(known.map((name, i) => [name, i]));
  const labels = Int32Array.from(list, (name, i) => {
    const label = place.get(name);
    if (label === undefined)
      throw new ArgumentError(`encodeLabels(): "${name}" at position ${i} is none of: ${known.join(", ")}.`);
    return label;
  });
  return { labels: new Tensor(labels, [labels.length], "int32"), classes: known };
}

/**
 * The names of numbers, e.g. of predictions.
 * @throws ArgumentError for a number that is no index into `classes`
 * @example
 * ```ts
 * decodeLabels([1, 0], ["cat", "dog"]); // → [ 'dog', 'cat' ]
 * ```
 */
export function decodeLabels(labels: Tensor | ArrayLike<number>, classes: readonly string[]): string[] {
  const list = Array.from(labels instanceof Tensor ? labels.values() : labels);
  return list.map((label, i) => {
    if (classes[label] === undefined)
      throw new ArgumentError(
        `decodeLabels(): ${label} at position ${i} is no index into ${classes.length} classes.`,
      );
    return classes[label];
  });
}
