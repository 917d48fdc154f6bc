/**
 * The gradients of the five sheets come out in the form a professor writes them.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { derive } from "../../src/derive/index.ts";
import { plainTex } from "../../src/derive/plain.ts";
import "../../src/linalg/index.ts";
import { eye, oneHot, rng, tensor } from "../../src/tensor/index.ts";
import * as course from "./course.ts";
import * as sheets from "./sheets.ts";

const short = (tex: string): string =>
  tex
    .replaceAll("\\left", "")
    .replaceAll("\\right", "")
    .replace(/\\frac\{\\partial [A-Za-z]\}\{\\partial ([^{}]+(?:\{[^{}]*\})?)\}/g, "d$1")
    .replaceAll("^{\\top}", "'")
    .replaceAll("\\mathbf{1}", "1")
    .replaceAll("\\odot", "o")
    .replaceAll("\\operatorname", "")
    .replace(/_\{(.)\}/g, "_$1")
    .replaceAll("\\", "")
    .replace(/\s+/g, " ");

const forms: [string, () => any, string, string, string?][] = [
  // sheet, derivation, variable, in the named quantities, in their gradients
  ["003 (1)", sheets.product, "X", "dY W'"],
  ["003 (1)", sheets.product, "W", "X' dY"],
  ["003 (9)", sheets.reluNetwork, "S", "P - Y"],
  ["003 (10)", sheets.reluNetwork, "W2", "H' (P - Y)", "H' dS"],
  ["003 (11)", sheets.reluNetwork, "b2", "1' (P - Y)", "1' dS"],
  ["003 (12)", sheets.reluNetwork, "H", "(P - Y) W_2'", "dS W_2'"],
  ["003 (13)", sheets.reluNetwork, "Z", "((P - Y) W_2') o 1[Z > 0]", "dH o 1[Z > 0]"],
  ["003 (14)", sheets.reluNetwork, "W1", "X' (((P - Y) W_2') o 1[Z > 0])", "X' dZ"],
  ["003 (15)", sheets.reluNetwork, "b1", "1' (((P - Y) W_2') o 1[Z > 0])", "1' dZ"],
  ["003 mean", sheets.meanNetwork, "S", "frac{1}{N} (P - {onehot}(y))"],
  ["002 1d", sheets.autoencoder, "W", "W (W' W x - x) x' + W x (W' W x - x)'"],
  ["002 2b", sheets.gplvm1, "X", "-alpha D K^{-1} X"],
  ["002 2d", sheets.gplvm2, "X", "alpha K^{-1} Y Y' K^{-1} X"],
  ["002 2e", sheets.gplvm, "X", "alpha (K^{-1} Y Y' K^{-1} - D K^{-1}) X"],
  ["002 2 hint", sheets.inverse, "K", "-B' dB B'"],
  ["002 3b", sheets.swishNetwork, "W2", "dz_2 h'"],
  ["002 3b", sheets.swishNetwork, "b2", "dz_2"],
  [
    "002 3c",
    sheets.swishNetwork,
    "W1",
    "((W_2' dz_2) o (sigma(z_1) + z_1 o sigma(z_1) o (1 - sigma(z_1)))) x'",
    "dz_1 x'",
  ],
  ["002 swish", sheets.swish, "z", "dy o (sigma(z) + z o sigma(z) o (1 - sigma(z)))"],
  ["000 1a", sheets.mixture, "mu_k", "Sigma_k^{-1} D' r_k"],
  ["000 1b", sheets.mixture, "pi_k", "frac{1}{pi_k} 1' r_k"],
  [
    "000 1 extra",
    sheets.mixture,
    "Sigma_k",
    "tfrac{1}{2} (Sigma_k^{-1} D' {diag}(r_k) D Sigma_k^{-1} - (1' r_k) Sigma_k^{-1})",
  ],
  ["000 2b", sheets.softmax, "z", "y o (dy - (y' dy) 1)"],
  ["000 2c", sheets.softmaxBatch, "Z", "y o (dy - (dy o y) 1 1')"],
  ["001 1b", sheets.em, "pi", "(eta' 1) oslash pi"],
  ["001 1c", sheets.em, "p", "(eta' X) oslash p - (eta' (1 - X)) oslash (1 - p)"],
  ["001 2b", sheets.sigmoid, "u", "frac{e^{-u}}{(1 + e^{-u})^{2}}"],
  ["001 2d", sheets.deepNet, "w3", "s_2"],
  ["001 2e", sheets.deepNet, "w2", "w_3 s_2 (1 - s_2) s_1", "dx_2 s_1"],
  ["001 2f", sheets.deepNet, "w1", "w_3 s_2 (1 - s_2) w_2 s_1 (1 - s_1) x", "dx_1 x"],
  ["004 1a", sheets.affine, "W", "dy x'"],
  ["004 1a", sheets.affine, "b", "dy"],
];

for (const [where, make, of, formula, local] of forms)
  test(`${where}: the gradient by ${of} is ${formula}`, () => {
    const g = make().gradient(of);
    assert.equal(short(g.formula), formula);
    if (local !== undefined) assert.equal(short(g.local), local);
    assert.ok(g.verdict.ok);
    assert.match(g.verdict.text, /^agrees at 5 random points, largest relative error /);
  });

/** One component of a mixture, its deviations unnamed. */
const component = () => {
  const r = rng(40);
  const A = r.normal([2, 2]);
  return derive(
    ({ X, mu_k, Sigma_k, pi_k, rest }) => {
      const D = X.sub(mu_k);
      const q = D.matmul(Sigma_k.inv()).mul(D).sum(1).add(Sigma_k.logdet());
      const joint = q
        .mul(-0.5)
        .sub(Math.log(2 * Math.PI))
        .exp()
        .mul(pi_k);
      const p = joint.add(rest);
      return { l: p.log().sum(), r_k: joint.div(p) };
    },
    {
      X: r.normal([5, 2]),
      mu_k: r.normal([2]),
      Sigma_k: A.matmul(A.T).add(eye(2)),
      pi_k: tensor(0.3),
      rest: r.uniform([5], 0.05, 0.4),
    },
    { constants: ["X", "rest"], of: "l", domain: { pi_k: "probability", rest: "positive" } },
  );
};
const affineG = () =>
  derive(
    ({ H, W_2, b_2 }) => H.matmul(W_2).add(b_2).named("S"),
    { H: rng(41).normal([5, 3]), W_2: rng(42).normal([3, 2]), b_2: rng(43).normal([1, 2]) },
    { upstream: "G" },
  );

