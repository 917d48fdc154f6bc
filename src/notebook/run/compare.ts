// `--check`: are the outputs of a fresh run those that the file holds? Text is
// compared word for word and number for number, numbers within a tolerance, so
// that a last digit that differs between machines is not a failure. Cells
// tagged `nondeterministic` (or nbval's tag) are left out.
import { stripVTControlCharacters } from "node:util";
import { hasTag, isCode, type Notebook, type Output } from "../format/types.ts";

/** How strictly outputs are compared. */
export interface CompareOptions {
  /** Relative tolerance of numbers. Default 1e-6. */
  rtol?: number;
  /** Absolute tolerance of numbers. Default 1e-9. */
  atol?: number;
}

const NUMBER = /[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g;
const IGNORED = ["nondeterministic", "nbval-ignore-output", "NBVAL_IGNORE_OUTPUT"];

const close = (a: number, b: number, { rtol = 1e-6, atol = 1e-9 }: CompareOptions): boolean =>
  a === b || Math.abs(a - b) <= atol + rtol * Math.max(Math.abs(a), Math.abs(b));

const number = (text: string): number => Number(text.replace("−", "-"));

/**
 * Whether two texts say the same: equal words, numbers within tolerance, spaces aside.
 *
 * @example
 * ```ts
 * sameText("loss 0.3333333", "loss  0.33333331"); // → true
 * sameText("loss 0.33", "loss 0.34"); // → false
 * ```
 */
export function sameText(a: string, b: string, options: CompareOptions = {}): boolean {
  if (a === b) return true;
  const words = (text: string) => stripVTControlCharacters(text).replace(/\s+/g, " ").trim();
  const left = words(a);
  const right = words(b);
  const ln = left.match(NUMBER) ?? [];
  const rn = right.match(NUMBER) ?? [];
  return (
    ln.length === rn.length &&
    left.replace(NUMBER, "#") === right.replace(NUMBER, "#") &&
    ln.every((text, k) => close(number(text), number(rn[k]!), options))
  );
}

function sameValue(a: unknown, b: unknown, options: CompareOptions): boolean {
  if (typeof a === "number" && typeof b === "number") return close(a, b, options);
  if (typeof a === "string" && typeof b === "string") return sameText(a, b, options);
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && sameValue((a as any)[key], (b as any)[key], options))
  );
}

const excerpt = (text: string): string => {
  const line = stripVTControlCharacters(text).trim().replace(/\s+/g, " ");
  return line.length > 160 ? `${line.slice(0, 157)}…` : line;
};

/** The first line in which two texts differ, as "stored … now …". */
function textDifference(a: string, b: string, options: CompareOptions): string {
  const left = a.split("\n");
  const right = b.split("\n");
  const k = left.findIndex((line, i) => right[i] === undefined || !sameText(line, right[i], options));
  const at = k < 0 ? left.length : k;
  const side = (lines: string[]) => (lines[at] === undefined ? "(no such line)" : excerpt(lines[at]!));
  return `line ${at + 1}: stored ${side(left)}\n${" ".repeat(String(at + 1).length + 7)}now    ${side(right)}`;
}

function outputDifference(a: Output, b: Output, options: CompareOptions): string | undefined {
  const kind = (o: Output) => (o.output_type === "stream" ? o.name : o.output_type);
  if (kind(a) !== kind(b)) return `was ${kind(a)}, is now ${kind(b)}`;
  if (a.output_type === "stream" && b.output_type === "stream") {
    return sameText(a.text, b.text, options) ? undefined : textDifference(a.text, b.text, options);
  }
  if (a.output_type === "error" && b.output_type === "error") {
    const text = (e: typeof a) => `${e.ename}: ${e.evalue}`;
    return sameText(text(a), text(b), options)
      ? undefined
      : `was ${excerpt(text(a))}, is now ${excerpt(text(b))}`;
  }
  if (!("data" in a) || !("data" in b)) return undefined;
  const mimes = [...new Set([...Object.keys(a.data), ...Object.keys(b.data)])];
  for (const mime of mimes) {
    if (!(mime in b.data)) return `no longer has ${mime}`;
    if (!(mime in a.data)) return `now has ${mime}`;
    const [left, right] = [a.data[mime], b.data[mime]];
    if (sameValue(left, right, options)) continue;
    return typeof left === "string" && typeof right === "string" && !mime.startsWith("image/")
      ? `${mime}, ${textDifference(left, right, options)}`
      : `${mime} differs`;
  }
  return undefined;
}

/**
 * Differences between two lists of outputs, in words; empty when they agree.
 *
 * @example
 * ```ts
 * const out = (text: string) => [{ output_type: "stream", name: "stdout", text } as const];
 * compareOutputs(out("a 1"), out("a 1.0000000001")); // → []
 * compareOutputs(out("a 1"), out("a 2")).length; // → 1
 * ```
 */
export function compareOutputs(a: Output[], b: Output[], options: CompareOptions = {}): string[] {
  const found: string[] = [];
  if (a.length !== b.length) found.push(`there were ${a.length} outputs, there are now ${b.length}`);
  for (let k = 0; k < Math.min(a.length, b.length); k++) {
    const difference = outputDifference(a[k]!, b[k]!, options);
    if (difference) found.push(`output ${k + 1}: ${difference}`);
  }
  return found;
}

/**
 * Cell id → differences, for the code cells that both notebooks hold and that differ.
 *
 * @example
 * ```ts
 * const nb = fromScript("// %%\n1\n");
 * compareNotebooks(nb, nb).size; // → 0
 * ```
 */
export function compareNotebooks(
  stored: Notebook,
  fresh: Notebook,
  options: CompareOptions = {},
): Map<string, string[]> {
  const before = new Map(stored.cells.map((cell) => [cell.id, cell]));
  const found = new Map<string, string[]>();
  for (const cell of fresh.cells) {
    const old = before.get(cell.id);
    if (!old || !isCode(cell) || !isCode(old) || IGNORED.some((tag) => hasTag(cell, tag))) continue;
    const differences = compareOutputs(old.outputs, cell.outputs, options);
    if (differences.length > 0) found.set(cell.id, differences);
  }
  return found;
}
