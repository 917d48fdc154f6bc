/**
 * The parts of a graph's drawing: boxes, arrows, frames, the key. Units are px, y downwards.
 */

import { escapeHtml } from "./escape.ts";
import type { GraphEdge, GraphNode } from "./graph.ts";
import type { LayoutResult, Place } from "./graph-layout.ts";
import { setLabel } from "./graph-text.ts";
import type { MathSvg } from "./math.ts";

export interface NodeBox {
  node: GraphNode;
  /** Label, shape, value: set one under the other. */
  rows: MathSvg[];
  gradient: MathSvg | undefined;
  width: number;
  height: number;
  /** Height of the part above the gradient. */
  upper: number;
}

export type LegendItem = "retained" | "gradient";

const looks = {
  input: { fill: "#E8F1FA", stroke: "#0072B2", radius: 0, width: 1.6, dash: "" },
  constant: { fill: "#F4F4F4", stroke: "#666666", radius: 0, width: 1, dash: "4,2.5" },
  op: { fill: "#FFFFFF", stroke: "#333333", radius: 8, width: 1, dash: "" },
  output: { fill: "#E7F5EF", stroke: "#00724F", radius: 8, width: 1.6, dash: "" },
};

const gradientFill = "#FCEBDD";
export const gradientInk = "#A33B00";
const n = (x: number): string => String(Math.round(x * 100) / 100);

export function drawNode(box: NodeBox, centre: Place): string {
  const { node, width, height, upper } = box;
  const look = looks[node.kind];
  const stroke = escapeHtml(node.color ?? look.stroke);
  const [x, y] = [centre.x - width / 2, centre.y - height / 2];
  const outline = (inset: number): string =>
    `x="${n(inset)}" y="${n(inset)}" width="${n(width - 2 * inset)}" height="${n(height - 2 * inset)}" rx="${Math.max(0, look.radius - inset)}"`;
  const dash = look.dash ? ` stroke-dasharray="${look.dash}"` : "";
  const parts = [`<rect ${outline(0)} fill="${look.fill}" stroke="none"/>`];
  if (box.gradient) {
    const r = look.radius;
    const low = height - upper;
    parts.push(
      `<path d="M0,${n(upper)}h${n(width)}v${n(low - r)}q0,${r} ${-r},${r}h${n(2 * r - width)}q${-r},0 ${-r},${-r}z" fill="${gradientFill}"/>`,
      `<path d="M0,${n(upper)}h${n(width)}" stroke="${stroke}" stroke-width="0.6"/>`,
    );
  }
  parts.push(`<rect ${outline(0)} fill="none" stroke="${stroke}" stroke-width="${look.width}"${dash}/>`);
  if (node.kind === "output")
    parts.push(`<rect ${outline(3)} fill="none" stroke="${stroke}" stroke-width="0.7"/>`);
  const total = box.rows.reduce((sum, row) => sum + row.height, 0) + 3 * (box.rows.length - 1);
  let top = (upper - total) / 2;
  for (const row of box.rows) {
    parts.push(put(row, (width - row.width) / 2, top));
    top += row.height + 3;
  }
  if (box.gradient)
    parts.push(
      put(box.gradient, (width - box.gradient.width) / 2, upper + (height - upper - box.gradient.height) / 2),
    );
  if (node.retained) parts.push(`<g transform="translate(${n(width - 9)},-3)">${bookmark}</g>`);
  return `<g transform="translate(${n(x)},${n(y)})"><title>${escapeHtml(node.label)}</title>${parts.join("")}</g>`;
}

/** The sign of a value that is kept. */
const bookmark = `<path d="M0,0h7v11l-3.5,-3l-3.5,3z" fill="#CC79A7" stroke="#7A3B5E" stroke-width="0.8"/>`;

function put(text: MathSvg, x: number, top: number): string {
  return `<g transform="translate(${n(x)},${n(top + text.height - text.depth)})">${text.content}</g>`;
}

export function drawEdge(
  place: LayoutResult["edges"][number],
  edge: GraphEdge,
  label: MathSvg | undefined,
): string {
  const several = edge.colors && edge.colors.length > 1 ? edge.colors.map(escapeHtml) : undefined;
  const color = several ? "#444444" : escapeHtml(edge.colors?.[0] ?? edge.color ?? "#444444");
  const { points } = place;
  const end = points[points.length - 1];
  const dash = edge.dashed ? ` stroke-dasharray="5,3"` : "";
  const line = several
    ? severalLines(points, several)
    : stroke(curve(points), color, edge.color || edge.colors ? 1.8 : 1.1, dash);
  const written = label && place.label ? edgeLabel(label, place.label) : "";
  return line + arrowHead(end, place.tip, color) + written;
}