test("as a professor writes them, in exact LaTeX", () => {
  const relu = derive(({ Z }) => Z.relu().named("H"), { Z: rng(44).normal([3, 2]) }, { upstream: "G" });
  const exact: [string | undefined, string][] = [
    [
      component().gradient("mu_k").overExamples,
      "\\sum_{n} r_{nk} \\Sigma_{k}^{-1} \\left(x_{n} - \\mu_{k}\\right)",
    ],
    [component().gradient("pi_k").overExamples, "\\frac{1}{\\pi_{k}} \\sum_{n} r_{nk}"],
    [
      sheets.autoencoder().gradient("W").formula,
      "W \\left(W^{\\top} W x - x\\right) x^{\\top} + W x \\left(W^{\\top} W x - x\\right)^{\\top}",
    ],
    [sheets.gplvm1().gradient("X").formula, "-\\alpha D K^{-1} X"],
    [sheets.gplvm2().gradient("X").formula, "\\alpha K^{-1} Y Y^{\\top} K^{-1} X"],
    [sheets.reluNetwork().gradient("S").formula, "P - Y"],
    [affineG().gradient("W_2").formula, "H^{\\top} G"],
    [affineG().gradient("b_2").formula, "\\mathbf{1}^{\\top} G"],
    [affineG().gradient("H").formula, "G W_{2}^{\\top}"],
    [relu.gradient("Z").formula, "G \\odot \\mathbf{1}\\left[Z > 0\\right]"],
    [
      sheets.softmaxBeta().jacobian("x").matrix,
      "\\beta \\left(\\operatorname{diag}\\left(y\\right) - y y^{\\top}\\right)",
    ],
    [
      derive(({ z }) => z.silu(), { z: tensor(0.3) }).gradient("z").formula,
      "\\sigma\\left(z\\right) + z \\sigma\\left(z\\right) \\left(1 - \\sigma\\left(z\\right)\\right)",
    ],
    [
      derive(({ u }) => u.sigmoid(), { u: tensor(0.3) }).gradient("u").formula,
      "\\sigma\\left(u\\right) \\left(1 - \\sigma\\left(u\\right)\\right)",
    ],
    [course.logistic().gradient("w").formula, "\\frac{1}{N} X^{\\top} \\left(p - y\\right) + \\lambda w"],
    [
      course.logistic().gradient("w").overExamples,
      "\\frac{1}{N} \\sum_{n} \\left(p_{n} - y_{n}\\right) x_{n} + \\lambda w",
    ],
    [course.attention().gradient("Q").local, "\\frac{1}{\\sqrt{2}} \\frac{\\partial L}{\\partial S} K"],
    [course.gaussianKl().gradient("S").formula, "\\tfrac{1}{2} \\left(T^{-1} - S^{-1}\\right)"],
    [course.gaussianKl().gradient("m").formula, "T^{-1} \\left(m - n\\right)"],
    [course.gramDet().gradient("X").formula, "2 X \\left(X^{\\top} X\\right)^{-1}"],
    [course.traceAXB().gradient("X").formula, "A^{\\top} B^{\\top}"],
    [course.traceXAX().gradient("X").formula, "\\left(A + A^{\\top}\\right) X"],
    [course.labelSmoothing().gradient("S").formula, "P - Q"],
  ];
  for (const [got, expected] of exact) assert.equal(got, expected);
});

