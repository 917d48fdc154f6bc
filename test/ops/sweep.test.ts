/**
 * Every operation in the registry, on every one of its samples: first- and second-order gradients
 * against central differences, vjp against jvp, float32 against float64.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { apply, gradcheck, isFloat, jvp, operations, rng, Tensor as T, type Tensor, vjp } from "gradlab";

const toFloat32 = (t: Tensor): Tensor =>
  t.dtype === "float64" ? new T(Float32Array.from(t.values()), t.shape, "float32") : t;

for (const op of operations().values()) {
  describe(op.name, () => {
    const samples = op.samples();
    test("has samples", () => assert.ok(samples.length > 0));
    samples.forEach(({ inputs, params }, i) => {
      const run = (...xs: Tensor[]): Tensor => apply(op, xs, params ?? null);
      const floats = inputs.map((x, k) => ({ x, k })).filter(({ x }) => isFloat(x.dtype));
      const along = (...xs: Tensor[]): Tensor => {
        const all = [...inputs];
        floats.forEach(({ k }, j) => {
          all[k] = xs[j];
        });
        return run(...all);
      };
      const points = floats.map(({ x }) => x);
      if (op.vjp && points.length > 0) {
        test(`sample ${i}: gradients to second order`, () => {
          assert.ok(gradcheck(along, points, { order: 2 }) < 1e-5);
        });
        test(`sample ${i}: ⟨v, Ju⟩ = ⟨Jᵀv, u⟩`, () => {
          const r = rng(41 + i);
          const u = points.map((x) => r.normal(x.shape));
          const { value, tangent } = jvp(along, points, u);
          const v = r.normal((value as Tensor).shape);
          const pulled = vjp(along, ...points).pullback(v);
          const back: Tensor[] = points.length === 1 ? [pulled] : pulled;
          const left = v.mul(tangent).sum().item();
          const right = back.reduce((s, g, k) => s + g.mul(u[k]).sum().item(), 0);
          assert.ok(Math.abs(left - right) <= 1e-9 * Math.max(1, Math.abs(left)), `${left} against ${right}`);
        });
      }
      test(`sample ${i}: float32 follows float64`, () => {
        const wide = run(...inputs);
        const narrow = run(...inputs.map(toFloat32));
        assert.deepEqual(narrow.shape, wide.shape);
        if (isFloat(wide.dtype) && points.length === inputs.length && op.name !== "cast")
          assert.equal(narrow.dtype, "float32");
        const [a, b] = [wide.values(), narrow.values()];
        for (let k = 0; k < a.length; k++)
          assert.ok(Math.abs(a[k] - b[k]) <= 2e-5 * Math.max(1, Math.abs(a[k])), `${a[k]} against ${b[k]}`);
      });
    });
  });
}
