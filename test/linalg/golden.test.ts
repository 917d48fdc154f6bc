/**
 * Decompositions and their gradients against NumPy, SciPy and PyTorch (test/golden/linalg.py).
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as g from "gradlab";
import { grad, relativeError, type Tensor, tensor } from "gradlab";

type Saved = Record<string, { shape: number[]; value: number[] }>;
const golden = JSON.parse(readFileSync(new URL("../golden/linalg.json", import.meta.url), "utf8")) as Record<
  "inputs" | "values" | "gradients",
  Saved
>;
const read = ({ shape, value }: Saved[string]): Tensor => tensor(Float64Array.from(value), shape) as Tensor;
const { A, B, S, tall, wide, low, b } = Object.fromEntries(
  Object.entries(golden.inputs).map(([k, v]) => [k, read(v)]),
);

const values: Record<string, () => Tensor | number> = {
  "inv(A)": () => A.inv(),
  "solve(A,B)": () => A.solve(B),
  "det(A)": () => A.det(),
  "logdet(S)": () => S.logdet(),
  "slogdet(A)": () => g.stack([g.slogdet(A).sign, g.slogdet(A).logabsdet]),
  "cholesky(S)": () => S.cholesky(),
  "eigvals(S)": () => g.eigh(S).eigenvalues,
  "Q(tall)": () => g.qr(tall).Q,
  "R(tall)": () => g.qr(tall).R,
  "Q(wide)": () => g.qr(wide).Q,
  "R(wide)": () => g.qr(wide).R,
  "R(A)": () => g.qr(A).R,
  "s(tall)": () => g.svd(tall).s,
  "s(wide)": () => g.svd(wide).s,
  "pinv(tall)": () => g.pinv(tall),
  "pinv(low)": () => g.pinv(low),
  "rank(low)": () => g.matrixRank(low),
  "cond(A)": () => g.cond(A),
  "lstsq(tall,b)": () => g.lstsq(tall, b),
  "lstsq(wide)": () => g.lstsq(wide, b.slice(0, 0, 3)),
  "lstsq(low)": () => g.lstsq(low, b.slice(0, 0, 6)),
  "expm(A)": () => g.expm(A),
  "expm(5A)": () => g.expm(A.mul(5)),
  "A^7": () => g.matrixPower(A, 7),
  "A^-2": () => g.matrixPower(A, -2),
  kron: () => g.kron(B, wide),
  lower: () => g.triangularSolve(A, B),
  upperT: () => g.triangularSolve(A, B, { lower: false, transposed: true }),
  norm1: () => g.norm(A, { ord: 1 }),
  norm2: () => g.norm(A),
  norm3: () => g.norm(A, { ord: 3 }),
  trace: () => A.trace(),
  tril: () => g.tril(A, 1),
  triu: () => g.triu(A, -1),
  diag: () => B.diag(),
};

const cube = (t: Tensor): Tensor => t.pow(3).sum();
const gradients: Record<string, [Tensor, (t: Tensor) => Tensor]> = {
  det: [A, (t) => t.det()],
  logdet: [S, (t) => t.logdet()],
  cholesky: [S, (t) => cube(t.cholesky())],
  eigvals: [S, (t) => g.eigh(t).eigenvalues.mul(g.arange(1, 6)).sum()],
  projector: [S, (t) => g.eigh(t).eigenvectors.slice(1, 3).square().square().sum()],
  s: [tall, (t) => cube(g.svd(t).s)],
  UV: [
    wide,
    (t) => {
      const { U, Vh } = g.svd(t);
      return cube(U.matmul(Vh));
    },
  ],
  qr: [
    tall,
    (t) => {
      const { Q, R } = g.qr(t);
      return cube(Q).add(cube(R));
    },
  ],
  expm: [A, (t) => g.expm(t).square().sum()],
  pinv: [tall, (t) => cube(g.pinv(t))],
};

const agree = (mine: Tensor | number, saved: Saved[string]): void => {
  const [x, y] = [typeof mine === "number" ? (tensor(mine) as Tensor) : mine, read(saved)];
  assert.deepEqual([...x.shape], [...y.shape]);
  assert.ok(relativeError(x, y) < 1e-10, `relative error ${relativeError(x, y)}: ${x} against ${y}`);
};

for (const [name, saved] of Object.entries(golden.values)) test(name, () => agree(values[name](), saved));
for (const [name, saved] of Object.entries(golden.gradients))
  test(`gradient of ${name}`, () => agree(grad(gradients[name][1])(gradients[name][0]), saved));

test("every golden is compared", () => {
  assert.deepEqual(Object.keys(values), Object.keys(golden.values));
  assert.deepEqual(Object.keys(gradients), Object.keys(golden.gradients));
});