test("004 1b: three times the cost gives three times the gradients", () => {
  const d = sheets.affineCost();
  assert.equal(d.gradient("W").formula, "3 \\frac{\\partial C}{\\partial y} x^{\\top}");
  assert.equal(d.gradient("b").formula, "3 \\frac{\\partial C}{\\partial y}");
});

test("004 1.2: the Jacobian of softmax, as a matrix and in both cases", () => {
  const J = sheets.softmaxBeta().jacobian("x");
  assert.equal(J.matrix, "\\beta \\left(\\operatorname{diag}\\left(y\\right) - y y^{\\top}\\right)");
  assert.equal(J.equal, "\\beta y_{i} \\left(1 - y_{i}\\right)");
  assert.equal(J.different, "-\\beta y_{i} y_{j}");
  assert.ok(J.verdict.ok);
});

test("003 (1): the Jacobian formulation, entry by entry", () => {
  const d = sheets.product();
  assert.equal(d.jacobian("X").entry, "\\delta_{ki} W_{lj}");
  assert.equal(
    d.entries("X"),
    "\\frac{\\partial L}{\\partial X_{ij}} = \\sum_{k} \\frac{\\partial L}{\\partial Y_{ik}} W_{jk}",
  );
});

test("entry by entry: sums with indices that clash with nothing, what does not run in front", () => {
  const entries: [string, string][] = [
    [course.leastSquares().entries("x"), "∂L/∂xᵢ = 2 Σₖ Aₖᵢ (Σₗ Aₖₗ xₗ − bₖ)"],
    [course.rbfKernel().entries("l"), "∂L/∂l = 1/l³ Σ_{k,m} ∂L/∂Kₖₘ Kₖₘ Dₖₘ"],
    [sheets.mixture().entries("pi_k"), "∂l/∂πₖ = 1/πₖ Σₗ [rₖ]ₗ"],
    [sheets.em().entries("p"), "∂Q/∂pᵢⱼ = 1/pᵢⱼ Σₗ ηₗᵢ Xₗⱼ − 1/(1 − pᵢⱼ) Σₖ ηₖᵢ (1 − Xₖⱼ)"],
    [sheets.inverse().entries("K"), "∂L/∂Kᵢⱼ = −Σ_{k,l} Bₖᵢ ∂L/∂Bₖₗ Bⱼₗ"],
    [sheets.softmaxBatch().entries("Z"), "∂L/∂Zᵢⱼ = yᵢⱼ (∂L/∂yᵢⱼ − Σₖ ∂L/∂yᵢₖ yᵢₖ)"],
    [course.pseudoHuber().entries("x"), "∂L/∂xᵢ = (xᵢ − yᵢ)/(√((xᵢ − yᵢ)² + 1))"],
    [course.attention().entries("Q"), "∂L/∂Qᵢⱼ = 1/(√2) Σₖ ∂L/∂Sᵢₖ Kₖⱼ"],
  ];
  for (const [got, expected] of entries) assert.equal(plainTex(got), expected);
});

