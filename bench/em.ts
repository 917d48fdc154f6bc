// EM iterations beside scikit-learn's GaussianMixture and a Bernoulli mixture in NumPy, one thread each.
//
//   npm run bench -- em [--quick]
//
// Both sides start from the same parameters on the same data. Times are of one iteration (E-step and
// M-step), the median of rounds that alternate; the last table shows how the time grows with n.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  BernoulliMixture,
  type CovarianceType,
  encodeNpy,
  GaussianMixture,
  type GaussianMixtureOptions,
  rng,
  type Tensor,
  tensor,
} from "gradlab";
import { alternate, cache, machine, Peer, python, Report, type Row } from "./_peers.ts";

const quick = process.argv.includes("--quick");
const rounds = quick ? 3 : 7;
const steps = 5;

const program = `
import json, sys, time
import numpy as np
from sklearn.mixture import GaussianMixture
state = {}
def gaussian(r):
    X = np.load(r["X"]); K = r["K"]; d = X.shape[1]; kind = r["kind"]
    P = {"full": np.stack([np.eye(d)] * K), "tied": np.eye(d), "diag": np.ones((K, d)), "spherical": np.ones(K)}[kind]
    g = GaussianMixture(K, covariance_type=kind, weights_init=np.full(K, 1 / K), means_init=X[:K], precisions_init=P)
    g._initialize_parameters(X, np.random.RandomState(0))
    return lambda: g._m_step(X, g._e_step(X)[1])
def bernoulli(r):
    X = np.load(r["X"]).astype(r["dtype"]); K = r["K"]
    P = (0.25 + 0.5 * X[:K]).astype(X.dtype); pi = np.full(K, 1 / K, X.dtype)
    s = {"P": P, "pi": pi}
    def step():
        P, pi = s["P"], s["pi"]
        a = X @ (np.log(P) - np.log1p(-P)).T + (np.log1p(-P).sum(1) + np.log(pi))
        # not below e^-80: numbers so small that the processor handles them apart would slow NumPy's products tenfold
        m = a.max(1, keepdims=True); e = np.exp(np.maximum(a - m, -80)); t = e.sum(1, keepdims=True); eta = e / t
        ll = (m + np.log(t)).mean(); N = eta.sum(0)
        s["P"], s["pi"] = np.clip(eta.T @ X / N[:, None], 1e-6, 1 - 1e-6), N / N.sum()
    return step
for line in sys.stdin:
    r = json.loads(line)
    if r["do"] == "set":
        step = {"gaussian": gaussian, "bernoulli": bernoulli}[r["family"]](r); print("0")
    else:
        t = time.perf_counter()
        for _ in range(r["steps"]): step()
        print((time.perf_counter() - t) * 1000 / r["steps"])
`;

const peer = new Peer(python(["numpy", "scikit-learn"]), program);
mkdirSync(cache, { recursive: true });

function save(X: Tensor): string {
  const file = join(cache, "em.npy");
  writeFileSync(file, encodeNpy(X));
  return file;
}

function blobs(n: number, d: number, K: number): Tensor {
  const r = rng(1);
  return r.normal([n, d]).add((r.normal([K, d], 0, 3) as Tensor).take(r.integers([n], 0, K))) as Tensor;
}

/** Milliseconds an iteration: everything from the second iteration on. */
const perStep = (curve: { seconds: number }[]): number =>
  ((curve[curve.length - 1].seconds - curve[0].seconds) * 1000) / (curve.length - 1);

/** One more iteration than is timed, from the first K rows. */
function begin(X: Tensor, K: number, kind: CovarianceType): GaussianMixtureOptions {
  const d = X.shape[1];
  const identity = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => (i === j ? 1 : 0)),
  );
  const precisions = {
    full: new Array(K).fill(identity),
    tied: identity,
    diag: new Array(K).fill(new Array(d).fill(1)),
    spherical: new Array(K).fill(1),
  };
  return {
    nComponents: K,
    covarianceType: kind,
    weightsInit: new Array(K).fill(1 / K),
    meansInit: X.slice(0, 0, K),
    precisionsInit: tensor(precisions[kind]) as Tensor,
    tol: 0,
    maxIter: steps + 1,
  };
}

