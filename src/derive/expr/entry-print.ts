/**
 * Entries in LaTeX: W_{ij}, δ_{ij}, Σ_k, ∂L/∂S_{nj}.
 */

import { numberTex, operations, PREC, tex, wrap } from "../../ops/index.ts";
import type { Tex } from "../../tensor/index.ts";
import type { Entry } from "./entries.ts";
import { printExpr, type Symbols } from "./print.ts";
import { exponentTex, plainNumber, sized } from "./print-parts.ts";

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

/** Whether an index letter occurs. */
function mentions(x: Entry, letter: string): boolean {
  switch (x.k) {
    case "entry":
      return x.idx.includes(letter);
    case "delta":
      return x.a === letter || x.b === letter;
    case "prod":
    case "add":
      return x.list.some((y) => mentions(y, letter));
    case "call":
      return x.args.some((y) => mentions(y, letter));
    case "sum":
    case "pow":
    case "fn":
      return mentions(x.x, letter);
    default:
      return false;
  }
}

/** A positive power. */
function powerTex(x: Entry, n: number, symbols: Symbols): string {
  const base = show(x, symbols);
  if (n === 1) return base.tex;
  return n === 0.5 ? `\\sqrt{${base.tex}}` : `${wrap(base, PREC.atom)}^{${exponentTex(n)}}`;
}

function show(x: Entry, symbols: Symbols): Tex {
  switch (x.k) {
    case "num":
      return plainNumber(x.value);
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
      const factors: Tex[] = [];
      const below: string[] = [];
      for (const y of x.list) {
        if (y.k === "num") c *= y.value;
        else if (y.k === "pow" && y.n < 0) below.push(powerTex(y.x, -y.n, symbols));
        else factors.push(show(y, symbols));
      }
      // Alone above a bar a sum needs no parentheses.
      const alone = factors.length === 1 && below.length > 0 && Math.abs(c) === 1;
      const parts = factors.map((t) => (alone ? t.tex : wrap(t, PREC.mul + 0.5)));
      const minus = c < 0 ? "-" : "";
      const named = sized(Math.abs(c), symbols);
      if (named.above) parts.unshift(named.above);
      if (named.below) below.unshift(named.below);
      if (named.number !== 1 || (parts.length === 0 && below.length === 0))
        parts.unshift(numberTex(named.number).tex);
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
      if (body.k === "prod") {
        // What does not run goes in front: 2 Σ_k X_ik Y_kj.
        const runs = (y: Entry): boolean => over.some((letter) => mentions(y, letter));
        const [fixed, moving] = [body.list.filter((y) => !runs(y)), body.list.filter(runs)];
        if (fixed.length > 0 && moving.length > 0) {
          const front = show({ k: "prod", list: fixed }, symbols).tex;
          const rest = show(
            over.reduceRight<Entry>((y, o) => ({ k: "sum", over: o, x: y }), { k: "prod", list: moving }),
            symbols,
          ).tex;
          const inner = front === "1" ? "" : front === "-1" ? "-" : `${front} `;
          return tex(`${inner}${rest}`, PREC.add + 0.5);
        }
      }
      const t = show(body, symbols);
      const minus = t.tex.startsWith("-") && body.k === "prod";
      const inner = body.k === "add" ? `\\left(${t.tex}\\right)` : minus ? t.tex.slice(1) : t.tex;
      return tex(`${minus ? "-" : ""}\\sum_{${over.join(",")}} ${inner}`, PREC.add + 0.5);
    }
    case "pow":
      return x.n < 0
        ? tex(`\\frac{1}{${powerTex(x.x, -x.n, symbols)}}`, PREC.power)
        : tex(powerTex(x.x, x.n, symbols), x.n === 0.5 ? PREC.atom : PREC.power);
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
