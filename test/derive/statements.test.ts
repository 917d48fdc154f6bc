/**
 * Claims about Jacobians, entries, equalities, bounds, limits, maximisers; and how claims behave.
 */

import assert from "node:assert/strict";
import test from "node:test";
import {
  Claim,
  ClaimError,
  claimAtMost,
  claimEqual,
  claimLimit,
  claimMaximiser,
  derive,
  lagrangian,
} from "../../src/derive/index.ts";
import "../../src/linalg/index.ts";
import { eye, rng, tensor } from "../../src/tensor/index.ts";
import * as sheets from "./sheets.ts";

const diagnosisOf = (f: () => unknown): any => {
  try {
    f();
  } catch (error) {
    assert.ok(error instanceof ClaimError, String(error));
    return error.claim.diagnosis;
  }
  return assert.fail("passed");
};

test("the Jacobian of softmax: right, and wrong in the usual ways", () => {
  const d = sheets.softmaxBeta();
  assert.ok(d.claimJacobian("x", ({ y, beta }) => y.diag().sub(y.outer(y)).mul(beta)).ok);
  assert.equal(
    diagnosisOf(() => d.claimJacobian("x", ({ y, beta }) => y.diag().add(y.outer(y)).mul(beta))).kind,
    "sign",
  );
  assert.equal(
    diagnosisOf(() => d.claimJacobian("x", ({ y, beta }) => y.diag().mul(beta))).kind,
    "missing term",
  );
  assert.equal(diagnosisOf(() => d.claimJacobian("x", ({ y }) => y.diag().sub(y.outer(y)))).kind, "factor");
});

test("entries: both cases, and which one is wrong", () => {
  const d = sheets.softmaxBeta();
  const right = ({ y, beta }: any, i: number, j: number): number =>
    i === j ? beta * y[i] * (1 - y[i]) : -beta * y[i] * y[j];
  assert.ok(d.claimEntries("x", right).ok);
  assert.match(
    diagnosisOf(() => d.claimEntries("x", (v, i, j) => (i === j ? right(v, i, j) : -right(v, i, j))))
      .sentence,
    /The case i ≠ j is wrong; i = j is right: the sign/,
  );
  assert.match(
    diagnosisOf(() => d.claimEntries("x", (v, i, j) => (i === j ? v.y[i] : right(v, i, j)))).sentence,
    /The case i = j is wrong/,
  );
});

test("a Jacobian with more axes: ∂Y/∂X of a product", () => {
  const d = sheets.product();
  assert.ok(d.claimEntries("X", ({ W }, i, j, k, l) => (i === k ? W[l][j] : 0)).ok);
});

test("equal, and not", () => {
  const u = tensor(0.4);
  const one = (x: any) => x.neg().add(1);
  const c = claimEqual(
    "σ′ in both forms",
    ({ u }) => u.neg().exp().div(u.neg().exp().add(1).square()),
    ({ u }) => u.sigmoid().mul(one(u.sigmoid())),
    { u },
  );
  assert.ok(c.ok);
  assert.match(c.tex, /=/);
  const wrong = diagnosisOf(() =>
    claimEqual(
      "wrong",
      ({ u }) => u.tanh(),
      ({ u }) => u.mul(2).sigmoid().mul(2).add(1),
      { u },
    ),
  );
  assert.equal(wrong.kind, "sign");
});

test("at most, on samples", () => {
  const x = rng(1).normal([4]);
  const c = claimAtMost(
    "Jensen",
    ({ x }) => x.mean().square(),
    ({ x }) => x.square().mean(),
    { x },
  );
  assert.match(c.text, /holds on 1001 samples/);
  assert.throws(
    () =>
      claimAtMost(
        "not",
        ({ x }) => x.square().mean(),
        ({ x }) => x.mean().square(),
        { x },
      ),
    ClaimError,
  );
});

