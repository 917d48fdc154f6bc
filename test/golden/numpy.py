"""Indexing, einsum, sorting and printing, by NumPy.

    python test/golden/numpy.py > test/golden/numpy.json
"""

import json

import numpy as np

X = (np.arange(60, dtype=np.float64).reshape(3, 4, 5) * 7) % 11
A = np.arange(6, dtype=np.float64).reshape(2, 3)
B = np.arange(12, dtype=np.float64).reshape(3, 4) - 5
v = np.array([2.0, -1.0, 3.0])
mask = np.array([True, False, True])


def out(y):
    y = np.asarray(y)
    return {"shape": list(y.shape), "value": y.astype(np.float64).reshape(-1).tolist()}


index = {
    "X[0]": X[0], "X[-1, 2]": X[-1, 2], "X[:, ::2]": X[:, ::2], "X[::-1, 1:3, -2:]": X[::-1, 1:3, -2:],
    "X[..., 0]": X[..., 0], "X[:, None, 1]": X[:, None, 1], "X[[2, 0]]": X[[2, 0]],
    "X[:, [1, 1, 3]]": X[:, [1, 1, 3]], "X[[0, 2], [1, 3]]": X[[0, 2], [1, 3]],
    "X[[0, 2], :, [1, 3]]": X[[0, 2], :, [1, 3]], "X[mask]": X[mask], "X[mask, 1:]": X[mask, 1:],
    "X[X > 5]": X[X > 5], "X[5:9]": X[5:9], "X[:, 3:0:-1]": X[:, 3:0:-1], "X[-100:2]": X[-100:2],
}
einsum = {
    "ij,jk->ik": np.einsum("ij,jk->ik", A, B), "ij->ji": np.einsum("ij->ji", A), "ij->": np.einsum("ij->", A),
    "ij,j->i": np.einsum("ij,j->i", A, v), "i,j->ij": np.einsum("i,j->ij", v, v), "ij,ij->i": np.einsum("ij,ij->i", A, A),
    "abc,cd->abd": np.einsum("abc,cd->abd", X[:, :, :3], B), "abc,abc": np.einsum("abc,abc", X, X),
    "ij,jk,k->i": np.einsum("ij,jk,k->i", A, B, np.arange(4.0)), "bij,bj->bi": np.einsum("bij,bj->bi", X, X[:, 0]),
}
other = {
    "sort": np.sort(X, axis=1), "argsort": np.argsort(X, axis=0, kind="stable"), "var": X.var(axis=(0, 2)),
    "cumsum": X.cumsum(axis=2), "tile": np.tile(A, (2, 3)), "pad": np.pad(A, [(1, 0), (0, 2)], constant_values=9),
    "linspace": np.linspace(0, 1, 7), "arange": np.arange(5, -3, -1.5), "nonzero": np.argwhere(X > 8),
}
groups = {"index": index, "einsum": einsum, "other": other}
print(json.dumps({"made with": {"numpy": np.__version__}, **{g: {k: out(y) for k, y in d.items()} for g, d in groups.items()}}))
