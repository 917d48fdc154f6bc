/**
 * Tensors as text, the way NumPy prints arrays: aligned columns, long axes shortened, with shape and dtype.
 */

import type { Tensor } from "./tensor.ts";

const EDGE = 3;
const THRESHOLD = 1000;

/** `tensor([[1, 2], [3, 4]], shape=[2, 2], float64)` with NumPy's layout. */
export function format(t: Tensor): string {
  const tail = `, shape=[${t.shape.join(", ")}], ${t.dtype})`;
  if (t.size === 0) return `tensor([]${tail}`;
  if (t.rank === 0) return `tensor(${number(t.data[t.offset], t.dtype)}, ${t.dtype})`;
  const shorten = t.size > THRESHOLD;
  const shown = collect(t, shorten);
  const style = styleOf(shown, t.dtype);
  return `tensor(${block(t, 0, t.offset, style, shorten, "        ")}${tail}`;
}

/** What a notebook shows. */
export function preview(t: Tensor): Record<string, string> {
  return { "text/plain": format(t) };
}

interface Style {
  width: number;
  show: (x: number) => string;
}

function edges(n: number, shorten: boolean): number[] {
  if (!shorten || n <= 2 * EDGE) return Array.from({ length: n }, (_, i) => i);
  return [0, 1, 2, -1, n - 3, n - 2, n - 1];
}

function collect(t: Tensor, shorten: boolean): number[] {
  const out: number[] = [];
  const walk = (d: number, at: number): void => {
    if (d === t.rank) out.push(t.data[at]);
    else for (const i of edges(t.shape[d], shorten)) if (i >= 0) walk(d + 1, at + i * t.strides[d]);
  };
  walk(0, t.offset);
  return out;
}

function block(t: Tensor, d: number, at: number, style: Style, shorten: boolean, indent: string): string {
  if (d === t.rank - 1) {
    const items = edges(t.shape[d], shorten).map((i) =>
      i < 0 ? "…" : style.show(t.data[at + i * t.strides[d]]).padStart(style.width),
    );
    return `[${wrap(items, indent)}]`;
  }
  const rows = edges(t.shape[d], shorten).map((i) =>
    i < 0 ? "…" : block(t, d + 1, at + i * t.strides[d], style, shorten, `${indent} `),
  );
  return `[${rows.join(`,${"\n".repeat(t.rank - d - 1)}${indent}`)}]`;
}

function wrap(items: string[], indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    if (line && line.length + item.length + 2 + indent.length > 88) {
      lines.push(`${line},`);
      line = item;
    } else line = line ? `${line}, ${item}` : item;
  }
  return [...lines, line].join(`\n${indent}`);
}

function number(x: number, dtype: string): string {
  if (dtype === "bool") return x ? "true" : "false";
  return Number.isFinite(x) ? String(+x.toPrecision(dtype === "float32" ? 7 : 12)) : String(x);
}

/** One format for all shown numbers: integers plainly, else up to four decimals, else scientific. */
function styleOf(shown: number[], dtype: string): Style {
  const special = (x: number): string => (Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "-∞");
  const finite = shown.filter(Number.isFinite);
  let show: (x: number) => string;
  if (dtype === "bool") show = (x) => (x ? "true" : "false");
  else if (finite.every((x) => Number.isInteger(x) && Math.abs(x) < 1e15)) show = (x) => String(x);
  else {
    const sizes = finite.filter((x) => x !== 0).map(Math.abs);
    const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
    if (high >= 1e8 || low < 1e-4 || high / low > 1e6) show = (x) => x.toExponential(4);
    else {
      const decimals = Math.max(...finite.map((x) => (+x.toFixed(4)).toString().split(".")[1]?.length ?? 0));
      show = (x) => x.toFixed(decimals);
    }
  }
  const text = (x: number): string => (Number.isFinite(x) ? show(x) : special(x));
  return { show: text, width: Math.max(...shown.map((x) => text(x).length)) };
}
