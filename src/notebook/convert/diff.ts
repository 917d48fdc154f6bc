// What differs between two notebooks, by cell and then by line: what was
// written, and what came out. Cells are matched by id, and where ids differ by
// their text, so moved and edited cells are told from new ones.
import { type Cell, isCode, type Notebook } from "../format/types.ts";
import { type CompareOptions, compareOutputs } from "../run/compare.ts";

export type LineChange = { kind: " " | "-" | "+"; text: string };

/** One cell that differs. */
export interface CellChange {
  kind: "added" | "removed" | "changed";
  /** 1-based in the first notebook; undefined when added. */
  before?: number;
  /** 1-based in the second; undefined when removed. */
  after?: number;
  cell: Cell;
  source: LineChange[];
  outputs: string[];
  metadata: boolean;
}

/** Longest common subsequence: pairs of indices of equal elements, in order. */
export function common<T>(
  a: readonly T[],
  b: readonly T[],
  same: (x: T, y: T) => boolean,
): [number, number][] {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] = same(a[i]!, b[j]!)
        ? table[(i + 1) * width + j + 1]! + 1
        : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (same(a[i]!, b[j]!)) pairs.push([i++, j++]);
    else if (table[(i + 1) * width + j]! >= table[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}

/** Line by line, every line once. */
export function lineChanges(a: string, b: string): LineChange[] {
  const left = a === "" ? [] : a.split("\n");
  const right = b === "" ? [] : b.split("\n");
  const out: LineChange[] = [];
  let i = 0;
  let j = 0;
  for (const [x, y] of [...common(left, right, (p, q) => p === q), [left.length, right.length]] as [
    number,
    number,
  ][]) {
    while (i < x) out.push({ kind: "-", text: left[i++]! });
    while (j < y) out.push({ kind: "+", text: right[j++]! });
    if (x < left.length) out.push({ kind: " ", text: left[x]! });
    i = x + 1;
    j = y + 1;
  }
  return out;
}

/** How strictly notebooks are compared. */
export interface DiffOptions extends CompareOptions {
  /** Compare outputs too. Default true. */
  outputs?: boolean | undefined;
}

const metadataOf = (cell: Cell): string => JSON.stringify(Object.entries(cell.metadata).sort());

/**
 * The cells in which two notebooks differ.
 *
 * @example
 * ```ts
 * const changes = diffNotebooks(fromScript("// %%\n1\n"), fromScript("// %%\n1\n\n// %%\n2\n"));
 * changes.map(({ kind, after }) => [kind, after]); // → [ [ 'added', 2 ] ]
 * ```
 */
export function diffNotebooks(a: Notebook, b: Notebook, options: DiffOptions = {}): CellChange[] {
  const ids = new Set(a.cells.map((cell) => cell.id));
  const shared = new Set(b.cells.map((cell) => cell.id).filter((id) => ids.has(id)));
  const same = (x: Cell, y: Cell) =>
    x.id === y.id ||
    (!shared.has(x.id) && !shared.has(y.id) && x.cell_type === y.cell_type && x.source === y.source);
  const changes: CellChange[] = [];
  let i = 0;
  let j = 0;
  const pairs = [...common(a.cells, b.cells, same), [a.cells.length, b.cells.length] as [number, number]];
  for (const [x, y] of pairs) {
    while (i < x) changes.push(lone("removed", a.cells[i]!, ++i));
    while (j < y) changes.push(lone("added", b.cells[j]!, ++j));
    const [old, cell] = [a.cells[x], b.cells[y]];
    if (!old || !cell) break;
    const source = old.source === cell.source ? [] : lineChanges(old.source, cell.source);
    const wanted = options.outputs !== false && isCode(old) && isCode(cell);
    const outputs = wanted ? compareOutputs(old.outputs, cell.outputs, options) : [];
    const metadata = metadataOf(old) !== metadataOf(cell) || old.cell_type !== cell.cell_type;
    if (source.length > 0 || outputs.length > 0 || metadata) {
      changes.push({ kind: "changed", before: x + 1, after: y + 1, cell, source, outputs, metadata });
    }
    i = x + 1;
    j = y + 1;
  }
  return changes;
}

function lone(kind: "added" | "removed", cell: Cell, at: number): CellChange {
  const source = kind === "added" ? lineChanges("", cell.source) : lineChanges(cell.source, "");
  return {
    kind,
    ...(kind === "added" ? { after: at } : { before: at }),
    cell,
    source,
    outputs: [],
    metadata: false,
  };
}

/**
 * The changes as text, a few unchanged lines around each.
 *
 * @example
 * ```ts
 * const changes = diffNotebooks(fromScript("// %%\n1\n"), fromScript("// %%\n1\n\n// %%\n2\n"));
 * diffText(changes).includes("+ 2"); // → true
 * ```
 */
export function diffText(changes: readonly CellChange[], around = 2): string {
  return changes
    .map((change) => {
      const at = change.kind === "removed" ? change.before : change.after;
      const head = `${change.kind} ${change.cell.cell_type} cell ${at} (${change.cell.id})`;
      const keep = change.source.map((_, k) =>
        change.source.slice(Math.max(0, k - around), k + around + 1).some((line) => line.kind !== " "),
      );
      const lines = change.source.flatMap((line, k) => {
        if (keep[k]) return [`  ${line.kind} ${line.text}`];
        return keep[k - 1] ? ["    …"] : [];
      });
      const more = [
        ...(change.metadata ? ["  metadata differ"] : []),
        ...change.outputs.map((text) => `  ${text.replaceAll("\n", "\n  ")}`),
      ];
      return [head, ...lines, ...more].join("\n");
    })
    .join("\n\n");
}