test("every step of every sheet passes its checks", () => {
  for (const [name, make] of Object.entries(sheets)) {
    if (name === "emInputs" || name === "emObjective") continue;
    const d: any = (make as () => unknown)();
    d.check();
    for (let i = 0; i < d.steps.length; i++)
      for (const v of Object.values(d.checksOf(i)) as any[]) assert.ok(v.ok, `${name} step ${i}: ${v.text}`);
  }
});

test("the executed backward pass sums to autodiff's gradients", () => {
  const d = sheets.nonlinearAutoencoder();
  const total = d.steps
    .flatMap((s) => s.contributions)
    .filter((c) => c.to === "W")
    .map((c) => c.value)
    .reduce((a, b) => a.add(b));
  const gap = total.sub(d.gradientValue("W")).abs().max().item();
  assert.ok(gap < 1e-14, String(gap));
});

test("an arbitrary loss: the upstream gradient can have its own symbol", () => {
  const r = rng(3);
  const d = derive(
    ({ X, W }) => X.matmul(W).named("Y"),
    { X: r.normal([4, 3]), W: r.normal([3, 2]) },
    { upstream: "G" },
  );
  assert.equal(d.gradient("X").formula, "G W^{\\top}");
  assert.ok(d.claim("W", ({ X, G }) => X.T.matmul(G)).ok);
  assert.ok(d.claim.tex("\\nabla_W L = X^\\top G").ok);
});

test("results beside the path are recognised, and so is a one-hot target", () => {
  const r = rng(4);
  const d = derive(
    ({ S, T }) => ({ L: S.logSoftmax(1).mul(T).sum().neg(), P: S.softmax(1) }),
    { S: r.normal([4, 3]), T: oneHot([0, 2, 1, 0], 3) },
    { constants: ["T"] },
  );
  assert.equal(d.gradient("S").formula, "P - T");
});

test("without a name for it, softmax is written out", () => {
  const r = rng(5);
  const d = derive(
    ({ S, T }) => S.logSoftmax(1).mul(T).sum().neg(),
    { S: r.normal([4, 3]), T: oneHot([0, 2, 1, 0], 3) },
    { constants: ["T"] },
  );
  assert.equal(d.gradient("S").formula, "\\operatorname{softmax}\\left(S\\right) - T");
});

test("two paths to W are two paths", () => {
  const paths = sheets.autoencoder().paths("W");
  assert.equal(paths.paths.length, 2);
  assert.ok(paths.verdict.ok);
  const square = derive(({ W, x }) => W.T.matmul(W).matmul(x).sum(), {
    W: rng(6).normal([2, 3]),
    x: rng(7).normal([3]),
  });
  assert.equal(square.paths("W").paths.length, 2);
  assert.deepEqual(
    sheets
      .deepNet()
      .paths("w1")
      .paths.map((p) => p.through),
    [["f", "s_2", "x_2", "s_1", "x_1", "w1"]],
  );
});

test("what the forward pass must retain", () => {
  assert.deepEqual([...sheets.deepNet().retained()].sort(), ["s_1", "s_2"]);
});

test("Markdown and TeX carry the same derivation", () => {
  const d = sheets.reluNetwork();
  const markdown = d.toMarkdown();
  assert.match(markdown, /\*\*Backward pass\*\*/);
  assert.equal((markdown.match(/✓/g) ?? []).length, d.steps.length + d.gradients.length);
  assert.ok(!markdown.includes("✗"));
  const tex = d.toTex();
  assert.match(tex, /\\begin\{enumerate\}/);
  assert.equal(tex.split("\\begin{align*}").length, tex.split("\\end{align*}").length);
  assert.equal(tex.split("\\begin{enumerate}").length, tex.split("\\end{enumerate}").length);
  assert.ok(!tex.includes("$$"));
});

test("numbers given by name stay symbols", () => {
  const d = derive(({ x, lambda }) => x.square().sum().mul(lambda), { x: rng(8).normal([3]), lambda: 0.5 });
  assert.equal(d.gradient("x").formula, "2 \\lambda x");
  const e = derive(({ x, c }) => x.mul(c).sum(), { x: rng(8).normal([3]), c: tensor(1) });
  assert.equal(e.gradient("x").formula, "c \\mathbf{1}");
});

