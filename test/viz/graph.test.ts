/** Drawings of graphs: everything asked for is on them, nothing overlaps, the same bytes each time. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { displaySymbol } from "../../src/viz/display.ts";
import { labelTex } from "../../src/viz/escape.ts";
import { drawGraph, type GraphSpec, graph } from "../../src/viz/graph.ts";
import { collapseGroup, colorPaths } from "../../src/viz/graph-edit.ts";
import { MathError } from "../../src/viz/math.ts";
import { palette } from "../../src/viz/palette.ts";

/** ½‖WᵀWx − x‖²: W is used twice. */
const autoencoder: GraphSpec = {
  nodes: [
    { id: "W", label: "W", sub: "3 × 5", kind: "input", gradient: "W(b-x)x^\\top" },
    { id: "x", label: "x", kind: "constant" },
    { id: "a", label: "a=Wx", kind: "op", retained: true },
    { id: "t", label: "W^\\top", kind: "op" },
    { id: "b", label: "b=W^\\top a", kind: "op", value: "[1, 2]" },
    { id: "r", label: "r=b-x", kind: "op" },
    { id: "L", label: "\\tfrac12\\lVert r\\rVert^2", kind: "output" },
  ],
  edges: [
    { from: "W", to: "a" },
    { from: "x", to: "a" },
    { from: "W", to: "t" },
    { from: "t", to: "b" },
    { from: "a", to: "b" },
    { from: "b", to: "r" },
    { from: "x", to: "r" },
    { from: "r", to: "L", label: "r" },
  ],
};

interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** The outlines of the boxes, by their titles. */
function boxes(svg: string): Map<string, Rect> {
  const found = new Map<string, Rect>();
  const pattern =
    /<g transform="translate\(([-\d.]+),([-\d.]+)\)"><title>([^<]*)<\/title><rect x="0" y="0" width="([\d.]+)" height="([\d.]+)"/g;
  for (const [, x, y, title, w, h] of svg.matchAll(pattern))
    found.set(title, { x: Number(x), y: Number(y), w: Number(w), h: Number(h) });
  return found;
}

function chain(length: number): GraphSpec {
  const nodes = Array.from({ length }, (_, i) => ({
    id: `n${i}`,
    label: `h_{${i}}=\\sigma(z_{${i}})`,
    sub: "64 × 32",
    kind: i === 0 ? ("input" as const) : ("op" as const),
    group: `block/layer ${Math.floor(i / 10)}`,
  }));
  return { nodes, edges: nodes.slice(1).map((node, i) => ({ from: `n${i}`, to: node.id })) };
}

