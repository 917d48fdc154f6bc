// The names a parameters cell declares, with what is written or evident of
// their types. TypeScript is read by blanking its types (Node does it without
// moving anything) and parsing the JavaScript that is left.
import { stripTypeScriptTypes } from "node:module";
import { type Expression, parse } from "acorn";
import { NotebookError } from "../format/types.ts";

export interface Declaration {
  name: string;
  kind: "const" | "let" | "var";
  /** The annotation, or the widened type of a literal; undefined when only the compiler could tell. */
  type?: string;
}

/** number for 4, string for "a", number[] for [1, 2]. */
function evidentType(init: Expression | null | undefined): string | undefined {
  if (!init) return undefined;
  if (init.type === "Literal") {
    if (init.value === null || init.value instanceof RegExp) return undefined;
    return typeof init.value;
  }
  if (init.type === "TemplateLiteral") return "string";
  if (init.type === "UnaryExpression" && (init.operator === "-" || init.operator === "+")) return "number";
  if (init.type === "UnaryExpression" && init.operator === "!") return "boolean";
  if (init.type === "ArrayExpression" && init.elements.length > 0) {
    const kinds = new Set(
      init.elements.map((e) => (e?.type === "SpreadElement" ? undefined : evidentType(e))),
    );
    const [only] = kinds;
    return kinds.size === 1 && only ? `${only}[]` : undefined;
  }
  return undefined;
}

function typescriptDeclarations(source: string): Declaration[] {
  let program: ReturnType<typeof parse>;
  try {
    const script = stripTypeScriptTypes(source, { mode: "strip" });
    program = parse(script, { ecmaVersion: "latest", sourceType: "module", allowAwaitOutsideFunction: true });
  } catch (error) {
    throw new NotebookError(`the parameters cell cannot be read: ${(error as Error).message}`);
  }
  const found: Declaration[] = [];
  for (const statement of program.body) {
    const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (node?.type !== "VariableDeclaration") continue;
    for (const { id, init, end } of node.declarations) {
      if (id.type !== "Identifier") continue;
      const upTo = init ? init.start : end;
      // The annotation was blanked: it stands between the name and the "=" in the source.
      const between = source.slice(id.end, init ? upTo : typeEnd(source, id.end));
      const annotation = /^\s*!?\s*:\s*([\s\S]*?)\s*=?\s*$/.exec(between)?.[1];
      const type = annotation || evidentType(init);
      found.push({ name: id.name, kind: node.kind as Declaration["kind"], ...(type ? { type } : {}) });
    }
  }
  return found;
}

/** End of an annotation without initialiser: the end of its line. */
const typeEnd = (source: string, from: number): number => {
  const end = /[;\n]/.exec(source.slice(from));
  return end ? from + end.index : source.length;
};

function pythonDeclarations(source: string): Declaration[] {
  return [...source.matchAll(/^([A-Za-z_]\w*)\s*(?::\s*([^=\n]+?)\s*)?=(?!=)/gm)].map((m) => ({
    name: m[1]!,
    kind: "let",
    ...(m[2] ? { type: m[2] } : {}),
  }));
}

export function declarations(source: string, language: "typescript" | "python"): Declaration[] {
  return language === "python" ? pythonDeclarations(source) : typescriptDeclarations(source);
}