test("000 1a: the sum over examples, where rows have a symbol", () => {
  const d = sheets.mixture();
  const shown = derive(d.study.f as any, { ...d.study.given } as any, {
    ...d.options,
    rows: { D: "d_n", r_k: "r_{nk}" },
  });
  assert.equal(shown.gradient("mu_k").overExamples, "\\sum_{n} r_{nk} \\Sigma_{k}^{-1} d_n");
  assert.equal(shown.gradient("pi_k").overExamples, "\\frac{1}{\\pi_{k}} \\sum_{n} r_{nk}");
  const plain = derive(
    ({ X, mu, w }) => X.sub(mu).square().sum(1).mul(w).sum().mul(-0.5),
    { X: rng(9).normal([4, 2]), mu: rng(10).normal([2]), w: rng(11).uniform([4]) },
    { constants: ["X", "w"], rows: { X: "x_n", w: "w_n" } },
  );
  assert.equal(plain.gradient("mu").overExamples, "\\sum_{n} w_n \\left(x_n - \\mu\\right)");
});

test("a long formula keeps an unnamed part as a symbol, and says what it is", () => {
  const r = rng(12);
  const d = derive(
    ({ X, Y, alpha, beta }) => {
      const K = X.matmul(X.T).mul(alpha).add(eye(5).div(beta));
      return K.logdet().mul(3).add(K.solve(Y).mul(Y).sum()).mul(-0.5);
    },
    { X: r.normal([5, 2]), Y: r.normal([5, 3]), alpha: tensor(0.7), beta: tensor(2) },
    { constants: ["Y"] },
  );
  const g = d.gradient("X");
  assert.match(g.where ?? "", /^v_\{\d\} = \\alpha X X\^\{\\top\} \+ \\frac\{1\}\{\\beta\} I$/);
  assert.ok(g.formula.length < 120, g.formula);
});

test("the graph: definitions, values, gradients, local derivatives, the paths in colours", () => {
  const spec = sheets.deepNet().graphSpec();
  const node = (id: string) => spec.nodes.find((n) => n.id === id)!;
  const edge = (from: string, to: string) => spec.edges.find((e) => e.from === from && e.to === to)!;
  assert.equal(node("s_1").label, "s_{1} = \\sigma\\left(x_{1}\\right)");
  assert.equal(node("f").kind, "output");
  assert.ok(node("s_1").retained && !node("x_1").retained);
  assert.match(node("w3").gradient ?? "", /^\\frac\{\\partial f\}\{\\partial w_\{3\}\} = \\text\{0\.457\}$/);
  assert.equal(edge("x_2", "s_2").label, "s_{2} \\left(1 - s_{2}\\right)");
  const two = sheets.autoencoder().graphSpec();
  assert.equal(new Set(two.edges.filter((e) => e.from === "W").map((e) => e.color)).size, 2);
  const square = derive(({ W, x }) => W.T.matmul(W).matmul(x).sum(), {
    W: rng(6).normal([2, 3]),
    x: rng(7).normal([3]),
  });
  assert.equal(square.graphSpec().edges.filter((e) => e.from === "W").length, 2);
});

test("the graph: paths keep their colours where they have joined", () => {
  const edges = sheets.autoencoder().graphSpec().edges;
  const colors = (from: string, to: string) => {
    const e = edges.find((x) => x.from === from && x.to === to)!;
    return e.colors ?? [e.color];
  };
  assert.equal(colors("v_1", "v_2").length, 1);
  const two = [colors("W", "v_1")[0], colors("W", "v_2")[0]];
  for (const [from, to] of [
    ["v_2", "v_3"],
    ["v_3", "v_4"],
    ["v_4", "L"],
  ])
    assert.deepEqual([...colors(from, to)].sort(), [...two].sort());
  assert.deepEqual(colors("x", "v_1"), [undefined]);
  assert.throws(() => sheets.autoencoder().graph({ highlight: "Q" }), /no "Q" to highlight; there are W, x/);
});

test("the graph: modules as frames, or as one box each", () => {
  const groups = { hidden: ["Z", "H"], output: ["S", "P"] };
  const framed = sheets.reluNetwork().graphSpec({ groups });
  const groupOf = Object.fromEntries(framed.nodes.map((n) => [n.id, n.group]));
  assert.deepEqual([groupOf.W1, groupOf.X, groupOf.b2, groupOf.L], ["hidden", "hidden", "output", undefined]);
  const closed = sheets.reluNetwork().graphSpec({ groups, collapse: ["hidden"] });
  assert.equal(closed.nodes.find((n) => n.id === "group:hidden")?.sub, "5 nodes");
  assert.equal(sheets.reluNetwork().graphSpec({ groups, collapse: true }).nodes.length, 4);
});

