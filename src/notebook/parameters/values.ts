// Parameter values as a user gives them: `--param name=value`, where the value
// is read as YAML (4, 0.1, true, [1, 2], text), or a YAML/JSON file.
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { NotebookError } from "../format/types.ts";

/**
 * The value a piece of text stands for.
 *
 * @example
 * ```ts
 * parseValue("[1, 0.5]"); // → [ 1, 0.5 ]
 * parseValue("word"); // → word
 * ```
 */
export function parseValue(text: string): unknown {
  try {
    return text === "" ? "" : parse(text, { schema: "core", logLevel: "error" });
  } catch {
    return text; // not YAML: taken literally
  }
}

/** Name and text of `name=value`. */
export function splitParameter(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  const name = text.slice(0, at).trim();
  if (at < 1 || !/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name)) {
    throw new NotebookError(`--param ${text}: expected name=value, for example --param C=4`);
  }
  return [name, text.slice(at + 1)];
}

/**
 * Values of all `--param` arguments over those of an optional file.
 *
 * @example
 * ```ts
 * await readParameters(["C=4", "name=x"]); // → { C: 4, name: 'x' }
 * ```
 */
export async function readParameters(
  args: readonly string[] = [],
  file?: string,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  if (file !== undefined) {
    let content: unknown;
    try {
      content = parse(await readFile(file, "utf8"), { logLevel: "error" });
    } catch (error) {
      throw new NotebookError(`cannot read the parameters in ${file}: ${(error as Error).message}`);
    }
    if (content !== null && (typeof content !== "object" || Array.isArray(content))) {
      throw new NotebookError(`${file} must hold names and values, such as "C: 4"`);
    }
    Object.assign(values, content);
  }
  for (const arg of args) {
    const [name, value] = splitParameter(arg);
    values[name] = parseValue(value);
  }
  return values;
}
