/**
 * A formula that holds only where a matrix is symmetric: 2AX for (A + Aᵀ)X. It is not wrong by a slip but
 * by an assumption, so the claim is tried once more at points where that matrix is symmetric.
 */

import { permute } from "../../ops/index.ts";
import { rng, sameShape, type Tensor } from "../../tensor/index.ts";
import { subexpressions } from "../expr/expr.ts";
import { evaluateFormula, type Formula } from "../formula.ts";
import { matches } from "../verdict.ts";
import { type Candidate, type Context, show } from "./context.ts";

export function symmetryCandidates(c: Context, formula: Formula): Candidate[] {
  const { study } = c.d;
  if (c.subject.kind !== "gradient" || !c.claim) return [];
  const used = new Set([...subexpressions(c.claim)].filter((x) => x.kind === "sym").map((x) => x.name));
  const square = Object.entries(study.given).filter(
    ([name, t]) =>
      t.rank === 2 &&
      t.shape[0] === t.shape[1] &&
      t.shape[0] > 1 &&
      study.domains.get(name) === "real" &&
      used.has(name),
  );
  const found = square.find(([name]) => holdsFor(c, formula, name));
  if (!found) return [];
  const [name, t] = found;
  const symbol = show(c, c.claim.args.find((x) => x.name === name) ?? symbolOf(c, name));
  const [form] = c.subject.forms();
  return [
    {
      kinds: ["symmetry assumed"],
      cost: 1.6,
      sentence: () =>
        `Your formula holds only where ${symbol} is symmetric (${t.shape.join("×")}, and nothing says it is). ` +
        `In general the gradient is ${show(c, form)}.`,
    },
  ];
}

const symbolOf = (c: Context, name: string) =>
  [...subexpressions(c.claim!)].find((x) => x.kind === "sym" && x.name === name)!;

/** Whether claim and truth agree at points where one input is made symmetric. */
function holdsFor(c: Context, formula: Formula, name: string): boolean {
  const { study } = c.d;
  const r = rng(29);
  let tried = 0;
  for (const p of study.points) {
    const x = p.values[name] as Tensor;
    const values = {
      ...p.values,
      [name]: x
        .add(permute(x, [1, 0]))
        .mul(0.5)
        .detach(),
    };
    const q = study.accept(values, r);
    if (!q) continue;
    const [claimed, truth] = [evaluateFormula(formula, study, q), c.subject.truth(q)];
    if (!sameShape(claimed.shape, truth.shape) || !matches(claimed, truth, q.noise.get(c.name)).ok)
      return false;
    tried++;
  }
  return tried >= 3;
}
