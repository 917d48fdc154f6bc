/**
 * The Jacobian of an array by one of its inputs: as a matrix where both are vectors, entry by entry
 * otherwise, with the cases i = j and i ≠ j told apart.
 */

import { type Tensor, tensor } from "../tensor/index.ts";
import type { Derivation } from "./derive.ts";
import { jacobianAt } from "./diagnose/jacobians.ts";
import { add, fn, mul, num, pow, sym, transpose } from "./expr/build.ts";
import { type Entry, entryOf, hasSum, whereEqual } from "./expr/entries.ts";
import { entryTex, printEntry } from "./expr/entry-print.ts";
import { Point } from "./expr/evaluate.ts";
import { termsOf } from "./expr/expand.ts";
import type { Expr } from "./expr/expr.ts";
import { coefficientOf } from "./expr/linear.ts";
import { printExpr } from "./expr/print.ts";
import { Simplifier } from "./expr/simplify.ts";
import { plainText } from "./plain.ts";
import { barOf } from "./study.ts";
import { symbolsFor } from "./symbols.ts";
import { agreement, gapOf, type Verdict } from "./verdict.ts";

/** ∂y/∂x as a matrix and entry by entry, with the verdict. */
export class JacobianForm {
  /** ∂y/∂x as a matrix expression, when both are vectors. */
  readonly matrix: string | undefined;
  readonly expr: Expr | undefined;
  /** ∂yᵢ/∂xⱼ with δᵢⱼ. */
  readonly entry: string;
  /** The cases, when the entry has a δᵢⱼ: i = j, and i ≠ j. */
  readonly equal: string | undefined;
  readonly different: string | undefined;
  /** At the given point; shape [...y, ...x]. */
  readonly value: Tensor;
  readonly verdict: Verdict;
  readonly tex: string;

  constructor(d: Derivation<any>, name: string) {
    const { study } = d;
    const y = study.trace.output;
    const x = d.structure.quantities.get(name)!.tensor;
    const symbols = symbolsFor(d.naming);
    const output = d.naming.output;
    const g = sym(barOf(output), y.shape);
    const e = d.forms.gradient(name);
    this.value = tensor(jacobianAt(study, study.here, name), [...y.shape, ...x.shape]);
    const letters = {
      y: ["i", "j"].slice(0, y.rank),
      x: y.rank === 1 && x.rank === 1 ? ["j"] : y.rank === 2 ? ["k", "l"] : ["k", "l"],
    };
    const ix = letters.x.slice(0, x.rank);
    const units = new Map([[barOf(output), letters.y]]);
    const entry = entryOf(e, ix[0] ?? "", ix[1] ?? "", { units, used: [...letters.y, ...ix] });
    this.entry = printEntry(entry, symbols);
    if (y.rank === 1 && x.rank === 1) {
      const m = coefficientOf(e, g);
      const J = m && shortest(d, transpose(m));
      if (J && holds(d, name, J)) {
        this.expr = J;
        this.matrix = printExpr(J, symbols);
      }
    }
    const left = (a: string, b: string): string =>
      `\\frac{\\partial ${entryTex(symbols(output), [a])}}{\\partial ${entryTex(symbols(name), [b])}}`;
    if (y.rank === 1 && x.rank === 1 && !hasSum(entry) && hasDelta(entry)) {
      this.equal = caseTex(d, whereEqual(entry, "i", "j", true), true);
      this.different = caseTex(d, whereEqual(entry, "i", "j", false), false);
    }
    const worst = Math.max(
      ...study.points.map((p) => checkEntries(d, name, p.point, jacobianAt(study, p, name))),
    );
    this.verdict = {
      ok: worst < 1e-8,
      points: study.points.length,
      error: worst,
      text: `every entry ${agreement(study.points.length, worst)}`,
    };
    const whole = `\\frac{\\partial ${symbols(output)}}{\\partial ${symbols(name)}}`;
    const entryLeft =
      y.rank === 1 && x.rank === 1
        ? left("i", "j")
        : `\\frac{\\partial ${entryTex(symbols(output), letters.y)}}{\\partial ${entryTex(symbols(name), ix)}}`;
    const lines = [
      ...(this.matrix ? [`${whole} &= ${this.matrix}`] : []),
      this.equal !== undefined
        ? `${entryLeft} &= \\begin{cases} ${this.equal} & i = j \\\\ ${this.different} & i \\ne j \\end{cases}`
        : `${entryLeft} &= ${this.entry}`,
    ];
    this.tex =
      lines.length === 1
        ? lines[0].replace("&=", "=")
        : `\\begin{aligned} ${lines.join(" \\\\ ")} \\end{aligned}`;
  }

