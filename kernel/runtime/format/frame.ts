// Tables for data frames: anything shaped like danfo's DataFrame or Series, recognized by what it has, because
// the kernel depends on no such library. Long and wide frames show their corners and say their size.

import { isProxy } from "node:util/types";

interface Frame {
  columns: string[];
  index: (string | number)[];
  values: unknown[];
  shape: number[];
}

const ROWS = 20;
const COLUMNS = 20;

export function isFrame(value: unknown): value is Frame {
  if (typeof value !== "object" || value === null || isProxy(value)) return false;
  const name = value.constructor?.name ?? "";
  if (!/(DataFrame|Series)$/.test(name)) return false;
  const { columns, index, values, shape } = value as Partial<Frame>;
  return Array.isArray(columns) && Array.isArray(index) && Array.isArray(values) && Array.isArray(shape);
}

export function frameToHtml(frame: Frame): string {
  const { columns, index, values } = frame;
  const rows = keep(index.length, ROWS);
  const cols = keep(columns.length, COLUMNS);
  const row = (r: number): unknown[] => (Array.isArray(values[r]) ? (values[r] as unknown[]) : [values[r]]);
  const head = cols.map((c) => `<th>${c === null ? "…" : escapeHtml(String(columns[c]))}</th>`).join("");
  const body = rows.map((r) => {
    if (r === null) return `<tr>${"<td>⋮</td>".repeat(cols.length + 1)}</tr>`;
    const cells = cols.map((c) => `<td>${c === null ? "…" : escapeHtml(show(row(r)[c]))}</td>`).join("");
    return `<tr><th>${escapeHtml(String(index[r]))}</th>${cells}</tr>`;
  });
  const size = `${index.length} rows × ${columns.length} columns`;
  return `<table><thead><tr><th></th>${head}</tr></thead><tbody>${body.join("")}</tbody></table><p>${size}</p>`;
}

function keep(count: number, limit: number): (number | null)[] {
  const all = Array.from({ length: count }, (_, i) => i);
  if (count <= limit) return all;
  return [...all.slice(0, limit / 2), null, ...all.slice(count - limit / 2)];
}

function show(value: unknown): string {
  return typeof value === "number" && !Number.isInteger(value)
    ? String(Number(value.toPrecision(6)))
    : String(value);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);
}
