// `%who`: the variables of the session with their kinds, in the order they were declared.

import { inspect } from "node:util";
import { writeText } from "./channel.ts";

/** Where cells keep what they share; see the transformation of cells. */
const CELLS = Symbol.for("gradlab.cells");

export function who(): void {
  const rows: [string, string, string][] = [];
  const shared = (globalThis as any)[CELLS] ?? {};
  for (const name of Object.keys(shared)) {
    const value = shared[name];
    const text = inspect(value, { depth: 0, maxArrayLength: 4, maxStringLength: 40, breakLength: Infinity });
    rows.push([name, kindOf(value), text.length > 60 ? `${text.slice(0, 60)}…` : text]);
  }
  if (rows.length === 0) writeText("stdout", "no variables yet\n");
  const wide = (i: number) => Math.max(...rows.map((row) => row[i as 0].length));
  const [first, second] = [wide(0), wide(1)];
  for (const [name, kind, text] of rows) {
    writeText("stdout", `${name.padEnd(first)}  ${kind.padEnd(second)}  ${text}\n`);
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "function")
    return /^class\b/.test(Function.prototype.toString.call(value)) ? "class" : "function";
  if (typeof value !== "object") return typeof value;
  return value.constructor?.name || "object";
}