  toMarkdown(): string {
    return `$$${this.tex}$$\n\n${this.verdict.ok ? "✓" : "✗"} ${this.verdict.text}`;
  }

  toString(): string {
    return plainText(this.toMarkdown());
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/markdown": this.toMarkdown(), "text/plain": this.toString() };
  }
}

/** The matrix as it stands, or multiplied out, whichever is shorter to read. */
function shortest(d: Derivation<any>, m: Expr): Expr {
  const whole = d.forms.simplifier.simplify(m);
  const open = d.forms.simplifier.simplify(add(termsOf(m)));
  return open.weight <= whole.weight ? open : whole;
}

function hasDelta(x: Entry): boolean {
  switch (x.k) {
    case "delta":
      return true;
    case "prod":
    case "add":
      return x.list.some(hasDelta);
    case "sum":
    case "pow":
    case "fn":
      return hasDelta(x.x);
    case "call":
      return x.args.some(hasDelta);
    default:
      return false;
  }
}

function holds(d: Derivation<any>, name: string, J: Expr): boolean {
  const { study } = d;
  return study.points.every((p) => {
    const truth = tensor(jacobianAt(study, p, name), [...J.shape]);
    return gapOf(p.point.value(J), truth) < 1e-8;
  });
}

/** Largest relative error of the gradient's formula against the Jacobian, through ⟨e_i, J e_j⟩. */
function checkEntries(d: Derivation<any>, name: string, point: Point, J: Float64Array): number {
  const y = d.study.trace.output;
  const e = d.forms.gradient(name);
  const n = J.length / y.size;
  let [worst, scale] = [0, 0];
  for (const v of J) scale = Math.max(scale, Math.abs(v));
  for (let i = 0; i < y.size; i++) {
    const env = new Map(point.env);
    const unit = new Float64Array(y.size);
    unit[i] = 1;
    env.set(barOf(d.naming.output), tensor(unit, y.shape));
    const row = new Point(env).value(e).values();
    for (let j = 0; j < n; j++) worst = Math.max(worst, Math.abs(row[j] - J[i * n + j]));
  }
  return scale === 0 ? worst : worst / scale;
}

/** y_i before y_j. */
const letter = (x: Entry): string => (x.k === "entry" ? x.idx.join("") : "");

/** One case as an expression of entries, simplified: βyᵢ − βyᵢyᵢ is βyᵢ(1 − yᵢ). */
function caseTex(d: Derivation<any>, entry: Entry, equal: boolean): string {
  const symbols = symbolsFor(d.naming);
  const e = scalarOf(entry);
  if (!e) return printEntry(entry, symbols);
  const points = d.study.algebraPoints.slice(0, 3).map((p) => {
    const env = new Map(p.point.env);
    for (const [name, t] of p.point.env) {
      if (t.rank !== 1) continue;
      env.set(`${name}[i]`, tensor([[t.values()[0]]]));
      env.set(`${name}[j]`, tensor([[t.values()[equal ? 0 : 1]]]));
    }
    return new Point(env);
  });
  const s = new Simplifier({ points, known: [], factor: true });
  return printExpr(s.simplify(e), (name) => {
    const at = /^(.*)\[([ij])\]$/.exec(name);
    return at ? entryTex(symbols(at[1]), [at[2]]) : symbols(name);
  });
}

/** An entry without sums and δ as an expression of scalars. */
function scalarOf(x: Entry): Expr | undefined {
  const all = (list: readonly Entry[]): Expr[] | undefined => {
    const out = list.map(scalarOf);
    return out.every((e) => e !== undefined) ? (out as Expr[]) : undefined;
  };
  switch (x.k) {
    case "num":
      return num(x.value);
    case "entry":
      return x.e.kind === "sym" && x.idx.length === 1 ? sym(`${x.e.name}[${x.idx[0]}]`, []) : undefined;
    case "scalar":
      return x.e;
    case "prod": {
      const entries = x.list
        .filter((y) => y.k === "entry")
        .sort((a, b) => (letter(a) < letter(b) ? -1 : letter(a) > letter(b) ? 1 : 0));
      const list = all(x.list.map((y) => (y.k === "entry" ? entries.shift()! : y)));
      return list && mul(list);
    }
    case "add": {
      const list = all(x.list);
      return list && add(list);
    }
    case "pow": {
      const e = scalarOf(x.x);
      return e && pow(e, x.n);
    }
    case "fn": {
      const e = scalarOf(x.x);
      return e && fn(x.name, e);
    }
    default:
      return undefined;
  }
}
