// Typst source and its files → PDF bytes, through the compiler in the npm
// package (in memory, offline, no Typst installed). The same document gives the
// same bytes: no date is written.
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Picture } from "../../document/types.ts";
import { NotebookError } from "../../format/types.ts";

// The package is CommonJS over a native module; its type names an enum we don't need.
type Compiler = import("@myriaddreamin/typst-ts-node-compiler").NodeCompiler;

const load = createRequire(import.meta.url);

/** A folder that need not exist: all files are given from memory. */
const WORKSPACE = join(tmpdir(), "gradlab-typst");

let shared: Compiler | undefined;

function compiler(): Compiler {
  const { NodeCompiler } = load(
    "@myriaddreamin/typst-ts-node-compiler",
  ) as typeof import("@myriaddreamin/typst-ts-node-compiler");
  shared ??= NodeCompiler.create({ workspace: WORKSPACE });
  return shared;
}

interface Diagnostic {
  message?: string;
  severity?: string;
  hints?: string[];
}

export interface Compiled {
  pdf: Buffer;
  pages: number;
}

/** @throws NotebookError with Typst's messages */
export function compileTypst(source: string, files: ReadonlyMap<string, Buffer>): Compiled {
  const engine = compiler();
  for (const [name, bytes] of files) engine.mapShadow(join(WORKSPACE, name), bytes);
  try {
    const result = engine.compile({ mainFileContent: source });
    const document = result.result;
    if (!document) {
      const error = result.takeError();
      const found = (error ? error.shortDiagnostics : []) as Diagnostic[];
      const text = found.map((d) => d.message ?? JSON.stringify(d)).join("; ");
      throw new NotebookError(`the PDF could not be set: ${text || "Typst gave no reason"}`);
    }
    return { pdf: engine.pdf(document), pages: document.numOfPages };
  } finally {
    engine.resetShadow();
    engine.evictCache(10);
  }
}

/** The pages as one SVG; used to see which glyphs a text gets. */
export function typstSvg(source: string): string {
  const result = compiler().compile({ mainFileContent: source });
  return result.result ? compiler().plainSvg(result.result) : "";
}

/** A picture as a PDF page of its own size, for LaTeX to include. */
export function pictureToPdf(picture: Picture): Buffer {
  const format = picture.format === "jpeg" ? "jpg" : picture.format;
  const name = `/picture.${format}`;
  const [w, h] = [picture.width * 0.75, picture.height * 0.75];
  const source = `#set document(date: none)
#set page(width: ${w}pt, height: ${h}pt, margin: 0pt)
#image("${name}", width: 100%, height: 100%, format: "${format}")`;
  return compileTypst(source, new Map([[name, Buffer.from(picture.data as Uint8Array)]])).pdf;
}
