/**
 * Drawings of computation graphs: boxes with formulas, values, shapes and gradients, and arrows.
 *
 * Graphviz decides the places, this file draws: all text is outlines set by MathJax, boxes are as large
 * as what they hold, and the SVG needs no fonts and no style sheet. White background and dark lines in
 * any theme; kinds of node differ in outline as well as in colour, so that they survive a black-and-white
 * printer.
 */

import { type Displayable, displaySymbol, type MimeBundle } from "./display.ts";
import { escapeHtml } from "./escape.ts";
import { foldLayout, markSpace, type Strip } from "./graph-fold.ts";
import { type LayoutResult, layoutGraph } from "./graph-layout.ts";
import {
  drawEdge,
  drawGroup,
  drawLegend,
  drawMark,
  drawNode,
  gradientInk,
  type LegendItem,
  legendSize,
  type NodeBox,
} from "./graph-parts.ts";
import { setLabel, setTex, shareOutlines } from "./graph-text.ts";

/** One box of a drawing. */
export interface GraphNode {
  id: string;
  /** TeX. */
  label: string;
  /** Under the label, small: a shape, say. TeX when it has a backslash, _ or ^ or stands in $…$, else text. */
  sub?: string;
  /** The value, small. TeX or text, as `sub`. */
  value?: string;
  /** The gradient that came back to this node. TeX. */
  gradient?: string;
  kind: "input" | "constant" | "op" | "output";
  /** Colour of the outline, e.g. from `palette`. */
  color?: string;
  /** The module it belongs to, drawn as a frame around its nodes; "encoder/layer1" nests. */
  group?: string;
  /** Marks a value that is kept for the backward pass. */
  retained?: boolean;
}

/** One arrow of a drawing. */
export interface GraphEdge {
  from: string;
  to: string;
  /** Beside the arrow. TeX. */
  label?: string;
  color?: string;
  /** Several: a line of each colour, side by side. */
  colors?: readonly string[];
  dashed?: boolean;
}

/** What is to be drawn. */
export interface GraphSpec {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** "TB" from top to bottom, "LR" from left to right. By default what fits a page better. */
  direction?: "LR" | "TB";
  /** TeX or text above the drawing. */
  title?: string;
}

const pageWidth = 640;
const margin = 12;

/**
 * The graph as a self-contained SVG; the same graph gives the same bytes.
 * @throws MathError when a label cannot be set, RangeError when an edge leads to no node.
 * @example
 * ```ts
 * const spec: GraphSpec = {
 *   nodes: [{ id: "x", label: "x", kind: "input" }, { id: "y", label: "y = x^2", kind: "op" }],
 *   edges: [{ from: "x", to: "y" }],
 * };
 * (await drawGraph(spec)).slice(0, 4); // → <svg
 * ```
 */
