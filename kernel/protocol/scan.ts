// Which lines of a cell begin in code: not inside a template literal, a comment or a continued string.
// A light scanner, only used when a line looks like a magic; regular expressions are told from division by what
// precedes the slash.

export function codeLines(code: string): number[] {
  const found = [0];
  let line = 0;
  const nesting: string[] = []; // "`" inside a template, "{" inside braces
  let previous = "";
  for (let i = 0; i < code.length; i++) {
    const c = code[i]!;
    if (c === "\n") {
      line++;
      if (nesting.at(-1) !== "`") found.push(line);
      continue;
    }
    if (nesting.at(-1) === "`") {
      if (c === "\\") i++;
      else if (c === "`") nesting.pop();
      else if (c === "$" && code[i + 1] === "{") {
        nesting.push("{");
        i++;
      }
      continue;
    }
    if (c === "`") nesting.push("`");
    else if (c === "{") nesting.push("{");
    else if (c === "}") nesting.pop();
    else if (c === "/" && code[i + 1] === "/") i = endOfLine(code, i) - 1;
    else if (c === "/" && code[i + 1] === "*") {
      const end = code.indexOf("*/", i + 2);
      const stop = end < 0 ? code.length : end + 2;
      line += code.slice(i, stop).split("\n").length - 1;
      i = stop - 1;
    } else if (c === '"' || c === "'") i = endOfQuoted(code, i, c);
    else if (c === "/" && /^$|[(,=:[!&|?{};+\-*%~^<>]/.test(previous)) i = endOfQuoted(code, i, "/");
    // A magic or shell line is not code: its quotes mean nothing here.
    else if ((c === "!" || c === "%") && (i === 0 || code[i - 1] === "\n")) i = endOfLine(code, i) - 1;
    if (/\S/.test(c)) previous = c;
  }
  return found;
}

function endOfLine(code: string, from: number): number {
  const end = code.indexOf("\n", from);
  return end < 0 ? code.length : end;
}

function endOfQuoted(code: string, from: number, quote: string): number {
  for (let i = from + 1; i < code.length; i++) {
    if (code[i] === "\\") i++;
    else if (code[i] === quote) return i;
    else if (code[i] === "\n") return i - 1;
  }
  return code.length;
}
