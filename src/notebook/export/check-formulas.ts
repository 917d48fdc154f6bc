// Where formulas are handed on as TeX (to LaTeX or to a Markdown reader), they
// are set once here all the same: what MathJax refuses would fail there too,
// later and with less to say.
import { Numbering } from "../document/numbering.ts";
import type { Problems } from "../document/problems.ts";
import type { Doc } from "../document/types.ts";
import { walkMath } from "../document/walk.ts";
import { Formulas } from "./typst/assets.ts";

export function checkFormulas(doc: Doc, problems: Problems): void {
  const formulas = new Formulas(doc.macros, problems, 44);
  const numbering = new Numbering();
  const numbered: { tex: string; display: boolean; where: string }[] = [];
  walkMath(doc.blocks, (math, display) => {
    numbered.push({ tex: display ? numbering.number(math.tex) : math.tex, display, where: math.where });
  });
  for (const { tex, display, where } of numbered) {
    const { tex: resolved, unknown } = numbering.resolve(tex);
    for (const label of unknown)
      problems.add(`the reference to the equation "${label}" finds no such label`, where);
    if (resolved !== "") formulas.set(resolved, display, where);
  }
}
