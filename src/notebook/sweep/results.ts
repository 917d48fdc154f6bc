// The results of a case: what expressions are worth in the kernel at its end,
// and what cells tagged `results` show as JSON or as an object's text.
import { stripVTControlCharacters } from "node:util";
import { parse } from "yaml";
import { hasTag, isCode, type MimeBundle, type Notebook, NotebookError } from "../format/types.ts";
import type { Kernel } from "../server/kernel.ts";

/** The value that a kernel's text stands for: a number, true, { a: 1 }, [1, 2]; otherwise the text. */
export function readValue(text: string): unknown {
  const plain = stripVTControlCharacters(text).trim();
  const number = /^([-+]?(?:\d[\d_]*)?\.?\d+(?:e[-+]?\d+)?)n?$/i.exec(plain)?.[1];
  if (number !== undefined) return Number(number.replaceAll("_", ""));
  if (/^(NaN|-?Infinity)$/.test(plain)) return plain;
  if (/^'.*'$|^".*"$/s.test(plain)) return plain.slice(1, -1);
  if (/^(true|True)$/.test(plain)) return true;
  if (/^(false|False)$/.test(plain)) return false;
  if (/^(null|None|undefined)$/.test(plain)) return null;
  if (/^[[{]/.test(plain)) {
    try {
      return parse(plain); // YAML's flow style reads a printed object
    } catch {
      return plain;
    }
  }
  return plain;
}

function fromBundle(bundle: MimeBundle): Record<string, unknown> {
  const value = bundle["application/json"] ?? readValue(String(bundle["text/plain"] ?? ""));
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** `name` or `name=expression`. */
export function splitResult(text: string): [name: string, expression: string] {
  const found = /^([A-Za-z_$][\w$ ]*?)\s*=(?!=)([\s\S]+)$/.exec(text);
  return found ? [found[1]!, found[2]!.trim()] : [text, text];
}

export async function readResults(
  kernel: Kernel,
  notebook: Notebook,
  asked: readonly string[],
): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  for (const cell of notebook.cells) {
    if (!isCode(cell) || !hasTag(cell, "results")) continue;
    for (const output of cell.outputs) if ("data" in output) Object.assign(results, fromBundle(output.data));
  }
  if (asked.length === 0) return results;
  const expressions = Object.fromEntries(asked.map(splitResult));
  const reply = await kernel.execute("", () => {}, { expressions });
  for (const [name, value] of Object.entries(reply.expressions ?? {})) {
    if (value.status !== "ok") {
      throw new NotebookError(`the result "${name}" has no value: ${value.ename}: ${value.evalue}`);
    }
    results[name] = readValue(String(value.data["text/plain"] ?? ""));
  }
  return results;
}
