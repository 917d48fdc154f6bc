"""Values and gradients where they like to go wrong: nothing, one number, ties, zeros, NaN and infinities.

    python -P test/golden/edges.py > test/golden/edges.json

Values are NumPy's or SciPy's, gradients PyTorch's. Numbers that JSON lacks are written as text.
"""

import json
import math
import warnings

import numpy as np
import scipy
import scipy.special
import torch

warnings.filterwarnings("ignore")
np.seterr(all="ignore")
nan, inf = np.nan, np.inf


def number(x):
    return float(x) if math.isfinite(x) else ("NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity")


def out(y):
    y = np.asarray(y)
    return {"shape": list(y.shape), "value": [number(v) for v in y.astype(np.float64).reshape(-1)]}


def gradient(f, x):
    t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    f(t).sum().backward()
    return t.grad.numpy()


def top(x, k):
    i = np.argsort(-x, kind="stable")[:k]
    return x[i]


E = np.zeros
N = np.array([3.0, nan, 1.0, nan, 2.0])
I = np.array([-inf, -1.0, -0.0, 2.0, inf, nan])
T = np.array([[1.0, 5.0, 5.0], [7.0, 2.0, 7.0]])
R = np.random.default_rng(11)
C, D, V = R.normal(size=(2, 2, 3)), R.normal(size=(3, 4)), R.normal(size=(3, 3, 2))
values = {
    "sum of nothing": E((0, 3)).sum(0), "prod of nothing": E((0, 3)).prod(0), "mean of nothing": E((0, 3)).mean(0),
    "cumsum of nothing": E((0, 3)).cumsum(1), "nothing @": E((2, 0)) @ E((0, 3)), "sort of nothing": np.sort(E((2, 0))),
    "logSumExp of nothing": scipy.special.logsumexp(E((2, 0)), axis=1), "norm of nothing": np.linalg.norm(E(0)),
    "det of nothing": np.linalg.det(E((0, 0))), "inv of nothing": np.linalg.inv(E((2, 0, 0))), "trace of nothing": np.trace(E((0, 0))),
    "solve nothing": np.linalg.solve(np.eye(3), E((3, 0))), "svd of nothing": np.linalg.svd(E((0, 3)))[1],
    "kron with nothing": np.kron(E((0, 2)), E((3, 1))), "concat with nothing": np.concatenate([E((0, 2)), E((1, 2)) + 7]),
    "tile by nothing": np.tile(np.arange(2), 0), "index by nothing": np.arange(5.0)[[]], "broadcast nothing": E((0, 1)) + E((1, 3)),
    "sum of one": np.float64(3).sum(), "exp of one": np.exp(np.float64(1)), "index one": np.float64(3)[None],
    "cumsum along each": np.cumsum(np.full((2, 2, 2), 1.5), axis=-2), "var, ddof 1": T.var(axis=1, ddof=1),
    "max with NaN": N.max(), "min with NaN": N.min(), "argmax with NaN": N.argmax(), "argmin with NaN": N.argmin(),
    "sort with NaN": np.sort(N), "argsort with NaN": np.argsort(N, kind="stable"), "sum with NaN": N.sum(),
    "maximum with NaN": np.maximum(N, 2), "minimum with NaN": np.minimum(2, N), "sign": np.sign(I), "abs": np.abs(I),
    "exp": np.exp(I), "log": np.log(I), "log1p": np.log1p(I), "expm1": np.expm1(I), "sqrt": np.sqrt(I), "tanh": np.tanh(I),
    "erf": scipy.special.erf(I), "sigmoid": scipy.special.expit(I), "softplus": np.logaddexp(0, I), "square": np.square(I),
    "pow": np.power(np.array([0.0, 0.0, -8.0, -2.0, inf, 1.0]), np.array([0.0, -1.0, 1 / 3, 3.0, -1.0, nan])),
    "div": np.array([1.0, -1.0, 0.0, inf]) / np.array([0.0, 0.0, 0.0, inf]), "greater": np.greater(N, 1.5), "equal": np.equal(N, N),
    "notEqual": np.not_equal(N, N), "logSumExp huge": scipy.special.logsumexp([1000.0, 1000.0, -inf]),
    "logSumExp of −∞": scipy.special.logsumexp([-inf, -inf]), "logSumExp of ∞": scipy.special.logsumexp([inf, 1.0]),
    "softmax with −∞": scipy.special.softmax([0.0, -inf, 0.0]), "logSoftmax huge": scipy.special.log_softmax([1000.0, 0.0]),
    "argmax of ties": T.argmax(1), "topk of ties": top(T[0], 2), "norm huge": np.linalg.norm([3e200, 4e200]),
    "linspace backwards": np.linspace(1, -1, 5), "arange of tenths": np.arange(0, 0.5, 0.1), "mean of huge": np.array([1e308, -1e308, 1e308]).mean(),
    "take batched": np.take(T, [[0, 1], [1, 1]], axis=1), "gather": np.take_along_axis(T, np.array([[2, 0], [1, 1]]), 1),
    "mask list": np.arange(3.0)[[True, False, True]], "True + True": np.array([True, False]) + np.array([True, True]),
    "einsum ii->i": np.einsum("ii->i", D[:, :3]), "einsum ii": np.einsum("ii", D[:, :3]), "einsum iij->ij": np.einsum("iij->ij", V),
    "einsum ...ij,jk": np.einsum("...ij,jk->...ik", C, D), "einsum ...": np.einsum("...,...", C, C[:, :1]),
    "einsum b...,b...->...": np.einsum("b...,b...->...", C, C), "lgamma": scipy.special.gammaln([1.0, 2.0, 0.5, 171.0, 1e-5]),
}
gradients = {
    "max of ties": gradient(lambda t: torch.amax(t, 1), T), "min of ties": gradient(lambda t: torch.amin(t, 1), -T),
    "maximum of equals": gradient(lambda t: torch.maximum(t, torch.tensor([1.0, 9.0, 5.0])), T[0]),
    "abs at 0": gradient(torch.abs, [0.0, -2.0]), "relu at 0": gradient(torch.relu, [0.0, -1.0, 1.0]),
    "sqrt at 0": gradient(torch.sqrt, [0.0, 4.0]), "norm at 0": gradient(lambda t: torch.linalg.vector_norm(t), [0.0, 0.0]),
    "prod with a zero": gradient(lambda t: torch.prod(t, 1), [[0.0, 3.0, 4.0], [2.0, 3.0, 4.0], [0.0, 0.0, 5.0]]),
    "pow at 0": gradient(lambda t: t**2, [0.0, -3.0]), "pow 0": gradient(lambda t: t**0, [0.0, 2.0]),
    "logSumExp of −∞": gradient(lambda t: torch.logsumexp(t, 0), [-inf, -inf, 0.0]),
    "logSumExp of nothing else": gradient(lambda t: torch.logsumexp(t, 0), [-inf, -inf]),
    "where beside NaN": gradient(lambda t: torch.where(t > 0, t, torch.zeros(())), [-1.0, nan, 2.0]),
    "sort": gradient(lambda t: torch.sort(t, stable=True)[0] * torch.arange(4.0), [3.0, 1.0, 3.0, 2.0]),
    "var of one": gradient(lambda t: t.var(unbiased=False), [2.0]), "softplus far out": gradient(torch.nn.functional.softplus, [-800.0, 800.0]),
    "sigmoid far out": gradient(torch.sigmoid, [-800.0, 800.0]), "logSigmoid far out": gradient(torch.nn.functional.logsigmoid, [-800.0, 800.0]),
    "cumprod-like": gradient(lambda t: torch.cumprod(t, 0) * torch.arange(1.0, 5.0), [2.0, 0.0, 3.0, 0.0]),
    "repeated take": gradient(lambda t: t[[0, 0, 2]] ** 2, [1.0, 2.0, 3.0]),
}
hessian = torch.autograd.functional.hessian(torch.prod, torch.tensor([0.0, 3.0, 4.0, 2.0], dtype=torch.float64))
versions = {m.__name__: m.__version__ for m in (np, scipy, torch)}
groups = {"values": values, "gradients": gradients, "second": {"prod": hessian}, "inputs": {"C": C, "D": D, "V": V}}
print(json.dumps({"made with": versions, **{g: {k: out(y) for k, y in d.items()} for g, d in groups.items()}}))
