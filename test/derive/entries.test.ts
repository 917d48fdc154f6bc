/**
 * The per-index form, carried out: every entry of every gradient, with its sums as loops, is autodiff's.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { type Entry, entryOf } from "../../src/derive/expr/entries.ts";
import { tensor } from "../../src/tensor/index.ts";
import * as course from "./course.ts";
import * as sheets from "./sheets.ts";

type Index = Readonly<Record<string, number>>;

/** How far a letter runs: the size of the axis it stands at. */
function range(x: Entry, letter: string): number | undefined {
  if (x.k === "entry") {
    const sizes = [x.e.rows, x.e.cols].filter((n) => n > 1);
    const at = x.idx.indexOf(letter);
    return at < 0 ? undefined : sizes[at];
  }
  const parts = x.k === "prod" || x.k === "add" ? x.list : x.k === "call" ? x.args : "x" in x ? [x.x] : [];
  for (const part of parts) {
    const n = range(part, letter);
    if (n !== undefined) return n;
  }
  return undefined;
}

function value(x: Entry, at: Index, point: any): number {
  const go = (y: Entry, more: Index = {}): number => value(y, { ...at, ...more }, point);
  switch (x.k) {
    case "num":
      return x.value;
    case "scalar":
      return point.value(x.e).item();
    case "entry": {
      const where = x.idx.map((letter) => at[letter]);
      const [i, j] = x.e.rows > 1 ? [where[0], where[1] ?? 0] : [0, where[0]];
      return point.value(x.e).values()[i * x.e.cols + j];
    }
    case "delta":
      return at[x.a] === at[x.b] ? 1 : 0;
    case "prod":
      return x.list.reduce((p, y) => p * go(y), 1);
    case "add":
      return x.list.reduce((s, y) => s + go(y), 0);
    case "sum": {
      const n = range(x.x, x.over);
      assert.ok(n !== undefined, `nothing says how far ${x.over} runs`);
      let s = 0;
      for (let k = 0; k < n; k++) s += go(x.x, { [x.over]: k });
      return s;
    }
    case "pow":
      return go(x.x) ** x.n;
    case "fn":
      return (tensor(go(x.x)) as any)[x.name]().item();
    case "call": {
      const [a, ...rest] = x.args.map((y) => tensor(go(y)));
      return Number((a as any)[x.e.call!.op.name](...rest).item());
    }
  }
}

for (const [name, make] of Object.entries({ ...sheets, ...course } as Record<string, any>)) {
  if (["emInputs", "emObjective", "one"].includes(name)) continue;
  test(`${name}: entries`, () => {
    const d = make();
    const [p] = d.study.points;
    for (const v of d.study.variables)
      for (const terms of ["inputs", "neighbours"]) {
        const truth = p.gradients.get(v);
        const e = d.forms.gradient(v, terms);
        const [i, j] = [e.rows > 1 ? "i" : "", e.cols > 1 ? "j" : ""];
        const entry = entryOf(e, i, j);
        const expected = truth.values();
        let scale = 0;
        for (const x of expected) scale = Math.max(scale, Math.abs(x));
        for (let a = 0; a < e.rows; a++)
          for (let b = 0; b < e.cols; b++) {
            const got = value(entry, { i: a, j: b }, p.point);
            const gap = Math.abs(got - expected[a * e.cols + b]);
            assert.ok(gap <= 1e-9 * scale, `${v} in ${terms} at ${a}, ${b}: ${got}`);
          }
      }
  });
}
