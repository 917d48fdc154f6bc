// Document → PDF.
import { plainText } from "../document/build.ts";
import type { Problems } from "../document/problems.ts";
import type { Doc } from "../document/types.ts";
import { Assets, Formulas } from "./typst/assets.ts";
import { Writer } from "./typst/blocks.ts";
import { type Compiled, compileTypst } from "./typst/compile.ts";
import { writeOutMissing } from "./typst/glyphs.ts";
import { array, str } from "./typst/source.ts";
import { type Measures, measures, template } from "./typst/template.ts";

export interface PdfOptions {
  paper?: Measures["paper"] | undefined;
  /** A table of contents after the title. */
  toc?: boolean | undefined;
  problems: Problems;
}

/** Typst source of the document and the files it uses. */
export function typstSource(doc: Doc, options: PdfOptions): { source: string; files: Map<string, Buffer> } {
  const m = measures(options.paper);
  const assets = new Assets();
  const writer = new Writer(assets, new Formulas(doc.macros, options.problems, m.width / m.text), m.columns);
  writer.collect(doc.blocks);
  const { title } = doc;
  const optional = (name: string, value: string | undefined) => (value ? [`${name}: ${str(value)}`] : []);
  const titleBlock = title
    ? [
        `title-block(${[
          ...optional("course", title.course),
          ...optional("title", title.title),
          `authors: ${array(title.authors.map(str))}`,
          ...optional("date", title.date),
          `lines: ${array(title.lines.map(str))}`,
        ].join(", ")})`,
      ]
    : [];
  const toc = options.toc ? ["outline(depth: 3)", "v(1em)"] : [];
  const heading = doc.blocks.find((block) => block.type === "heading");
  const name = title?.title || (heading?.type === "heading" ? plainText(heading.children) : "");
  const running = [title?.authors.join(", "), name].filter(Boolean).join(" — ");
  const source = [
    `#set document(title: ${str(name)}, author: ${array((title?.authors ?? []).map(str))}, date: none)`,
    template(m),
    `#look(${str(running)}, {`,
    ...titleBlock,
    ...toc,
    ...writer.sequence(doc.blocks),
    "})",
  ].join("\n");
  return { source: writeOutMissing(source), files: assets.files };
}

export function toPdf(doc: Doc, options: PdfOptions): Compiled {
  const { source, files } = typstSource(doc, options);
  return compileTypst(source, files);
}