test("limits at zero and at infinity", () => {
  const inputs = { x: rng(2).normal([4]), beta: tensor(1) };
  const f = ({ x, beta }: any) => x.mul(beta).softmax();
  assert.ok(claimLimit("β → 0", f, ({ x }) => x.mul(0).add(0.25), inputs, { variable: "beta", to: 0 }).ok);
  assert.ok(
    claimLimit("β → ∞", f, ({ x }) => x.equal(x.max()).mul(1), inputs, { variable: "beta", to: Infinity }).ok,
  );
  assert.ok(
    claimLimit(
      "(1 − cos x)/x²",
      ({ x }) => x.cos().neg().add(1).div(x.square()),
      ({ x }) => x.mul(0).add(0.5),
      { x: tensor(1) },
      { variable: "x", to: 0 },
    ).ok,
  );
  assert.throws(
    () => claimLimit("wrong", f, ({ x }) => x.mul(0).add(0.25), inputs, { variable: "beta", to: Infinity }),
    ClaimError,
  );
});

test("EM's maximisers, on their sets", () => {
  const inputs = sheets.emInputs();
  const over = { pi: "simplex", p: "probability" } as const;
  const p = ({ eta, X }: any) => eta.T.matmul(X).div(eta.sum(0).reshape([3, 1]));
  assert.ok(
    claimMaximiser("M-step", sheets.emObjective, { pi: ({ eta }) => eta.sum(0).div(6), p }, inputs, { over })
      .ok,
  );
  const ignored = diagnosisOf(() =>
    claimMaximiser("no λ", sheets.emObjective, { pi: ({ eta }) => eta.sum(0) }, inputs, { over }),
  );
  assert.equal(ignored.kind, "constraint ignored");
  assert.match(ignored.sentence, /Divided by its sum, it is stationary/);
  const uniform = diagnosisOf(() =>
    claimMaximiser("uniform", sheets.emObjective, { pi: () => tensor([1 / 3, 1 / 3, 1 / 3]) }, inputs, {
      over,
    }),
  );
  assert.equal(uniform.kind, "not stationary");
});

test("other sets: the sphere, positive definite matrices, equations, minima", () => {
  const r = rng(3);
  const A = r.normal([3, 3]);
  const S = A.matmul(A.T).add(eye(3));
  // log-likelihood of a Gaussian with scatter S: the maximiser is S itself.
  assert.ok(
    claimMaximiser(
      "Σ = S",
      ({ Sigma, S }) => Sigma.logdet().add(Sigma.inv().matmul(S).trace()).mul(-0.5),
      { Sigma: ({ S }) => S },
      { Sigma: eye(3), S },
      { over: { Sigma: "positive definite" } },
    ).ok,
  );
  assert.ok(
    claimMaximiser(
      "direction",
      ({ w, a }) => w.dot(a),
      { w: ({ a }) => a.div(a.square().sum().sqrt()) },
      { w: tensor([1, 0, 0]), a: r.normal([3]) },
      { over: { w: "sphere" } },
    ).ok,
  );
  assert.ok(
    claimMaximiser(
      "nearest point of a plane",
      ({ x, a }) => x.sub(a).square().sum(),
      { x: ({ a }) => a.sub(a.mean()) },
      { x: r.normal([3]), a: r.normal([3]) },
      { over: { x: { equality: (v) => v.sum() } }, sense: "minimum" },
    ).ok,
  );
  const wrongEnd = diagnosisOf(() =>
    claimMaximiser(
      "the other pole",
      ({ w, a }) => w.dot(a),
      { w: ({ a }) => a.div(a.square().sum().sqrt()).neg() },
      { w: tensor([1, 0, 0]), a: r.normal([3]) },
      { over: { w: "sphere" } },
    ),
  );
  assert.equal(wrongEnd.kind, "not extremal");
});

test("gradients along a constraint", () => {
  const d = sheets.em();
  const whole = ({ eta, pi }: any) => eta.sum(0).div(pi);
  const along = (v: any) => whole(v).sub(whole(v).mean());
  assert.ok(d.claim("pi", along, { on: "simplex" }).ok);
  assert.equal(diagnosisOf(() => d.claim("pi", whole, { on: "simplex" })).kind, "constraint ignored");
  assert.equal(diagnosisOf(() => d.claim("pi", along)).kind, "constraint");
});

test("the Lagrangian shows the multiplier", () => {
  const d = derive(
    lagrangian(sheets.emObjective, { lambda: ({ pi }) => pi.sum().sub(1) }),
    { ...sheets.emInputs(), lambda: tensor(-6) },
    { constants: ["X", "eta", "p"], domain: { pi: "positive" } },
  );
  assert.equal(d.gradient("pi").formula, "\\lambda + \\left(\\eta^{\\top} \\mathbf{1}\\right) \\oslash \\pi");
  assert.ok(d.claim("lambda", ({ pi }) => pi.sum().sub(1)).ok);
});

