// Pictures and formulas of a document as files that Typst reads from memory,
// each stored once however often it is used.
import { createHash } from "node:crypto";
import { MathError, MathSetter, type MathSvg } from "../../../viz/math.ts";
import { definedName } from "../../document/macros.ts";
import { hasTagCommand } from "../../document/numbering.ts";
import type { Problems } from "../../document/problems.ts";
import type { Picture } from "../../document/types.ts";
import { displayLines, inlinePieces } from "./break-formula.ts";
import { writeOutMissing } from "./glyphs.ts";

/** A formula as a picture; sizes in em of the text around it. */
export interface SetFormula {
  svg: string;
  width: number;
  height: number;
  depth: number;
  /** How much smaller it is than the text around it, when it had to be. */
  scale?: number;
}

/** Formulas are set at this many units to the em; sizes are divided by it. */
const UNIT = 100;

/** White around a formula's picture, in em: what \\smash, \\rlap and the like put outside its box is drawn there. */
export const MARGIN = 1;

/** The share of the line that the rows of a multline are spread over. */
const MULTLINE = 0.85;

/** A formula in a line may be broken when it is wider than this, in em. */
const UNBROKEN = 9;

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
      const made = this.#make(tex, display);
      if (!display || made.width <= this.#width) return made;
      const broken = displayLines(tex, this.#width, (part) => this.#measure(part));
      return broken === undefined ? made : this.#make(broken, true);
    } catch (error) {
      const short = tex.replace(/\s+/g, " ").trim();
      const shown = short.length > 90 ? `${short.slice(0, 90)}…` : short;
      return this.#problems.add(
        `the formula ${display ? "$$" : "$"}${shown}${display ? "$$" : "$"}: ${reasonOf(error)}`,
        where,
      );
    }
  }

  /** A formula in a line of text, in pieces between which the line may break when it is long. */
  setInLine(tex: string, where: string): { tex: string; made: SetFormula }[] | string {
    const whole = this.set(tex, false, where);
    if (typeof whole === "string") return whole;
    if (whole.width <= UNBROKEN) return [{ tex, made: whole }];
    const parts = (inlinePieces(tex) ?? [tex]).flatMap((part) =>
      (this.#measure(part, false) ?? 0) > this.#width / 2 ? (inlinePieces(part, true) ?? [part]) : [part],
    );
    try {
      return parts.map((part) => ({ tex: part, made: this.#fitted(this.#make(part, false)) }));
    } catch {
      return [{ tex, made: this.#fitted(whole) }]; // a part does not stand alone: set it whole
    }
  }

  /** No wider than the line. */
  #fitted(made: SetFormula): SetFormula {
    const k = Math.min(1, this.#width / made.width);
    return k === 1
      ? made
      : { ...made, width: made.width * k, height: made.height * k, depth: made.depth * k, scale: k };
  }

  #measure(tex: string, display = true): number | undefined {
    try {
      return this.#make(tex, display).width;
    } catch {
      return undefined;
    }
  }

  #make(source: string, display: boolean): SetFormula {
    const tagged = display && hasTagCommand(source);
    const tex = spreadMultline(source, MULTLINE * this.#width);
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
  }
}

/** MathJax spreads a multline over the page, which it takes for 80 em wide: say how wide it is. */
function spreadMultline(tex: string, width: number): string {
  const found = /^\s*\\begin\{multline\*?\}([\s\S]*)\\end\{multline\*?\}\s*$/.exec(tex);
  if (!found) return tex;
  const tag = /\\tag\*?\s*\{(?:[^{}]|\{[^{}]*\})*\}/.exec(found[1]!)?.[0] ?? "";
  return `\\begin{multlined}[b][${width.toFixed(2)}em]${found[1]!.replace(tag, "")}\\end{multlined}${tag}`;
}

/** A formula's picture with MARGIN em of white on each side. */
export function withMargin(svg: string): string {
  return svg.replace(
    /width="([\d.]+)px" height="([\d.]+)px" viewBox="([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+)"/,
    (_, ...sizes: string[]) => {
      const [w, h, x, y, vw, vh] = sizes.slice(0, 6).map(Number) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const px = MARGIN * UNIT;
      const unit = MARGIN * 1000; // MathJax's units, thousandths of an em
      return `width="${w + 2 * px}px" height="${h + 2 * px}px" viewBox="${x - unit} ${y - unit} ${vw + 2 * unit} ${vh + 2 * unit}"`;
    },
  );
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
