/**
 * vmap over every record: the batched form equals a loop, whichever inputs are batched, for values, for
 * gradients inside vmap and for gradients through it.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { apply, grad, isFloat, type Op, operations, relativeError, stack, type Tensor, vmap } from "gradlab";

const SIZE = 3;

/** Variations of a sample's input: the same shape, other numbers, still in the operation's domain. */
function variations(x: Tensor): Tensor[] {
  return Array.from({ length: SIZE }, (_, k) => {
    const out = x.copy();
    if (isFloat(x.dtype)) for (let i = 0; i < out.size; i++) out.data[i] *= 1 + 0.02 * k;
    return out;
  });
}

/** Which inputs are batched: all, and each alone. */
function choices(count: number): boolean[][] {
  const all = Array.from({ length: count }, () => true);
  const alone = all.map((_, i) => all.map((_, k) => k === i));
  return count > 1 ? [all, ...alone] : [all];
}

const close = (a: Tensor, b: Tensor, where: string): void => {
  assert.deepEqual([...a.shape], [...b.shape], where);
  assert.ok(relativeError(a, b) < 1e-11, `${where}: ${a} against ${b}`);
};

const weighted = (y: Tensor): Tensor => {
  const w = y.detach().copy();
  for (let k = 0; k < w.size; k++) w.data[k] = Math.sin(1.7 * k + 0.6) + 0.3;
  return y.mul(w).sum();
};

describe("vmap equals a loop", () => {
  for (const op of operations().values()) {
    const samples = op.samples().filter(({ inputs }) => inputs.length > 0);
    if (samples.length === 0) continue;
    test(op.name, () => {
      for (const { inputs, params = null } of samples) {
        const run = (...xs: Tensor[]): Tensor => apply(op as Op<any>, xs, params);
        const many = inputs.map(variations);
        for (const batched of choices(inputs.length)) {
          const where = `${op.name} of ${inputs.map((x) => `[${x.shape}]`)}, batched ${batched}`;
          const inAxes = batched.map((b) => (b ? 0 : null));
          const args = inputs.map((x, i) => (batched[i] ? (stack(many[i]) as Tensor) : x));
          const one = (k: number): Tensor[] => inputs.map((x, i) => (batched[i] ? many[i][k] : x));
          const loop = stack(Array.from({ length: SIZE }, (_, k) => run(...one(k)))) as Tensor;
          close(vmap(run, { inAxes })(...args) as Tensor, loop, where);
          const first = inputs.findIndex((x) => isFloat(x.dtype));
          if (!op.vjp || first < 0 || !isFloat(loop.dtype)) continue;
          const slope = grad((...xs: Tensor[]) => weighted(run(...xs)), { argnums: first });
          const slopes = stack(Array.from({ length: SIZE }, (_, k) => slope(...one(k)))) as Tensor;
          close(vmap(slope, { inAxes })(...args) as Tensor, slopes, `gradient inside, ${where}`);
          const through = grad(
            (...xs: Tensor[]) => {
              const each = vmap((...zs: Tensor[]) => weighted(run(...zs)), { inAxes })(...xs) as Tensor;
              return each.sum();
            },
            { argnums: first },
          )(...args);
          close(through, batched[first] ? slopes : (slopes.sum(0) as Tensor), `gradient through, ${where}`);
        }
      }
    });
  }
});