export async function drawGraph(spec: GraphSpec): Promise<string> {
  const index = checkGraph(spec);
  const boxes = spec.nodes.map((node) => measureNode(node));
  const edges = spec.edges.map((edge) => ({
    edge,
    from: index.get(edge.from)!,
    to: index.get(edge.to)!,
    label: edge.label ? setTex(edge.label, 11, edge.color ?? "#333333") : undefined,
  }));
  const titles = new Map(
    groupPaths(spec).map((path) => [path, setLabel(path.split("/").pop()!, 11, "#555555")]),
  );
  const forward = new Set(spec.edges.filter((e) => !e.dashed).map((e) => `${e.from}\n${e.to}`));
  const layout = await bestLayout(spec.direction, (direction) => ({
    direction,
    nodes: boxes.map((box, i) => ({ width: box.width, height: box.height, group: spec.nodes[i].group })),
    edges: edges.map(({ edge, from, to, label }) => ({
      from,
      to,
      label: label && { width: label.width + 8, height: label.height + 4 },
      loose: edge.dashed && forward.has(`${edge.to}\n${edge.from}`),
    })),
    groups: new Map([...titles].map(([path, t]) => [path, { width: t.width, height: t.height }])),
  }));
  const fold = foldLayout(
    layout,
    boxes,
    edges.map(({ label }) => label),
  );
  const drawn: Drawing = {
    groups: layout.groups.map((group) => drawGroup(group, titles.get(group.path)!)),
    edges: edges.map(({ edge, label }, k) => drawEdge(layout.edges[k], edge, label)),
    nodes: boxes.map((box, i) => drawNode(box, layout.nodes[i])),
  };
  const shown = fold ?? layout;
  const legend = legendOf(spec);
  const title = spec.title ? setLabel(spec.title, 15, "#000000") : undefined;
  const top = margin + (title ? title.height + 12 : 0);
  const key = legendSize(legend);
  const width = Math.ceil(Math.max(shown.width, key.width, title?.width ?? 0)) + 2 * margin;
  const height = Math.ceil(top + shown.height + (key.height > 0 ? key.height + 14 : 0)) + margin;
  const left = (width - shown.width) / 2;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(graphToText(spec))}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    title
      ? `<g transform="translate(${(width - title.width) / 2},${margin + title.height - title.depth})">${title.content}</g>`
      : "",
    `<g transform="translate(${left.toFixed(2)},${top.toFixed(2)})">`,
    ...(fold ? fold.strips.map((strip) => drawStrip(strip, drawn, layout)) : Object.values(drawn).flat()),
    "</g>",
    legend.length > 0 ? drawLegend(legend, (width - key.width) / 2, top + shown.height + 14) : "",
    "</svg>",
  ];
  return shareOutlines(parts.filter((part) => part !== "").join("\n"));
}

interface Drawing {
  groups: string[];
  edges: string[];
  nodes: string[];
}

/** What lies in one column: the nested `<svg>` cuts off the rest. */
function drawStrip(strip: Strip, drawn: Drawing, layout: LayoutResult): string {
  const { x0, x1, y0, y1, left } = strip;
  const within = (low: number, high: number): boolean => high > y0 && low < y1;
  const chosen = [
    ...drawn.groups.filter((_, k) =>
      within(layout.groups[k].y, layout.groups[k].y + layout.groups[k].height),
    ),
    ...drawn.edges.filter((_, k) => {
      const ys = [...layout.edges[k].points, layout.edges[k].tip].map((p) => p.y);
      return within(Math.min(...ys), Math.max(...ys));
    }),
    ...drawn.nodes.filter((_, k) => within(layout.nodes[k].y, layout.nodes[k].y)),
  ];
  const size = `width="${(x1 - x0).toFixed(2)}" height="${(y1 - y0).toFixed(2)}"`;
  const view = [x0, y0, x1 - x0, y1 - y0].map((v) => v.toFixed(2)).join(" ");
  const marks = [
    ...strip.above.map((m) => drawMark(left + m.x - x0, markSpace - 9, m.number)),
    ...strip.below.map((m) => drawMark(left + m.x - x0, markSpace + y1 - y0 + 9, m.number)),
  ];
  return `<svg x="${left.toFixed(2)}" y="${markSpace}" ${size} viewBox="${view}">${chosen.join("")}</svg>${marks.join("")}`;
}

/**
 * A graph to show: its display is the drawing.
 * @example
 * ```ts
 * const spec: GraphSpec = {
 *   nodes: [{ id: "x", label: "x", kind: "input" }, { id: "y", label: "y = x^2", kind: "op" }],
 *   edges: [{ from: "x", to: "y" }],
 * };
 * String(graph(spec)); // → Graph of 2 nodes: x → y = x^2
 * ```
 */
export function graph(spec: GraphSpec): Graph {
  return new Graph(spec);
}

/**
 * A drawing of a graph: shows itself as SVG, and in words where nothing can draw.
 * @example
 * ```ts
 * const spec: GraphSpec = {
 *   nodes: [{ id: "x", label: "x", kind: "input" }, { id: "y", label: "y = x^2", kind: "op" }],
 *   edges: [{ from: "x", to: "y" }],
 * };
 * String(new Graph(spec)); // → Graph of 2 nodes: x → y = x^2
 * ```
 */
