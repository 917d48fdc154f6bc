/**
 * Sweeps that ask whether the sweeps themselves would notice: mutated rules must fail the gradient check;
 * and whether layout matters: strided and offset inputs must give the answers dense ones give.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { apply, gradcheck, isFloat, neg, type Op, operations, relativeError, Tensor, vjp } from "gradlab";

type Rule = (...args: any[]) => Tensor | null;
const ruleOf = (op: Op, i: number): Rule | null | undefined =>
  typeof op.vjp === "function" ? op.vjp(i) : op.vjp?.[i];

/** What a slip in a rule would do to its result. */
const SLIPS: Record<string, (g: Tensor, G: Tensor) => Tensor | null> = {
  "sign flipped": (g) => neg(g),
  "factor 2": (g) => g.mul(2),
  "contribution forgotten": () => null,
  "transpose dropped or added": (g) => (g.rank === 2 && g.shape[0] === g.shape[1] ? g.T : g.flip(0)),
  "not summed back over the broadcast": (g, G) => (G.shape.join() === g.shape.join() ? g.add(1) : G),
};

describe("a mutated rule is noticed", () => {
  for (const op of operations().values()) {
    const sample = op.samples().find((s) => s.inputs.some((x) => isFloat(x.dtype) && x.size > 1));
    if (!op.vjp || !sample) continue;
    sample.inputs.forEach((x, i) => {
      const rule = ruleOf(op, i);
      if (!rule || !isFloat(x.dtype)) return;
      for (const [slip, change] of Object.entries(SLIPS)) {
        const honest = vjp((t: Tensor) => apply(op, sample.inputs.with(i, t), sample.params ?? null), x);
        const weights = honest.value.copy();
        for (let k = 0; k < weights.size; k++) weights.data[k] = Math.sin(1.7 * k + 0.6) + 0.3;
        const right = honest.pullback(weights) as Tensor;
        if (slip.startsWith("transpose") && x.rank === 0) continue;
        // A slip that leaves the answer as it was (a zero gradient with its sign flipped) is no slip.
        const wrong = change(right, weights);
        const harmless =
          wrong && wrong.shape.join() === right.shape.join() && relativeError(wrong, right) < 1e-5;
        if (harmless || (wrong === null && relativeError(right.mul(0), right) < 1e-5)) continue;
        test(`${op.name}, input ${i}: ${slip}`, () => {
          const mutant: Op = {
            ...op,
            vjp: (k) =>
              k === i ? (G, ...rest) => change(rule(G, ...rest) as Tensor, G) : (ruleOf(op, k) as any),
          };
          assert.throws(() =>
            gradcheck((t: Tensor) => apply(mutant, sample.inputs.with(i, t), sample.params ?? null), [x]),
          );
        });
      }
    });
  }
});

/** The same values seen through reversed and doubled strides and an offset. */
function scattered(t: Tensor): Tensor {
  if (t.rank === 0) {
    const data = t.data.slice(0, 0).constructor as new (n: number) => typeof t.data;
    const room = new data(3);
    room[2] = t.data[t.offset];
    return new Tensor(room, [], t.dtype, [], 2);
  }
  const room = new Tensor(
    new (t.data.constructor as any)(2 * t.size + 1),
    [t.size],
    t.dtype,
    [-2],
    2 * t.size,
  );
  const values = t.values();
  for (let i = 0; i < t.size; i++) room.data[2 * t.size - 2 * i] = values[i];
  let step = -2;
  const strides = t.shape.map(() => 0);
  for (let d = t.rank - 1; d >= 0; d--) {
    strides[d] = step;
    step *= t.shape[d];
  }
  return new Tensor(room.data, t.shape, t.dtype, strides, 2 * t.size);
}

describe("layout does not matter", () => {
  for (const op of operations().values())
    test(op.name, () => {
      for (const { inputs, params } of op.samples()) {
        const run = (xs: Tensor[]): Tensor => apply(op, xs, params ?? null);
        const far = inputs.map(scattered);
        far.forEach((t, i) => {
          assert.deepEqual([...t.values()], [...inputs[i].values()]);
        });
        assert.equal(relativeError(run(far), run(inputs)), 0);
        const floats = inputs.flatMap((x, k) => (isFloat(x.dtype) ? [k] : []));
        if (!op.vjp || floats.length === 0) continue;
        const along =
          (base: Tensor[]) =>
          (...xs: Tensor[]) => {
            const all = [...base];
            floats.forEach((k, j) => {
              all[k] = xs[j];
            });
            return run(all);
          };
        const near = vjp(along(inputs), ...floats.map((k) => inputs[k]));
        const other = vjp(along(far), ...floats.map((k) => far[k]));
        const G = scattered(near.value.add(0.3));
        const list = (g: Tensor | Tensor[]): Tensor[] => (Array.isArray(g) ? g : [g]);
        const [a, b] = [list(near.pullback(near.value.add(0.3))), list(other.pullback(G))];
        a.forEach((g, k) => {
          assert.ok(relativeError(g, b[k]) < 1e-14);
        });
      }
    });
});
