/** Ready-made plots read what people have, label what they draw, and refuse mismatches by name. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { tensor } from "../../src/index.ts";
import * as plot from "../../src/viz/plot/index.ts";

test("line: one list, named lists, tensors, own x, bands", () => {
  assert.deepEqual(plot.line([3, 1]).data[0]["x"], [0, 1]);
  const two = plot.line({ a: tensor([1, 2]), b: [3, 4] }, { x: { a: [0, 1], b: [5, 6] }, logY: true });
  assert.deepEqual(
    two.data.map((t) => [t["name"], t["x"], t["y"]]),
    [
      ["a", [0, 1], [1, 2]],
      ["b", [5, 6], [3, 4]],
    ],
  );
  assert.equal(two.layout["yaxis"].type, "log");
  const banded = plot.line(
    { a: [1, 2] },
    {
      bands: {
        a: [
          [0, 1],
          [2, 3],
        ],
      },
    },
  );
  assert.deepEqual(banded.data[0]["y"], [0, 1, 3, 2]);
  assert.throws(() => plot.line({ a: [1, 2] }, { x: [1] }), /x and y of "a" differ in length: 1 and 2/);
  assert.throws(() => plot.line({ a: ["1"] as never }), /"a": element 0 is string/);
});

test("scatter: classes become traces of their own colour and shape", () => {
  const figure = plot.scatter(
    tensor([
      [0, 1],
      [2, 3],
      [4, 5],
    ]),
    { labels: [1, 0, 1], names: ["no", "yes"] },
  );
  assert.deepEqual(
    figure.data.map((t) => [t["name"], t["x"], t["y"]]),
    [
      ["no", [2], [3]],
      ["yes", [0, 4], [1, 5]],
    ],
  );
  assert.notEqual(figure.data[0]["marker"].symbol, figure.data[1]["marker"].symbol);
  assert.throws(() => plot.scatter([[1, 2, 3]]), /2 coordinates; these have 3/);
  assert.throws(() => plot.scatter([[1, 2]], { labels: [1, 2] }), /differ in length: 2 and 1/);
});

test("ellipses lie where the quadratic form is s²", () => {
  const cov = [
    [2, 0.5],
    [0.5, 1],
  ];
  const figure = plot.scatter([[0, 0]]).ellipses([[1, -1]], [cov], { sigmas: [2] });
  const trace = figure.data[1];
  const det = cov[0][0] * cov[1][1] - cov[0][1] ** 2;
  for (let i = 0; i < trace["x"].length - 1; i++) {
    const [dx, dy] = [trace["x"][i] - 1, trace["y"][i] + 1];
    const form = (cov[1][1] * dx * dx - 2 * cov[0][1] * dx * dy + cov[0][0] * dy * dy) / det;
    assert.ok(Math.abs(form - 4) < 1e-12);
  }
  assert.throws(
    () =>
      plot.scatter([[0, 0]]).ellipses(
        [[0, 0]],
        [
          [
            [1, 2],
            [2, 1],
          ],
        ],
      ),
    /covariance 0 is not symmetric positive definite/,
  );
});

test("bars, histograms and boxes keep names and values", () => {
  assert.deepEqual(plot.bar({ cat: 1, dog: 2 }).data[0]["y"], [1, 2]);
  assert.deepEqual(
    plot.bar({ train: { cat: 1 }, test: { cat: 2 } }).data.map((t) => t["name"]),
    ["train", "test"],
  );
  const bins = plot.histogram([0, 1, 2, 10], { bins: 5 }).data[0]["xbins"];
  assert.ok(Math.abs(bins.size - 2) < 1e-6 && bins.end > 10);
  assert.deepEqual(
    plot.box({ a: [1, 2], b: [3] }).data.map((t) => t["y"]),
    [[1, 2], [3]],
  );
});

test("heatmap: matrices downwards, graphs upwards, signed scales symmetric", () => {
  const matrix = plot.heatmap(tensor([[1, -3]]), { signed: true });
  assert.equal(matrix.layout["yaxis"].autorange, "reversed");
  assert.deepEqual([matrix.data[0]["zmin"], matrix.data[0]["zmax"]], [-3, 3]);
  assert.equal(plot.heatmap([[1], [2]], { y: [0, 1] }).layout["yaxis"].autorange, undefined);
  assert.throws(() => plot.heatmap([[1, 2], [3]]), /row 1 has 1 numbers, row 0 has 2/);
  assert.throws(() => plot.heatmap([[1, 2]], { x: ["a"] }), /differ in number: 1 and 2/);
});

test("contours have round levels inside the field", () => {
  const { start, end, size } = plot.contour((x, y) => x + y, { x: [0, 1], y: [0, 1] }).data[0]["contours"];
  assert.equal(size, 0.2);
  assert.equal(start, 0);
  assert.equal(end, 2);
  assert.throws(() => plot.contour(() => 1), /one value everywhere/);
  assert.throws(() => plot.contour((x) => x, { x: [1, 0] }), /x is a range/);
});

test("images: each picture's numbers sit in its own tile", () => {
  const figure = plot.images(
    tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]),
    { columns: 1, captions: ["a", "b"] },
  );
  const z = figure.data[0]["z"] as (number | null)[][];
  const rows = z.filter((row) => row[0] !== null);
  assert.deepEqual(rows, [
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
  ]);
  assert.deepEqual(
    figure.layout["annotations"].map((n: any) => n.text),
    ["a", "b"],
  );
  assert.throws(() => plot.images([[1, 2, 3]]), /no square picture/);
  assert.throws(() => plot.images([[1, 2, 3, 4]], { captions: [] }), /differ in number: 0 and 1/);
});

test("subplots: every trace in its own axes, names once in the legend", () => {
  const line = plot.line({ train: [1, 2], test: [2, 3] }, { title: "first" });
  const figure = plot.subplots([
    line,
    plot.line({ train: [3, 4] }, { title: "second" }),
    plot.heatmap([[1, 2]]),
  ]);
  assert.deepEqual(
    figure.data.map((t) => t["xaxis"]),
    ["x", "x", "x2", "x3"],
  );
  assert.deepEqual(
    figure.data.map((t) => t["showlegend"]),
    [true, true, false, false],
  );
  assert.deepEqual(
    figure.layout["annotations"].map((n: any) => n.text),
    ["first", "second"],
  );
  assert.match(figure.toSVG(), />second</);
  assert.throws(() => plot.subplots([figure]), /one x and one y axis/);
  assert.throws(() => plot.subplots([]), /array of figures/);
});
