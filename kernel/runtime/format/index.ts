// A value as a MIME bundle: what a cell's last expression shows.
//
// An object decides for itself through `Symbol.for("Jupyter.display")`, the method Deno's kernel introduced;
// data frames get a table; everything else is text, shortened where it is large, with its size.

import { inspect } from "node:util";
import type { Bundle } from "../messages.ts";
import { frameToHtml, isFrame } from "./frame.ts";

export const DISPLAY = Symbol.for("Jupyter.display");

const MAX_TEXT = 200_000;

export interface Shown {
  data: Bundle;
  metadata: object;
}

export async function toBundle(value: unknown): Promise<Shown> {
  const display = displayMethod(value);
  if (display) {
    const bundle: unknown = await display.call(value);
    if (typeof bundle === "object" && bundle !== null)
      return { data: normalize(bundle as Bundle, value), metadata: {} };
  }
  if (isFrame(value))
    return { data: { "text/html": frameToHtml(value), "text/plain": toText(value) }, metadata: {} };
  return { data: { "text/plain": toText(value) }, metadata: {} };
}

export function hasDisplay(value: unknown): boolean {
  return displayMethod(value) !== null;
}

function displayMethod(value: unknown): (() => unknown) | null {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return null;
  try {
    const method = (value as any)[DISPLAY];
    return typeof method === "function" ? method : null;
  } catch {
    return null; // a getter or a Proxy that throws
  }
}

/** Binary data as base64, and always a text form: frontends without the rich one have something to show. */
export function normalize(bundle: Bundle, value?: unknown): Bundle {
  const out: Bundle = {};
  for (const [mime, data] of Object.entries(bundle)) {
    if (data === undefined) continue;
    out[mime] = ArrayBuffer.isView(data) ? base64(data) : data;
  }
  if (value !== undefined && out["text/plain"] === undefined) out["text/plain"] = shortName(value);
  return out;
}

export function toText(value: unknown): string {
  const text = inspect(value, {
    depth: 4,
    maxArrayLength: 100,
    maxStringLength: 20_000,
    breakLength: 100,
    compact: 3,
  });
  if (text.length <= MAX_TEXT) return text;
  return `${text.slice(0, MAX_TEXT)}\n… ${text.length - MAX_TEXT} more characters`;
}

function shortName(value: unknown): string {
  return inspect(value, { depth: 0, maxArrayLength: 10, maxStringLength: 200 });
}

function base64(view: ArrayBufferView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("base64");
}
