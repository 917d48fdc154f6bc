/**
 * vmap over every record: the batched form equals a loop, whichever inputs are batched, for values, for
 * gradients inside vmap and for gradients through it.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  apply,
  compile,
  crossEntropy,
  grad,
  hessian,
  isFloat,
  noGrad,
  type Op,
  operations,
  relativeError,
  rng,
  stack,
  stopGradient,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "gradlab";

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
  const w = zeros(y.shape) as Tensor;
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

describe("what is no derivative is still the example's own", () => {
  const X = tensor([[1, 2], [3, 4]]) as Tensor; // biome-ignore format: short
  const functions: Record<string, (x: Tensor) => Tensor> = {
    detach: (x) => x.mul(x.detach()),
    stopGradient: grad((x: Tensor) => x.mul(stopGradient(x)).sum()),
    noGrad: (x) => noGrad(() => x.square()).mul(x),
    "noGrad inside grad": grad((x: Tensor) =>
      noGrad(() => x.square())
        .mul(x)
        .sum(),
    ),
    "a product with a zero in some examples": hessian((x) => x.sub([1, 0]).prod() as Tensor),
    labels: (x) => crossEntropy(x.expandDims(0), [1]),
  };
  for (const [name, f] of Object.entries(functions))
    test(name, () => {
      const loop = stack([0, 1].map((i) => f(X.select(i) as Tensor))) as Tensor;
      close(vmap(f)(X) as Tensor, loop, name);
      close(compile((Y: Tensor) => vmap(f)(Y) as Tensor)(X), loop, `${name}, compiled`);
      const slope = (g: (Y: Tensor) => Tensor): Tensor => grad((Y: Tensor) => g(Y).sin().sum())(X);
      const each = slope((Y) => stack([0, 1].map((i) => f(Y.select(i) as Tensor))) as Tensor);
      close(
        slope((Y) => vmap(f)(Y) as Tensor),
        each,
        `gradient through ${name}`,
      );
    });
});

test("vmap nests", () => {
  const X = rng(3).normal([2, 3, 4]) as Tensor;
  const f = (x: Tensor): Tensor => x.mul(x.detach()).sum();
  close(vmap(vmap(f))(X) as Tensor, X.square().sum(2) as Tensor, "twice");
  const inner = vmap((x: Tensor, w: Tensor) => x.dot(w), { inAxes: [0, null] });
  close(
    vmap(inner)(X, X.select(0, 1) as Tensor) as Tensor,
    X.matmul(X.select(0, 1).expandDims(2)).squeeze(2),
    "shared",
  );
});

test("numbers of one example do not slip into the others: reading them is refused", () => {
  const X = tensor([[1, 2], [3, 4]]) as Tensor; // biome-ignore format: short
  const reads: ((x: Tensor) => Tensor)[] = [
    (x) => x.mul(x.sum().item()),
    (x) => x.mul(x.at(0)),
    (x) => x.add(tensor(x.toArray()) as Tensor),
    (x) => x.index(x.greater(1)),
    (x) => x.mul(x.copy()),
    (x) => x.mul([...x].length),
  ];
  for (const f of reads) assert.throws(() => vmap(f)(X), /vmap: the function reads the numbers/, String(f));
  // Shared arguments are the same for all, and may be read; afterwards everything may.
  close(
    vmap((x: Tensor, w: Tensor) => x.mul(w.item()), { inAxes: [0, null] })(X, tensor(2)) as Tensor,
    X.mul(2) as Tensor,
    "shared",
  );
  assert.equal(X.sum().item(), 10);
});
