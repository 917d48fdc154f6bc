// Completions as Jupyter wants them: texts that replace the word at the cursor, best first,
// with kinds, signatures, and for a name that must be imported first, the import.
import type { Session } from "./session.ts";
import { packageAround, publicSpecifier } from "./specifiers.ts";

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
  // After a dot or in a string no name can be offered that would have to be imported first.
  const bare = /(?:^|[^\p{ID_Continue}$.'"`/@])[\p{ID_Start}$_][\p{ID_Continue}$]+$/u.test(
    code.slice(0, cursor),
  );
  session.offerImports(bare);
  const answer = await session
    .ask<any>(
      "textDocument/completion",
      name,
      { position: positionAt(code, cursor, offset), context: { triggerKind: 1 } },
      10_000,
    )
    .finally(() => session.offerImports(false));
  const all: any[] = Array.isArray(answer) ? answer : (answer?.items ?? []);
  const around = bare ? packageAround(session.cwd) : null;
  for (const item of all) {
    const from = specifier(item);
    if (from !== undefined) item.data.autoImport.asWritten = publicSpecifier(from, session.cwd, around);
  }
  const { start, end } = replaced(answer?.itemDefaults?.editRange ?? rangeOf(all), code, cursor, offset);
  const typed = code.slice(start, cursor);
  const ranked = all
    .map((item) => ({ item, rank: rank(textOf(item), typed) }))
    // A name that is not even imported must begin as it was typed.
    .filter(({ item, rank }) => rank < (specifier(item) ? 2 : 3) && isUsable(item))
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        compare(a.item.sortText, b.item.sortText) ||
        compare(textOf(a.item), textOf(b.item)),
    );
  const byText = new Map<string, any>();
  for (const { item } of ranked) {
    const text = textOf(item);
    const other = byText.get(text);
    // "fs" and "node:fs" offer the same names: the longer form says what it is.
    if (!other || specifier(item) === `node:${specifier(other)}`) byText.set(text, item);
    if (byText.size >= MOST) break;
  }
  const chosen = [...byText.values()];
  await Promise.all(
    chosen.slice(0, DETAILED).map(async (item, i) => {
      const resolved = await session.send<any>("completionItem/resolve", item, 2000).catch(() => item);
      chosen[i] = { ...resolved, data: item.data };
    }),
  );
  const items = chosen.map(describe);
  return { matches: items.map((item) => item.text), cursorStart: start, cursorEnd: end, items };
}

/** The range that most items replace; one that also takes the dot before it is not meant. */
function rangeOf(items: any[]): any {
  return items.find(({ textEdit }) => textEdit && !TAKES_THE_DOT.test(textEdit.newText))?.textEdit.range;
}

/** `?.name` and `["a name"]`, which replace the dot before the word. */
const TAKES_THE_DOT = /^(?:\?\.|\[)/;

/** The text that a completion replaces: what the server says, else the word round the cursor. */
function replaced(range: any, code: string, cursor: number, offset: number): { start: number; end: number } {
  const from = range?.insert?.start ?? range?.start;
  const to = range?.replace?.end ?? range?.end;
  const lineStart = code.lastIndexOf("\n", cursor - 1) + 1;
  const line = code.slice(0, cursor).split("\n").length - 1 + offset;
  if (from && to && from.line === line && to.line === line) {
    return { start: lineStart + from.character, end: lineStart + to.character };
  }
  const start = cursor - /[\p{ID_Continue}$\u200c\u200d]*$/u.exec(code.slice(0, cursor))![0].length;
  const end = cursor + /^[\p{ID_Continue}$\u200c\u200d]*/u.exec(code.slice(cursor))![0].length;
  return { start, end };
}

function describe(item: any): CompletionItem {
  const detail = String(item.detail ?? item.labelDetails?.detail ?? "");
  const alias = /^\(alias\) (?:abstract )?(function|class|enum|interface|namespace|type)\b/.exec(detail);
  const kind = alias?.[1] ?? KINDS[(item.kind ?? 1) - 1] ?? "text";
  const described: CompletionItem = { text: textOf(item), kind };
  if (detail) described.signature = oneLine(detail);
  const from = item.data?.autoImport?.asWritten;
  const edit: string | undefined = item.additionalTextEdits?.[0]?.newText;
  if (from) {
    const written = edit?.trim() ?? `import { ${textOf(item)} } from ${JSON.stringify(from)};`;
    described.autoImport = written.replace(JSON.stringify(specifier(item)), JSON.stringify(from));
    if (edit !== undefined) described.signature = `from ${JSON.stringify(from)}`;
  }
  return described;
}

/** The first form of a signature, and how many more there are. */
function oneLine(detail: string): string {
  const forms = detail.split(/\n(?![\s})\]>])/);
  const first = forms[0]!.replace(/\s+/g, " ").replace(/^\(alias\) /, "");
  const short = first.length > 200 ? `${first.slice(0, 199)}…` : first;
  return forms.length > 1 && /\(/.test(first) ? `${short} (+${forms.length - 1} more)` : short;
}

function textOf(item: any): string {
  const text = String(item.textEdit?.newText ?? item.textEditText ?? item.insertText ?? item.label);
  return text.replace(/^\??\./, "");
}

/** The module that an auto-import would come from, as the server calls it. */
function specifier(item: any): string | undefined {
  return item.data?.autoImport?.moduleSpecifier;
}

function isUsable(item: any): boolean {
  if (item.label === "__cells") return false; // how our documents see each other
  if (item.textEdit?.newText.startsWith("[") && item.insertText?.startsWith("[")) return false;
  const from = specifier(item);
  if (from === undefined) return true;
  // Names of earlier cells are there without an import, and a package's private files are its own.
  return (
    item.data.autoImport.asWritten !== null && !/^\.\/__(?:cells?|check|probe)\b|^\.\/__cell_/.test(from)
  );
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
