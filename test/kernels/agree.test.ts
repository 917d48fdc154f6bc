/**
 * Each kernel twice: through WebAssembly and through the portable loops, on sizes around the widths of
 * vectors and tiles.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { rng, type Tensor } from "gradlab";
import {
  type ConvSizes,
  convForward,
  convInputGrad,
  convWeightGrad,
  engine,
  groupMoments,
  normalizeGroups,
  normalizeGroupsGrad,
  unaryLoop,
  withoutEngine,
} from "../../src/kernels/index.ts";

type Floats = Float32Array | Float64Array;
const make = (dtype: "float32" | "float64", n: number, seed: number): Floats =>
  rng(seed).normal([n], 0, 1, { dtype } as const).data as Floats;
const like = (a: Floats, n: number): Floats =>
  a instanceof Float64Array ? new Float64Array(n) : new Float32Array(n);

function close(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void {
  assert.equal(a.length, b.length);
  let scale = 1;
  for (let i = 0; i < a.length; i++) scale = Math.max(scale, Math.abs(b[i]));
  for (let i = 0; i < a.length; i++)
    assert.ok(Math.abs(a[i] - b[i]) <= tolerance * scale, `entry ${i}: ${a[i]} against ${b[i]}`);
}

const convolution = (
  n: number,
  ci: number,
  co: number,
  h: number,
  k: number,
  s: number,
  p: number,
  d = 1,
): ConvSizes => {
  const o = Math.floor((h + 2 * p - d * (k - 1) - 1) / s) + 1;
  return {
    n,
    ci,
    co,
    groups: 1,
    h,
    w: h,
    kh: k,
    kw: k,
    oh: o,
    ow: o,
    stride: [s, s],
    padding: [p, p],
    dilation: [d, d],
  };
};

describe("WebAssembly against portable loops", { skip: engine() === null && "there is no build" }, () => {
  for (const dtype of ["float32", "float64"] as const) {
    const tolerance = dtype === "float64" ? 1e-13 : 2e-5;
    for (const c of [
      convolution(128, 1, 3, 8, 3, 2, 1),
      convolution(67, 4, 4, 2, 3, 1, 1),
      convolution(3, 5, 6, 7, 3, 1, 1),
      convolution(2, 3, 9, 6, 2, 1, 0, 2),
      convolution(33, 16, 13, 2, 3, 1, 1),
      convolution(7, 12, 20, 5, 3, 2, 1),
      convolution(1, 64, 64, 2, 3, 1, 1),
      convolution(130, 8, 12, 4, 1, 1, 0),
    ])
      test(`convolution ${dtype} n=${c.n} ${c.ci}→${c.co} ${c.h}² kernel ${c.kh} stride ${c.stride[0]}`, () => {
        const x = make(dtype, c.n * c.ci * c.h * c.w, 1);
        const w = make(dtype, c.co * c.ci * c.kh * c.kw, 2);
        const g = make(dtype, c.n * c.co * c.oh * c.ow, 3);
        const run = (): Floats[] => {
          const [y, dx, dw] = [like(x, g.length), like(x, x.length), like(x, w.length)];
          convForward(x, w, y, c);
          convInputGrad(g, w, dx, c);
          convWeightGrad(x, g, dw, c);
          return [y, dx, dw];
        };
        const [fast, plain] = [run(), withoutEngine(run)];
        fast.forEach((v, i) => {
          close(v, plain[i], tolerance);
        });
      });

    for (const [outer, groups, inner] of [
      [128, 4, 16],
      [1, 100, 33],
      [600, 3, 1],
      [5, 1, 513],
    ])
      test(`normalisation ${dtype} [${outer}, ${groups}, ${inner}]`, () => {
        const x = make(dtype, outer * groups * inner, 4).map((v) => v * 3 + 5) as Floats;
        const g = make(dtype, x.length, 5);
        const run = (): ArrayLike<number>[] => {
          const [y, dx] = [like(x, x.length), like(x, x.length)];
          normalizeGroups(x, y, outer, groups, inner, 1e-5);
          normalizeGroupsGrad(g, x, dx, outer, groups, inner, 1e-5);
          const m = groupMoments(x, outer, groups, inner);
          return [y, dx, m.mean, m.variance];
        };
        const [fast, plain] = [run(), withoutEngine(run)];
        fast.forEach((v, i) => {
          close(v, plain[i], tolerance);
        });
      });
  }
});

/** Distance in units of the last place of float32 or float64. */
function ulps(a: number, b: number, wide: boolean): number {
  const view = new DataView(new ArrayBuffer(8));
  const place = (v: number): bigint => {
    if (wide) view.setFloat64(0, v);
    else view.setFloat32(0, v);
    const bits = wide ? view.getBigInt64(0) : BigInt(view.getInt32(0));
    const lowest = wide ? -9223372036854775808n : -2147483648n;
    return bits < 0n ? lowest - bits : bits;
  };
  const gap = place(a) - place(b);
  return Number(gap < 0n ? -gap : gap);
}

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

