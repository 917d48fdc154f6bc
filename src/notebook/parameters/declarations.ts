// The names a parameters cell declares, with what is written or evident of
// their types.
import { type ParserOptions, parse } from "@babel/parser";
import { NotebookError } from "../format/types.ts";

export interface Declaration {
  name: string;
  kind: "const" | "let" | "var";
  /** The annotation, or the widened type of a literal; undefined when only the compiler could tell. */
  type?: string;
}

/** The parts of a syntax tree that are looked at here. */
interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: any;
}

const SETTINGS: ParserOptions = {
  sourceType: "module",
  plugins: ["typescript"],
  allowAwaitOutsideFunction: true,
};

/** number for 4, string for "a", number[] for [1, 2]. */
function evidentType(init: Node | null | undefined): string | undefined {
  switch (init?.type) {
    case "NumericLiteral":
      return "number";
    case "StringLiteral":
    case "TemplateLiteral":
      return "string";
    case "BooleanLiteral":
      return "boolean";
    case "UnaryExpression":
      return { "-": "number", "+": "number", "!": "boolean" }[init.operator as string];
    case "ArrayExpression": {
      const kinds = new Set((init.elements as (Node | null)[]).map(evidentType));
      const [only] = kinds;
      return kinds.size === 1 && only ? `${only}[]` : undefined;
    }
    default:
      return undefined;
  }
}

function typescriptDeclarations(source: string): Declaration[] {
  let body: Node[];
  try {
    body = parse(source, SETTINGS).program.body as unknown as Node[];
  } catch (error) {
    throw new NotebookError(`the parameters cell cannot be read: ${(error as Error).message}`);
  }
  return body.flatMap((statement): Declaration[] => {
    const node: Node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (node?.type !== "VariableDeclaration") return [];
    return (node.declarations as Node[])
      .filter(({ id }) => id.type === "Identifier")
      .map(({ id, init }) => {
        const annotation: Node | undefined = id.typeAnnotation?.typeAnnotation;
        const type = annotation ? source.slice(annotation.start, annotation.end) : evidentType(init);
        return { name: id.name, kind: node.kind, ...(type ? { type } : {}) };
      });
  });
}

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
