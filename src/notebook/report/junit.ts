// The report of a run as JUnit XML, which CI systems show: one test suite a
// notebook, one test case a cell, named by its headings.
import { type CellReport, isFailure, type RunReport } from "../run/report.ts";

/** Text that may stand in XML 1.0: markup escaped, control characters dropped. */
export function xml(text: string): string {
  return [...text]
    .filter((char) => {
      const code = char.codePointAt(0)!;
      return (
        code === 9 ||
        code === 10 ||
        code === 13 ||
        (code >= 32 && code < 0xd800) ||
        (code > 0xdfff && code < 0xfffe) ||
        code > 0xffff
      );
    })
    .join("")
    .replace(/[&<>"]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[char]!);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

function testCase(cell: CellReport, report: RunReport): string {
  const section = cell.section.at(-1);
  const name = xml(`cell ${cell.cell}${section ? `: ${section}` : ""}`);
  const head = `    <testcase classname="${xml(report.notebook)}" name="${name}" time="${seconds(cell.duration)}"`;
  if (cell.status === "skipped" || cell.status === "not-run") return `${head}><skipped/></testcase>`;
  if (!isFailure(cell.status)) return `${head}/>`;
  const title = cell.error ? `${cell.error.ename}: ${cell.error.evalue}` : cell.status;
  const body = [cell.error?.frame, cell.error?.traceback, ...(cell.differences ?? [])]
    .filter(Boolean)
    .join("\n\n");
  // A failed comparison is the test's verdict; everything else kept the test from running through.
  const tag = cell.status === "changed" ? "failure" : "error";
  return `${head}>\n      <${tag} type="${xml(cell.error?.ename ?? cell.status)}" message="${xml(title)}">${xml(body)}</${tag}>\n    </testcase>`;
}

/**
 * Reports of runs as JUnit XML: a suite a notebook, a case a cell.
 *
 * @example
 * ```ts
 * const cell = { cell: 2, id: "b", section: ["Sheet"], status: "error", duration: 5, executionCount: 1 } as const;
 * const error = { ename: "Error", evalue: "no", traceback: "", line: 3, frame: "> 3 | f()" };
 * const report = { notebook: "a.ipynb", kernel: "tslab", status: "failed", duration: 9, parameters: {} } as const;
 * junitReport([{ ...report, cells: [{ ...cell, section: ["Sheet"], error }] }]).includes('<error type="Error"'); // → true
 * ```
 */
export function junitReport(reports: readonly RunReport[]): string {
  const suites = reports.map((report) => {
    const count = (test: (cell: CellReport) => boolean) => report.cells.filter(test).length;
    const failures = count((cell) => cell.status === "changed");
    const errors = count((cell) => isFailure(cell.status)) - failures + (report.reason ? 1 : 0);
    const skipped = count((cell) => cell.status === "skipped" || cell.status === "not-run");
    const cases = report.cells.map((cell) => testCase(cell, report));
    if (report.reason) {
      cases.push(
        `    <testcase classname="${xml(report.notebook)}" name="run" time="0.000"><error message="${xml(report.reason)}"/></testcase>`,
      );
    }
    return `  <testsuite name="${xml(report.notebook)}" tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="${skipped}" time="${seconds(report.duration)}">\n${cases.join("\n")}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("\n")}\n</testsuites>\n`;
}
