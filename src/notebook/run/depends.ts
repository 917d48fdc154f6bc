// Which cells depend on which, for `--watch`: a cell that shares a name with one
// that must run again, further up, must run again too. Names tell enough when
// they are taken broadly: reading one may change what it holds (a stream of
// random numbers), so any mention links two cells. What works behind names
// (a seed for everything, a setting, a magic) makes all cells below stale.
import { type ParserOptions, parse } from "@babel/parser";

/** A code cell, in the order in which cells run. */
export interface CodeText {
  source: string;
  /** What it was when it last ran well; undefined when it has not. */
  before: string | undefined;
}

interface Facts {
  /** Names declared at the cell's top level; undefined when the cell cannot be read. */
  declares: Set<string> | undefined;
  imports: Set<string>;
  /** Every word in the source, those in strings and comments too. */
  words: Set<string>;
  /** What it does something to: names at the left end of calls and assignments; "" for it knows what. */
  effects: string[];
}

const SETTINGS: ParserOptions = {
  sourceType: "module",
  plugins: ["typescript"],
  allowAwaitOutsideFunction: true,
  allowReturnOutsideFunction: true,
};

/** Calls at the end of a cell that are made for their effect, not to show something. */
const EFFECT = /seed|^(?:set|register|configure|use|enable|disable)[A-Z_]?/i;

interface Node {
  type: string;
  [key: string]: any;
}

const wordsOf = (source: string): Set<string> => new Set(source.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []);

/** Identifiers bound by a pattern: a, { a, b: c }, [d, ...e]. */
function bound(pattern: Node | null): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return (pattern.properties as Node[]).flatMap((p) =>
        bound(p.type === "RestElement" ? p.argument : p.value),
      );
    case "ArrayPattern":
      return (pattern.elements as (Node | null)[]).flatMap(bound);
    case "AssignmentPattern":
      return bound(pattern.left);
    case "RestElement":
      return bound(pattern.argument);
    default:
      return [];
  }
}

/** The name at the left end of `a.b().c`, and the last one. */
function ends(node: Node): { root: string; last: string } {
  if (node.type === "Identifier") return { root: node.name, last: node.name };
  if (node.type === "CallExpression") return ends(node.callee);
  if (node.type === "MemberExpression")
    return { root: ends(node.object).root, last: node.property.name ?? "" };
  return { root: "", last: "" };
}

function typescriptFacts(source: string): Facts {
  const words = wordsOf(source);
  const imports = new Set<string>();
  let body: Node[];
  try {
    body = parse(source, SETTINGS).program.body as unknown as Node[];
  } catch {
    return { declares: undefined, imports, words, effects: [""] };
  }
  const declares = new Set<string>();
  const effects: string[] = [];
  for (const [k, statement] of body.entries()) {
    const node: Node =
      statement.type === "ExportNamedDeclaration" ? (statement.declaration ?? {}) : statement;
    if (node.type === "ImportDeclaration") {
      for (const { local } of node.specifiers as Node[]) imports.add(local.name);
      if (node.specifiers.length === 0) effects.push("");
    } else if (node.type === "VariableDeclaration") {
      for (const { id } of node.declarations as Node[]) for (const name of bound(id)) declares.add(name);
    } else if (node.id?.name) declares.add(node.id.name);
    if (node.type !== "ExpressionStatement") continue;
    const inner: Node =
      node.expression.type === "AwaitExpression" ? node.expression.argument : node.expression;
    if (inner.type === "AssignmentExpression" && inner.left.type === "MemberExpression") {
      effects.push(ends(inner.left).root);
    } else if (inner.type === "CallExpression") {
      const { root, last } = ends(inner.callee);
      if (root !== "console" && (k < body.length - 1 || EFFECT.test(last))) effects.push(root);
    }
  }
  return { declares, imports, words, effects };
}

const PYTHON_WORDS = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if " +
    "import in is lambda nonlocal not or pass raise return try while with yield print range len int float str list dict " +
    "set tuple sum min max abs zip map enumerate sorted open type self"
  ).split(" "),
);

function pythonFacts(source: string): Facts {
  const words = new Set([...wordsOf(source)].filter((word) => !PYTHON_WORDS.has(word)));
  const imports = new Set<string>();
  for (const [, from, names] of source.matchAll(/^\s*(?:from\s+([\w.]+)\s+)?import\s+([^\n#]+)/gm)) {
    for (const part of names!.replace(/[()]/g, "").split(",")) {
      const [name = "", as] = part.trim().split(/\s+as\s+/);
      imports.add(as ?? (from ? name : name.split(".")[0]!));
    }
  }
  const lines = source.split("\n").filter((line) => /^\S/.test(line));
  const effects = lines.flatMap((line, k) => {
    if (/^[%!]/.test(line)) return [""];
    const call = /^([A-Za-z_]\w*)(?:\.\w+)*?\.?(\w*)\(/.exec(line);
    if (call && !PYTHON_WORDS.has(call[1]!) && (k < lines.length - 1 || EFFECT.test(call[2] || call[1]!)))
      return [call[1]!];
    return /^(\w+)(?:\.\w+)+(?:\[.*?\])?\s*=(?!=)/.exec(line)?.[1] ?? [];
  });
  return { declares: words, imports, words, effects };
}

/**
 * Which cells must run again: those that changed or have not run well, and those below that depend on them.
 * In languages other than TypeScript, JavaScript and Python all cells below the first stale one are.
 */
export function staleCells(cells: readonly CodeText[], language: string): boolean[] {
  const read = /^(typescript|javascript)$/i.test(language)
    ? typescriptFacts
    : /^(i?python)$/i.test(language)
      ? pythonFacts
      : undefined;
  const first = cells.findIndex(({ source, before }) => source !== before);
  if (first < 0) return cells.map(() => false);
  if (!read) return cells.map((_, k) => k >= first);
  // What a changed cell was before matters as well: a name it no longer declares is missed by others.
  const facts = cells.map(({ source, before }) =>
    before === undefined || before === source ? [read(source)] : [read(source), read(before)],
  );
  const all = facts.flat();
  const shared = new Set(all.flatMap(({ declares }) => [...(declares ?? [])]));
  for (const { imports } of all) for (const name of imports) shared.delete(name);
  const touched = new Set<string>();
  let everything = false;
  return cells.map(({ source, before }, k) => {
    const own = facts[k]!;
    const words = own.flatMap((fact) => [...fact.words]).filter((word) => shared.has(word));
    const importsChanged = source !== before && own.some(({ imports }) => imports.size > 0);
    const stale = everything || source !== before || words.some((word) => touched.has(word));
    if (!stale) return false;
    for (const word of words) touched.add(word);
    // An effect on something that a cell declares is told by its name; on anything else it is told by nothing.
    everything ||= importsChanged || own.some(({ effects }) => effects.some((root) => !shared.has(root)));
    return true;
  });
}
