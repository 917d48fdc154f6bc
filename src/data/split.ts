/**
 * Training and test sets, as scikit-learn's train_test_split draws them: the test set has ⌈share · N⌉
 * rows, shuffled unless told otherwise, and with `stratify` every class keeps its share.
 */

import { ArgumentError, type Random, rng, type Tensor, Tensor as TensorClass } from "../tensor/index.ts";
import { type OfRows, type Rows, rowCount, takeRows } from "./rows.ts";

/** How large the parts are and how rows are chosen. */
export interface SplitOptions {
  /** A share between 0 and 1, or a number of rows. Default 0.25. */
  testSize?: number;
  /** A share or number as well; by default all that is not in the test set. */
  trainSize?: number;
  /** Seed of the shuffle, or a stream to draw from. Default 0. */
  seed?: number | Random;
  /** Default true; without it the first rows train and the last test. */
  shuffle?: boolean;
  /** Class labels, one a row: each class is split in the same proportion. */
  stratify?: Tensor | ArrayLike<number | string>;
}

/** Two parts of some arrays, and the rows that each part has. */
export interface Split<A> {
  train: { [K in keyof A]: OfRows<A[K]> };
  test: { [K in keyof A]: OfRows<A[K]> };
  trainIndices: Int32Array;
  testIndices: Int32Array;
}

/**
 * Splits arrays that belong together, row by row.
 * @throws ArgumentError when the arrays differ in length, a part would be empty, or a class is too small.
 * @example
 * ```ts
 * const { data, target } = digits();
 * const { train, test } = trainTestSplit({ X: data, y: target }, { testSize: 0.2, seed: 1, stratify: target });
 * [train.X.shape, test.y.shape]; // → [ [ 1437, 64 ], [ 360 ] ]
 * ```
 */
export function trainTestSplit<A extends Record<string, Rows>>(
  arrays: A,
  options: SplitOptions = {},
): Split<A> {
  const names = Object.keys(arrays);
  if (names.length === 0) throw new ArgumentError("trainTestSplit(): give the arrays by name: { X, y }.");
  const n = rowCount(arrays[names[0]], `trainTestSplit(): ${names[0]}`);
  for (const name of names) {
    const count = rowCount(arrays[name], `trainTestSplit(): ${name}`);
    if (count !== n)
      throw new ArgumentError(`trainTestSplit(): ${name} has ${count} rows, but ${names[0]} has ${n}.`);
  }
  const { trainIndices, testIndices } = splitIndices(n, options);
  const part = (indices: Int32Array): any =>
    Object.fromEntries(names.map((name) => [name, takeRows(arrays[name], indices)]));
  return { train: part(trainIndices), test: part(testIndices), trainIndices, testIndices };
}

/**
 * Which of n rows train and which test.
 * @throws ArgumentError when a part would be empty, or a class is too small for both
 * @example
 * ```ts
 * const { trainIndices, testIndices } = splitIndices(10, { testSize: 0.3, seed: 1 });
 * [trainIndices.length, testIndices.length]; // → [ 7, 3 ]
 * ```
 */
export function splitIndices(
  n: number,
  options: SplitOptions = {},
): { trainIndices: Int32Array; testIndices: Int32Array } {
  const { testCount, trainCount } = sizes(n, options);
  const shuffle = options.shuffle ?? true;
  const random = typeof options.seed === "object" ? options.seed : rng(options.seed ?? 0);
  if (options.stratify !== undefined) {
    if (!shuffle) throw new ArgumentError("trainTestSplit(): stratify needs shuffle.");
    return stratified(options.stratify, n, trainCount, testCount, random);
  }
  if (!shuffle) {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    return {
      trainIndices: order.slice(0, trainCount),
      testIndices: order.slice(trainCount, trainCount + testCount),
    };
  }
  const order = Int32Array.from(random.permutation(n).data);
  return {
    testIndices: order.slice(0, testCount),
    trainIndices: order.slice(testCount, testCount + trainCount),
  };
}

function sizes(n: number, { testSize, trainSize }: SplitOptions): { testCount: number; trainCount: number } {
  const count = (size: number, name: string, round: (x: number) => number): number => {
    if (size > 0 && size < 1) return round(size * n);
    if (Number.isInteger(size) && size >= 1) return size;
    throw new ArgumentError(
      `trainTestSplit(): ${name} is a share between 0 and 1 or a number of rows; got ${size}.`,
    );
  };
  const train = trainSize === undefined ? undefined : count(trainSize, "trainSize", Math.floor);
  const test =
    testSize === undefined && train !== undefined
      ? n - train
      : count(testSize ?? 0.25, "testSize", Math.ceil);
  const trainCount = train ?? n - test;
  if (test < 1 || trainCount < 1 || test + trainCount > n)
    throw new ArgumentError(
      `trainTestSplit(): ${n} rows cannot give ${trainCount} to train and ${test} to test; both need at least one.`,
    );
  return { testCount: test, trainCount };
}

function stratified(
  labels: Tensor | ArrayLike<number | string>,
  n: number,
  trainCount: number,
  testCount: number,
  random: Random,
): { trainIndices: Int32Array; testIndices: Int32Array } {
  const list = Array.from(
    labels instanceof TensorClass ? labels.values() : (labels as ArrayLike<number | string>),
  );
  if (list.length !== n)
    throw new ArgumentError(`trainTestSplit(): stratify has ${list.length} labels for ${n} rows.`);
  const classes = new Map<number | string, number[]>();
  for (const [i, label] of list.entries()) {
    if (!classes.has(label)) classes.set(label, []);
    classes.get(label)!.push(i);
  }
  const members = [...classes.values()];
  const small = [...classes].find(([, rows]) => rows.length < 2);
  if (small)
    throw new ArgumentError(
      `trainTestSplit(): class ${small[0]} has one row only and cannot be in both parts.`,
    );
  if (testCount < members.length || trainCount < members.length)
    throw new ArgumentError(
      `trainTestSplit(): ${members.length} classes need at least as many rows in each part; ` +
        `there are ${trainCount} and ${testCount}.`,
    );
  const sizes = members.map((rows) => rows.length);
  const inTest = allot(sizes, testCount, random);
  const inTrain = allot(
    sizes.map((size, k) => size - inTest[k]),
    trainCount,
    random,
  );
  const test: number[] = [];
  const train: number[] = [];
  for (const [k, rows] of members.entries()) {
    const order = random.permutation(rows.length).data;
    for (let i = 0; i < inTest[k]; i++) test.push(rows[order[i]]);
    for (let i = 0; i < inTrain[k]; i++) train.push(rows[order[inTest[k] + i]]);
  }
  const mixed = (rows: number[]): Int32Array =>
    Int32Array.from(random.permutation(rows.length).data, (i) => rows[i]);
  return { trainIndices: mixed(train), testIndices: mixed(test) };
}

/** Shares `total` among classes in proportion to their sizes; largest remainders first, ties by lot. */
function allot(sizes: number[], total: number, random: Random): number[] {
  const sum = sizes.reduce((a, b) => a + b, 0);
  const exact = sizes.map((size) => (size * total) / sum);
  const counts = exact.map(Math.floor);
  const lots = random.permutation(sizes.length).data;
  const order = sizes
    .map((_, k) => k)
    .sort((a, b) => exact[b] - counts[b] - (exact[a] - counts[a]) || lots[a] - lots[b]);
  for (let left = total - counts.reduce((a, b) => a + b, 0), i = 0; left > 0; i = (i + 1) % order.length)
    if (counts[order[i]] < sizes[order[i]]) {
      counts[order[i]]++;
      left--;
    }
  return counts;
}
