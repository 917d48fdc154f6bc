/**
 * Operations on many numbers take other ways than on few: vectors through WebAssembly, and memory that is not
 * zero to begin with. Both must give what the plain loops give.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  add,
  astype,
  avgPool2d,
  batchNorm,
  concat,
  conv2d,
  div,
  grad,
  greater,
  greaterEqual,
  layerNorm,
  less,
  lessEqual,
  manualSeed,
  matmul,
  maxPool2d,
  mul,
  relu,
  rng,
  softmax,
  stack,
  sub,
  type Tensor,
  tensor,
  where,
} from "gradlab";
import { engine, maxPositions, withoutEngine } from "../../src/kernels/index.ts";

/** The bits, of which NaN's are the same for all NaN: which of them comes out is the machine's affair. */
function bytes(t: Tensor): string {
  const values = t.values().slice();
  values.forEach((v, i) => {
    if (Number.isNaN(v)) values[i] = Number.NaN;
  });
  return Buffer.from(values.buffer as ArrayBuffer).toString("hex");
}

/** Random numbers, with all that is special among them. */
function numbers(shape: number[], seed: number, dtype: "float32" | "float64" = "float32"): Tensor {
  const t = rng(seed).normal(shape, 0, 1, { dtype }) as Tensor;
  const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e38];
  special.forEach((v, i) => {
    if (t.size > 300) t.data[(i * 37 + seed) % t.size] = v;
  });
  return t;
}

describe("vectors against plain loops, to the bit", {
  skip: engine() === null && "there is no build",
}, () => {
  const pairs: [string, number[], number[]][] = [
    ["the same shape", [70, 131], [70, 131]],
    ["a number", [70, 131], []],
    ["a number a channel", [32, 5, 7, 9], [5, 1, 1]],
    ["a number a channel, rows of four", [256, 8, 2, 2], [8, 1, 1]],
    ["a number a row", [1100, 5], [1100, 1]],
    ["a row", [999, 13], [13]],
    ["two axes of four", [12, 9, 5, 11], [9, 5, 1]],
    ["first and last", [30, 20, 10], [30, 1, 10]],
    ["one operand smaller on the left", [13], [999, 13]],
    ["both repeated", [100, 1, 60], [1, 3, 60]],
  ];
  for (const dtype of ["float32", "float64"] as const)
    for (const [what, a, b] of pairs)
      test(`${dtype}, ${what}`, () => {
        const [x, y] = [numbers(a, 1, dtype), numbers(b, 2, dtype)];
        for (const [name, f] of Object.entries({
          add,
          sub,
          mul,
          div,
          greater,
          greaterEqual,
          less,
          lessEqual,
        })) {
          const [got, expected] = [f(x, y), withoutEngine(() => f(x, y))];
          assert.deepEqual([got.shape, got.dtype], [expected.shape, expected.dtype]);
          assert.equal(bytes(got), bytes(expected), name);
        }
      });

  test("views that begin elsewhere, or are turned", () => {
    const x = numbers([150, 64], 3);
    for (const v of [x.slice(0, 20, 140), x.T, x.slice(1, 3, 60)] as Tensor[])
      for (const f of [(t: Tensor) => mul(t, 3), (t: Tensor) => relu(t), (t: Tensor) => add(t, t)])
        assert.equal(bytes(f(v)), bytes(withoutEngine(() => f(v))));
  });

  test("ReLU and its mask keep NaN, infinities and the zeros' signs as the loops do", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const x = numbers([100, 83], 4, dtype);
      assert.equal(bytes(relu(x)), bytes(withoutEngine(() => relu(x))));
      const backward = (): Tensor =>
        grad((t: Tensor) =>
          relu(t)
            .mul(numbers([100, 83], 5, dtype))
            .sum(),
        )(x);
      assert.equal(bytes(backward()), bytes(withoutEngine(backward)));
    }
    const mask = greater(numbers([100, 83], 6), 0);
    assert.equal(
      bytes(mul(numbers([100, 83], 7), mask)),
      bytes(withoutEngine(() => mul(numbers([100, 83], 7), mask))),
    );
  });

  test("gradients of repeated float32 operands: sums in double precision", () => {
    for (const [shape, small] of [
      [
        [128, 64, 4, 4],
        [64, 1, 1],
      ],
      [
        [128, 63, 3, 3],
        [63, 1, 1],
      ],
      [[2000, 7], [7]],
    ]) {
      const x = rng(8).normal(shape, 0, 1, { dtype: "float32" });
      const w = rng(9).normal(small, 0, 1, { dtype: "float32" });
      const slope = (): Tensor => grad((t: Tensor) => mul(x, t).sum())(w as Tensor);
      const [got, expected] = [slope().toArray().flat(3), withoutEngine(slope).toArray().flat(3)];
      got.forEach((v: number, i: number) => {
        assert.ok(
          Math.abs(v - expected[i]) <= 1e-6 * Math.max(1, Math.abs(expected[i])),
          `${v}, ${expected[i]}`,
        );
      });
    }
  });
});