test("every node has a box, boxes do not overlap, arrows lead downwards", async () => {
  const svg = await drawGraph({ ...autoencoder, direction: "TB" });
  const found = boxes(svg);
  assert.deepEqual([...found.keys()].sort(), autoencoder.nodes.map((n) => n.label).sort());
  const list = [...found.values()];
  for (const [i, p] of list.entries())
    for (const q of list.slice(i + 1))
      assert.ok(p.x + p.w <= q.x || q.x + q.w <= p.x || p.y + p.h <= q.y || q.y + q.h <= p.y);
  const label = new Map(autoencoder.nodes.map((n) => [n.id, n.label]));
  for (const { from, to } of autoencoder.edges)
    assert.ok(found.get(label.get(from)!)!.y < found.get(label.get(to)!)!.y);
  assert.equal(svg.match(/L[\d.,-]+L[\d.,-]+z" fill="#444444"/g)?.length, autoencoder.edges.length);
});

test("from left to right, arrows lead rightwards", async () => {
  const found = boxes(await drawGraph({ ...autoencoder, direction: "LR" }));
  assert.ok(found.get("a=Wx")!.x < found.get("b=W^\\top a")!.x);
});

test("boxes grow with what they hold", async () => {
  const small = boxes(await drawGraph({ nodes: [{ id: "a", label: "x", kind: "op" }], edges: [] })).get("x")!;
  const more = {
    id: "a",
    label: "x",
    kind: "op" as const,
    value: "[0.1, 0.2, 0.3]",
    gradient: "\\frac{1}{2}",
  };
  const large = boxes(await drawGraph({ nodes: [more], edges: [] })).get("x")!;
  assert.ok(large.w > small.w + 20 && large.h > small.h + 20);
});

test("what is kept, and what came back, is marked and explained", async () => {
  const svg = await drawGraph(autoencoder);
  assert.equal(svg.match(/fill="#CC79A7"/g)?.length, 2, "one bookmark at the node, one in the key");
  assert.ok(svg.includes('fill="#FCEBDD"'));
  const bare: GraphSpec = { nodes: [{ id: "a", label: "x", kind: "op" }], edges: [] };
  assert.ok(!(await drawGraph(bare)).includes("#CC79A7"));
});

test("self-contained and deterministic", async () => {
  const svg = await drawGraph(autoencoder);
  assert.equal(await drawGraph(autoencoder), svg);
  for (const alien of ["<text", "<style", "class=", "NaN", "undefined", "<script"])
    assert.ok(!svg.includes(alien), alien);
  assert.ok(svg.includes('fill="#ffffff"/>'));
  const defined = new Set([...svg.matchAll(/<path id="([^"]+)"/g)].map((m) => m[1]));
  for (const [, id] of svg.matchAll(/<use href="#([^"]+)"/g)) assert.ok(defined.has(id));
});

test("labels are data, not markup", async () => {
  const svg = await drawGraph({
    nodes: [{ id: "a", label: "a<b \\& c", sub: `"<script>`, kind: "op" }],
    edges: [],
  });
  assert.ok(!svg.includes("<script"));
  assert.ok(svg.includes("<title>a&lt;b \\&amp; c</title>"));
});

test("the paths out of a variable are coloured apart, also where they have joined", async () => {
  const colored = colorPaths(autoencoder, "W");
  const color = (from: string, to: string): string | undefined =>
    colored.edges.find((e) => e.from === from && e.to === to)?.color;
  assert.equal(color("W", "a"), palette[0]);
  assert.equal(color("a", "b"), palette[0]);
  assert.equal(color("W", "t"), palette[1]);
  assert.equal(color("t", "b"), palette[1]);
  const joined = colored.edges.find((e) => e.from === "b" && e.to === "r");
  assert.deepEqual([joined?.color, joined?.colors], [undefined, [palette[0], palette[1]]]);
  const strokes = (await drawGraph(colored)).match(
    new RegExp(`fill="none" stroke="${palette[1]}" stroke-width="1.7"`, "g"),
  );
  assert.equal(strokes?.length, 2, "b → r and r → L have a line of this colour beside the other");
  assert.equal(color("x", "a"), undefined);
  assert.equal(autoencoder.edges[0].color, undefined, "the given graph is left as it was");
  assert.throws(() => colorPaths(autoencoder, "V"), /no node "V"/);
});

test("a module can be drawn as one box", () => {
  const spec: GraphSpec = {
    nodes: [
      { id: "x", label: "x", kind: "input" },
      { id: "a", label: "a", kind: "op", group: "net/layer 1" },
      { id: "b", label: "b", kind: "op", group: "net/layer 1", retained: true },
      { id: "y", label: "y", kind: "output" },
    ],
    edges: [
      { from: "x", to: "a" },
      { from: "x", to: "b" },
      { from: "a", to: "b" },
      { from: "b", to: "y" },
    ],
  };
  const folded = collapseGroup(spec, "net/layer 1");
  assert.deepEqual(
    folded.nodes.map((n) => [n.label, n.sub, n.group, n.retained]),
    [
      ["x", undefined, undefined, undefined],
      ["\\text{layer 1}", "2 nodes", "net", true],
      ["y", undefined, undefined, undefined],
    ],
  );
  assert.deepEqual(
    folded.edges.map((e) => [e.from, e.to]),
    [
      ["x", "group:net/layer 1"],
      ["group:net/layer 1", "y"],
    ],
  );
  assert.equal(collapseGroup(spec, "net").nodes.length, 3);
  assert.throws(() => collapseGroup(spec, "layer 9"), /there are: net\/layer 1/);
});

test("sixty nodes in a row are folded into columns, and cut arrows are numbered in pairs", async () => {
  const spec = chain(60);
  const svg = await drawGraph(spec);
  assert.equal(boxes(svg).size, 60);
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
  assert.ok(height < 2 * 900 && width < 2 * 640, `${width} × ${height}`);
  const columns = svg.match(/<svg x=/g)!.length;
  assert.ok(columns >= 2);
  assert.equal(svg.match(/<circle/g)!.length, 2 * (columns - 1));
});

test("three nodes stay in one piece", async () => {
  assert.ok(!(await drawGraph(chain(3))).includes("<svg x="));
});

test("shown as picture and words", async () => {
  const bundle = await graph(autoencoder)[displaySymbol]();
  assert.match(String(bundle["image/svg+xml"]), /^<svg /);
  assert.match(String(bundle["text/plain"]), /^Graph of 7 nodes: W, x → a=Wx; W → W\^\\top;/);
});

test("text and TeX are told apart", () => {
  assert.equal(labelTex("3 × 4"), "\\text{3 × 4}");
  assert.equal(labelTex("x_i"), "x_i");
  assert.equal(labelTex("$N$"), "N");
  assert.equal(labelTex("50% & {more}"), "\\text{50\\% \\& \\{more\\}}");
});

test("bad graphs are refused by name", async () => {
  const one = [{ id: "a", label: "a", kind: "op" as const }];
  await assert.rejects(
    drawGraph({ nodes: one, edges: [{ from: "a", to: "b" }] }),
    /"a" → "b" needs a node "b"/,
  );
  await assert.rejects(drawGraph({ nodes: [...one, ...one], edges: [] }), /two nodes have the id "a"/);
  await assert.rejects(drawGraph({ nodes: [], edges: [] }), /no nodes/);
  await assert.rejects(
    drawGraph({ nodes: [{ id: "a", label: "\\frac{", kind: "op" }], edges: [] }),
    MathError,
  );
});
