// Questions about code that is not run: completions, what stands at the cursor, is it whole.

import type { Language } from "../language/index.ts";
import { completeMagic, magicHelp, withoutMagics } from "./magics.ts";
import { isShell } from "./shell.ts";
import { toCodePoints, toUtf16 } from "./text.ts";

type Content = Record<string, any>;
/** Whether a name is a variable of the notebook's. */
type IsDeclared = (name: string) => boolean;

export async function complete(
  language: Language,
  content: Content,
  isDeclared: IsDeclared,
): Promise<object> {
  const { code, cursor } = place(content);
  const magic = completeMagic(code, cursor);
  if (magic) {
    return {
      status: "ok",
      matches: magic.matches,
      cursor_start: toCodePoints(code, magic.start),
      cursor_end: toCodePoints(code, cursor),
      metadata: {},
    };
  }
  const { matches, cursorStart, cursorEnd, items } = await language.complete(
    withoutMagics(code, isDeclared),
    cursor,
  );
  const [start, end] = [toCodePoints(code, cursorStart), toCodePoints(code, cursorEnd)];
  const types = items.map(({ text, kind, signature }) => ({
    start,
    end,
    text,
    type: kind,
    signature: signature ?? "",
  }));
  return {
    status: "ok",
    matches,
    cursor_start: start,
    cursor_end: end,
    metadata: { _jupyter_types_experimental: types },
  };
}

export async function inspect(language: Language, content: Content, isDeclared: IsDeclared): Promise<object> {
  const { code, cursor } = place(content);
  const [line = ""] = code.slice(code.lastIndexOf("\n", cursor - 1) + 1).split("\n");
  const word = /^(?:%{1,2}\w+|!)/.exec(line)?.[0];
  const magic = word && word !== "!" && cursor - (code.lastIndexOf("\n", cursor - 1) + 1) <= word.length;
  const about = magic || isShell(line, isDeclared) ? magicHelp(word!) : null;
  if (about) return { status: "ok", found: true, data: { "text/plain": about }, metadata: {} };
  const found = await language.inspect(
    withoutMagics(code, isDeclared),
    cursor,
    content["detail_level"] === 1 ? 1 : 0,
  );
  if (!found) return { status: "ok", found: false, data: {}, metadata: {} };
  const data = { "text/plain": found.plain, "text/markdown": found.markdown };
  return { status: "ok", found: true, data, metadata: {} };
}

export function isComplete(language: Language, content: Content, isDeclared: IsDeclared): object {
  const text = place(content).code;
  if (/^\s*\?{0,2}[%\w.$!]+\?{0,2}\s*$/.test(text) && text.includes("?")) return { status: "complete" };
  const code = withoutMagics(text, isDeclared);
  if (code !== text && code.trim() === "") return { status: "complete" };
  const { status, indent } = language.isComplete(code);
  return status === "incomplete" ? { status, indent: indent ?? "" } : { status };
}

/** The code and the cursor in it; a cursor that is missing or out of range stands at the end. */
function place(content: Content): { code: string; cursor: number } {
  const code = typeof content["code"] === "string" ? content["code"] : "";
  const position = content["cursor_pos"];
  return { code, cursor: typeof position === "number" ? toUtf16(code, position) : code.length };
}