export class Graph implements Displayable {
  readonly spec: GraphSpec;
  constructor(spec: GraphSpec) {
    checkGraph(spec);
    this.spec = spec;
  }
  toSVG(): Promise<string> {
    return drawGraph(this.spec);
  }
  toString(): string {
    return graphToText(this.spec);
  }
  async [displaySymbol](): Promise<MimeBundle> {
    return { "image/svg+xml": await this.toSVG(), "text/plain": this.toString() };
  }
}

/** `W, x → a; a, x → b; …`: what leads to what, in words. */
export function graphToText(spec: GraphSpec): string {
  const label = new Map(spec.nodes.map((node) => [node.id, node.label]));
  const lines = spec.nodes.flatMap((node) => {
    const from = spec.edges.filter((edge) => edge.to === node.id).map((edge) => label.get(edge.from));
    return from.length > 0 ? [`${from.join(", ")} → ${node.label}`] : [];
  });
  return `Graph of ${spec.nodes.length} nodes: ${lines.join("; ") || spec.nodes.map((n) => n.label).join(", ")}`;
}

function measureNode(node: GraphNode): NodeBox {
  const label = setTex(node.label, 15, "#000000");
  const sub = node.sub ? setLabel(node.sub, 10.5, "#555555") : undefined;
  const value = node.value ? setLabel(node.value, 11, "#000000") : undefined;
  const gradient = node.gradient ? setTex(node.gradient, 11, gradientInk) : undefined;
  const rows = [label, sub, value].filter((row) => row !== undefined);
  const widest = Math.max(...rows.map((row) => row.width), gradient?.width ?? 0);
  const upper = rows.reduce((sum, row) => sum + row.height, 0) + 3 * (rows.length - 1) + 12;
  const lower = gradient ? gradient.height + 8 : 0;
  const width = Math.max(34, Math.ceil(widest + 16));
  return {
    node,
    rows,
    gradient,
    width,
    height: Math.ceil(Math.max(28, upper) + lower),
    upper: Math.max(28, upper),
  };
}

async function bestLayout(
  wanted: "LR" | "TB" | undefined,
  input: (direction: "LR" | "TB") => Parameters<typeof layoutGraph>[0],
): Promise<LayoutResult> {
  if (wanted) return layoutGraph(input(wanted));
  const [down, right] = [await layoutGraph(input("TB")), await layoutGraph(input("LR"))];
  // On paper the width is what is scarce; a page is about 1.4 times as high as wide.
  const shrink = (l: LayoutResult): number => Math.max(1, l.width / pageWidth, l.height / (1.4 * pageWidth));
  const area = (l: LayoutResult): number => l.width * l.height;
  if (shrink(right) !== shrink(down)) return shrink(right) < shrink(down) ? right : down;
  return area(right) < 0.9 * area(down) ? right : down;
}

function legendOf(spec: GraphSpec): LegendItem[] {
  const items: LegendItem[] = [];
  if (spec.nodes.some((node) => node.retained)) items.push("retained");
  if (spec.nodes.some((node) => node.gradient)) items.push("gradient");
  return items;
}

function groupPaths(spec: GraphSpec): string[] {
  const paths = new Set<string>();
  for (const node of spec.nodes) {
    const parts = (node.group ?? "").split("/").filter(Boolean);
    for (let i = 1; i <= parts.length; i++) paths.add(parts.slice(0, i).join("/"));
  }
  return [...paths];
}

function checkGraph(spec: GraphSpec): Map<string, number> {
  if (!Array.isArray(spec?.nodes) || !Array.isArray(spec.edges))
    throw new TypeError("drawGraph(): give { nodes: […], edges: […] }.");
  if (spec.nodes.length === 0) throw new RangeError("drawGraph(): the graph has no nodes.");
  const index = new Map<string, number>();
  for (const [i, node] of spec.nodes.entries()) {
    if (index.has(node.id)) throw new RangeError(`drawGraph(): two nodes have the id "${node.id}".`);
    index.set(node.id, i);
  }
  for (const edge of spec.edges)
    for (const end of [edge.from, edge.to])
      if (!index.has(end))
        throw new RangeError(`drawGraph(): the edge "${edge.from}" → "${edge.to}" needs a node "${end}".`);
  return index;
}
