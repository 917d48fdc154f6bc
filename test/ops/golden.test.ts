/**
 * Every operation against PyTorch (values and gradients), and the indexing language against NumPy.
 * The answers are made by test/golden/ops.py and numpy.py.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as g from "gradlab";
import { apply, isFloat, operations, type Tensor, tensor, vjp } from "gradlab";

interface Answer {
  shape: number[];
  value: number[];
  gradients?: (number[] | null)[];
}

const read = (name: string): any =>
  JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8"));

function agrees(t: Tensor, answer: Answer, tolerance: number): void {
  assert.deepEqual([...t.shape], answer.shape);
  near(t.values(), answer.value, tolerance);
}

function near(got: ArrayLike<number>, want: ArrayLike<number>, tolerance: number): void {
  for (let i = 0; i < want.length; i++) {
    const gap = Math.abs(got[i] - want[i]);
    assert.ok(
      gap <= tolerance * Math.max(1, Math.abs(want[i])),
      `entry ${i}: ${got[i]}, expected ${want[i]}`,
    );
  }
}

/** Records without an outside answer, and why. */
const OWN: Record<string, string> = { host: "returns whatever its caller draws" };

describe("operations against PyTorch", () => {
  const answers: Record<string, Answer[]> = read("ops").operations;
  test("every record has an answer", () => {
    const without = [...operations().keys()].filter((name) => !answers[name] && !OWN[name]);
    assert.deepEqual(without, [], "add them to test/golden/ops.py and run it again");
  });
  test("every differentiable record's gradients have answers too", () => {
    const without = [...operations().values()].filter(
      (op) => op.vjp && op.samples().some((_, i) => !answers[op.name]?.[i]?.gradients),
    );
    assert.deepEqual(
      without.map((op) => op.name),
      [],
    );
  });
  for (const [name, list] of Object.entries(answers))
    test(name, () => {
      const op = operations().get(name);
      assert.ok(op, `no operation "${name}"; run the golden script again after renaming`);
      const samples = op.samples();
      assert.equal(samples.length, list.length);
      samples.forEach(({ inputs, params }, i) => {
        agrees(apply(op, inputs, params ?? null), list[i], 1e-12);
        const floats = inputs.filter((x) => isFloat(x.dtype));
        if (!list[i].gradients || !op.vjp) return;
        const along = (...xs: Tensor[]): Tensor => {
          let k = 0;
          return apply(
            op,
            inputs.map((x) => (isFloat(x.dtype) ? xs[k++] : x)),
            params ?? null,
          );
        };
        const { value, pullback } = vjp(along, ...floats);
        const weights = (value as Tensor).copy();
        for (let k = 0; k < weights.size; k++) weights.data[k] = Math.sin(1.7 * k + 0.6) + 0.3;
        const found: Tensor[] = floats.length === 1 ? [pullback(weights)] : pullback(weights);
        list[i].gradients?.forEach((want, k) => {
          near(found[k].values(), want ?? new Float64Array(floats[k].size), 1e-10);
        });
      });
    });
});

describe("indexing, einsum and order against NumPy", () => {
  const answers = read("numpy");
  const X = g.arange(60).mul(7).reshape([3, 4, 5]);
  for (let i = 0; i < 60; i++) X.data[i] %= 11;
  const A = g.arange(6).reshape([2, 3]);
  const B = g.arange(12).sub(5).reshape([3, 4]);
  const v = tensor([2, -1, 3]);
  const mask = tensor([true, false, true]);
  const index: Record<string, g.Index[]> = {
    "X[0]": [0],
    "X[-1, 2]": [-1, 2],
    "X[:, ::2]": [":", "::2"],
    "X[::-1, 1:3, -2:]": ["::-1", "1:3", "-2:"],
    "X[..., 0]": ["...", 0],
    "X[:, None, 1]": [":", null, 1],
    "X[[2, 0]]": [[2, 0]],
    "X[:, [1, 1, 3]]": [":", [1, 1, 3]],
    "X[[0, 2], [1, 3]]": [
      [0, 2],
      [1, 3],
    ],
    "X[[0, 2], :, [1, 3]]": [[0, 2], ":", [1, 3]],
    "X[mask]": [mask],
    "X[mask, 1:]": [mask, "1:"],
    "X[X > 5]": [X.greater(5)],
    "X[5:9]": ["5:9"],
    "X[:, 3:0:-1]": [":", "3:0:-1"],
    "X[-100:2]": ["-100:2"],
  };
  for (const [name, answer] of Object.entries(answers.index as Record<string, Answer>))
    test(name, () => agrees(X.index(...index[name]), answer, 0));
  const operands: Record<string, Tensor[]> = {
    "ij,jk->ik": [A, B],
    "ij->ji": [A],
    "ij->": [A],
    "ij,j->i": [A, v],
    "i,j->ij": [v, v],
    "ij,ij->i": [A, A],
    "abc,cd->abd": [X.index("...", ":3"), B],
    "abc,abc": [X, X],
    "ij,jk,k->i": [A, B, g.arange(4)],
    "bij,bj->bi": [X, X.index(":", 0)],
  };
  for (const [name, answer] of Object.entries(answers.einsum as Record<string, Answer>))
    test(`einsum ${name}`, () => agrees(g.einsum(name, ...operands[name]), answer, 1e-13));
  const other: Record<string, () => Tensor> = {
    sort: () => g.sort(X, 1).values,
    argsort: () => g.argsort(X, 0),
    var: () => g.variance(X, [0, 2]),
    cumsum: () => X.cumsum(2),
    tile: () => g.tile(A, [2, 3]),
    pad: () =>
      g.pad(
        A,
        [
          [1, 0],
          [0, 2],
        ],
        9,
      ),
    linspace: () => g.linspace(0, 1, 7),
    arange: () => g.arange(5, -3, -1.5),
    nonzero: () => g.nonzero(X.greater(8)),
  };
  for (const [name, answer] of Object.entries(answers.other as Record<string, Answer>))
    test(name, () => agrees(other[name](), answer, 1e-13));
});
