"""Gaussian mixtures from given starts, iteration by iteration, by scikit-learn; Bernoulli EM by NumPy.

    python -P test/golden/mixture.py > test/golden/mixture.json
"""

import json
import warnings

import numpy as np
import scipy.special
import sklearn
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
r = np.random.default_rng(3)


def out(y):
    y = np.asarray(y, dtype=np.float64)
    return {"shape": list(y.shape), "value": y.reshape(-1).tolist()}


def blobs(n, d, k, spread):
    centres = r.normal(size=(k, d)) * spread
    return np.concatenate([c + r.normal(size=(n // k, d)) @ (np.eye(d) + 0.4 * r.normal(size=(d, d))) for c in centres])


def start(kind, k, d):
    p = {"full": np.stack([np.eye(d)] * k), "tied": np.eye(d), "diag": np.ones((k, d)), "spherical": np.ones(k)}[kind]
    return p * 0.7


cases = []
for name, n, d, k, spread, shift in [("overlap", 90, 2, 3, 1.5, 0), ("apart", 80, 3, 4, 6, 0), ("line", 60, 1, 2, 3, 0), ("far", 60, 2, 2, 3, 1e4)]:
    X = np.round(blobs(n, d, k, spread) + shift, 3)
    means = X[r.choice(len(X), k, replace=False)]
    weights = np.arange(1.0, k + 1) / np.arange(1.0, k + 1).sum()
    for kind in ["full", "tied", "diag", "spherical"]:
        given = dict(n_components=k, covariance_type=kind, weights_init=weights, means_init=means, precisions_init=start(kind, k, d))
        steps = []
        for t in [1, 2, 3, 10, 60]:
            g = GaussianMixture(**given, max_iter=t, tol=1e-12).fit(X)
            steps.append({"maxIter": t, "nIter": int(g.n_iter_), "lowerBound": float(g.lower_bound_), "weights": out(g.weights_),
                          "means": out(g.means_), "covariances": out(g.covariances_), "precisionsCholesky": out(g.precisions_cholesky_)})
        g = GaussianMixture(**given).fit(X)
        cases.append({
            "name": f"{name} {kind}", "kind": kind, "K": k, "X": out(X), "weights": out(weights), "means": out(means),
            "precisions": out(start(kind, k, d)), "steps": steps,
            "default": {"nIter": int(g.n_iter_), "converged": bool(g.converged_), "lowerBound": float(g.lower_bound_),
                        "bic": float(g.bic(X)), "aic": float(g.aic(X)), "scoreSamples": out(g.score_samples(X[:8])),
                        "predict": out(g.predict(X)), "proba": out(g.predict_proba(X[:8])), "precisions": out(g.precisions_)},
        })


def bernoulli(X, pi, p, steps):
    path = []
    for _ in range(steps):
        a = np.log(pi) + scipy.special.xlogy(X[:, None], p).sum(2) + scipy.special.xlog1py(1 - X[:, None], -p).sum(2)
        lse = scipy.special.logsumexp(a, axis=1)
        eta = np.exp(a - lse[:, None])
        N = eta.sum(0)
        p, pi = np.clip(eta.T @ X / N[:, None], 0, 1), N / N.sum()
        path.append({"logLikelihood": float(lse.mean()), "weights": out(pi), "probabilities": out(p)})
    return path


proto = r.random((3, 12)) < 0.5
Xb = (r.random((80, 12)) < np.where(proto[r.integers(0, 3, 80)], 0.85, 0.1)).astype(float)
Xb[:, 0] = 0
Xb[:, 1] = 1
pi0, p0 = np.array([0.2, 0.3, 0.5]), 0.25 + 0.5 * r.random((3, 12))

# From given responsibilities, hard and soft, with some parameters given besides; and a warm start.
Xs = np.round(blobs(60, 3, 3, 3), 3)
hard = np.eye(3)[r.integers(0, 3, 60)]
single = np.zeros((60, 3))
single[[4, 25, 51], [0, 1, 2]] = 1
soft = r.random((60, 3))
soft /= soft.sum(1, keepdims=True)
starts = []
for name, R in [("hard", hard), ("single", single), ("soft", soft)]:
    for kind in ["full", "tied", "diag", "spherical"]:
        for given in [{}, {"means_init": Xs[:3]}, {"weights_init": np.array([0.2, 0.3, 0.5])}, {"precisions_init": start(kind, 3, 3)}]:
            g = GaussianMixture(3, covariance_type=kind, **given)
            g._initialize(Xs, R)
            starts.append({"name": f"{name} {kind} {' '.join(given)}", "kind": kind, "R": name, "given": {k: out(v) for k, v in given.items()},
                           "weights": out(g.weights_), "means": out(g.means_), "precisionsCholesky": out(g.precisions_cholesky_)})
warm = GaussianMixture(3, weights_init=np.ones(3) / 3, means_init=Xs[:3], precisions_init=start("full", 3, 3), warm_start=True, max_iter=3, tol=1e-12)
fits = []
for _ in range(3):
    warm.fit(Xs)
    fits.append({"nIter": int(warm.n_iter_), "lowerBound": float(warm.lower_bound_), "means": out(warm.means_)})

print(json.dumps({
    "made with": {"numpy": np.__version__, "sklearn": sklearn.__version__},
    "gaussian": cases,
    "starts": {"X": out(Xs), "R": {"hard": out(hard), "single": out(single), "soft": out(soft)}, "cases": starts},
    "warm": fits,
    "bernoulli": {"X": out(Xb), "weights": out(pi0), "probabilities": out(p0), "path": bernoulli(Xb, pi0, p0, 30)},
}))
