/**
 * Every operation in the registry, compiled: values and gradients on every sample agree with eager
 * evaluation, in both precisions, on the recording call and on replays.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  apply,
  compile,
  isFloat,
  type Op,
  operations,
  relativeError,
  rng,
  Tensor as T,
  type Tensor,
  vjp,
} from "gradlab";
import { engine } from "../../src/kernels/index.ts";

const toFloat32 = (t: Tensor): Tensor =>
  t.dtype === "float64" ? new T(Float32Array.from(t.values()), t.shape, "float32") : t;

function agree(f: (...xs: any[]) => Tensor, inputs: Tensor[], tolerance: number): void {
  const compiled = compile(f);
  const want = f(...inputs);
  for (const round of [1, 2]) {
    const got = compiled(...inputs) as Tensor;
    assert.deepEqual([got.shape, got.dtype], [want.shape, want.dtype], `round ${round}`);
    const error = relativeError(got, want);
    assert.ok(error <= tolerance, `round ${round}: relative error ${error}`);
  }
}

function sweep(op: Op): void {
  op.samples().forEach(({ inputs, params }, i) => {
    const run = (...xs: Tensor[]): Tensor => apply(op, xs, params ?? null);
    test(`sample ${i}`, () => {
      agree(run, inputs, 1e-12);
      if (op.name !== "cast") agree(run, inputs.map(toFloat32), 2e-6);
    });
    const float = inputs.findIndex((x) => isFloat(x.dtype));
    if (!op.vjp || float < 0) return;
    test(`sample ${i}: gradients`, () => {
      inputs.forEach((x, k) => {
        if (!isFloat(x.dtype)) return;
        const pull = (t: Tensor, G: Tensor): Tensor =>
          vjp((u: Tensor) => run(...inputs.with(k, u)), t).pullback(G);
        const G = rng(k).normal(run(...inputs).shape);
        agree(pull, [x, G], 1e-11);
      });
    });
  });
}

describe("compiled operations", { skip: engine() === null && "there is no WebAssembly build" }, () => {
  for (const op of operations().values()) describe(op.name, () => sweep(op));
});