test("a claim displays, prints, and throws with its diagnosis", () => {
  const d = sheets.reluNetwork();
  const c = d.claim("W2", ({ H }, bar) => H.T.matmul(bar.S), { title: "(10)" });
  assert.ok(c instanceof Claim);
  assert.match(String(c), /^✓ \(10\): agrees at 5 random points, largest relative error/);
  const bundle = (c as any)[Symbol.for("Jupyter.display")]();
  assert.match(bundle["text/markdown"], /\$\$\\frac\{\\partial L\}\{\\partial W_\{2\}\} = H\^\{\\top\}/);
  assert.throws(
    () => d.claim("S", ({ P, Y }) => Y.sub(P)),
    (error: Error) => error.name === "ClaimError" && /The sign is wrong/.test(error.message),
  );
  const shown = d.refute("S", ({ P, Y }) => Y.sub(P), { title: "a slip" });
  assert.match(
    shown.toMarkdown(),
    /✗ \*\*a slip\*\*.*The sign is wrong.*With that mended it agrees at 5 random points/s,
  );
  assert.throws(() => d.refute("S", ({ P, Y }) => P.sub(Y)), /expected to be wrong, but it agrees/);
});

test("a false claim is shown before it throws, where something can show it", () => {
  const key = Symbol.for("gradlab.display");
  const seen: any[] = [];
  (globalThis as any)[key] = (bundle: unknown) => seen.push(bundle);
  try {
    assert.throws(() => sheets.affine().claim("b", (_, bar) => bar.y.neg()), ClaimError);
  } finally {
    delete (globalThis as any)[key];
  }
  assert.equal(seen.length, 1);
  assert.match(seen[0]["text/markdown"], /The sign is wrong/);
});

test("the derivation displays its graph and its steps", async () => {
  const key = Symbol.for("gradlab.display");
  const seen: any[] = [];
  (globalThis as any)[key] = (bundle: unknown) => seen.push(bundle);
  try {
    const bundle = await (sheets.affine() as any)[Symbol.for("Jupyter.display")]();
    assert.match(bundle["text/markdown"], /\*\*Forward pass\*\*/);
    assert.match(seen[0]["image/svg+xml"], /^<svg/);
  } finally {
    delete (globalThis as any)[key];
  }
});

test("a gradient is not claimed by itself", () => {
  const d = derive(({ W, x }) => W.matmul(x).square().sum(), {
    W: rng(1).normal([2, 3]),
    x: rng(2).normal([3]),
  });
  assert.throws(() => d.claim("W", (_, bar) => bar.W), /the formula for ∂L\/∂W uses ∂L\/∂W itself/);
  assert.throws(
    () => d.claim.tex("\\nabla_W L = 2 \\nabla_W L - \\frac{\\partial L}{\\partial W}"),
    /itself/,
  );
  assert.equal(d.refute("W", ({ W }) => W).diagnosis?.kind === "wrong quantity", false);
});

test("clear errors for what cannot be derived", () => {
  const x = rng(5).normal([3]);
  assert.throws(() => derive(() => undefined as any, { x }), /is a return missing/);
  assert.throws(() => derive((async ({ x }: any) => x) as any, { x }), /must not be async/);
  assert.throws(() => derive(() => tensor(1), { x }), /does not depend on any of its inputs/);
  assert.throws(
    () => derive(({ x }) => ({ a: x.sum(), b: x.mean() }), { x }),
    /say which one to differentiate/,
  );
  assert.throws(() => derive(({ x }) => x.sum(), { x }, { constants: ["w"] }), /"w", which is not an input/);
  assert.throws(() => derive(({ x }) => x.sum(), { x: "3" as any }), /input "x" is string/);
  assert.throws(() => derive(({ x }) => x.argmax(), { x }), /int32/);
  const d = derive(({ x }) => x.square().sum(), { x });
  assert.throws(() => d.claim("w", () => 0), /no gradient of "w"; there are x/);
  assert.throws(() => d.claim("x", ({ H }) => H), /asks for the quantity "H"/);
  assert.throws(() => d.jacobian("x"), /is a gradient/);
  assert.throws(() => d.claim.tex("x"), /no left-hand side/);
});
