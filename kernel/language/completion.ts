// Completions as Jupyter wants them: texts that replace the word at the cursor, best first,
// with kinds, signatures, and for a name that must be imported first, the import.
import type { Session } from "./session.ts";

export interface CompletionItem {
  text: string;
  kind: string;
  signature?: string;
  /** The import statement that the name needs. */
  autoImport?: string;
}

export interface Completion {
  matches: string[];
  /** UTF-16 offsets of the text that a match replaces. */
  cursorStart: number;
  cursorEnd: number;
  items: CompletionItem[];
}

/** LSP's numbers for kinds, in the words that JupyterLab has icons for. */
const KINDS = [
  "text",
  "method",
  "function",
  "class",
  "field",
  "variable",
  "class",
  "interface",
  "module",
  "property",
  "unit",
  "value",
  "enum",
  "keyword",
  "snippet",
  "color",
  "file",
  "reference",
  "folder",
  "enum member",
  "constant",
  "struct",
  "event",
  "operator",
  "type parameter",
];

/** How many names are returned, and of how many the signature is asked for. */
const MOST = 1000;
const DETAILED = 24;

export async function completionAt(
  session: Session,
  name: string,
  offset: number,
  code: string,
  cursor: number,
): Promise<Completion> {
  const start = cursor - /[\p{ID_Continue}$\u200c\u200d]*$/u.exec(code.slice(0, cursor))![0].length;
  const end = cursor + /^[\p{ID_Continue}$\u200c\u200d]*/u.exec(code.slice(cursor))![0].length;
  const position = positionAt(code, cursor, offset);
  const answer = await session.ask<{ items: any[] } | any[] | null>(
    "textDocument/completion",
    name,
    { position, context: { triggerKind: 1 } },
    5000,
  );
  const all: any[] = Array.isArray(answer) ? answer : (answer?.items ?? []);
  const typed = code.slice(start, cursor);
  const ranked = all
    .map((item) => ({ item, rank: rank(item.filterText ?? item.label, typed) }))
    .filter(({ item, rank: r }) => r < 3 && !/^__(?:cells|check|probe)/.test(item.label))
    .sort(
      (a, b) =>
        a.rank - b.rank || compare(a.item.sortText, b.item.sortText) || compare(a.item.label, b.item.label),
    );
  const seen = new Set<string>();
  const chosen: any[] = [];
  for (const { item } of ranked) {
    if (chosen.length >= MOST) break;
    const text = insertedText(item);
    if (seen.has(text)) continue;
    seen.add(text);
    chosen.push(item);
  }
  await Promise.all(
    chosen.slice(0, DETAILED).map(async (item, i) => {
      chosen[i] = await session.send<any>("completionItem/resolve", item, 2000).catch(() => item);
    }),
  );
  const items = chosen.map(describe);
  return { matches: items.map((item) => item.text), cursorStart: start, cursorEnd: end, items };
}

function describe(item: any): CompletionItem {
  const described: CompletionItem = { text: insertedText(item), kind: KINDS[(item.kind ?? 1) - 1] ?? "text" };
  const signature = item.detail ?? item.labelDetails?.detail;
  if (signature) described.signature = String(signature).split("\n").at(-1)!.trim();
  const edits: any[] = item.additionalTextEdits ?? [];
  if (edits.length > 0) described.autoImport = edits.map((edit) => edit.newText.trim()).join("\n");
  return described;
}

function insertedText(item: any): string {
  return String(item.textEdit?.newText ?? item.insertText ?? item.label).replace(/^[?.]+/, "");
}

/** 0 for a prefix, 1 for one but for case, 2 for a part, 3 for no match. */
function rank(label: string, typed: string): number {
  if (label.startsWith(typed)) return 0;
  const lower = typed.toLowerCase();
  if (label.toLowerCase().startsWith(lower)) return 1;
  return label.toLowerCase().includes(lower) ? 2 : 3;
}

const compare = (a = "", b = ""): number => (a < b ? -1 : a > b ? 1 : 0);

/** Offset in the cell to a position in its document. */
export function positionAt(code: string, cursor: number, lines: number): { line: number; character: number } {
  const before = code.slice(0, cursor);
  return {
    line: before.split("\n").length - 1 + lines,
    character: cursor - (before.lastIndexOf("\n") + 1),
  };
}
