// What a run found, as plain data: the JSON report is this object, the JUnit
// report and the text on the terminal are made from it.
import type { Step } from "./deadline.ts";
import type { CellError } from "./locate-error.ts";

/** How a cell ended. */
export type CellStatus =
  | "ok"
  /** It failed, as its tag `raises-exception` says it does. */
  | "error-allowed"
  | "error"
  | "timeout"
  | "cancelled"
  | "dead"
  /** Its outputs differ from the stored ones (`--check`). */
  | "changed"
  /** The run ended before it. */
  | "not-run"
  /** Left out by choice. */
  | "skipped";

/** How one cell ran. */
export interface CellReport {
  /** 1-based, counting all cells. */
  cell: number;
  id: string;
  /** Headings above it, outermost first. */
  section: string[];
  status: CellStatus;
  /** Milliseconds. */
  duration: number;
  executionCount: number | null;
  error?: CellError;
  /** What was needed to stop it. */
  steps?: Step[];
  /** The server went with the kernel. */
  serverLost?: boolean;
  /** Differences found by `--check`. */
  differences?: string[];
}

/** How a notebook ran. */
export interface RunReport {
  notebook: string;
  kernel: string;
  status: "passed" | "failed" | "cancelled";
  /** Why the run as a whole failed, when no single cell says it. */
  reason?: string;
  /** Milliseconds, from asking for the kernel to its end. */
  duration: number;
  parameters: Record<string, unknown>;
  cells: CellReport[];
}

const FAILURES = new Set<CellStatus>(["error", "timeout", "cancelled", "dead", "changed"]);

/**
 * Whether a status means that something went wrong.
 *
 * @example
 * ```ts
 * isFailure("timeout"); // → true
 * isFailure("error-allowed"); // → false
 * ```
 */
export const isFailure = (status: CellStatus): boolean => FAILURES.has(status);

export function countCells(report: RunReport): { ran: number; failed: number; notRun: number } {
  const of = (test: (status: CellStatus) => boolean) => report.cells.filter((c) => test(c.status)).length;
  return {
    ran: of((s) => s !== "skipped" && s !== "not-run"),
    failed: of(isFailure),
    notRun: of((s) => s === "not-run"),
  };
}

/**
 * The failing cells, quoted.
 *
 * @example
 * ```ts
 * const cell = { cell: 2, id: "b", section: ["Sheet"], status: "error", duration: 5, executionCount: 1 } as const;
 * const error = { ename: "Error", evalue: "no", traceback: "", line: 3, frame: "> 3 | f()" };
 * const report = { notebook: "a.ipynb", kernel: "tslab", status: "failed", duration: 9, parameters: {} } as const;
 * failureText({ ...report, cells: [{ ...cell, section: ["Sheet"], error }] }).split("\n")[0]; // → a.ipynb, cell 2, Sheet, line 3
 * ```
 */
export function failureText(report: RunReport): string {
  const parts = report.cells
    .filter((cell) => isFailure(cell.status))
    .map((cell) => {
      const at = [`cell ${cell.cell}`, ...(cell.section.length ? [cell.section.join(" › ")] : [])].join(", ");
      const head = cell.error
        ? `${cell.error.ename}: ${cell.error.evalue}`
        : cell.status === "changed"
          ? "the outputs differ from the stored ones"
          : cell.status;
      const where = `${report.notebook}, ${at}${cell.error?.line ? `, line ${cell.error.line}` : ""}`;
      const body = cell.error?.frame ?? (cell.error?.traceback === head ? "" : (cell.error?.traceback ?? ""));
      const indent = (text: string) => text.replace(/^(?=.)/gm, "    ");
      return [
        `${where}\n  ${head.replaceAll("\n", "\n  ")}`,
        indent(body),
        indent((cell.differences ?? []).join("\n")),
      ]
        .filter(Boolean)
        .join("\n");
    });
  if (report.reason) parts.push(`${report.notebook}: ${report.reason}`);
  return parts.join("\n\n");
}
