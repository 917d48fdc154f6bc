/** Data frames really work with the small stand-in for TensorFlow.js, and lose nothing on the way. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  danfo,
  describe,
  digitsFile,
  frame,
  frameToTensor,
  readCsv,
  tensorToFrame,
} from "../../src/data/index.ts";
import { tensor } from "../../src/index.ts";
import { table } from "../../src/viz/table.ts";

test("danfojs-node: frames, arithmetic, groups, joins, scalers, samples", async () => {
  const { DataFrame, Series, StandardScaler, MinMaxScaler, OneHotEncoder, concat, merge } = await danfo();
  const df = new DataFrame({ p: [1, 3], q: [2, 4] });
  assert.deepEqual(df.head(1).values, [[1, 2]]);
  assert.deepEqual((df.add(0.5) as any).values, [
    [1.5, 2.5],
    [3.5, 4.5],
  ]);
  assert.deepEqual((df.mul(new Series([10, 100]) as any) as any).values, [
    [10, 200],
    [30, 400],
  ]);
  assert.deepEqual(df.gt(2).values, [
    [false, false],
    [true, true],
  ]);
  assert.deepEqual((df.diff(1) as any).values[1], [2, 2]);
  const sales = new DataFrame({ shop: ["a", "b", "a"], sold: [1, 5, 3] });
  assert.deepEqual(sales.groupby(["shop"]).col(["sold"]).sum().values, [
    ["a", 4],
    ["b", 5],
  ]);
  assert.equal((sales.describe() as any).values[1][0], 3);
  assert.deepEqual((concat({ dfList: [df, df], axis: 0 }) as any).shape, [4, 2]);
  assert.deepEqual(merge({ left: df, right: df, on: ["p"], how: "inner" }).shape, [2, 3]);
  assert.deepEqual((new StandardScaler().fitTransform(df) as any).values, [
    [-1, -1],
    [1, 1],
  ]);
  assert.deepEqual((new MinMaxScaler().fitTransform(df) as any).values, [
    [0, 0],
    [1, 1],
  ]);
  assert.deepEqual(new OneHotEncoder().fit(["a", "b"]).transform(["b", "a"]), [
    [0, 1],
    [1, 0],
  ]);
  const one = (await sales.sample(2, { seed: 1 })) as any;
  assert.deepEqual(one.values, ((await sales.sample(2, { seed: 1 })) as any).values);
  assert.equal(one.shape[0], 2);
  assert.equal(new Series([1, 5, 2]).argMax(), 1);
});

test("what the stand-in lacks says so", async () => {
  const { tensorflow } = (await danfo()) as any;
  assert.throws(() => tensorflow.sequential(), /tf.sequential is not in this stand-in/);
});

test("the digits as a frame", async () => {
  const df = await readCsv(digitsFile);
  assert.deepEqual(df.shape, [1797, 65]);
  assert.equal(df.columns[64], "digit");
  assert.deepEqual([...frameToTensor(df, { columns: ["digit"] }).shape], [1797, 1]);
});

test("frame → tensor → frame keeps numbers, booleans and gaps", async () => {
  const df = await frame({ a: [1, 2, 3], b: [0.5, Number.NaN, null], c: [true, false, true] });
  assert.deepEqual(df.dtypes, ["int32", "float32", "boolean"]);
  assert.deepEqual(frameToTensor(df, { columns: ["c", "a"] }).toArray(), [
    [1, 1],
    [0, 2],
    [1, 3],
  ]);
  assert.equal(frameToTensor(df, { columns: ["c"] }).dtype, "bool");
  const kept = frameToTensor(df, { missing: "keep" });
  assert.deepEqual(kept.toArray(), [
    [1, 0.5, 1],
    [2, Number.NaN, 0],
    [3, Number.NaN, 1],
  ]);
  assert.deepEqual(frameToTensor(df, { missing: "drop" }).toArray(), [[1, 0.5, 1]]);
  const back = await tensorToFrame(kept, { columns: ["a", "b", "c"], index: ["u", "v", "w"] });
  assert.deepEqual(back.values, kept.toArray());
  assert.deepEqual(back.index, ["u", "v", "w"]);
  assert.deepEqual((await tensorToFrame(tensor([true, false]))).values, [[true], [false]]);
  const { Series } = await danfo();
  assert.deepEqual(frameToTensor(new Series([1, 2])).toArray(), [1, 2]);
  assert.deepEqual(table(new Series([1, 2]) as any).cells().rows, [["1"], ["2"]]);
});

test("a type is decided by the whole column, not by its first rows", async () => {
  const values = [...new Array(50).fill(1), 2.25];
  const df = await frame({ x: values });
  assert.equal(frameToTensor(df).at(50, 0), 2.25);
  assert.deepEqual(df.dtypes, ["float32"]);
});

test("gaps and text are errors that say where and what to do", async () => {
  const df = await frame({ age: [1, Number.NaN], name: ["x", "y"] });
  assert.throws(
    () => frameToTensor(df, { columns: ["age"] }),
    /missing in 1 of 2 rows \("age" in row 1\).*"drop".*"keep"/s,
  );
  assert.throws(
    () => frameToTensor(df, { missing: "keep" }),
    /column "name" holds text \("x" in row 0\).*encodeLabels/s,
  );
  assert.throws(() => frameToTensor(df, { columns: ["agee"] }), /no column "agee"; there are: age, name/);
  assert.throws(
    () => frameToTensor(df, { columns: ["age"], missing: "keep", dtype: "int32" }),
    /int32 cannot hold/,
  );
  assert.throws(
    () => frameToTensor(df, { missing: "ignore" as never }),
    /"error", "keep" or "drop"; got "ignore"/,
  );
  const halves = await frame({ x: [0.5], big: [2 ** 40] });
  assert.throws(
    () => frameToTensor(halves, { columns: ["x"], dtype: "int32" }),
    /int32 cannot hold 0.5 of column "x"/,
  );
  assert.throws(
    () => frameToTensor(halves, { columns: ["big"], dtype: "int32" }),
    /cannot hold 1099511627776/,
  );
  assert.throws(() => frameToTensor(halves, { columns: ["x"], dtype: "bool" }), /bool cannot hold 0.5/);
  await assert.rejects(frame({ a: [1], b: [] }), /"b" has 0 values, the first 1/);
  await assert.rejects(tensorToFrame(tensor(1)), /rank 1 or 2/);
});

test("a frame is shown as a table that counts its gaps, and described without them", async () => {
  const df = await frame({ x: [1, Number.NaN, 3], k: ["a", "b", "<i>"] });
  const t = table(df);
  assert.equal(t.cells().note, "3 rows × 2 columns; missing values: x 1");
  assert.ok(t.toHTML().includes("&lt;i&gt;"));
  const [x] = describe(df);
  assert.deepEqual([x.count, x.missing, x.mean], [2, 1, 2]);
});
