// Value and gradient of the GP-LVM's likelihood beside NumPy and SciPy, one thread each.
//
//   npm run bench -- gplvm [--quick]
//
// By X and the logarithms of the hyperparameters, D = 64, Q = 2. The RBF peer uses LAPACK's potrf, potrs and
// potri; the linear peer is shown twice: through the N × N kernel matrix, and by the same Q × Q identity as ours.
// The answers are compared before they are timed.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeNpy, rng, type Tensor } from "gradlab";
import { linearFused, rbfFused } from "../src/gp/fused.ts";
import { alternate, cache, machine, Peer, python, Report, type Row } from "./_peers.ts";

const quick = process.argv.includes("--quick");
const rounds = quick ? 3 : 7;
const [D, Q] = [64, 2];

const program = `
import json, sys, time
import numpy as np
from scipy.linalg import lapack
from scipy.linalg.blas import dsyrk
def factor(K):
    L, info = lapack.dpotrf(K, lower=1, overwrite_a=1)
    return L
def finish(K, Y):
    N, D = Y.shape
    L = factor(K)
    A = lapack.dpotrs(L, Y, lower=1)[0]
    logdet = 2 * np.log(np.diag(L)).sum()
    value = -0.5 * ((Y * A).sum() + D * logdet + N * D * np.log(2 * np.pi))
    inverse = lapack.dpotri(L, lower=1)[0]
    M = 0.5 * (A @ A.T - D * (np.tril(inverse) + np.tril(inverse, -1).T))
    return value, M
def rbf(X, Y, v, beta, ell):
    Z = X / ell
    s = (Z * Z).sum(1)
    Kf = v * np.exp(-0.5 * np.maximum(s[:, None] + s - 2 * Z @ Z.T, 0))
    K = Kf.copy(order="F"); K[np.diag_indices_from(K)] += 1 / beta
    value, M = finish(K, Y)
    P = M * Kf
    g = -2 * (P.sum(1)[:, None] * Z - P @ Z) / ell
    d2 = ((P.sum(1) * s).sum() * 2 - 2 * (P * (Z @ Z.T)).sum())
    return value, g, [P.sum(), -np.trace(M) / beta, d2]
def linear(X, Y, a, beta):
    K = np.asfortranarray(a * X @ X.T); K[np.diag_indices_from(K)] += 1 / beta
    value, M = finish(K, Y)
    MX = M @ X
    return value, 2 * a * MX, [a * (MX * X).sum(), -np.trace(M) / beta]
def woodbury(X, Y, a, beta):
    N, D = Y.shape
    s = a * beta
    B = np.asfortranarray(s * X.T @ X + np.eye(X.shape[1]))
    L = factor(B)
    inv = lambda Z: beta * (Z - s * X @ lapack.dpotrs(L, X.T @ Z, lower=1)[0])
    A, KX = inv(Y), inv(X)
    MX = 0.5 * (A @ (A.T @ X) - D * KX)
    logdet = 2 * np.log(np.diag(L)).sum() - N * np.log(beta)
    value = -0.5 * ((Y * A).sum() + D * logdet + N * D * np.log(2 * np.pi))
    trace = beta * (N - a * (X * KX).sum())
    return value, 2 * a * MX, [a * (MX * X).sum(), -0.5 * ((A * A).sum() - D * trace) / beta]
for line in sys.stdin:
    r = json.loads(line)
    if r["do"] == "set":
        X, Y = np.load(r["X"]), np.load(r["Y"])
        f = {"rbf": lambda: rbf(X, Y, 1.3, 5.0, 0.9), "linear": lambda: linear(X, Y, 1.3, 5.0), "woodbury": lambda: woodbury(X, Y, 1.3, 5.0)}[r["kernel"]]
        value, g, logs = f()
        print(json.dumps([value, float(np.abs(g).sum()), *map(float, logs)]))
    else:
        t = time.perf_counter()
        for _ in range(r["times"]): f()
        print((time.perf_counter() - t) * 1000 / r["times"])
`;

const peer = new Peer(python(["numpy", "scipy"]), program);
mkdirSync(cache, { recursive: true });

async function compare(kernel: "rbf" | "linear" | "woodbury", N: number): Promise<Row> {
  const X = rng(1).normal([N, Q]) as Tensor;
  const Y = X.matmul(rng(2).normal([Q, D]) as Tensor)
    .tanh()
    .add(rng(3).normal([N, D], 0, 0.2)) as Tensor;
  const [fileX, fileY] = [join(cache, "X.npy"), join(cache, "Y.npy")];
  writeFileSync(fileX, encodeNpy(X));
  writeFileSync(fileY, encodeNpy(Y));
  const latents = { X: X.values() as Float64Array, N, Q, Y: Y.values() as Float64Array, D };
  const evaluate = () =>
    kernel === "rbf" ? rbfFused(latents, 1.3, 5, Float64Array.of(0.9)) : linearFused(latents, 1.3, 5);
  const mine = evaluate();
  const answers = [mine.value, mine.X.reduce((s, v) => s + Math.abs(v), 0), ...mine.logs];
  const theirs = await peer.ask<number[]>({ do: "set", kernel, X: fileX, Y: fileY });
  answers.forEach((v, i) => {
    if (!(Math.abs(v - theirs[i]) < 1e-6 * Math.max(1, Math.abs(v))))
      throw new Error(`${kernel}, N = ${N}: gradlab says ${answers}, NumPy ${theirs}`);
  });
  const times = Math.max(1, Math.round((quick ? 2e6 : 5e6) / (N * N)));
  const name = { rbf: "RBF", linear: "linear, peer through K", woodbury: "linear, peer through Q × Q" }[
    kernel
  ];
  return alternate(
    `${name}, N = ${N}`,
    rounds,
    () => {
      const began = performance.now();
      for (let i = 0; i < times; i++) evaluate();
      return (performance.now() - began) / times;
    },
    () => peer.ask<number>({ do: "run", times }),
  );
}

console.log(machine());
const table = new Report("GP-LVM: value and gradient, D = 64, Q = 2", "NumPy/SciPy");
for (const kernel of ["rbf", "linear", "woodbury"] as const)
  for (const N of quick ? [100, 200] : [100, 200, 500, 1000]) table.add(await compare(kernel, N));
peer.close();
