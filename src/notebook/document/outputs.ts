// Outputs of code cells → blocks. Of the forms an output comes in, the best on
// paper is taken: vector picture, then HTML (if it is markup and not a live
// page), TeX, pixels, Markdown, text. Live-only output with no other form than
// its name in text/plain is a named problem, not a silent loss.
import type { DisplayOutput, MimeBundle, Output, ResultOutput } from "../format/types.ts";
import { ansiLines } from "./ansi.ts";
import { htmlBlocks, isLivePage, paragraphs } from "./html.ts";
import type { HtmlContext } from "./html-context.ts";
import { textPieces } from "./html-inline.ts";
import type { PictureSources } from "./load-picture.ts";
import { markdownBlocks } from "./markdown.ts";
import { readPicture, svgProblem } from "./picture.ts";
import type { Problems } from "./problems.ts";
import type { Block } from "./types.ts";

interface OutputContext {
  problems: Problems;
  pictures: PictureSources;
}

const RASTER = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const KNOWN = ["image/svg+xml", "text/html", "text/latex", ...RASTER, "text/markdown", "text/plain"];

const htmlContext = ({ problems, pictures }: OutputContext): HtmlContext => ({
  problems,
  pictures,
  spans: [],
  output: true,
  footnotes: new Map(),
});

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value, null, 2);

function svg(value: string, context: OutputContext): Block {
  const problem = svgProblem(value);
  if (problem) return context.problems.block(`an image/svg+xml output: ${problem}`);
  return { type: "figure", picture: readPicture(value.slice(value.indexOf("<svg")))! };
}

function raster(
  mime: string,
  bundle: MimeBundle,
  metadata: Record<string, unknown>,
  context: OutputContext,
): Block {
  const picture = readPicture(Buffer.from(textOf(bundle[mime]), "base64"));
  if (!picture) return context.problems.block(`an ${mime} output holds no picture`);
  const { width, height } = (metadata[mime] ?? metadata) as { width?: number; height?: number };
  const ratio = picture.height / picture.width;
  const w = typeof width === "number" ? width : typeof height === "number" ? height / ratio : picture.width;
  return {
    type: "figure",
    picture: { ...picture, width: w, height: typeof height === "number" ? height : w * ratio },
  };
}

function latex(value: string, context: OutputContext): Block[] {
  const source = value.trim();
  // Bare TeX, as some libraries publish it, is one displayed formula.
  const delimited = /\$|\\\(|\\\[|^\\begin\{/.test(source);
  return paragraphs(
    textPieces(delimited ? source : `$$${source}$$`, htmlContext(context)),
    htmlContext(context),
  );
}

const plain = (value: string): Block => ({ type: "pre", lines: ansiLines(value) });

/** A text/plain that only names the object: "<Figure size 640x480>", "Figure {}", "[object Object]". */
const isOnlyName = (value: string): boolean =>
  /^\s*(<[^>\n]*>|\[object \w+\]|[A-Za-z_.]+\s*(\{\s*\}|\(\s*\.{0,3}\s*\))?)\s*$/.test(value);

function bundleBlocks(
  bundle: MimeBundle,
  metadata: Record<string, unknown>,
  context: OutputContext,
): Block[] {
  const has = (mime: string) => bundle[mime] !== undefined && bundle[mime] !== "";
  if (has("image/svg+xml")) return [svg(textOf(bundle["image/svg+xml"]), context)];
  const html = has("text/html") ? textOf(bundle["text/html"]) : undefined;
  const live = html !== undefined && isLivePage(html);
  const image = RASTER.find(has);
  if (live && image) return [raster(image, bundle, metadata, context)];
  if (html !== undefined && !live) {
    const blocks = htmlBlocks(html, htmlContext(context));
    if (blocks.length > 0) return blocks;
  }
  if (has("text/latex")) return latex(textOf(bundle["text/latex"]), context);
  if (image) return [raster(image, bundle, metadata, context)];
  if (has("text/markdown")) return markdownBlocks(textOf(bundle["text/markdown"]), context);
  const text = has("text/plain") ? textOf(bundle["text/plain"]) : undefined;
  const others = Object.keys(bundle).filter((mime) => !KNOWN.includes(mime));
  const lost =
    live || others.some((mime) => mime !== "application/json" && mime !== "application/javascript");
  if (text !== undefined && !(lost && isOnlyName(text))) return [plain(text)];
  if (has("application/json")) return [plain(textOf(bundle["application/json"]))];
  if (others.length === 0 && !live) return [];
  const forms = Object.keys(bundle).join(", ");
  const why = live ? "its HTML draws itself with scripts" : "none of these can be set";
  return [context.problems.block(`an output that comes only as ${forms}: ${why}`)];
}

export function outputBlocks(output: Output, context: OutputContext): Block[] {
  switch (output.output_type) {
    case "stream":
      if (output.text === "") return [];
      return [
        {
          type: "pre",
          lines: ansiLines(output.text),
          ...(output.name === "stderr" ? { tone: "stderr" } : {}),
        },
      ];
    case "error": {
      const text =
        output.traceback.length > 0 ? output.traceback.join("\n") : `${output.ename}: ${output.evalue}`;
      return [{ type: "pre", lines: ansiLines(text), tone: "error" }];
    }
    default:
      return bundleBlocks((output as DisplayOutput | ResultOutput).data, output.metadata, context);
  }
}

/** All outputs of a cell; neighbouring prints of one stream are set as one. */
export function outputsBlocks(outputs: readonly Output[], context: OutputContext): Block[] {
  return outputs.flatMap((output) => outputBlocks(output, context));
}
