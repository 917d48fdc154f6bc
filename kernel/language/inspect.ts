// What stands at the cursor: hover, or inside the brackets of a call, the signature.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { positionAt } from "./completion.ts";
import { placeInLibrary } from "./library.ts";
import type { Session } from "./session.ts";

export interface Inspection {
  markdown: string;
  plain: string;
}

export async function inspectAt(
  session: Session,
  name: string,
  offset: number,
  code: string,
  cursor: number,
  detail: 0 | 1,
): Promise<Inspection | null> {
  // A front end may ask with the cursor behind the word.
  const places = /[\p{ID_Continue}$]/u.test(code[cursor] ?? "") ? [cursor] : [cursor - 1, cursor];
  let markdown = "";
  let place = cursor;
  for (const each of places) {
    if (each < 0 || !/[\p{ID_Continue}$"'`]/u.test(code[each] ?? "")) continue;
    const position = positionAt(code, each, offset);
    const hover = await session.ask<any>("textDocument/hover", name, { position }, 5000);
    // Names of earlier cells are imports to the server; to the reader they are just names.
    markdown = contents(hover?.contents).replace(/^\(alias\) /gm, "");
    // What the server says of a name that it does not know.
    if (markdown === "```typescript\nany\n```") markdown = "";
    place = each;
    if (markdown) break;
  }
  const signature = await signatureAt(session, name, offset, code, cursor);
  if (!markdown && !signature) return null;
  const parts = [markdown, signature].filter(Boolean) as string[];
  if (detail === 1) parts.push(await definitionAt(session, name, offset, code, place));
  const whole = parts.filter(Boolean).join("\n\n");
  return { markdown: whole, plain: toPlain(whole) };
}

function contents(value: any): string {
  if (!value) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(contents).join("\n\n");
  return String(value.value ?? "").trim();
}

async function signatureAt(
  session: Session,
  name: string,
  offset: number,
  code: string,
  cursor: number,
): Promise<string> {
  const help = await session.ask<any>(
    "textDocument/signatureHelp",
    name,
    { position: positionAt(code, cursor, offset), context: { triggerKind: 1, isRetrigger: false } },
    5000,
  );
  if (!help?.signatures?.length) return "";
  const active = help.signatures[help.activeSignature ?? 0];
  const others = help.signatures.length - 1;
  const parameter = active.parameters?.[active.activeParameter ?? help.activeParameter ?? 0];
  const label =
    typeof parameter?.label === "string"
      ? parameter.label
      : parameter
        ? active.label.slice(...parameter.label)
        : "";
  const lines = [`\`\`\`typescript\n${active.label}\n\`\`\``];
  if (others > 0) lines.push(`and ${others} more ${others === 1 ? "form" : "forms"}`);
  if (label) lines.push(`**${label}** ${contents(parameter.documentation)}`.trim());
  const documentation = contents(active.documentation);
  if (documentation) lines.push(documentation);
  return lines.join("\n\n");
}

/** Where it is defined, with the lines of the definition. */
async function definitionAt(
  session: Session,
  name: string,
  offset: number,
  code: string,
  place: number,
): Promise<string> {
  let position = positionAt(code, place, offset);
  for (let step = 0; step < 2; step++) {
    const found = await session.ask<any>("textDocument/definition", name, { position }, 5000);
    const first = Array.isArray(found) ? found[0] : found;
    const uri: string | undefined = first?.targetUri ?? first?.uri;
    const range = first?.targetRange ?? first?.range;
    if (!uri?.startsWith("file:") || !range) return "";
    const path = fileURLToPath(uri);
    const text = session.textOf(path) ?? readText(path);
    if (text === null) return "";
    const lines = text.split("\n");
    if (path.endsWith(name) && range.start.line < offset) {
      // Our own head, `declare let x: typeof __cells.c1.x` or `import f = __cells.c1.f`: look through it.
      const start = first.targetSelectionRange?.start ?? range.start;
      const through = /^.*?\b__cells\.c\d+\.(?=[\p{ID_Start}$_])/u.exec(
        lines[start.line]!.slice(start.character),
      );
      if (!through) return "";
      position = { line: start.line, character: start.character + through[0].length };
      continue;
    }
    return show(session, path, lines, range);
  }
  return "";
}

function show(session: Session, path: string, lines: string[], range: any): string {
  const ours = /__(?:cell_\d+|check|probe)\.tsx?$/.test(path);
  const cell = session.cellOf(path);
  const line = range.start.line + 1 - session.offsetOf(path);
  const where = ours
    ? `${cell === undefined ? "this cell" : `Cell [${cell}]`}, line ${line}`
    : (placeInLibrary(path, lines, range.start.line) ?? `${shorten(path)}:${line}`);
  const source = lines
    .slice(range.start.line, Math.min(range.end.line + 1, range.start.line + 40))
    .join("\n");
  return `Defined in ${where}\n\n\`\`\`typescript\n${source}\n\`\`\``;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** A path from the package on, as that is what one recognises. */
function shorten(path: string): string {
  const parts = path.split(/[\\/]node_modules[\\/]/);
  return parts.length > 1 ? parts.at(-1)! : path;
}

/** Markdown without its marks. */
function toPlain(markdown: string): string {
  return markdown
    .replace(/^```\w*\n?/gm, "")
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replace(/(\*\*|__|`)(.+?)\1/g, "$2")
    .replace(/\\([\\`*_{}[\]()#+\-.!~])/g, "$1")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
