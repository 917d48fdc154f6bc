/**
 * Makes a module of an example: imports for the names it uses, and a check wherever it says what comes out.
 *
 * `expression; // → TEXT` becomes a comparison, `statement; // throws TEXT` an expectation. Lines stay
 * where they are, so that what the compiler or Node says can be told with the example's own place.
 */

import { type Example, topLevelNames } from "./collect.ts";
import { type Exported, isType, parseText, type SyntaxNode } from "./exports.ts";

export interface ExampleModule {
  text: string;
  /** The place in the repository of a line of `text`. */
  placeOf(line: number): string;
}

export interface ModuleOptions {
  /** What may be used without an import, by what it is imported from; the first that has a name gives it. */
  exports: ReadonlyMap<string, Map<string, Exported>>;
  /** Where checks.ts is, as the module sees it. */
  checks: string;
  /** Say which block begins, and hand the value of each block's last expression to `__show`. */
  shows?: boolean;
}

/** An example that is not written as one should be. */
export class ExampleError extends Error {
  override name = "ExampleError";
}

export function moduleOf(example: Example, options: ModuleOptions): ExampleModule {
  const header: string[] = [];
  const lines: string[] = [];
  const places: string[] = [`${example.file}:${example.line}`];
  const used = new Set<string>();
  const own = new Set<string>();
  for (const [index, block] of example.blocks.entries()) {
    const place = (line: number) => `${example.file}:${block.line + line - 1}`;
    let body: SyntaxNode[];
    let comments: SyntaxNode[];
    try {
      ({ body, comments } = parseText(block.code));
    } catch (error) {
      const line = (error as { loc?: { line: number } }).loc?.line ?? 1;
      throw new ExampleError(`${place(line)}: ${(error as Error).message}`);
    }
    for (const name of topLevelNames(body)) own.add(name);
    collectNames(body, used);
    const code = withChecks(block.code, body, comments, place, options.shows ? index : undefined);
    for (const [i, line] of code.split("\n").entries()) {
      lines.push(line);
      places.push(place(i + 1));
    }
  }
  const wanted = new Set([...used].filter((name) => !own.has(name)).sort());
  for (const [source, names] of options.exports) {
    const found = [...wanted].filter((name) => names.has(name));
    for (const name of found) wanted.delete(name);
    const specifiers = found.map((name) => (isType(names.get(name)!) ? `type ${name}` : name));
    if (found.length > 0) header.push(`import { ${specifiers.join(", ")} } from "${source}";`);
  }
  header.push(
    `import { same as __same, fails as __fails, show as __show, begin as __begin } from "${options.checks}";`,
    "export {};",
  );
  return {
    text: `${[header.join(" "), ...lines].join("\n")}\n`,
    placeOf: (line) => places[line - 1] ?? places[0],
  };
}

const KEYS = new Set(["leadingComments", "trailingComments", "innerComments", "loc", "extra"]);

/** Names that occur in a tree other than as names of properties. */
function collectNames(node: SyntaxNode, into: Set<string>): void {
  if (Array.isArray(node)) {
    for (const each of node) collectNames(each, into);
    return;
  }
  if (!node || typeof node !== "object") return;
  if (node.type === "Identifier") into.add(node.name);
  for (const [key, value] of Object.entries(node)) {
    if (KEYS.has(key) || !value || typeof value !== "object") continue;
    const isProperty =
      (key === "property" && !node.computed) || (key === "key" && !node.computed && !node.shorthand);
    if (!isProperty) collectNames(value, into);
  }
}

/** Puts `text` in the place of the code between two offsets. */
interface Edit {
  from: number;
  to: number;
  text: string;
}

const CHECK = /^\s*(?:→ ?(.*)|throws\b ?(.*))$/;

function withChecks(
  code: string,
  body: SyntaxNode[],
  comments: SyntaxNode[],
  place: (line: number) => string,
  shown: number | undefined,
): string {
  const edits: Edit[] = [];
  const around = (node: SyntaxNode, before: string, after: string) =>
    edits.push(
      { from: node.start, to: node.start, text: before },
      { from: node.end, to: node.end, text: after },
    );
  const checked = new Set<SyntaxNode>();
  for (const comment of comments) {
    const [matches, expected, message] = CHECK.exec(comment.value) ?? [];
    if (matches === undefined || comment.type !== "CommentLine") continue;
    const where = place(comment.loc.start.line);
    // On the statement's last line or, where that is full, on the next.
    const statement = body.find(
      (s) =>
        s.end <= comment.start &&
        comment.loc.start.line - s.loc.end.line <= 1 &&
        /^[\s;]*$/.test(code.slice(s.end, comment.start)),
    );
    if (!statement) {
      if (expected === undefined) continue; // a remark that happens to begin with "throws"
      throw new ExampleError(`${where}: "→" must follow a whole statement, on its last line or the next`);
    }
    checked.add(statement);
    if (message !== undefined) {
      const tail = `${JSON.stringify(message.trim())}, ${JSON.stringify(where)}`;
      around(statement, "await __fails(async () => { ", ` }, ${tail});`);
      continue;
    }
    const tail = `${JSON.stringify(expected.trim())}, ${JSON.stringify(where)})`;
    if (statement.type === "ExpressionStatement") {
      const call = statement.expression;
      const value = loggedValue(call, code) ?? call;
      edits.push({ from: call.start, to: value.start, text: "await __same((" });
      edits.push({ from: value.end, to: call.end, text: `), ${tail}` });
    } else if (
      statement.type === "VariableDeclaration" &&
      statement.declarations[0].id.type === "Identifier"
    ) {
      around(statement, "", ` await __same(${statement.declarations[0].id.name}, ${tail};`);
    } else throw new ExampleError(`${where}: "→" checks an expression or a single variable`);
  }
  const last = body.at(-1);
  if (shown !== undefined && last?.type === "ExpressionStatement" && !checked.has(last))
    around(last.expression, "await __show((", "))");
  return `${shown === undefined ? "" : `__begin(${shown}); `}${applied(code, edits)}`;
}

/** The one argument of a `console.log(…)`, whose output is then what is compared. */
function loggedValue(call: SyntaxNode, code: string): SyntaxNode | undefined {
  if (call.type !== "CallExpression" || call.arguments.length !== 1) return undefined;
  return code.slice(call.callee.start, call.callee.end) === "console.log" ? call.arguments[0] : undefined;
}

function applied(code: string, edits: Edit[]): string {
  let out = code;
  for (const { from, to, text } of edits.toSorted((a, b) => b.from - a.from))
    out = out.slice(0, from) + text + out.slice(to);
  return out;
}