test("the graph: in a large one an input used in many places stands beside each", async () => {
  const r = rng(30);
  const steps = 8;
  const inputs: any = { W: r.normal([2, 2]), h_0: r.normal([2]) };
  for (let k = 1; k <= steps; k++) inputs[`x_${k}`] = r.normal([2]);
  const d = derive(
    (v: any) => {
      let h = v.h_0;
      for (let k = 1; k <= steps; k++)
        h = v.W.matmul(h).add(v[`x_${k}`]).named(`a_${k}`).tanh().named(`h_${k}`);
      return { L: h.sum() };
    },
    inputs,
    { of: "L" },
  );
  const spec = d.graphSpec();
  assert.equal(spec.nodes.filter((n) => n.label === "W").length, steps);
  assert.equal(spec.nodes.filter((n) => n.label === "h_{0}").length, 1);
  const svg = await d.graph().svg();
  assert.ok(svg.startsWith("<svg") && svg.length < 300_000);
});

test("the graph: a long chain is cut where one arrow passes, and no arc is cut", async () => {
  const r = rng(31);
  const inputs: any = { X: r.normal([8, 4]) };
  for (let k = 1; k <= 8; k++)
    Object.assign(inputs, { [`W_${k}`]: r.normal([4, 4]), [`b_${k}`]: r.normal([4]) });
  const d = derive(
    (v: any) => {
      let H = v.X;
      for (let k = 1; k <= 8; k++)
        H = H.matmul(v[`W_${k}`]).add(v[`b_${k}`]).named(`Z_${k}`).relu().named(`H_${k}`);
      return { L: H.sum() };
    },
    inputs,
    { of: "L", constants: ["X"] },
  );
  const svg = await d.graph().svg();
  assert.equal(svg.match(/<circle /g)?.length, 2, "one cut arrow: its end and where it goes on");
});

test("what each derivative of the deep net must retain", () => {
  const d = sheets.deepNet();
  assert.deepEqual([...d.retained("w3")], ["s_2"]);
  assert.deepEqual([...d.retained("w2")].sort(), ["s_1", "s_2"]);
});

test("the Jacobian formulation of the steps", () => {
  const d = sheets.product();
  const shown = derive(d.study.f as any, d.study.given as any, { formulation: "jacobian" }).toMarkdown();
  assert.ok(
    shown.includes(
      "\\frac{\\partial L}{\\partial X_{ij}} &= \\sum_{k,l} \\frac{\\partial L}{\\partial Y_{kl}} \\frac{\\partial Y_{kl}}{\\partial X_{ij}} = " +
        "\\sum_{k} \\frac{\\partial L}{\\partial Y_{ik}} W_{jk}, \\quad \\frac{\\partial Y_{kl}}{\\partial X_{ij}} = \\delta_{ik} W_{jl}",
    ),
    shown,
  );
});

test("other functions of the course come out as in its textbook", () => {
  const r = rng(20);
  const logistic = derive(
    ({ X, w, y }) =>
      X.matmul(w)
        .softplus()
        .sub(y.mul(X.matmul(w)))
        .sum(),
    { X: r.normal([5, 2]), w: r.normal([2]), y: tensor([0, 1, 1, 0, 1]) },
    { constants: ["X", "y"] },
  );
  assert.equal(short(logistic.gradient("w").formula), "X' (sigma(X w) - y)");
  const ridge = derive(
    ({ X, w, y, lambda }) => X.matmul(w).sub(y).square().sum().add(w.square().sum().mul(lambda)).mul(0.5),
    { X: r.normal([5, 2]), w: r.normal([2]), y: r.normal([5]), lambda: 0.3 },
    { constants: ["X", "y"] },
  );
  assert.equal(short(ridge.gradient("w").formula), "X' (X w - y) + lambda w");
  const quadratic = derive(({ x, A }) => x.dot(A.matmul(x)), { x: r.normal([3]), A: r.normal([3, 3]) });
  assert.equal(short(quadratic.gradient("x").formula), "(A + A') x");
  assert.equal(short(quadratic.gradient("A").formula), "x x'");
  const picked = derive(({ z }) => z.logSoftmax().select(2).neg(), { z: r.normal([4]) });
  assert.equal(short(picked.gradient("z").formula), "{softmax}(z) - e_3");
});
