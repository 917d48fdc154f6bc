// TeX definitions (\newcommand and its kin) hold for the rest of a notebook, as
// they do in JupyterLab, while each formula is typeset alone. So definitions are
// taken out of the formulas and given again to every later one.

const DEFINITION = /\\(newcommand|renewcommand|providecommand|DeclareMathOperator|def|let)\b\*?/g;

/** Index after the brace group that starts at `k` (spaces skipped); `k` when there is none. */
function groupEnd(tex: string, k: number): number {
  let i = k;
  while (/\s/.test(tex[i] ?? "")) i++;
  if (tex[i] !== "{") return k;
  let depth = 0;
  for (; i < tex.length; i++) {
    if (tex[i] === "\\") i++;
    else if (tex[i] === "{") depth++;
    else if (tex[i] === "}" && --depth === 0) return i + 1;
  }
  return k;
}

const nameEnd = (tex: string, k: number): number => {
  const found = /^\s*\\(?:[A-Za-z@]+|.)/.exec(tex.slice(k));
  return found ? k + found[0].length : groupEnd(tex, k);
};

/** Index after one definition whose command ends at `k`; `k` when it is malformed. */
function definitionEnd(tex: string, k: number, command: string): number {
  const name = nameEnd(tex, k);
  if (name === k) return k;
  if (command === "let") {
    const found = /^\s*=?\s*(?:\\(?:[A-Za-z]+|.)|\S)/.exec(tex.slice(name));
    return found ? name + found[0].length : k;
  }
  let at = name;
  if (command === "def") {
    const body = tex.indexOf("{", at);
    at = body < 0 ? at : body;
  } else {
    for (
      let option = /^\s*\[[^\]]*\]/.exec(tex.slice(at));
      option;
      option = /^\s*\[[^\]]*\]/.exec(tex.slice(at))
    ) {
      at += option[0].length;
    }
  }
  const end = groupEnd(tex, at);
  return end === at ? k : end;
}

/** Take the definitions out of a formula. */
export function takeDefinitions(tex: string): { definitions: string[]; rest: string } {
  const definitions: string[] = [];
  let rest = "";
  let from = 0;
  for (const found of tex.matchAll(DEFINITION)) {
    if (found.index < from) continue; // inside the previous definition
    const end = definitionEnd(tex, found.index + found[0].length, found[1]!);
    if (end === found.index + found[0].length) continue;
    definitions.push(tex.slice(found.index, end).trim());
    rest += tex.slice(from, found.index);
    from = end;
  }
  // \require loads what is loaded already.
  return { definitions, rest: (rest + tex.slice(from)).replace(/\\require\s*\{[^}]*\}/g, "").trim() };
}

/** The command a definition defines, e.g. "\\R". */
export function definedName(definition: string): string {
  return (
    /\\(?:newcommand|renewcommand|providecommand|DeclareMathOperator|def|let)\*?\s*\{?\s*(\\(?:[A-Za-z@]+|.))/.exec(
      definition,
    )?.[1] ?? ""
  );
}
