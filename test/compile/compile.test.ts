/**
 * What compile promises beyond equal numbers: state in place, surroundings read afresh, a new plan when
 * shapes or modes change, clear refusals, no growth.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Adam,
  AdamW,
  BatchNorm1d,
  CrossEntropyLoss,
  clipGradNorm,
  compile,
  Dropout,
  fromHost,
  grad,
  hessian,
  hostNumber,
  jvp,
  Linear,
  MLP,
  Module,
  manualSeed,
  noGrad,
  Parameter,
  RMSprop,
  relativeError,
  rng,
  Sequential,
  SGD,
  Tensor,
  take,
  tensor,
  valueAndGrad,
  vmap,
  where,
  zeros,
} from "gradlab";
import { engine } from "../../src/kernels/index.ts";

const numbersOf = (t: Tensor): number[] => [...t.values()];

describe("compile", { skip: engine() === null && "there is no WebAssembly build" }, () => {
  test("optimisers train as they do eagerly", () => {
    const data = rng(1);
    const x = data.normal([32, 6], 0, 1, { dtype: "float64" });
    const y = data.integers([32], 0, 3);
    const loss = new CrossEntropyLoss();
    for (const make of [
      (p: Tensor[]) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.2, weightDecay: 0.01 }),
      (p: Tensor[]) => new SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true }),
      (p: Tensor[]) => new Adam(p, { lr: 0.05, amsgrad: true }),
      (p: Tensor[]) => new AdamW(p, { lr: 0.05 }),
      (p: Tensor[]) => new RMSprop(p, { lr: 0.01, centered: true, momentum: 0.5 }),
    ]) {
      const train = (compiled: boolean): number[] => {
        manualSeed(2);
        const model = new MLP([6, 8, 3], { dtype: "float64", activation: "tanh" });
        const opt = make(model.parameters());
        const raw = (a: Tensor, b: Tensor): Tensor => {
          opt.zeroGrad();
          const value = loss.forward(model.forward(a), b);
          value.backward();
          clipGradNorm(model.parameters(), 0.5);
          opt.step();
          return value;
        };
        const step = compiled ? compile(raw) : raw;
        const losses: number[] = [];
        for (let i = 0; i < 12; i++) {
          losses.push(step(x, y).item());
          // A schedule changes the rate between calls.
          opt.paramGroups[0].lr *= 0.9;
        }
        return [...losses, ...model.parameters().flatMap(numbersOf)];
      };
      const [a, b] = [train(false), train(true)];
      a.forEach((v, i) => {
        assert.ok(Math.abs(v - b[i]) <= 1e-10 * Math.max(1, Math.abs(v)), `${v} eagerly, ${b[i]} compiled`);
      });
    }
  });

  test("the functional style gives new tensors and leaves its arguments alone", () => {
    const X = rng(3).normal([10, 4]);
    const f = (p: { W: Tensor; b: Tensor }): Tensor => X.matmul(p.W).add(p.b).tanh().square().sum();
    const step = compile((p: { W: Tensor; b: Tensor }) => {
      const { value, grad: g } = valueAndGrad(f)(p);
      return { value, next: { W: p.W.sub(g.W.mul(0.1)), b: p.b.sub(g.b.mul(0.1)) } };
    });
    const p0 = { W: rng(4).normal([4, 2]), b: zeros([2]) };
    const before = numbersOf(p0.W);
    const one = step(p0);
    const kept = numbersOf(one.next.W);
    step(one.next);
    assert.deepEqual(numbersOf(p0.W), before);
    assert.deepEqual(numbersOf(one.next.W), kept);
    const g = grad(f)(p0);
    const want = p0.W.sub(g.W.mul(0.1));
    numbersOf(want).forEach((v, i) => {
      assert.ok(Math.abs(v - kept[i]) < 1e-12);
    });
  });

  test("tensors outside are read afresh, in whatever way they changed", () => {
    const w = new Parameter(tensor([1, 2, 3]));
    const f = compile((x: Tensor) => x.mul(w).sum());
    const x = tensor([1, 1, 1]);
    assert.equal(f(x).item(), 6);
    w.assign(tensor([4, 5, 6]));
    assert.equal(f(x).item(), 15);
    w.data[0] = 10;
    assert.equal(f(x).item(), 21);
  });

  test("updates in place see each other's old values", () => {
    const a = tensor([1, 2, 3]);
    const b = tensor([10, 20, 30]);
    const m = tensor([
      [1, 2],
      [3, 4],
    ]);
    const step = compile(() => {
      const [oldA, oldB] = [a.mul(1), b.mul(1)];
      a.assign(oldB);
      b.assign(oldA.add(oldB));
      m.assign(m.T.add(0));
      return a.sum();
    });
    assert.equal(step().item(), 60);
    assert.deepEqual(
      [a.toArray(), b.toArray()],
      [
        [10, 20, 30],
        [11, 22, 33],
      ],
    );
    assert.deepEqual(m.toArray(), [
      [1, 3],
      [2, 4],
    ]);
    step();
    assert.deepEqual(
      [a.toArray(), b.toArray()],
      [
        [11, 22, 33],
        [21, 42, 63],
      ],
    );
    assert.deepEqual(m.toArray(), [
      [1, 2],
      [3, 4],
    ]);
  });

  test("running statistics and counters advance once a call", () => {
    const make = (): BatchNorm1d => new BatchNorm1d(3, { dtype: "float64" });
    const [plain, planned] = [make(), make()];
    const f = compile((x: Tensor) => planned.forward(x));
    for (let i = 0; i < 4; i++) {
      const x = rng(i).normal([5, 3], i, 2);
      f(x);
      plain.forward(x);
    }
    const [p, q] = [plain.stateDict(), planned.stateDict()];
    for (const name of Object.keys(p))
      numbersOf(p[name]).forEach((v, i) => {
        assert.ok(Math.abs(v - q[name].values()[i]) < 1e-12, name);
      });
  });

  test("another shape, another mode or another plain argument makes another plan, kept for next time", () => {
    const model = new Sequential(
      new Linear(4, 3, { dtype: "float64" }),
      new BatchNorm1d(3, { dtype: "float64" }),
    );
    let recorded = 0;
    const f = compile((x: Tensor, scale: number) => {
      recorded++;
      return model.forward(x).mul(scale);
    });
    const [a, b] = [rng(1).normal([6, 4]), rng(2).normal([2, 4])];
    f(a, 1);
    f(a, 1);
    f(b, 1);
    f(a, 1);
    assert.equal(recorded, 2);
    model.eval();
    const want = model.forward(a);
    assert.ok(relativeError(f(a, 2), want.mul(2)) < 1e-14);
    assert.equal(recorded, 3);
    model.train();
    f(a, 1);
    assert.deepEqual([recorded, f.plans.length], [3, 3]);
  });

  test("random masks are drawn anew, and so are numbers from outside", () => {
    const drop = new Dropout(0.5, { rng: rng(7) });
    const f = compile((x: Tensor) => drop.forward(x));
    const x = tensor(new Float64Array(64).fill(1));
    const [one, two] = [numbersOf(f(x)), numbersOf(f(x))];
    assert.notDeepEqual(one, two);
    assert.ok([...one, ...two].every((v) => v === 0 || v === 2));
    let calls = 0;
    const g = compile((t: Tensor) => t.add(hostNumber(() => ++calls)));
    assert.deepEqual([g(tensor(0)).item(), g(tensor(0)).item(), g(tensor(0)).item()], [1, 2, 3]);
    // Drawn even when nothing reads it: drawing may count.
    const h = compile((t: Tensor) => {
      fromHost(() => tensor(++calls));
      return t.mul(2);
    });
    for (let i = 0; i < 3; i++) h(tensor(1));
    assert.equal(calls, 6);
  });

  test("looking at a value inside is refused in words", () => {
    for (const peek of [
      (x: Tensor) => (x.sum().item() > 0 ? x : x.neg()),
      (x: Tensor) => x.mul(x.at(0)),
      (x: Tensor) => tensor(x.mul(2).toArray()),
      (x: Tensor) => x.mul(Number(x.values()[0])),
      (x: Tensor) => (String(x.add(1)).length > 3 ? x : x.neg()),
    ])
      assert.throws(() => compile(peek)(tensor([1, 2])), /reads the value of a tensor.*where\(\)/s);
    const chosen = compile((x: Tensor) => where(x.sum().greater(0), x, x.neg()));
    assert.deepEqual(chosen(tensor([1, -3])).toArray(), [-1, 3]);
    assert.deepEqual(chosen(tensor([4, -3])).toArray(), [4, -3]);
  });

  test("other misuse is refused in words too", () => {
    assert.throws(
      () => compile((x: Tensor) => x.assign(x.add(1)))(tensor([1])),
      /assign\(\) on a value computed inside/,
    );
    assert.throws(() => compile((async (x: Tensor) => x) as any)(tensor([1])), /async/);
    assert.throws(() => compile(3 as any), /function/);
    const w = new Parameter(tensor([1, 2]));
    w.mul(3).sum().backward();
    assert.throws(() => {
      compile(() => {
        w.square().sum().backward();
        return w.sum();
      })();
    }, /zeroGrad\(\) inside/);
    assert.equal(w.grad, null);
  });

  test("an index out of range is caught at the call, before anything is updated", () => {
    const table = new Parameter(rng(1).normal([5, 2]));
    const opt = new SGD([table], { lr: 1 });
    const step = compile((index: Tensor) => {
      opt.zeroGrad();
      const value = take(table, index).square().sum();
      value.backward();
      opt.step();
      return value;
    });
    step(tensor([0, 4], { dtype: "int32" }));
    const before = numbersOf(table);
    assert.throws(() => step(tensor([0, 5], { dtype: "int32" })), /outside 0 to 4/);
    assert.deepEqual(numbersOf(table), before);
    const loss = compile((s: Tensor, y: Tensor) => new CrossEntropyLoss().forward(s, y));
    loss(zeros([2, 3]), tensor([0, 2], { dtype: "int32" }));
    assert.throws(() => loss(zeros([2, 3]), tensor([0, 3], { dtype: "int32" })), /outside 0 to 2/);
  });

  test("operations without a kernel run their own code in the middle of the plan", () => {
    const f = (x: Tensor): Tensor => x.exp().cumsum(1).mul(2).sum(0);
    const compiled = compile(f);
    const x = rng(2).normal([3, 4]);
    const [want, got] = [f(x), compiled(x)];
    assert.deepEqual(compiled.plans[0].hostOperations, ["cumsum"]);
    numbersOf(want).forEach((v, i) => {
      assert.ok(Math.abs(v - numbersOf(got)[i]) < 1e-12);
    });
    assert.deepEqual(numbersOf(compiled(x.add(1))), numbersOf(compiled(x.add(1))));
  });

  test("gradients, second derivatives and noGrad inside", () => {
    const f = compile((x: Tensor) => grad((t: Tensor) => grad((u: Tensor) => u.pow(4).sum())(t).sum())(x));
    assert.deepEqual(f(tensor([1, 2])).toArray(), [12, 48]);
    const held = compile((x: Tensor) => grad((t: Tensor) => t.mul(noGrad(() => t.mul(2))).sum())(x));
    assert.deepEqual(held(tensor([1, 2])).toArray(), [2, 4]);
  });

  test("forward mode, Hessians and vmap inside", () => {
    const f = (x: Tensor): Tensor => x.tanh().mul(x).sum();
    const x = rng(5).normal([4]);
    const v = rng(6).normal([4]);
    const slope = (t: Tensor, u: Tensor): Tensor => jvp(f, [t], [u]).tangent;
    assert.ok(relativeError(compile(slope)(x, v), slope(x, v)) < 1e-14);
    const H = hessian(f);
    assert.ok(relativeError(compile((t: Tensor) => H(t))(x), H(x)) < 1e-14);
    const rows = rng(7).normal([3, 4]);
    const each = (t: Tensor): Tensor => vmap((r: Tensor) => r.softmax(0).mul(r).sum())(t) as Tensor;
    assert.ok(relativeError(compile(each)(rows), each(rows)) < 1e-14);
  });

  test("plain numbers that keep changing are warned about", async () => {
    const warned = new Promise<Error & { code?: string }>((resolve) =>
      process.once("warning", resolve as any),
    );
    const f = compile((x: Tensor, k: number) => x.mul(k));
    for (let k = 0; k < 80; k++) assert.equal(f(tensor(1), k).item(), k);
    assert.equal((await warned).code, "GRADLAB_MANY_PLANS");
    assert.ok(f.plans.length <= 64);
  });

  test("a plan lists its steps and how long each takes", () => {
    const f = compile((x: Tensor) => x.softmax(1).sum(0));
    const x = rng(1).normal([8, 5]);
    const want = f(x);
    const [plan] = f.plans;
    assert.equal(plan.listing.length, plan.steps);
    const rows = plan.profile(1);
    assert.deepEqual(
      rows.map((r) => r.step),
      plan.listing,
    );
    assert.ok(rows.every((r) => r.microseconds > 0));
    assert.deepEqual(f(x).toArray(), want.toArray());
  });

  test("a compiled function inside another is simply part of it", () => {
    const inner = compile((x: Tensor) => x.square());
    const outer = compile((x: Tensor) => inner(x).add(1));
    assert.deepEqual(outer(tensor([2, 3])).toArray(), [5, 10]);
    assert.deepEqual(outer(tensor([3, 4])).toArray(), [10, 17]);
  });

  test("results have the structure and types of the function's own", () => {
    const f = (x: Tensor, o: { flip: boolean }) => ({
      same: x,
      list: [x.greater(0), x.argmax(0)],
      nothing: null,
      word: o.flip ? "flipped" : "plain",
      constant: tensor([1, 2]),
      empty: x.slice(0, 0, 0),
    });
    const c = compile(f);
    const x = tensor([
      [1, -2],
      [3, 4],
    ]);
    const show = (r: any): unknown => [
      r.same.toArray(),
      r.list.map((t: Tensor) => [t.dtype, t.toArray()]),
      r.nothing,
      r.word,
      r.constant.toArray(),
      r.empty.shape,
    ];
    for (const flip of [true, false, true]) assert.deepEqual(show(c(x, { flip })), show(f(x, { flip })));
  });

  test("memory does not grow over replays, and is given back with the plan", {
    timeout: 60_000,
  }, async () => {
    const { arena } = engine() as NonNullable<ReturnType<typeof engine>>;
    const make = (): (() => void) => {
      const model = new MLP([16, 32, 4]);
      const opt = new Adam(model.parameters());
      const x = rng(1).normal([64, 16], 0, 1, { dtype: "float32" });
      const y = rng(2).integers([64], 0, 4);
      const step = compile(() => {
        opt.zeroGrad();
        const value = new CrossEntropyLoss().forward(model.forward(x), y);
        value.backward();
        opt.step();
        return value;
      });
      return () => void step();
    };
    let step: (() => void) | null = make();
    step();
    const after = arena.used;
    for (let i = 0; i < 2000; i++) step();
    assert.equal(arena.used, after);
    step = null;
    // Collection is up to the engine; when it can be asked for, the plan's memory comes back.
    if (globalThis.gc) {
      for (let i = 0; i < 20 && arena.used >= after; i++) {
        globalThis.gc();
        await new Promise((r) => setTimeout(r, 20));
      }
      assert.ok(arena.used < after, `${arena.used} of ${after} still held`);
    }
  });

  test("modules of one's own work like the library's", () => {
    class Twice extends Module {
      scale = new Parameter(tensor([2]));
      forward(x: Tensor): Tensor {
        return this.training ? x.mul(this.scale) : x;
      }
    }
    const m = new Twice();
    const f = compile((x: Tensor) => m.forward(x));
    assert.deepEqual(f(tensor([3])).toArray(), [6]);
    m.eval();
    assert.deepEqual(f(tensor([3])).toArray(), [3]);
    assert.ok(tensor([1]) instanceof Tensor);
  });
});