async function gaussian(n: number, d: number, K: number, kind: CovarianceType): Promise<Row> {
  const X = blobs(n, d, K);
  await peer.ask({ do: "set", family: "gaussian", X: save(X), K, kind });
  const given = begin(X, K, kind);
  return alternate(
    `${kind}, n = ${n}, d = ${d}, K = ${K}`,
    rounds,
    () => perStep(new GaussianMixture(given).fit(X).curve),
    () => peer.ask<number>({ do: "run", steps }),
  );
}

async function bernoulli(n: number, D: number, K: number, dtype: string): Promise<Row> {
  const r = rng(2);
  const prototypes = r.uniform([K, D], 0, 0.4) as Tensor;
  const X = r.uniform([n, D]).less(prototypes.take(r.integers([n], 0, K))) as Tensor;
  await peer.ask({ do: "set", family: "bernoulli", X: save(X.mul(1)), K, dtype });
  const first = X.slice(0, 0, K).mul(0.5).add(0.25) as Tensor;
  const given = {
    nComponents: K,
    weightsInit: new Array(K).fill(1 / K),
    probabilitiesInit: first,
    tol: 0,
    maxIter: steps + 1,
  };
  return alternate(
    `n = ${n}, D = ${D}, K = ${K}, NumPy in ${dtype}`,
    rounds,
    () => perStep(new BernoulliMixture(given).fit(X).curve),
    () => peer.ask<number>({ do: "run", steps }),
  );
}

/** Milliseconds of this thread an iteration, the least of five runs: what other programs do hardly shows. */
function ownTime(n: number): number {
  const X = blobs(n, 8, 5);
  const once = (): number => {
    let began = process.threadCpuUsage();
    const onIteration = ({ iteration }: { iteration: number }): void => {
      if (iteration === 1) began = process.threadCpuUsage();
    };
    new GaussianMixture({ ...begin(X, 5, "full"), onIteration }).fit(X);
    const { user, system } = process.threadCpuUsage(began);
    return (user + system) / 1000 / steps;
  };
  return Math.min(...Array.from({ length: 5 }, once));
}

/** The slope of log time against log n, by least squares. */
function exponent(sizes: readonly number[], times: readonly number[]): number {
  const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
  const [x, y] = [sizes.map(Math.log), times.map(Math.log)];
  const [mx, my] = [mean(x), mean(y)];
  return mean(x.map((v, i) => (v - mx) * (y[i] - my))) / mean(x.map((v) => (v - mx) ** 2));
}

console.log(machine());
const n = quick ? 20_000 : 100_000;
const families = new Report("Gaussian mixture, one EM iteration", "scikit-learn");
families.add(await gaussian(n, 16, 10, "full"));
families.add(await gaussian(n, 8, 5, "full"));
families.add(await gaussian(n, 2, 3, "full"));
for (const kind of ["tied", "diag", "spherical"] as const) families.add(await gaussian(n, 16, 10, kind));

const images = quick ? 10_000 : 60_000;
const binary = new Report("Bernoulli mixture, one EM iteration (gradlab in double precision)", "NumPy");
for (const dtype of ["float64", "float32"]) binary.add(await bernoulli(images, 784, 10, dtype));

const growth = new Report("How the time grows with n", "scikit-learn");
const sizes = quick ? [5_000, 10_000, 20_000] : [25_000, 50_000, 100_000, 200_000];
for (const size of sizes) growth.add(await gaussian(size, 8, 5, "full"));
const own = sizes.map(ownTime);
console.log(
  `\nProcessor time grows as n^${exponent(sizes, own).toFixed(2)}: ${own.map((t) => t.toPrecision(3)).join(", ")} ms an iteration.`,
);
peer.close();
