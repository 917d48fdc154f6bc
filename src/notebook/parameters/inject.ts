// Gives a notebook other parameters: a cell tagged `injected-parameters` goes
// in after the cell tagged `parameters` (in place of one from an earlier run).
// For a `let` the new cell assigns, and for a `const` it declares again with
// the type written or evident in the parameters cell, so the kernel's own type
// check judges the values against the cell.
import type { CodeCell, Notebook } from "../format/types.ts";
import { hasTag, isCode, NotebookError } from "../format/types.ts";
import { type Declaration, declarations } from "./declarations.ts";

export const INJECTED = "injected-parameters";

const PYTHON = { true: "True", false: "False", null: "None" } as Record<string, string>;

/** A value as Python source: JSON apart from three words. */
function pythonLiteral(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value)
      .map(([k, v]) => `${JSON.stringify(k)}: ${pythonLiteral(v)}`)
      .join(", ")}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value))
    return `float("${value}")`.replace("Infinity", "inf");
  const text = JSON.stringify(value);
  return PYTHON[text] ?? text;
}

/** A value as TypeScript source. */
export function literal(value: unknown): string {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    const key = (k: string) => (/^[A-Za-z_$][\w$]*$/.test(k) ? k : JSON.stringify(k));
    return `{ ${Object.entries(value)
      .map(([k, v]) => `${key(k)}: ${literal(v)}`)
      .join(", ")} }`;
  }
  return JSON.stringify(value);
}

function typescriptLine(declared: Declaration, value: unknown): string {
  const { name, kind, type } = declared;
  if (kind === "const") return `const ${name}${type ? `: ${type}` : ""} = ${literal(value)};`;
  return `${name} = ${literal(value)};`;
}

function known(name: string, cell: CodeCell, declared: { name: string }[], path: string): never {
  const names = declared.map((d) => d.name).join(", ") || "none";
  throw new NotebookError(
    `${path} has no parameter "${name}": the cell tagged "parameters" (id ${cell.id}) declares ${names}`,
  );
}

/**
 * Put `values` into a cell after the parameters cell. With no values the notebook is returned as it is.
 * @throws NotebookError when there is no parameters cell, or it declares no such name
 *
 * @example
 * ```ts
 * const nb = fromScript("// %%\nlet C = 1;\n\n// %%\nC * 2\n");
 * nb.cells[0]!.metadata.tags = ["parameters"];
 * injectParameters(nb, { C: 4 }).cells[1]!.source.split("\n")[1]; // → C = 4;
 * injectParameters(nb, { D: 4 }); // throws has no parameter "D"
 * ```
 */
export function injectParameters(
  notebook: Notebook,
  values: Record<string, unknown>,
  path = "the notebook",
): Notebook {
  const names = Object.keys(values);
  if (names.length === 0) return notebook;
  const cells = notebook.cells.filter((cell) => !hasTag(cell, INJECTED));
  const at = cells.findIndex((cell) => isCode(cell) && hasTag(cell, "parameters"));
  const cell = cells[at];
  if (!cell || !isCode(cell)) {
    throw new NotebookError(
      `${path} has no cell tagged "parameters", so ${names.join(", ")} cannot be set. ` +
        "Tag the cell that declares them (in JupyterLab: the property inspector, Cell Tags).",
    );
  }
  const language =
    notebook.metadata.language_info?.name ?? notebook.metadata.kernelspec?.language ?? "typescript";
  const python = language === "python";
  const declared = declarations(cell.source, python ? "python" : "typescript");
  const lines = names.map((name) => {
    const declaration = declared.find((d) => d.name === name) ?? known(name, cell, declared, path);
    if (python) return `${name} = ${pythonLiteral(values[name])}`;
    return typescriptLine(declaration, adapt(values[name], declaration));
  });
  const injected: CodeCell = {
    cell_type: "code",
    id: INJECTED,
    source: `${python ? "#" : "//"} parameters of this run\n${lines.join("\n")}`,
    metadata: { tags: [INJECTED] },
    outputs: [],
    execution_count: null,
  };
  return { ...notebook, cells: [...cells.slice(0, at + 1), injected, ...cells.slice(at + 1)] };
}

/** `--param name=123` for a text parameter means the text "123". */
function adapt(value: unknown, { type }: Declaration): unknown {
  return type === "string" && (typeof value === "number" || typeof value === "boolean")
    ? String(value)
    : value;
}
