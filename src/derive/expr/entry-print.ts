/**
 * Entries in LaTeX: W_{ij}, δ_{ij}, Σ_k, ∂L/∂S_{nj}.
 */

import { numberTex, operations, PREC, tex, wrap } from "../../ops/index.ts";
import type { Tex } from "../../tensor/index.ts";
import type { Entry } from "./entries.ts";
import { printExpr, type Symbols } from "./print.ts";

/** LaTeX of an entry expression. `entry` prints one named entry. */
export function printEntry(x: Entry, symbols: Symbols): string {
  return show(x, symbols).tex;
}

/** W_{ij}, (W₁)_{ij}, ∂L/∂S_{nj}. */
export function entryTex(base: string, idx: readonly string[]): string {
  if (idx.length === 0) return base;
  const index = idx.join("");
  const fraction = /^(\\frac\{\\partial [^{}]*\}\{\\partial )(.+)\}$/.exec(base);
  if (fraction) return `${fraction[1]}${entryTex(fraction[2], idx)}}`;
  return /[_^]/.test(base) || base.length > 24 ? `\\left[${base}\\right]_{${index}}` : `${base}_{${index}}`;
}

function show(x: Entry, symbols: Symbols): Tex {
  switch (x.k) {
    case "num":
      return numberTex(x.value);
    case "entry":
      return tex(entryTex(printExpr(x.e, symbols), x.idx));
    case "scalar":
      return tex(printExpr(x.e, symbols), x.e.kind === "sym" ? PREC.atom : PREC.mul);
    case "delta":
      return tex(`\\delta_{${x.a}${x.b}}`);
    case "add": {
      let out = "";
      const shown = x.list.map((y) => show(y, symbols).tex);
      const first = shown.findIndex((t) => !t.startsWith("-"));
      if (first > 0) shown.unshift(...shown.splice(first, 1));
      shown.forEach((t, n) => {
        out += n === 0 ? t : t.startsWith("-") ? ` - ${t.slice(1)}` : ` + ${t}`;
      });
      return tex(out, PREC.add);
    }
    case "prod": {
      let c = 1;
      const parts: string[] = [];
      const below: string[] = [];
      for (const y of x.list) {
        if (y.k === "num") c *= y.value;
        else if (y.k === "pow" && y.n === -1) below.push(show(y.x, symbols).tex);
        else parts.push(wrap(show(y, symbols), PREC.mul + 0.5));
      }
      const minus = c < 0 ? "-" : "";
      if (Math.abs(c) !== 1 || (parts.length === 0 && below.length === 0))
        parts.unshift(numberTex(Math.abs(c)).tex);
      const top = parts.join(" ");
      const body = below.length > 0 ? `\\frac{${top || "1"}}{${below.join(" ")}}` : top;
      return tex(`${minus}${body}`, minus ? PREC.add : PREC.mul);
    }
    case "sum": {
      const over = [x.over];
      let body = x.x;
      while (body.k === "sum") {
        over.push(body.over);
        body = body.x;
      }
      const t = show(body, symbols);
      const minus = t.tex.startsWith("-") && body.k === "prod";
      const inner = body.k === "add" ? `\\left(${t.tex}\\right)` : minus ? t.tex.slice(1) : t.tex;
      return tex(`${minus ? "-" : ""}\\sum_{${over.join(",")}} ${inner}`, PREC.add + 0.5);
    }
    case "pow": {
      const base = show(x.x, symbols);
      if (x.n === -1) return tex(`\\frac{1}{${base.tex}}`, PREC.power);
      if (x.n === 0.5) return tex(`\\sqrt{${base.tex}}`);
      return tex(`${wrap(base, PREC.atom)}^{${numberTex(x.n).tex}}`, PREC.power);
    }
    case "fn": {
      const op = operations().get(x.name);
      const inner = show(x.x, symbols);
      return op
        ? op.latex([inner], { params: null, shapes: [[]], shape: [] })
        : tex(`\\operatorname{${x.name}}\\left(${inner.tex}\\right)`);
    }
    case "call": {
      const { op, params } = x.e.call!;
      return op.latex(
        x.args.map((y) => show(y, symbols)),
        { params, shapes: x.args.map(() => []), shape: [] },
      );
    }
  }
}
