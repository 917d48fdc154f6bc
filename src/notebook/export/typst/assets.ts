// Pictures and formulas of a document as files that Typst reads from memory,
// each stored once however often it is used.
import { createHash } from "node:crypto";
import { MathError, MathSetter, type MathSvg } from "../../../viz/math.ts";
import { definedName } from "../../document/macros.ts";
import { hasTagCommand } from "../../document/numbering.ts";
import type { Problems } from "../../document/problems.ts";
import type { Picture } from "../../document/types.ts";
import { writeOutMissing } from "./glyphs.ts";

/** A formula as a picture; sizes in em of the text around it. */
export interface SetFormula {
  svg: string;
  width: number;
  height: number;
  depth: number;
}

/** Formulas are set at this many units to the em; sizes are divided by it. */
const UNIT = 100;

/** Sets the formulas of one document: they share its definitions. */
export class Formulas {
  readonly #setter = new MathSetter();
  readonly #problems: Problems;
  readonly #width: number;

  /** @param width of the text in em, where \tag stands at the end */
  constructor(macros: readonly string[], problems: Problems, width: number) {
    this.#problems = problems;
    this.#width = width;
    for (const macro of macros) {
      try {
        this.#setter.texToSvg(macro, {});
      } catch (error) {
        problems.add(`the definition of ${definedName(macro)}: ${reasonOf(error)}`, "");
      }
    }
  }

  /** The formula, or the message of the problem it is. */
  set(tex: string, display: boolean, where: string): SetFormula | string {
    try {
      const tagged = display && hasTagCommand(tex);
      const made: MathSvg = this.#setter.texToSvg(tex, {
        display,
        em: UNIT,
        ...(tagged ? { width: this.#width * UNIT } : {}),
      });
      return {
        svg: made.svg,
        width: made.width / UNIT,
        height: made.height / UNIT,
        depth: made.depth / UNIT,
      };
    } catch (error) {
      const short = tex.replace(/\s+/g, " ").trim();
      const shown = short.length > 90 ? `${short.slice(0, 90)}…` : short;
      return this.#problems.add(
        `the formula ${display ? "$$" : "$"}${shown}${display ? "$$" : "$"}: ${reasonOf(error)}`,
        where,
      );
    }
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof MathError ? error.reason : (error as Error).message;

export class Assets {
  readonly files = new Map<string, Buffer>();

  add(data: string | Uint8Array, extension: string): string {
    const bytes = Buffer.from(data as Uint8Array);
    const name = `/${createHash("sha256").update(bytes).digest("hex").slice(0, 24)}.${extension}`;
    if (!this.files.has(name)) this.files.set(name, bytes);
    return name;
  }

  picture(picture: Picture): string {
    if (picture.format !== "svg")
      return this.add(picture.data, picture.format === "jpeg" ? "jpg" : picture.format);
    return this.add(printable(picture.data as string), "svg");
  }
}

/** An SVG whose words are set in the document's own font. */
export function printable(svg: string): string {
  const serif = "'New Computer Modern'";
  const mono = "'DejaVu Sans Mono'";
  const family = (value: string) => (/mono|courier|consol/i.test(value) ? mono : serif);
  return writeOutMissing(svg)
    .replace(
      /font-family\s*:\s*([^;"'}]*(?:'[^']*'[^;"'}]*)*(?:&quot;[^&]*&quot;[^;"'}]*)*)/g,
      (_, v) => `font-family:${family(v)}`,
    )
    .replace(/font-family\s*=\s*"([^"]*)"/g, (_, v) => `font-family="${family(v)}"`)
    .replace(/font-family\s*=\s*'([^']*)'/g, (_, v) => `font-family="${family(v)}"`);
}
