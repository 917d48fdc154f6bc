"""Decompositions, determinants and matrix functions, by NumPy, SciPy and PyTorch.

    python -P test/golden/linalg.py > test/golden/linalg.json

Gradients are PyTorch's, of functions that do not depend on arbitrary signs.
"""

import json

import numpy as np
import scipy
import scipy.linalg
import torch

r = np.random.default_rng(7)
A, B, tall, wide = r.normal(size=(5, 5)), r.normal(size=(5, 3)), r.normal(size=(7, 4)), r.normal(size=(3, 6))
S = A @ A.T + np.eye(5)
low = np.outer(r.normal(size=6), r.normal(size=4)) + np.outer(r.normal(size=6), r.normal(size=4))
b = r.normal(size=7)


def out(y):
    y = np.asarray(y, dtype=np.float64)
    return {"shape": list(y.shape), "value": y.reshape(-1).tolist()}


def gradient(f, x):
    t = torch.tensor(x, requires_grad=True)
    f(t).backward()
    return t.grad.numpy()


w = torch.arange(1.0, 6.0, dtype=torch.float64)
values = {
    "inv(A)": np.linalg.inv(A), "solve(A,B)": np.linalg.solve(A, B), "det(A)": np.linalg.det(A),
    "logdet(S)": torch.logdet(torch.tensor(S)), "slogdet(A)": np.linalg.slogdet(A),
    "cholesky(S)": np.linalg.cholesky(S), "eigvals(S)": np.linalg.eigvalsh(S),
    "Q(tall)": np.linalg.qr(tall)[0], "R(tall)": np.linalg.qr(tall)[1],
    "Q(wide)": np.linalg.qr(wide)[0], "R(wide)": np.linalg.qr(wide)[1], "R(A)": np.linalg.qr(A)[1],
    "s(tall)": np.linalg.svd(tall)[1], "s(wide)": np.linalg.svd(wide)[1],
    "pinv(tall)": np.linalg.pinv(tall), "pinv(low)": np.linalg.pinv(low),
    "rank(low)": np.linalg.matrix_rank(low), "cond(A)": np.linalg.cond(A),
    "lstsq(tall,b)": np.linalg.lstsq(tall, b, rcond=None)[0],
    "lstsq(wide)": np.linalg.lstsq(wide, b[:3], rcond=None)[0],
    "lstsq(low)": np.linalg.lstsq(low, b[:6], rcond=None)[0],
    "expm(A)": scipy.linalg.expm(A), "expm(5A)": scipy.linalg.expm(5 * A), "A^7": np.linalg.matrix_power(A, 7),
    "A^-2": np.linalg.matrix_power(A, -2), "kron": np.kron(B, wide),
    "lower": scipy.linalg.solve_triangular(A, B, lower=True),
    "upperT": scipy.linalg.solve_triangular(A, B, lower=False, trans="T"),
    "norm1": np.abs(A).sum(), "norm2": np.linalg.norm(A), "norm3": np.sum(np.abs(A) ** 3) ** (1 / 3),
    "trace": np.trace(A), "tril": np.tril(A, 1), "triu": np.triu(A, -1), "diag": np.diag(B),
}
gradients = {
    "det": gradient(torch.linalg.det, A),
    "logdet": gradient(torch.logdet, S),
    "cholesky": gradient(lambda t: (torch.linalg.cholesky((t + t.T) / 2) ** 3).sum(), S),
    "eigvals": gradient(lambda t: (torch.linalg.eigvalsh(t) * w).sum(), S),
    "projector": gradient(lambda t: (torch.linalg.eigh((t + t.T) / 2)[1][:, 3:] ** 4).sum(), S),
    "s": gradient(lambda t: (torch.linalg.svd(t, full_matrices=False)[1] ** 3).sum(), tall),
    "UV": gradient(lambda t: ((lambda u, s, v: u @ v)(*torch.linalg.svd(t, full_matrices=False)) ** 3).sum(), wide),
    "qr": gradient(lambda t: (torch.linalg.qr(t)[0] ** 3).sum() + (torch.linalg.qr(t)[1] ** 3).sum(), tall),
    "expm": gradient(lambda t: (torch.linalg.matrix_exp(t) ** 2).sum(), A),
    "pinv": gradient(lambda t: (torch.linalg.pinv(t) ** 3).sum(), tall),
}
inputs = {"A": A, "B": B, "S": S, "tall": tall, "wide": wide, "low": low, "b": b}
print(json.dumps({
    "made with": {"numpy": np.__version__, "scipy": scipy.__version__, "torch": torch.__version__},
    **{g: {k: out(y) for k, y in d.items()} for g, d in {"inputs": inputs, "values": values, "gradients": gradients}.items()},
}))