test("nothing is read from memory before it is written", () => {
  const original = Buffer.allocUnsafeSlow;
  const work = (): Tensor[] => {
    manualSeed(1);
    const r = rng(11);
    const x = r.normal([40, 6, 8, 8], 0, 1, { dtype: "float32" }) as Tensor;
    const d = r.normal([60, 70]) as Tensor;
    const whole = r.integers([60, 70], 0, 9) as Tensor;
    const w = r.normal([4, 6, 3, 3], 0, 1, { dtype: "float32" }) as Tensor;
    const grouped = r.normal([6, 3, 3, 3], 0, 1, { dtype: "float32" }) as Tensor;
    const all = [
      d.exp(),
      d.T.exp(),
      d.add(d.sum(0)),
      greater(d, 0),
      where(greater(d, 0), d, 1),
      astype(d, "float32"),
      astype(d, "bool"),
      matmul(d, d.T),
      matmul(whole, whole.T),
      matmul(d.slice(1, 0, 0), d.T.slice(0, 0, 0)),
      matmul(x, x.permute([0, 1, 3, 2])),
      matmul(d, d.slice(0, 0, 1).reshape([70])),
      softmax(d, 0),
      softmax(d, 1),
      d.sum(0),
      d.sum(1),
      x.sum([0, 2]),
      x.mean([1]),
      x.max(0),
      x.prod(3),
      d.logSumExp(1),
      concat([d, d], 0),
      stack([d, d], 1),
      d.T.copy(),
      d.T.reshape([-1]),
      d.cumsum(1),
      conv2d(x, w, null, { padding: 1 }),
      conv2d(x, grouped, null, { groups: 2 }),
      maxPool2d(x, 2),
      maxPool2d(x, 3, { stride: 2, padding: 1 }),
      avgPool2d(x, 2),
      batchNorm(x, null, null),
      layerNorm(x, [8]),
      layerNorm(x, [6, 8, 8]),
      d.slice(0, 0, 0).sum(0),
    ] as Tensor[];
    const net = (t: Tensor): Tensor =>
      maxPool2d(relu(batchNorm(conv2d(t, w, null, { padding: 1 }), null, null)), 2)
        .square()
        .sum();
    return [
      ...all,
      grad(net)(x),
      withoutEngine(() => matmul(d, d.T)),
      withoutEngine(() => batchNorm(x, null, null)),
    ];
  };
  const filled = (value: number): string[] => {
    Buffer.allocUnsafeSlow = (n) => original(n).fill(value);
    try {
      return work().map(bytes);
    } finally {
      Buffer.allocUnsafeSlow = original;
    }
  };
  const [zeros, ones] = [filled(0), filled(255)];
  zeros.forEach((z, i) => {
    assert.ok(z === ones[i], `result ${i} of the list depends on what was in memory`);
  });
});

test("the largest of each window, against a search: the first of equals, and NaN wins", () => {
  for (const [h, w, size, stride] of [
    [4, 4, 2, 2],
    [7, 5, 3, 2],
    [6, 6, 2, 1],
  ]) {
    const [oh, ow] = [Math.floor((h - size) / stride) + 1, Math.floor((w - size) / stride) + 1];
    const span = (n: number): number[] =>
      Array.from({ length: n }, (_, i) => [i * stride, i * stride + size]).flat();
    const s = { h, w, oh, ow, rows: span(oh), columns: span(ow), divisors: [], dilation: [1, 1] } as const;
    for (const values of [
      [-2, -1, 0, 1, 2],
      [Number.NaN, 1, 2],
      [Number.NaN],
      [-Infinity, Infinity, 0, -0],
    ]) {
      const r = rng(h + values.length);
      const planes = 50;
      const x = Float64Array.from(
        { length: planes * h * w },
        () => values[Math.floor(r.uniform([]).item() * values.length)],
      );
      const expected: number[] = [];
      for (let p = 0; p < planes; p++)
        for (let i = 0; i < oh; i++)
          for (let j = 0; j < ow; j++) {
            let best = -1;
            for (let a = 0; a < size; a++)
              for (let b = 0; b < size; b++) {
                const at = (p * h + i * stride + a) * w + j * stride + b;
                const beaten = best < 0 || x[at] > x[best] || (Number.isNaN(x[at]) && !Number.isNaN(x[best]));
                if (beaten) best = at;
              }
            expected.push(best);
          }
      assert.deepEqual([...maxPositions(x, planes, s)], expected);
    }
  }
});

test("a parameter that is pooled, changed in place and pooled again", () => {
  const x = tensor([
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ]) as Tensor;
  const slope = (): number[][][][] => grad((t: Tensor) => maxPool2d(t, 2).sum())(x).toArray();
  assert.deepEqual(slope(), [
    [
      [
        [0, 0],
        [0, 1],
      ],
    ],
  ]);
  x.assign(
    tensor([
      [
        [
          [9, 2],
          [3, 4],
        ],
      ],
    ]) as Tensor,
  );
  assert.deepEqual(slope(), [
    [
      [
        [1, 0],
        [0, 0],
      ],
    ],
  ]);
});
