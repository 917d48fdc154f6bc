// Cells that begin with `/** @module name */` are files, as in stock tslab: they run nothing,
// and later cells import them as "./name". `@jsx` in the same comment makes the file TSX.

export interface ModuleCell {
  name: string;
  extension: ".ts" | ".tsx";
}

/** The module that a cell is, read from the doc comments before its first token. */
export function moduleCell(code: string): ModuleCell | null {
  let rest = code.replace(/^\uFEFF/, "");
  let name: string | undefined;
  let jsx = false;
  for (;;) {
    const comment = /^(?:\s+|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)/.exec(rest)?.[0];
    if (comment === undefined) break;
    rest = rest.slice(comment.length);
    if (!/^\/\*\*[^/]/.test(comment)) continue;
    const tags = comment.slice(3, -2).matchAll(/(?:^|\n)[\s*]*@(\w+)[ \t]*([^\n@]*)/g);
    for (const [, tag, text] of tags) {
      const value = text!.replace(/\s*\*?\s*$/, "").trim();
      if (tag === "module" && isModuleName(value)) name = value;
      if (tag === "jsx") jsx = true;
    }
  }
  return name === undefined ? null : { name, extension: jsx ? ".tsx" : ".ts" };
}

/** Stock tslab's rule for names: path segments of word characters, none of them a way up. */
function isModuleName(name: string): boolean {
  return /^[\w-]+(?:\/[\w-]+)*$/.test(name);
}
