/**
 * MathJax 4, loaded once, synchronously, on the first formula.
 *
 * Its CommonJS build is used because there the font's parts load with `require`, so a formula is set in
 * one synchronous call. Loading takes about 0.3 s; nothing is loaded until somebody sets a formula.
 * Only what this room needs of MathJax's large interface is given a type here.
 */

import { createRequire } from "node:module";

/** A node of MathJax's light DOM: an element, or a text with `value`. */
export interface LiteNode {
  kind: string;
  attributes?: Record<string, string | number | boolean>;
  children?: LiteNode[];
  styles?: { cssText: string } | null;
  value?: string;
}

/** One MathJax document: its macros and labels are its own. */
export interface MathJaxDocument {
  convert(
    tex: string,
    options: { display: boolean; em: number; ex: number; containerWidth: number },
  ): LiteNode;
  /** Drops equation labels. */
  resetLabels(): void;
  /** Drops everything defined by \newcommand, \def, \let and their like. */
  resetMacros(): void;
}

const packages: Record<string, string> = {
  base: "base/Base",
  ams: "ams/Ams",
  amscd: "amscd/AmsCd",
  bbox: "bbox/Bbox",
  boldsymbol: "boldsymbol/Boldsymbol",
  braket: "braket/Braket",
  cancel: "cancel/Cancel",
  cases: "cases/Cases",
  centernot: "centernot/Centernot",
  color: "color/Color",
  colortbl: "colortbl/Colortbl",
  configmacros: "configmacros/ConfigMacros",
  empheq: "empheq/Empheq",
  enclose: "enclose/Enclose",
  extpfeil: "extpfeil/Extpfeil",
  gensymb: "gensymb/Gensymb",
  mathtools: "mathtools/Mathtools",
  newcommand: "newcommand/Newcommand",
  textcomp: "textcomp/Textcomp",
  textmacros: "textmacros/TextMacros",
  unicode: "unicode/Unicode",
  units: "units/Units",
  upgreek: "upgreek/Upgreek",
};

/** Names that other packages give to what the font has under one name. */
const alwaysDefined = {
  mathbbm: ["\\mathbb{#1}", 1],
  mathds: ["\\mathbb{#1}", 1],
  bm: ["\\boldsymbol{#1}", 1],
};

const definitionTables = ["new-Command", "new-Delimiter", "new-Environment"];

type Factory = (macros: Record<string, string | [string, number]>) => MathJaxDocument;
let factory: Factory | undefined;

export function newMathJaxDocument(macros: Record<string, string | [string, number]>): MathJaxDocument {
  factory ??= loadMathJax();
  return factory(macros);
}

function loadMathJax(): Factory {
  const require = createRequire(import.meta.url);
  const part = (name: string): any => require(`@mathjax/src/js/${name}.js`);
  const { mathjax } = part("mathjax");
  const { TeX } = part("input/tex");
  const { SVG } = part("output/svg");
  const { liteAdaptor } = part("adaptors/liteAdaptor");
  const { RegisterHTMLHandler } = part("handlers/html");
  part("util/asyncLoad/node");
  for (const name of Object.values(packages)) part(`input/tex/${name}Configuration`);
  const { MathJaxNewcmFont } = require("@mathjax/mathjax-newcm-font/cjs/svg.js");
  RegisterHTMLHandler(liteAdaptor({ fontSize: 16 }));

  // One for all documents: a part of the font that one font object has loaded stays unknown to a second.
  const output = new SVG({
    fontData: MathJaxNewcmFont,
    fontCache: "none",
    linebreaks: { inline: false },
    displayOverflow: "overflow",
  });

  return (macros) => {
    const input = new TeX({
      packages: Object.keys(packages),
      macros: { ...alwaysDefined, ...macros },
      formatError: (_jax: unknown, error: unknown) => {
        throw error;
      },
    });
    const document = mathjax.document("", { InputJax: input, OutputJax: output });
    const handlers = input.parseOptions.handlers;
    return {
      convert: (tex, options) => document.convert(tex, options),
      resetLabels: () => input.reset(),
      resetMacros: () => {
        for (const name of definitionTables) handlers.retrieve(name).map.clear();
      },
    };
  };
}
