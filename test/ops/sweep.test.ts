/**
 * Every operation in the registry, on every one of its samples: first- and second-order gradients
 * against central differences, vjp against jvp, float32 against float64.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  apply,
  broadcastShapes,
  gradcheck,
  isFloat,
  jvp,
  type Op,
  operations,
  relativeError,
  rng,
  Tensor as T,
  type Tensor,
  vjp,
} from "gradlab";

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
          assert.ok(gradcheck(along, points, { order: 2 }) < 1e-6);
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
      if (op.vjp && points.length > 0)
        test(`sample ${i}: float32 gradients follow float64`, () => {
          const both = [points, points.map(toFloat32)].map((at) => {
            const { value, pullback } = vjp(along, ...at);
            const weights = (value as Tensor).copy();
            for (let k = 0; k < weights.size; k++) weights.data[k] = Math.sin(1.7 * k + 0.6) + 0.3;
            const g = pullback(weights);
            return (at.length === 1 ? [g] : g) as Tensor[];
          });
          both[0].forEach((wide, k) => {
            if (op.name !== "cast") assert.equal(both[1][k].dtype, "float32");
            assert.ok(relativeError(wide, both[1][k]) < 2e-4, `${wide} against ${both[1][k]}`);
          });
        });
    });
  });
}

/** Shapes for two or three operands of an elementwise operation, and what NumPy makes of them. */
const SHAPES: number[][][] = [
  [[], [], []],
  [[3], [], [1]],
  [
    [2, 1, 3],
    [4, 1],
    [2, 4, 3],
  ],
  [[0, 3], [1, 3], [3]],
  [[0], [1], []],
  [[2, 0, 1], [0, 5], [1]],
];

/** The sample's numbers under another shape, over again as often as it takes. */
const reshaped = (t: Tensor, shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = new (t.data.constructor as any)(size) as Float64Array;
  const values = t.values();
  for (let i = 0; i < size; i++) data[i] = values[i % values.length];
  return new T(data, shape, t.dtype);
};

describe("elementwise operations broadcast, empty and zero-dimensional operands included", () => {
  for (const op of operations().values()) {
    if (!op.elementwise) continue;
    test(op.name, () => {
      const { inputs, params } = op.samples()[0];
      for (const shapes of SHAPES) {
        const operands = inputs.map((x, i) => reshaped(x, shapes[i]));
        const run = (...xs: Tensor[]): Tensor => apply(op as Op<any>, xs, params ?? null);
        const y = run(...operands);
        const shape = operands.map((x) => x.shape).reduce((a, b) => broadcastShapes(a, b, op.name));
        assert.deepEqual([...y.shape], [...shape]);
        // The same as on operands that are spread out beforehand.
        const spread = run(...operands.map((x) => x.broadcastTo(shape as number[]).copy() as Tensor));
        assert.equal(relativeError(y, spread), 0);
        operands.forEach((x, i) => {
          if (!op.vjp || !isFloat(x.dtype)) return;
          const { value, pullback } = vjp((t: Tensor) => run(...operands.with(i, t)), x);
          if (!(value as Tensor).dtype.startsWith("float")) return;
          assert.deepEqual([...pullback((value as Tensor).add(1)).shape], [...x.shape]);
        });
      }
    });
  }
});
