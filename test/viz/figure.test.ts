/** Figures are drawn completely or refused, the same bytes each time, from arrays and tensors alike. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { tensor } from "../../src/index.ts";
import { displaySymbol } from "../../src/viz/display.ts";
import { Figure, figureToSvg } from "../../src/viz/figure.ts";
import * as plot from "../../src/viz/plot/index.ts";
import { drawableTypes, FigureError } from "../../src/viz/plotly.ts";
import { encodePng } from "../../src/viz/png.ts";

const x = Array.from({ length: 30 }, (_, i) => i);
const field = x.map((i) => x.map((j) => Math.sin(i / 5) * Math.cos(j / 4)));

const oneOfEach: Record<string, any> = {
  bar: { x: ["a", "b"], y: [1, 2] },
  box: { y: x },
  contour: { z: field },
  heatmap: { z: field },
  histogram: { x },
  histogram2d: { x, y: x },
  histogram2dcontour: { x, y: x.map((v) => Math.sin(v) * 10) },
  pie: { labels: ["a", "b"], values: [1, 2] },
  scatter: { x, y: x },
  violin: { y: x },
};

test("every trace type that is promised leaves marks on the picture", () => {
  const empty = figureToSvg({ data: [], layout: { xaxis: { range: [0, 30] }, yaxis: { range: [0, 30] } } });
  const marks = (svg: string): number => svg.match(/<(path|image|circle)\b/g)?.length ?? 0;
  const frame = empty.match(/<path/g)?.length ?? 0;
  for (const type of drawableTypes) {
    const svg = figureToSvg({ data: [{ type, ...oneOfEach[type] }] });
    assert.match(svg, /^<svg /, type);
    const drawn = svg.slice(svg.indexOf('<rect x="0"'));
    assert.ok(marks(drawn) > 0, `${type} drew nothing (an empty figure has ${frame} paths)`);
    assert.ok(!/NaN|undefined|Infinity/.test(svg), type);
  }
});

test("data moves the picture: a curve has as many points as it was given", () => {
  const svg = figureToSvg({ data: [{ x: [0, 1, 2, 3], y: [0, 1, 4, 9], mode: "lines" }] });
  const curve = [...svg.matchAll(/d="(M[^"]*)"/g)].map((m) => m[1]).filter((d) => /^M[\d.]+,[\d.]+L/.test(d));
  assert.ok(curve.some((d) => d.split(/[ML]/).length - 1 === 4));
});

test("what cannot be drawn is refused by name, with the way out", () => {
  assert.throws(
    () => figureToSvg({ data: [{ type: "surface", z: field }] }),
    (error: Error) => error instanceof FigureError && /type "surface".*Use one of: bar/.test(error.message),
  );
  assert.throws(() => figureToSvg({ data: [{ x, y: x, mood: "good" }] }), /mood/);
  assert.throws(() => figureToSvg({ data: [{ x, y: x }], layout: { colour: "red" } }), /colour/);
  assert.throws(
    () => figureToSvg({ data: [{ type: "scatter", x: [], y: [] }] }),
    /without one of its traces/,
  );
  assert.throws(() => new Figure({} as never), /array of traces/);
});

test("the same figure gives the same bytes, also in another process", () => {
  const make = (): string => plot.contour((a, b) => a * a - b, { title: "f" }).toSVG();
  const here = make();
  assert.equal(make(), here);
  const figure = new URL("../../src/viz/plot/index.ts", import.meta.url).href;
  const code = `import * as plot from ${JSON.stringify(figure)};
    process.stdout.write(plot.contour((a, b) => a * a - b, { title: "f" }).toSVG());`;
  const there = execFileSync(process.execPath, ["--input-type=module", "-e", code], {
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  assert.equal(there, here);
});

test("two different figures on one page share no ids", () => {
  const ids = (svg: string): string[] => [...svg.matchAll(/ id="([^"]*)"/g)].map((m) => m[1]);
  const one = ids(plot.line([1, 2, 3]).toSVG());
  const two = ids(plot.line([1, 2, 4]).toSVG());
  assert.ok(one.length > 0);
  assert.deepEqual(
    one.filter((id) => two.includes(id)),
    [],
  );
});

test("the SVG needs no font by name, no class, no event", () => {
  const svg = plot.line({ a: [1, 2], b: [2, 3] }, { title: "∇L", xLabel: "x₁" }).toSVG();
  const families = new Set([...svg.matchAll(/font-family: ([^;"]*)/g)].map((m) => m[1]));
  assert.deepEqual([...families], ["sans-serif"]);
  for (const alien of [" class=", "pointer-events", "<script", "<a "]) assert.ok(!svg.includes(alien), alien);
  assert.ok(svg.includes(">∇L<"));
});

test("three forms are shown together, free of typed arrays and NaN", () => {
  const figure = new Figure({ data: [{ x: new Float32Array([1, 2, 3]), y: tensor([1, Number.NaN, 3]) }] });
  const bundle = figure[displaySymbol]() as any;
  assert.deepEqual(Object.keys(bundle).sort(), [
    "application/vnd.plotly.v1+json",
    "image/svg+xml",
    "text/plain",
  ]);
  const json = bundle["application/vnd.plotly.v1+json"];
  assert.deepEqual(json.data[0], { x: [1, 2, 3], y: [1, null, 3] });
  assert.deepEqual(JSON.parse(JSON.stringify(json)), json);
});

test("a heat map keeps its cells sharp and in place", () => {
  const svg = plot
    .heatmap([
      [0, 1],
      [1, 0],
    ])
    .toSVG();
  const png = Buffer.from(/base64,([^"]+)"/.exec(svg)![1], "base64");
  const [w, h] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  assert.ok(w >= 600 && h >= 600);
  const from = png.indexOf("IDAT") + 4;
  const pixels = inflateSync(png.subarray(from, from + png.readUInt32BE(from - 8)));
  const colorAt = (px: number, py: number): string =>
    [...pixels.subarray(py * (w * 4 + 1) + 1 + px * 4).subarray(0, 3)].join();
  assert.equal(colorAt(10, 10), colorAt(w - 10, h - 10));
  assert.equal(colorAt(w - 10, 10), colorAt(10, h - 10));
  assert.notEqual(colorAt(10, 10), colorAt(w - 10, 10));
});

test("PNG bytes are a valid file", () => {
  const png = encodePng(2, 1, Uint8Array.from([255, 0, 0, 255, 0, 0, 255, 128]));
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  // The end chunk's checksum is a constant of the format.
  assert.equal(png.subarray(-4).toString("hex"), "ae426082");
});
