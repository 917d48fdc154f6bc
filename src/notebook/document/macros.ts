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

const NAMES = /\\(?:[A-Za-z@]+|.)/g;
const namesIn = (tex: string): string[] => tex.match(NAMES) ?? [];

/** A definition as it may stand inside a formula, over one that is there. */
const again = (definition: string): string =>
  definition
    .replace(/^\\(?:newcommand|providecommand)\b/, "\\renewcommand")
    .replace(
      /^\\DeclareMathOperator(\*?)\s*(\{\s*\\\w+\s*\}|\\\w+)\s*([\s\S]*)$/,
      "\\renewcommand$2{\\operatorname$1$3}",
    );

/**
 * The definitions of a document, read from its formulas in order. A name's first definition holds
 * everywhere; one that changes a name which formulas have used or defined before is written into each
 * later formula that uses it, so that no formula is changed by what comes after it.
 */
export class Definitions {
  /** For the whole document. */
  readonly hoisted: string[] = [];
  readonly #first = new Map<string, string>();
  readonly #changed = new Map<string, string>();
  readonly #used = new Set<string>();

  /** The formula without its definitions, and with the changed ones it needs. */
  take(tex: string): string {
    const { definitions, rest } = takeDefinitions(tex);
    for (const definition of definitions) this.#define(definition);
    const needed = this.#needed(rest);
    for (const name of namesIn(rest)) this.#used.add(name);
    return `${needed.map(again).join("")}${rest}`;
  }

  #define(definition: string): void {
    const name = definedName(definition);
    const known = this.#first.get(name);
    // \newcommand is for new names: a formula before it that uses one was waiting for it.
    const fresh = known === undefined && (/^\\(?:new|Declare)/.test(definition) || !this.#used.has(name));
    if (fresh) {
      this.#first.set(name, definition);
      this.hoisted.push(definition);
    } else if (/^\\providecommand/.test(definition)) return;
    else if (definition === known) this.#changed.delete(name);
    else this.#changed.set(name, definition);
  }

  /** The changed definitions that a formula uses, also through others. */
  #needed(tex: string): string[] {
    if (this.#changed.size === 0) return [];
    const seen = new Set<string>();
    const visit = (text: string): void => {
      for (const name of namesIn(text)) {
        if (seen.has(name)) continue;
        seen.add(name);
        const body = this.#changed.get(name) ?? this.#first.get(name);
        if (body !== undefined) visit(body);
      }
    };
    visit(tex);
    return [...this.#changed].filter(([name]) => seen.has(name)).map(([, definition]) => definition);
  }
}