describe("vector functions", { skip: engine() === null && "there is no build" }, () => {
  const functions: [string, (x: number) => number, [number, number][]][] = [
    [
      "Math.exp(x)",
      Math.exp,
      [
        [-105, 90],
        [-1, 1],
        [-745, 709],
      ],
    ],
    [
      "Math.log(x)",
      Math.log,
      [
        [0, 100],
        [0.9, 1.1],
        [0, 1e-37],
        [0, 1e300],
      ],
    ],
    [
      "Math.tanh(x)",
      Math.tanh,
      [
        [-12, 12],
        [-1, 1],
      ],
    ],
    [
      "m.sigmoid(x)",
      sigmoid,
      [
        [-100, 100],
        [-1, 1],
      ],
    ],
  ];
  for (const [expression, exact, ranges] of functions)
    for (const dtype of ["float32", "float64"] as const)
      test(`${expression} in ${dtype} is right to 2 units in the last place`, () => {
        const wide = dtype === "float64";
        const n = 20011;
        for (const [low, high] of ranges) {
          const x = like(wide ? new Float64Array(0) : new Float32Array(0), n);
          for (let i = 0; i < n; i++) x[i] = low + ((high - low) * i) / (n - 1);
          const y = like(x, n);
          unaryLoop(expression, dtype, dtype)(y, 0, x, 0, 1, n);
          for (let i = 0; i < n; i++) {
            const want = wide ? exact(x[i]) : Math.fround(exact(x[i]));
            assert.ok(
              Object.is(y[i], want) || ulps(y[i], want, wide) <= 2,
              `f(${x[i]}) = ${y[i]}, exactly ${want}`,
            );
          }
        }
        const special = [0, -0, 1 / 0, -1 / 0, Number.NaN, -1, 800, -800];
        const x = like(wide ? new Float64Array(0) : new Float32Array(0), 300);
        x.set(special);
        const y = like(x, 300);
        unaryLoop(expression, dtype, dtype)(y, 0, x, 0, 1, 300);
        special.forEach((v, i) => {
          const want = wide ? exact(v) : Math.fround(exact(v));
          assert.ok(Object.is(y[i], want) || ulps(y[i], want, wide) <= 2, `f(${v}) = ${y[i]}, not ${want}`);
        });
      });
});

test("the engine can be switched off, and comes back after an error", () => {
  const before = engine();
  assert.throws(() =>
    withoutEngine(() => {
      assert.equal(engine(), null);
      throw new Error("stop");
    }),
  );
  assert.equal(engine(), before);
  const a: Tensor = rng(1).normal([64, 64]);
  const [fast, plain] = [a.matmul(a), withoutEngine(() => a.matmul(a))];
  close(fast.values(), plain.values(), 1e-13);
});
