/**
 * The reference as data: every export with its signatures, its words and its members.
 *
 * Read from the `.d.ts` files that the compiler makes of src/, because they hold the types it has found.
 */

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../../src/setup/paths.mjs";
import { type Doc, parseDoc } from "./doccomment.ts";
import { docCommentOf, type Exported, exportsOf, parseFile, type SyntaxNode } from "./exports.ts";
import { scratchFolder } from "./scratch.ts";

export interface Member {
  name: string;
  signature: string;
  doc: Doc;
  group: "constructor" | "property" | "method" | "static";
}

export interface Entry {
  /** The name in code, e.g. `plot.line`. */
  name: string;
  kind: Exported["kind"];
  room: string;
  /** The source file, from the repository's folder. */
  source: string;
  signatures: string[];
  doc: Doc;
  members: Member[];
  /** The class that it extends. */
  base?: string;
  /** What to import it from. */
  from: "gradlab" | "gradlab/notebook";
}

/** Where the compiler has written the declarations. */
let typesFolder = "";

/** Has the compiler write the declarations of src/; says when it cannot. */
export function emitDeclarations(): void {
  typesFolder = scratchFolder("types");
  const from = (path: string) => relative(typesFolder, join(root, path)).replaceAll("\\", "/");
  const config = {
    extends: from("tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      outDir: ".",
      rootDir: from("src"),
    },
    include: [from("src/index.ts"), from("src/notebook/index.ts")],
    exclude: [],
  };
  writeFileSync(join(typesFolder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { status, stdout, error } = spawnSync(
    process.execPath,
    [compiler, "-p", typesFolder, "--pretty", "false"],
    {
      encoding: "utf8",
    },
  );
  if (error) throw error;
  if (status !== 0) process.stderr.write(`The sources have type errors (npm run check):\n${stdout}`);
}

const squeeze = (text: string): string => text.replace(/\s*\n\s*/g, " ").trim();

/** A node's text without the comments inside it. */
function codeOf(text: string, node: SyntaxNode): string {
  return text
    .slice(node.start, node.end)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\n/gm, "");
}

function memberOf(text: string, node: SyntaxNode): Member | undefined {
  const name = node.key?.name ?? node.key?.value ?? (node.key && text.slice(node.key.start, node.key.end));
  if (name === undefined || node.accessibility === "private" || node.accessibility === "protected")
    return undefined;
  if (node.key?.type === "PrivateName" || /^#|^__/.test(name)) return undefined;
  const isMethod = /Method/.test(node.type) && node.kind !== "get" && node.kind !== "set";
  const group =
    node.kind === "constructor" ? "constructor" : node.static ? "static" : isMethod ? "method" : "property";
  const code = codeOf(text, node)
    .replace(/;$/, "")
    .replace(/^(?:static |override |get )+/, "");
  return { name, signature: code.trim(), doc: parseDoc(docCommentOf(node)), group };
}

function signatureOf(text: string, node: SyntaxNode, name: string): string {
  if (node.type === "ClassDeclaration" || node.type === "TSInterfaceDeclaration") {
    const head = text.slice(node.start, node.body.start).replace(/^declare /, "");
    return squeeze(head);
  }
  if (node.type === "VariableDeclaration") {
    const one = node.declarations.find((d: SyntaxNode) => d.id.name === name) ?? node.declarations[0];
    const type = one.id.typeAnnotation?.typeAnnotation;
    if (type?.type === "TSFunctionType") {
      const result = type.returnType ?? type.typeAnnotation;
      const head = text.slice(type.start, result.start).trim();
      return `${name}${head.replace(/\s*=>$/, "")}: ${text.slice(result.typeAnnotation.start, result.end)}`;
    }
    return `const ${codeOf(text, one)}`;
  }
  return codeOf(text, node)
    .replace(/^declare /, "")
    .replace(/^function /, "")
    .replace(/;$/, "");
}

function entryOf(name: string, e: Exported, from: Entry["from"]): Entry {
  const own = e.name.split(".").at(-1)!;
  const first = e.declarations[0];
  const path = relative(typesFolder, first.file.path).replaceAll("\\", "/");
  const documented = e.declarations.map((d) => docCommentOf(d.statement, d.node)).find(Boolean);
  const members = e.declarations.flatMap(({ file, node }) => {
    const list: SyntaxNode[] = node.body?.body ?? [];
    return list.map((m) => memberOf(file.text, m)).filter((m) => m !== undefined);
  });
  const localName = first.node.id?.name ?? own;
  return {
    name,
    kind: e.kind === "constant" && isFunctionConstant(first.node, localName) ? "function" : e.kind,
    room: path.split("/")[0]!,
    source: `src/${path.replace(/\.d\.ts$/, ".ts")}`,
    signatures: e.declarations.map(({ file, node }) =>
      // Under the name it is exported by.
      signatureOf(file.text, node, localName).replace(
        new RegExp(`(^|class |interface |type |const )${localName}\\b`),
        `$1${own}`,
      ),
    ),
    doc: parseDoc(documented),
    members,
    ...(first.node.superClass ? { base: codeOf(first.file.text, first.node.superClass) } : {}),
    from,
  };
}

function isFunctionConstant(node: SyntaxNode, name: string): boolean {
  const one = node.declarations?.find((d: SyntaxNode) => d.id.name === name) ?? node.declarations?.[0];
  return one?.id.typeAnnotation?.typeAnnotation?.type === "TSFunctionType";
}

/** Methods that rooms give to Tensor: `declare module "../tensor/tensor.ts" { interface Tensor … }`. */
function addedMembers(className: string): Member[] {
  const out: Member[] = [];
  for (const path of ["ops/methods", "linalg/methods", "autodiff/grad"]) {
    const file = parseFile(join(typesFolder, `${path}.d.ts`));
    for (const block of file.body.filter((s) => s.type === "TSModuleDeclaration")) {
      for (const node of block.body.body) {
        if (node.type !== "TSInterfaceDeclaration" || node.id.name !== className) continue;
        out.push(...node.body.body.map((m: SyntaxNode) => memberOf(file.text, m)).filter(Boolean));
      }
    }
  }
  return out;
}

/** Every export of "gradlab" and "gradlab/notebook", by room and name. */
export function reference(): Entry[] {
  const out: Entry[] = [];
  for (const [entry, from] of [
    ["index.d.ts", "gradlab"],
    ["notebook/index.d.ts", "gradlab/notebook"],
  ] as const) {
    for (const [name, e] of exportsOf(join(typesFolder, entry))) {
      if (!e.members) out.push(entryOf(name, e, from));
      else for (const [inner, member] of e.members) out.push(entryOf(`${name}.${inner}`, member, from));
    }
  }
  out.find((e) => e.name === "Tensor")?.members.push(...addedMembers("Tensor"));
  return out;
}