const stroke = (d: string, color: string, width: number, rest = ""): string =>
  `<path d="${d}" fill="none" stroke="${color}" stroke-width="${width}"${rest}/>`;

/** A start and Bézier triples as path data. */
function curve([start, ...rest]: readonly Place[]): string {
  const at = (p: Place): string => `${n(p.x)},${n(p.y)}`;
  let d = `M${at(start)}`;
  for (let i = 0; i + 2 < rest.length; i += 3)
    d += `C${rest
      .slice(i, i + 3)
      .map(at)
      .join(" ")}`;
  return d;
}

/** Up to four lines side by side; more take turns along one line. */
function severalLines(points: readonly Place[], colors: readonly string[]): string {
  const apart = 2.3;
  if (colors.length <= 4)
    return colors
      .map((color, k) => stroke(curve(beside(points, (k - (colors.length - 1) / 2) * apart)), color, 1.7))
      .join("");
  const dash = 6;
  const rest = (k: number): string =>
    ` stroke-dasharray="${dash},${dash * (colors.length - 1)}" stroke-dashoffset="${-dash * k}"`;
  return colors.map((color, k) => stroke(curve(points), color, 2.6, rest(k))).join("");
}

/** The same curve, moved sideways: each control point along the normal of its neighbours' direction. */
function beside(points: readonly Place[], by: number): Place[] {
  return points.map((p, i) => {
    const [a, b] = [points[Math.max(0, i - 1)], points[Math.min(points.length - 1, i + 1)]];
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const length = Math.hypot(dx, dy) || 1;
    return { x: p.x - (by * dy) / length, y: p.y + (by * dx) / length };
  });
}

function arrowHead(from: Place, tip: Place, color: string): string {
  const [dx, dy] = [tip.x - from.x, tip.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const half = 3.2;
  const a = `${n(from.x - uy * half)},${n(from.y + ux * half)}`;
  const b = `${n(from.x + uy * half)},${n(from.y - ux * half)}`;
  return `<path d="M${n(tip.x)},${n(tip.y)}L${a}L${b}z" fill="${color}"/>`;
}

function edgeLabel(label: MathSvg, at: Place): string {
  const [x, y] = [at.x - label.width / 2, at.y - label.height / 2];
  const ground = `<rect x="${n(x - 2)}" y="${n(y - 1)}" width="${n(label.width + 4)}" height="${n(label.height + 2)}" fill="#ffffff" fill-opacity="0.85"/>`;
  return ground + put(label, x, y);
}

export function drawGroup(group: LayoutResult["groups"][number], title: MathSvg): string {
  const depth = group.path.split("/").length;
  const fill = depth % 2 === 1 ? "#FAFAFA" : "#F1F1F1";
  return (
    `<rect x="${n(group.x)}" y="${n(group.y)}" width="${n(group.width)}" height="${n(group.height)}" rx="5" fill="${fill}" stroke="#999999" stroke-width="0.8" stroke-dasharray="2,2"/>` +
    put(title, group.x + 6, group.y + 5)
  );
}

/** The numbered end of an arrow that goes on in another column. */
export function drawMark(x: number, y: number, number: number): string {
  const text = setLabel(String(number), 9, "#333333");
  return `<circle cx="${n(x)}" cy="${n(y)}" r="8" fill="#ffffff" stroke="#666666" stroke-width="0.8"/>${put(text, x - text.width / 2, y - text.height / 2)}`;
}

const legendTexts: Record<LegendItem, string> = {
  retained: "kept for the way back",
  gradient: "gradient that came back",
};

function legendParts(items: LegendItem[]): { item: LegendItem; text: MathSvg }[] {
  return items.map((item) => ({ item, text: setLabel(legendTexts[item], 10.5, "#333333") }));
}

export function legendSize(items: LegendItem[]): { width: number; height: number } {
  if (items.length === 0) return { width: 0, height: 0 };
  const parts = legendParts(items);
  return {
    width: parts.reduce((sum, p) => sum + p.text.width + 20, 0) + 16 * (parts.length - 1),
    height: 14,
  };
}

export function drawLegend(items: LegendItem[], x: number, y: number): string {
  let at = x;
  const drawn = legendParts(items).map(({ item, text }) => {
    const sign =
      item === "retained"
        ? `<g transform="translate(${n(at + 3)},${n(y + 1)})">${bookmark}</g>`
        : `<rect x="${n(at)}" y="${n(y + 2)}" width="13" height="9" fill="${gradientFill}" stroke="${gradientInk}" stroke-width="0.8"/>`;
    const written = put(text, at + 18, y + 7 - (text.height - text.depth) / 2);
    at += text.width + 36;
    return sign + written;
  });
  return drawn.join("");
}
