/**
 * The transformations, on functions whose derivatives are known: nesting, trees, PyTorch's way, limits.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  checkpoint,
  customVjp,
  detectAnomaly,
  grad,
  gradcheck,
  hessian,
  hvp,
  jacfwd,
  jacobian,
  jvp,
  noGrad,
  relativeError,
  rng,
  stopGradient,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
  vmap,
} from "gradlab";

const close = (a: Tensor, b: Tensor, tolerance = 1e-12): void => {
  assert.deepEqual(a.shape, b.shape);
  assert.ok(relativeError(a, b) <= tolerance, `${a} against ${b}`);
};
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const cube = (x: Tensor): Tensor => x.mul(x).mul(x).sum();

test("grad of xᵀAx is (A + Aᵀ)x", () => {
  const A = rng(1).normal([3, 3]);
  const x = rng(2).normal([3]);
  close(grad((v: Tensor) => v.dot(A.matmul(v)))(x), A.add(A.T).matmul(x));
});

test("grad nests: the third derivative of x³ is 6", () => {
  const d3 = grad(grad(grad(cube) as never) as never);
  close(d3(tensor(1.5)), tensor(6));
});

test("a function closed over an outer variable differentiates by both (no perturbation confusion)", () => {
  const f = grad((x: Tensor) => grad((y: Tensor) => y.mul(x).square().sum())(tensor([2])).sum());
  close(f(tensor([3])), tensor([24]));
  close(grad((x: Tensor) => x.mul(grad((y: Tensor) => x.add(y).sum())(tensor(1))))(tensor(1)), tensor(1));
});

test("trees of arguments give trees of gradients, and argnums chooses", () => {
  const f = ({ W, b }: { W: Tensor; b: Tensor[] }, x: Tensor): Tensor => W.matmul(x).add(b[0]).square().sum();
  const W = rng(1).normal([2, 3]);
  const b = [rng(2).normal([2])];
  const x = rng(3).normal([3]);
  const g = grad(f)({ W, b }, x);
  close(g.W, W.matmul(x).add(b[0]).mul(2).outer(x));
  close(g.b[0], W.matmul(x).add(b[0]).mul(2));
  const [, gx] = grad(f, { argnums: [0, 1] })({ W, b }, x);
  close(gx, W.T.matmul(W.matmul(x).add(b[0])).mul(2));
});

test("a variable without influence has gradient zero", () => {
  close(
    grad((x: Tensor, y: Tensor) => y.sum().add(x.sum().mul(0)))(tensor([1, 2]), tensor([3])),
    tensor([0, 0]),
  );
  close(grad((_: Tensor) => tensor(2))(tensor([1, 2])), tensor([0, 0]));
});

test("value and vjp of several arguments", () => {
  const [a, b] = [rng(1).normal([2, 3]), rng(2).normal([3, 2])];
  const { value, pullback } = vjp((x: Tensor, y: Tensor) => x.matmul(y), a, b);
  const G = rng(3).normal([2, 2]);
  close(value, a.matmul(b));
  const [ga, gb] = pullback(G);
  close(ga, G.matmul(b.T));
  close(gb, a.T.matmul(G));
  assert.equal(value.node, null);
});

test("Jacobians by rows and by columns agree; the Hessian of a cubic is diagonal", () => {
  const A = rng(1).normal([3, 2]);
  const f = (x: Tensor): Tensor => A.matmul(x).tanh();
  const x = rng(2).normal([2]);
  close(jacobian(f)(x), jacfwd(f)(x));
  assert.deepEqual(jacobian((m: Tensor) => m.sum(0))(A).shape, [2, 3, 2]);
  close(
    hessian(cube)(tensor([1, 2, 3])),
    tensor([
      [6, 0, 0],
      [0, 12, 0],
      [0, 0, 18],
    ]),
  );
  close(hvp(cube, tensor([1, 2, 3]), tensor([1, 1, 1])), tensor([6, 12, 18]));
});

test("jvp of a function of two arguments", () => {
  const { value, tangent } = jvp(
    (x: Tensor, y: Tensor) => x.mul(y),
    [tensor(2), tensor(3)],
    [tensor(1), tensor(10)],
  );
  close(value, tensor(6));
  close(tangent, tensor(23));
  close(grad((t: Tensor) => jvp(cube, [t], [tensor(1)]).tangent)(tensor(2)), tensor(12));
});

test("vmap equals a loop, and composes with grad in both orders", () => {
  const W = rng(1).normal([3, 4]);
  const X = rng(2).normal([5, 4]);
  const loss = (w: Tensor, x: Tensor): Tensor => w.matmul(x).tanh().square().sum();
  const each = vmap(loss, { inAxes: [null, 0] })(W, X) as Tensor;
  close(each, tensor(Array.from({ length: 5 }, (_, i) => loss(W, X.select(i)).item())));
  const perExample = vmap(grad(loss), { inAxes: [null, 0] })(W, X) as Tensor;
  assert.deepEqual(perExample.shape, [5, 3, 4]);
  close(perExample.select(2), grad(loss)(W, X.select(2)));
  const total = grad((w: Tensor) => (vmap(loss, { inAxes: [null, 0] })(w, X) as Tensor).sum())(W);
  close(total, perExample.sum(0));
  close(vmap((x: Tensor) => x.sum(), { inAxes: 1 })(X) as Tensor, X.sum(0));
  assert.throws(() => vmap(loss)(W, X), /examples/);
});

test("backward() adds into .grad, as in PyTorch", () => {
  const w = tensor([1, 2]).requiresGrad();
  w.square().sum().backward();
  w.sum().backward();
  close(w.grad as Tensor, tensor([3, 5]));
  assert.throws(() => w.square().backward(), /one number/);
  assert.throws(() => tensor(1).backward(), /requiresGrad/);
});

test("nothing is recorded outside, and noGrad cuts", () => {
  const { value, grad: g } = valueAndGrad(cube)(tensor([1]));
  assert.equal(value.node, null);
  assert.equal(g.node, null);
  close(
    grad((x: Tensor) =>
      noGrad(() => x.square())
        .mul(x)
        .sum(),
    )(tensor([3])),
    tensor([9]),
  );
  close(grad((x: Tensor) => stopGradient(x.square()).mul(x).sum())(tensor([3])), tensor([9]));
});

test("a custom rule replaces the derivative; a checkpoint keeps it", () => {
  const clipped = customVjp(
    "clip",
    (x) => x.minimum(1),
    (G) => [G],
  );
  close(grad((x: Tensor) => clipped(x.mul(3)).sum())(tensor([5])), tensor([3]));
  const W = rng(1).normal([3, 3]);
  const f = (w: Tensor): Tensor => w.matmul(w).tanh().sum();
  close(grad((w: Tensor) => checkpoint(f)(w.mul(2)))(W), grad((w: Tensor) => f(w.mul(2)))(W));
  close(
    hvp((w) => checkpoint(f)(w), W, W),
    hvp(f, W, W),
  );
});

test("custom rules and checkpoints have forward derivatives too", () => {
  const x = rng(4).normal([3]);
  const t = rng(5).normal([3]);
  const f = (v: Tensor): Tensor => v.mul(v.sum()).tanh() as Tensor;
  const want = jvp(f, [x], [t]).tangent as Tensor;
  close(jvp((v: Tensor) => checkpoint(f)(v), [x], [t]).tangent, want);
  const scaled = customVjp(
    "scaled",
    (v) => v.mul(2),
    (G) => [G.mul(5)],
  );
  close(jvp((v: Tensor) => scaled(v), [x], [t]).tangent, t.mul(5));
  close(jacfwd((v) => checkpoint(f)(v))(x), jacobian(f)(x));
  const along = (g: (v: Tensor) => Tensor) =>
    grad((v: Tensor) => (jvp(g, [v], [t]).tangent as Tensor).square().sum())(x) as Tensor;
  close(
    along((v) => checkpoint(f)(v)),
    along(f),
  );
});

test("a checkpoint reaches what it closes over, computes once more and no oftener, and nests", () => {
  const [W, b, x] = [rng(1).normal([3, 3]), rng(2).normal([3]), rng(3).normal([3])];
  let runs = 0;
  const loss = (
    w: Tensor,
    c: Tensor,
    v: Tensor,
    keep: (f: (...t: Tensor[]) => Tensor) => typeof f,
  ): Tensor => {
    const scaled = w.mul(2) as Tensor;
    const block = keep((t, u) => {
      runs++;
      return scaled.matmul(t).add(c).mul(u).tanh() as Tensor;
    });
    return block(v, v.square()).sum() as Tensor;
  };
  const run = (keep: (f: (...t: Tensor[]) => Tensor) => typeof f): Tensor[] =>
    grad((w: Tensor, c: Tensor, v: Tensor) => loss(w, c, v, keep), { argnums: [0, 1, 2] })(W, b, x);
  const plain = run((f) => f);
  runs = 0;
  run(checkpoint).forEach((g, i) => {
    close(g, plain[i]);
  });
  assert.equal(runs, 2);
  run((f) => checkpoint(checkpoint(f))).forEach((g, i) => {
    close(g, plain[i]);
  });
  const second = (keep: (f: (...t: Tensor[]) => Tensor) => typeof f): Tensor =>
    hvp((w) => loss(w, b, x, keep), W, W);
  close(
    second(checkpoint),
    second((f) => f),
  );
  const w = b.requiresGrad();
  checkpoint((t) => t.mul(w).sum() as Tensor)(x).backward();
  close(w.grad as Tensor, x);
});

test("detectAnomaly names the first operation that made a NaN", () => {
  const x = tensor([4, -1]).requiresGrad().named("x");
  assert.throws(
    () => detectAnomaly(() => x.sqrt().add(1).sum()),
    /"sqrt" made NaN at flat position 1.*x \[2\] in \[-1, 4\]/s,
  );
  detectAnomaly(() => x.add(1));
  // Constants have names as well, and so has the backward sweep.
  assert.throws(() => detectAnomaly(() => tensor([0]).div(tensor([0]))), /"div" made NaN/);
  const f = (t: Tensor): Tensor => t.sqrt().mul(t.detach().mul(0)).sum();
  assert.throws(() => detectAnomaly(() => grad(f)(tensor([0]))), /made (NaN|Infinity)/);
});

test("detectAnomaly tells given from made, and lets masks of −∞ through", () => {
  const bad = tensor([1, Number.NaN]).named("labels");
  assert.throws(
    () => detectAnomaly(() => bad.add(1)),
    /"add" was given NaN at flat position 1 of labels \[2\]/,
  );
  const masked = (): Tensor =>
    tensor([1, 2])
      .add(tensor([0, Number.NEGATIVE_INFINITY]))
      .softmax();
  close(detectAnomaly(masked), tensor([1, 0]));
  assert.throws(() => detectAnomaly(() => tensor([800]).exp()), /"exp" made Infinity/);
  const minus = tensor([Number.NEGATIVE_INFINITY]);
  assert.throws(() => detectAnomaly(() => minus.sub(minus)), /"sub" made NaN/);
});

test("rows of a traced matrix stay traced", () => {
  const rows = (X: Tensor): Tensor => {
    let s = tensor(0) as Tensor;
    for (const row of X) s = s.add(row.square().sum());
    return s;
  };
  const X = rng(1).normal([3, 2]);
  close(grad(rows)(X), X.mul(2));
  assert.deepEqual([...tensor([1, 2])], [1, 2]);
  assert.throws(() => [...tensor(1)], /cannot be iterated/);
});

test("gradcheck notices a wrong rule", () => {
  const wrong = customVjp(
    "twice",
    (x) => x.mul(2),
    (G) => [G.mul(3)],
  );
  assert.throws(() => gradcheck((x) => wrong(x).sum(), [tensor([1, 2])]), /differs from central differences/);
});

test("errors say what to do", () => {
  assert.throws(() => grad((x: Tensor) => x)(tensor([1, 2])), /one number.*sum\(\).*jacobian/s);
  assert.throws(() => grad((() => undefined) as never)(tensor(1)), /return missing/);
  assert.throws(() => grad((async (x: Tensor) => x) as never)(tensor(1)), /async/);
  assert.throws(() => grad((x: Tensor) => x)(3 as never), /no floating-point tensor/);
  assert.throws(() => grad((x: Tensor) => x, { argnums: 1 })(tensor(1)), /argument 1/);
});

test("a million recorded operations leave no garbage behind", () => {
  const x = rng(1).normal([4]);
  const step = grad((t: Tensor) => t.mul(t).add(1).tanh().sum());
  for (let i = 0; i < 2e4; i++) step(x);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 1e5; i++) step(x);
  collect();
  assert.ok(process.memoryUsage().heapUsed - before < 8e6);
});
