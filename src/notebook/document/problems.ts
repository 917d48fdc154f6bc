// Collects what could not be set, by name, instead of stopping at the first:
// a user mends all of it at once. Strict exports fail with the whole list;
// lenient ones show each as a box in its place.
import { NotebookError } from "../format/types.ts";
import type { Block, Inline } from "./types.ts";

/**
 * Export failed; `problems` names each thing that could not be set and where it is.
 *
 * @example
 * ```ts
 * const nb = fromScript("// %% [markdown]\n// $\\nosuch$\n");
 * await renderNotebook(nb, ".", "pdf", "sheet"); // throws the formula $\nosuch$: Undefined control sequence
 * ```
 */
export class ExportError extends NotebookError {
  override name = "ExportError";
  readonly problems: readonly string[];
  constructor(name: string, problems: readonly string[]) {
    const list = problems.map((problem) => `  - ${problem}`).join("\n");
    const count = problems.length === 1 ? "1 thing" : `${problems.length} things`;
    super(`${name}: ${count} cannot be set:\n${list}\n(--lenient exports with a visible box in each place)`);
    this.problems = problems;
  }
}

export class Problems {
  readonly found: string[] = [];
  /** Where we are, e.g. "cell 4 (1 Mixtures › (a))"; set by whoever walks the notebook. */
  where = "";

  add(what: string, where = this.where): string {
    const message = where ? `${where}: ${what}` : what;
    if (!this.found.includes(message)) this.found.push(message);
    return message;
  }

  block(what: string): Block {
    return { type: "problem", message: this.add(what) };
  }

  inline(what: string): Inline {
    return { type: "problem", message: this.add(what) };
  }
}
