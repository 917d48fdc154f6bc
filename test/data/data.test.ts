/** Data as scikit-learn and pandas would give it, and errors for what would go wrong silently. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  decodeLabels,
  describe,
  digits,
  encodeLabels,
  groupBy,
  MinMaxScaler,
  makeBlobs,
  makeCreatures,
  makeMoons,
  parseCsv,
  readColumns,
  StandardScaler,
  speciesNames,
  splitIndices,
  takeRows,
  trainTestSplit,
} from "../../src/data/index.ts";
import { oneHot, tensor } from "../../src/index.ts";

const golden = JSON.parse(readFileSync(new URL("./golden/golden.json", import.meta.url), "utf8"));

function close(actual: ArrayLike<number>, expected: ArrayLike<number | null>, tolerance = 1e-12): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const e = expected[i] ?? Number.NaN;
    assert.ok(
      Number.isNaN(e) ? Number.isNaN(actual[i]) : Math.abs(actual[i] - e) <= tolerance,
      `${i}: ${actual[i]} and ${e}`,
    );
  }
}

test("the digits are scikit-learn's, image by image", () => {
  const { data, images, target, featureNames } = digits();
  assert.deepEqual([...data.shape], [1797, 64]);
  const values = Array.from(data.values());
  const sums = Array.from({ length: 64 }, (_, j) =>
    values.reduce((s, v, i) => (i % 64 === j ? s + v : s), 0),
  );
  assert.deepEqual(sums, golden.digits.columnSums);
  assert.equal(
    values.reduce((s, v, i) => s + v * (Math.floor(i / 64) + 1), 0),
    golden.digits.weightedRowSum,
  );
  assert.deepEqual(Array.from(target.values()), golden.digits.target);
  assert.deepEqual(images.toArray()[1000], golden.digits.image1000);
  assert.equal(featureNames[9], "pixel_1_1");
  assert.equal(digits({ dtype: "float32" }).data.dtype, "float32");
});

test("scalers agree with scikit-learn, gaps and constant columns included", () => {
  const X = tensor(
    digits()
      .data.toArray()
      .slice(0, 6)
      .map((row: number[]) => row.slice(0, 8)),
  );
  close(new StandardScaler().fitTransform(X).values(), golden.standard.flat());
  close(new MinMaxScaler().fitTransform(X).values(), golden.minmax.flat());
  const gaps = X.copy();
  gaps.data[1 * 8 + 2] = Number.NaN;
  gaps.data[4 * 8 + 3] = Number.NaN;
  close(new StandardScaler().fitTransform(gaps).values(), golden.standardGaps.flat());
  const scaler = new StandardScaler().fit(X);
  close(scaler.inverseTransform(scaler.transform(X)).values(), X.values());
  assert.equal(scaler.scale.at(0), 1, "a constant column keeps its scale");
  assert.throws(() => new StandardScaler().transform(X), /call fit\(\) first/);
  assert.throws(() => scaler.transform(tensor([[1, 2]])), /fitted on 8 columns/);
  assert.throws(() => scaler.fit(tensor([1, 2])), /columns of a matrix/);
});

test("parts of a split are as large as scikit-learn's, disjoint, and together everything", () => {
  for (const { n, train, test: inTest, test_size, train_size } of golden.splits) {
    const split = splitIndices(n, { testSize: test_size, trainSize: train_size, seed: 3 });
    assert.deepEqual([split.trainIndices.length, split.testIndices.length], [train, inTest]);
    const all = new Set([...split.trainIndices, ...split.testIndices]);
    assert.equal(all.size, train + inTest);
    assert.ok([...all].every((i) => i >= 0 && i < n));
  }
});

test("the same seed gives the same split, another seed another", () => {
  const of = (seed: number): string => splitIndices(50, { seed }).testIndices.join();
  assert.equal(of(1), of(1));
  assert.notEqual(of(1), of(2));
  assert.deepEqual([...splitIndices(4, { shuffle: false, testSize: 1 }).testIndices], [3]);
});

test("stratified parts keep every class's share", () => {
  const labels = [...new Array(50).fill(0), ...new Array(30).fill(1), ...new Array(21).fill(2)];
  const { testIndices, trainIndices } = splitIndices(101, { testSize: 0.3, stratify: labels, seed: 5 });
  const counts: Record<string, number> = {};
  for (const i of testIndices) counts[labels[i]] = (counts[labels[i]] ?? 0) + 1;
  assert.equal(testIndices.length + trainIndices.length, 101);
  for (const k of ["0", "1", "2"])
    assert.ok(Math.abs(counts[k] - golden.stratified[k]) <= 1, `${k}: ${counts[k]}`);
  const shares = [50, 30, 21].map((size) => (size * testIndices.length) / 101);
  for (const [k, share] of shares.entries()) assert.ok(Math.abs(counts[k] - share) < 1);
  assert.throws(() => splitIndices(3, { stratify: ["a", "b", "b"] }), /class a has one row only/);
  assert.throws(() => splitIndices(3, { stratify: ["a"] }), /1 labels for 3 rows/);
});

test("arrays of every kind are split alike, row by row", () => {
  const X = tensor([
    [0, 0],
    [1, 10],
    [2, 20],
    [3, 30],
    [4, 40],
  ]);
  const split = trainTestSplit(
    { X, y: Int32Array.of(0, 1, 2, 3, 4), names: ["a", "b", "c", "d", "e"] },
    { testSize: 2, seed: 4 },
  );
  assert.deepEqual([...split.train.X.shape], [3, 2]);
  for (const part of [split.train, split.test])
    for (const [r, row] of part.X.toArray().entries()) {
      assert.deepEqual(row, [part.y[r], 10 * part.y[r]]);
      assert.equal(part.names[r], "abcde"[part.y[r]]);
    }
  assert.throws(() => trainTestSplit({ X, y: [1] }), /y has 1 rows, but X has 5/);
  assert.throws(() => trainTestSplit({ X }, { testSize: 5 }), /0 to train and 5 to test/);
  assert.throws(() => trainTestSplit({ X }, { testSize: 1.5 }), /share between 0 and 1/);
  assert.deepEqual(takeRows(X, [4, 0]).toArray(), [
    [4, 40],
    [0, 0],
  ]);
});

test("blobs have the asked centres and spreads; moons lie on their circles", () => {
  const { data, target, centers } = makeBlobs({
    samples: 3000,
    centers: [
      [0, 0],
      [10, -5],
      [3, 3],
    ],
    std: [1, 0.5, 2],
    seed: 7,
  });
  assert.deepEqual(centers.toArray(), [
    [0, 0],
    [10, -5],
    [3, 3],
  ]);
  const rows = data.toArray() as number[][];
  const labels = target.toArray() as number[];
  for (const [k, std] of [1, 0.5, 2].entries()) {
    const own = rows.filter((_, i) => labels[i] === k);
    assert.equal(own.length, 1000);
    const mean = own.reduce((s, [x]) => s + x, 0) / own.length;
    assert.ok(Math.abs(mean - centers.at(k, 0)) < (4 * std) / Math.sqrt(1000));
    const spread = Math.sqrt(own.reduce((s, [x]) => s + (x - mean) ** 2, 0) / own.length);
    assert.ok(Math.abs(spread / std - 1) < 0.1);
  }
  close(makeMoons({ samples: 6, shuffle: false }).data.values(), golden.moons.flat(), 1e-11);
  assert.equal(
    makeMoons({ seed: 1, noise: 0.1 }).data.toString(),
    makeMoons({ seed: 1, noise: 0.1 }).data.toString(),
  );
  assert.throws(() => makeBlobs({ std: [1] }), /1 standard deviations for 3 centres/);
});

test("seven species: seeded, balanced, told apart by more than chance and less than at a glance", () => {
  const { images, data, target, names } = makeCreatures({ samples: 700, seed: 2 });
  assert.deepEqual([...images.shape], [700, 12, 12]);
  assert.deepEqual(names, [...speciesNames]);
  assert.equal(
    makeCreatures({ samples: 70, seed: 2 }).data.toString(),
    makeCreatures({ samples: 70, seed: 2 }).data.toString(),
  );
  const labels = target.toArray() as number[];
  for (let k = 0; k < 7; k++) assert.equal(labels.filter((label) => label === k).length, 100);
  const rows = data.toArray() as number[][];
  const centroids = names.map((_, k) => {
    const own = rows.filter((_, i) => labels[i] === k && i < 500);
    return own[0].map((_, j) => own.reduce((s, row) => s + row[j], 0) / own.length);
  });
  const distance = (a: number[], b: number[]): number => a.reduce((s, v, j) => s + (v - b[j]) ** 2, 0);
  const right = rows.slice(500).filter((row, i) => {
    const scores = centroids.map((c) => distance(row, c));
    return scores.indexOf(Math.min(...scores)) === labels[i + 500];
  });
  const accuracy = right.length / 200;
  assert.ok(accuracy > 2 / 7 && accuracy < 0.95, `nearest centroid: ${accuracy}`);
});

test("names become numbers and back, and fit oneHot", () => {
  const { labels, classes } = encodeLabels(["b", "a", "b"]);
  assert.deepEqual(
    [labels.toArray(), classes],
    [
      [1, 0, 1],
      ["a", "b"],
    ],
  );
  assert.deepEqual(decodeLabels(labels, classes), ["b", "a", "b"]);
  assert.deepEqual(oneHot(labels, 2).toArray(), [
    [0, 1],
    [1, 0],
    [0, 1],
  ]);
  assert.throws(() => encodeLabels(["z"], ["a"]), /"z" at position 0 is none of: a/);
  assert.throws(() => decodeLabels([5], ["a"]), /5 at position 0/);
});

test("CSV: quotes, gaps, types by whole columns", () => {
  const text = 'name,mass,note\r\n"Smith, J.",1.5,"said ""no"""\nBo,,\n"line\nbreak",-2e3,NA\n';
  const { name, mass, note } = parseCsv(text);
  assert.deepEqual(name, ["Smith, J.", "Bo", "line\nbreak"]);
  close(mass as Float64Array, [1.5, null, -2000]);
  assert.deepEqual(note, ['said "no"', "", "NA"]);
  assert.deepEqual(parseCsv("code\n007\nx1\n")["code"], ["007", "x1"], "one text cell makes the column text");
  assert.deepEqual(Object.keys(parseCsv("1;2", { separator: ";", header: false })), ["0", "1"]);
  assert.deepEqual(parseCsv("zip\n01234\n99\n")["zip"], ["01234", "99"], "leading zeros are part of a name");
  assert.deepEqual(parseCsv("id\n9007199254740993\n")["id"], ["9007199254740993"], "no digit is lost");
  close(parseCsv("x\n0.5\n0\n-0\n1e3\n")["x"] as Float64Array, [0.5, 0, 0, 1000]);
  assert.deepEqual(parseCsv("a,b\rx,2\ry,3\r")["a"], ["x", "y"], "old line ends");
  assert.throws(() => parseCsv("a,b\n1\n"), /row 0 has 1 cells, but there are 2 columns/);
  assert.throws(() => parseCsv('a\n"x'), /not closed/);
  assert.throws(() => parseCsv("a,a\n1,2"), /two columns are called "a"/);
});

test("what would go wrong silently is refused", () => {
  assert.throws(() => digits({ dtype: "bool" }), /float64, float32 or int32; got bool/);
  assert.throws(() => makeBlobs({ std: -1 }), /std must not be negative/);
  assert.throws(() => makeBlobs({ samples: [1.5, 2, 3] }), /counts are whole numbers/);
  assert.throws(() => makeMoons({ noise: -1 }), /noise must not be negative/);
  assert.throws(() => makeCreatures({ noise: -1 }), /noise must not be negative/);
  assert.throws(() => takeRows(tensor([[1], [2]]), [0, 2]), /index 2 at position 1 is none of 2 rows/);
  assert.throws(() => takeRows(["a"], [-1]), /index -1 at position 0/);
  assert.throws(
    () =>
      new StandardScaler().fit(
        tensor([
          [1, 2],
          [3, Number.POSITIVE_INFINITY],
        ]),
      ),
    /row 1, column 1 is Infinity/,
  );
});

test("CSV files may be zipped", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gradlab-data-"));
  try {
    const file = join(folder, "t.csv.gz");
    writeFileSync(file, gzipSync("x\n1\n2\n"));
    close(readColumns(file)["x"] as Float64Array, [1, 2]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("describe and groupBy leave gaps out and count them, as pandas", () => {
  const source = { x: [1, 2, Number.NaN, 4, 8.5], k: ["a", "b", "a", null, "b"] };
  const [x, k] = describe(source);
  const d = golden.described;
  close(
    [x.count, x.mean!, x.std!, x.min!, x["25%"]!, x["50%"]!, x["75%"]!, x.max!],
    [d.count, d.mean, d.std, d.min, d["25%"], d["50%"], d["75%"], d.max],
  );
  assert.deepEqual([x.missing, k.missing, k.mean, k.distinct], [1, 1, null, 2]);
  const groups = groupBy(source, "k");
  assert.deepEqual(
    groups.map((g) => [g["k"], g.rows, g["missing in x"]]),
    [
      ["a", 2, 1],
      ["b", 2, undefined],
      [null, 1, undefined],
    ],
  );
  assert.equal(groups[0]["mean of x"], golden.groupMeans.a);
  assert.equal(groups[1]["mean of x"], golden.groupMeans.b);
  assert.throws(() => groupBy(source, "z"), /no column "z"; there are: x, k/);
  assert.throws(() => groupBy(source, "x", { of: ["k"] }), /holds text/);
});
