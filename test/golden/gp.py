"""Gaussian processes, PCA, k-means and logistic regression, by scikit-learn and NumPy.

    python -P test/golden/gp.py > test/golden/gp.json
"""

import json
import warnings

import numpy as np
import scipy.stats
import sklearn
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, Matern, WhiteKernel
from sklearn.linear_model import LogisticRegression

warnings.filterwarnings("ignore")
r = np.random.default_rng(11)


def out(y):
    y = np.asarray(y, dtype=np.float64)
    return {"shape": list(y.shape), "value": y.reshape(-1).tolist()}


A, B = r.normal(size=(6, 2)), r.normal(size=(4, 2))
ell = np.array([0.7, 1.8])
kernels = {
    "rbf": 1.3 * RBF(ell), "rbf1": 0.6 * RBF(0.9), "matern0.5": 2.0 * Matern(0.8, nu=0.5), "matern1.5": 2.0 * Matern(0.8, nu=1.5),
    "matern2.5": 2.0 * Matern(ell, nu=2.5), "linear": 1.7 * DotProduct(sigma_0=0, sigma_0_bounds="fixed"),
    "sum": 1.3 * RBF(0.9) + 0.4 * DotProduct(sigma_0=0, sigma_0_bounds="fixed") + WhiteKernel(0.2),
    "product": (1.3 * RBF(0.9)) * (2.0 * Matern(0.8, nu=1.5)),
}
x = np.sort(r.uniform(-3, 3, 25))[:, None]
y = np.sin(2 * x[:, 0]) + 0.5 * x[:, 0] + 0.2 * r.normal(size=25)
grid = np.linspace(-4, 4, 9)[:, None]
yc = y - y.mean()
fixed = GaussianProcessRegressor(1.3 * RBF(0.9) + WhiteKernel(0.2), optimizer=None, alpha=0).fit(x, yc)
mean, cov = fixed.predict(grid, return_cov=True)
free = GaussianProcessRegressor(ConstantKernel(1.0) * RBF(1.0) + WhiteKernel(0.1), alpha=0, n_restarts_optimizer=3, random_state=0).fit(x, yc)

X = r.normal(size=(40, 5)) @ r.normal(size=(5, 5)) + 3
pca = PCA(3).fit(X)
white = PCA(2, whiten=True).fit(X)
labels = (X[:, 0] + 0.8 * X[:, 1] + r.normal(size=40) > X.mean() * 1.8).astype(int) + (X[:, 2] > 4)
lr = LogisticRegression(C=0.7, tol=1e-10, max_iter=5000).fit(X, labels)
two = LogisticRegression(C=2.0, tol=1e-10, max_iter=5000).fit(X, labels > 0)

far = X[:4].copy()
far[3] = 1e4
clusters = []
for init in [X[:4], far]:
    km = KMeans(4, init=init, n_init=1, algorithm="lloyd").fit(X)
    clusters.append({"init": out(init), "centers": out(km.cluster_centers_), "labels": out(km.labels_), "inertia": float(km.inertia_),
                     "nIter": int(km.n_iter_), "predict": out(km.predict(X[:6] + 0.5))})

N, D, Q = 7, 5, 2
Xl, Y = r.normal(size=(N, Q)), r.normal(size=(N, D))
alpha, beta = 0.8, 2.5
K = alpha * Xl @ Xl.T + np.eye(N) / beta
Ki = np.linalg.inv(K)
gplvm = {
    "X": Xl, "Y": Y, "L1": -D / 2 * np.linalg.slogdet(K)[1], "L2": -0.5 * np.trace(Ki @ Y @ Y.T),
    "L": sum(scipy.stats.multivariate_normal(np.zeros(N), K).logpdf(Y[:, d]) for d in range(D)),
    "dX": alpha * (-D * Ki @ Xl + Ki @ Y @ Y.T @ Ki @ Xl),
}
print(json.dumps({
    "made with": {"numpy": np.__version__, "sklearn": sklearn.__version__},
    "A": out(A), "B": out(B), "kernels": {k: {"AB": out(f(A, B)), "AA": out(f(A))} for k, f in kernels.items()},
    "regression": {"x": out(x), "y": out(y), "grid": out(grid), "mean": out(mean + y.mean()), "cov": out(cov - 0.2 * np.eye(9)),
                   "evidence": float(fixed.log_marginal_likelihood_value_),
                   "fitted": {"evidence": float(free.log_marginal_likelihood_value_), "theta": out(np.exp(free.kernel_.theta))}},
    "pca": {"X": out(X), "components": out(pca.components_), "explainedVariance": out(pca.explained_variance_),
            "ratio": out(pca.explained_variance_ratio_), "singularValues": out(pca.singular_values_), "noise": float(pca.noise_variance_),
            "scores": out(pca.transform(X[:6])), "back": out(pca.inverse_transform(pca.transform(X[:6]))), "white": out(white.transform(X[:6]))},
    "logistic": {"y": out(labels), "coef": out(lr.coef_), "intercept": out(lr.intercept_), "proba": out(lr.predict_proba(X[:6])),
                 "coef2": out(two.coef_), "intercept2": out(two.intercept_)},
    "kmeans": clusters,
    "gplvm": {k: out(v) for k, v in gplvm.items()},
}))
