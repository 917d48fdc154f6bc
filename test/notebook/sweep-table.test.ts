// Grids of cases, and the table and plot of what they found.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parquetMetadata, parquetReadObjects, parquetSchema } from "hyparquet";
import { caseName, casesOf, parseGrid, valueList } from "../../src/notebook/sweep/grid.ts";
import { plotSvg, seriesOf } from "../../src/notebook/sweep/plot.ts";
import { readValue, splitResult } from "../../src/notebook/sweep/results.ts";
import type { CaseResult } from "../../src/notebook/sweep/store.ts";
import { tableOf, toCsv, toFrame, toParquet, toText } from "../../src/notebook/sweep/table.ts";

test("grids: every combination once, with names fit for files", () => {
  assert.deepEqual(valueList("1,2,4"), [1, 2, 4]);
  assert.deepEqual(valueList("[1, 2]"), [1, 2]);
  assert.deepEqual(valueList("[1,2],[3]"), [[1, 2], [3]]);
  assert.deepEqual(valueList('"a,b",c'), ["a,b", "c"]);
  const cases = casesOf(parseGrid(["C=1,2", "lr=0.1,0.01"]));
  assert.deepEqual(
    cases.map((c) => c.name),
    ["C=1,lr=0.1", "C=1,lr=0.01", "C=2,lr=0.1", "C=2,lr=0.01"],
  );
  assert.notEqual(caseName({ a: "x/y" }), caseName({ a: "x_y" }));
  assert.match(caseName({ a: "../../etc" }), /^a=\.\._\.\._etc~\w{8}$/);
  assert.notEqual(caseName({ a: "1" }), caseName({ a: 1 }));
  assert.throws(() => parseGrid(["C="]), /there is no value/);
});

test("printed values are read back", () => {
  assert.deepEqual(
    ["1.5e-3", "42n", "'text'", "{ a: 1, b: [ 2, 3 ] }", "NaN", "true", "word"].map(readValue),
    [0.0015, 42, "text", { a: 1, b: [2, 3] }, "NaN", true, "word"],
  );
  assert.deepEqual(splitResult("best=Math.max(1, 2) == 2"), ["best", "Math.max(1, 2) == 2"]);
  assert.deepEqual(splitResult("loss"), ["loss", "loss"]);
});

const result = (parameters: Record<string, unknown>, results: Record<string, unknown>): CaseResult => ({
  ...{ name: caseName(parameters), parameters, digest: "", status: "passed", results },
  ...{ duration: 1500, server: "s", attempts: 1 },
});

test("the table holds parameters and results, the plot a line for each setting", async () => {
  const cases = [
    result({ C: 64, lr: 0.1 }, { error: 0.03, note: 'a,"b"' }),
    result({ C: 1, lr: 0.1 }, { error: 0.3 }),
    result({ C: 1, lr: 0.2 }, { error: 0.4 }),
  ];
  assert.equal(
    toCsv(cases),
    [
      "C,lr,error (result),note,status,seconds,server,attempts,lost,error",
      '64,0.1,0.03,"a,""b""",passed,1.5,s,1,,',
      "1,0.1,0.3,,passed,1.5,s,1,,",
      "1,0.2,0.4,,passed,1.5,s,1,,",
      "",
    ].join("\n"),
  );
  assert.match(toText(cases), /^ C {3}lr {2}error/);
  assert.deepEqual(seriesOf(cases), {
    x: "C",
    series: [
      { name: "error (lr=0.1)", result: "error", x: [1, 64], y: [0.3, 0.03] },
      { name: "error (lr=0.2)", result: "error", x: [1], y: [0.4] },
    ],
  });
  assert.match((await plotSvg(cases))!, /<svg/);
  assert.equal(await plotSvg(cases.slice(0, 1)), undefined);
});

const mixed: CaseResult[] = [
  {
    ...result({ C: 1, on: true }, { loss: 0.5, curve: [1, 2], label: "a", status: "fine" }),
    losses: [{ server: "s", why: "power cut" }],
  },
  { ...result({ C: 2, on: false }, { loss: "NaN", curve: [3], label: 7 }), attempts: 2 },
  { ...result({ C: 3, on: false }, {}), status: "failed", error: "line 1\nline 2" },
];

test("columns have types: numbers stay numbers, NaN is one, names are unlike each other", () => {
  const column = (name: string) => tableOf(mixed).find((one) => one.name === name)?.values;
  assert.deepEqual(column("loss"), [0.5, Number.NaN, null]);
  assert.deepEqual(column("status"), ["passed", "passed", "failed"]);
  assert.deepEqual(column("status (result)"), ["fine", null, null]);
  assert.deepEqual(column("lost"), ["s: power cut", null, null]);
  const names = tableOf(mixed).map((one) => one.name);
  assert.equal(new Set(names).size, names.length);
});

test("the table is a data frame", async () => {
  const frame = await toFrame(mixed);
  assert.deepEqual(frame.shape, [3, 12]);
  assert.deepEqual(frame["C"].values, [1, 2, 3]);
  assert.deepEqual(frame["curve"].values, ["[1,2]", "[3]", null]);
});

test("the table as Parquet is read back by another reader: types, values, nothing", async () => {
  const bytes = await toParquet(mixed);
  assert.deepEqual(await toParquet(mixed), bytes);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const types = Object.fromEntries(
    parquetSchema(parquetMetadata(file)).children.map(({ element }) => [
      element.name,
      [element.type, element.converted_type].filter(Boolean).join(" "),
    ]),
  );
  assert.deepEqual(
    [types["C"], types["on"], types["loss"], types["curve"], types["label"], types["attempts"]],
    ["INT32", "BOOLEAN", "DOUBLE", "BYTE_ARRAY JSON", "BYTE_ARRAY UTF8", "INT32"],
  );
  const rows = await parquetReadObjects({ file });
  assert.deepEqual(
    rows.map((row) => [row["C"], row["on"], row["loss"], row["curve"], row["label"], row["error"]]),
    [
      [1, true, 0.5, [1, 2], "a", null],
      [2, false, Number.NaN, [3], "7", null],
      [3, false, null, null, null, "line 1\nline 2"],
    ],
  );
});
