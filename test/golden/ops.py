"""Values and gradients of every operation's samples, by PyTorch (SciPy and mpmath for the special functions).

    node test/golden/samples.ts | python test/golden/ops.py > test/golden/ops.json

needs torch, scipy, mpmath and numpy (any recent version; the ones used are written into the file).
The gradients are of the sum of the output weighted by sin(1.7 i + 0.6) + 0.3.
"""

import json
import sys

import mpmath
import numpy as np
import scipy
import scipy.special
import torch

KIND = {"float64": torch.float64, "float32": torch.float32, "int32": torch.int64, "bool": torch.bool}


def read(t):
    return torch.tensor(t["data"], dtype=KIND[t["dtype"]]).reshape(t["shape"])


def sum_to(x, shape):
    while x.dim() > len(shape):
        x = x.sum(0)
    for d, n in enumerate(shape):
        if n == 1 and x.shape[d] != 1:
            x = x.sum(d, keepdim=True)
    return x


def sliced(x, p):
    return x[np.ix_(*[[s + i * t for i in range(n)] for s, t, n in zip(p["starts"], p["steps"], p["sizes"])])]


def unslice(x, p):
    out = torch.zeros(p["shape"], dtype=x.dtype)
    out[np.ix_(*[[s + i * t for i in range(n)] for s, t, n in zip(p["starts"], p["steps"], p["sizes"])])] = x
    return out


def reduced(f):
    return lambda x, p: f(x, dim=p["axes"], keepdim=p["keepdim"])


def prod(x, p):
    for d in sorted(p["axes"], reverse=True):
        x = x.prod(d, keepdim=p["keepdim"])
    return x


def put_add(g, i, p):
    shape = list(g.shape)
    shape[p["axis"]] = p["size"]
    return torch.zeros(shape, dtype=g.dtype).index_add(p["axis"], i, g)


def take(x, i, p):
    shape = list(x.shape[: p["axis"]]) + list(i.shape) + list(x.shape[p["axis"] + 1 :])
    return x.index_select(p["axis"], i.reshape(-1)).reshape(shape)


def adjoint(forward, shape):
    """The transpose of a linear map, as a differentiable function of its cotangent and parameters."""
    x = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
    return lambda g: torch.autograd.grad(forward(x), x, g, create_graph=True)[0]


def conv(x, w, p):
    return torch.nn.functional.conv2d(x, w, None, p["stride"], p["padding"], p["dilation"], p["groups"])


def windows(x, p):
    """Each output position with the entries its window covers."""
    for i in range(p["oh"]):
        for j in range(p["ow"]):
            r, c = p["rows"][2 * i : 2 * i + 2], p["columns"][2 * j : 2 * j + 2]
            part = x[..., r[0] : r[1] : p["dilation"][0], c[0] : c[1] : p["dilation"][1]]
            yield part.reshape(*x.shape[:-2], -1)


def pooled(entries, x, p):
    return torch.stack(list(entries), -1).reshape(*x.shape[:-2], p["oh"], p["ow"])


def max_read(t, x, p):
    pairs = zip(windows(t, p), windows(x, p))
    return pooled((a.gather(-1, b.argmax(-1, keepdim=True))[..., 0] for a, b in pairs), x, p)


def average(x, p):
    return pooled((w.sum(-1) / d for w, d in zip(windows(x, p), p["divisors"])), x, p)


def full(x, p):
    return [*x.shape[:-2], p["h"], p["w"]]


def normalized(x, p):
    centred = x - x.mean(p["axes"], keepdim=True)
    return centred / torch.sqrt((centred**2).mean(p["axes"], keepdim=True) + p["eps"])


def moments(x, p):
    mean = x.mean(p["axes"], keepdim=True)
    return torch.stack([mean, ((x - mean) ** 2).mean(p["axes"], keepdim=True)])


def embedded(x, p):
    out = torch.zeros(*x.shape[:-1], p["rows"], p["columns"], dtype=x.dtype)
    i = torch.arange(x.shape[-1])
    out[..., i, i] = x
    return out


def symmetric(x):
    return (x + x.mT) / 2


def triangular(a, b, p):
    """Solves with one triangle of a; the other is not read."""
    off = 1 if p["unitDiagonal"] else 0
    t = a.tril(-off) if p["lower"] else a.triu(off)
    if off:
        t = t + torch.eye(a.shape[-1], dtype=a.dtype)
    t = t.mT if p["transposed"] else t
    x = torch.linalg.solve(t, b.reshape(-1, 1) if b.dim() == 1 else b.expand(*a.shape[:-2], *b.shape[-2:]))
    return x[:, 0] if b.dim() == 1 else x


def positive(v):
    """Signs that make the largest component of each column positive."""
    top = v.detach().abs().argmax(-2, keepdim=True)
    return torch.sign(v.detach().gather(-2, top))


def eigh(x):
    w, v = torch.linalg.eigh(symmetric(x))
    return torch.cat([w[..., None, :], v * positive(v)], -2)


def svd(x):
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    sign = positive(vh.mT)
    return torch.cat([u * sign, s[..., None, :], vh.mT * sign], -2)


def evidence(k, y):
    normal = torch.distributions.MultivariateNormal(torch.zeros(len(k), dtype=k.dtype), symmetric(k))
    return normal.log_prob(y.mT).sum()


TABLE = {
    "neg": lambda x: -x, "exp": torch.exp, "log": torch.log, "log1p": torch.log1p, "expm1": torch.expm1,
    "sqrt": torch.sqrt, "square": torch.square, "abs": torch.abs, "sign": torch.sign, "sin": torch.sin,
    "cos": torch.cos, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": torch.nn.functional.softplus,
    "relu": torch.relu, "erf": torch.erf, "lgamma": torch.lgamma,
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": torch.pow,
    "maximum": torch.maximum, "minimum": torch.minimum, "where": torch.where,
    "greater": torch.gt, "greaterEqual": torch.ge, "less": torch.lt, "lessEqual": torch.le,
    "equal": torch.eq, "notEqual": torch.ne, "and": torch.logical_and, "or": torch.logical_or,
    "not": torch.logical_not, "matmul": torch.matmul, "outer": torch.outer,
    "broadcastTo": lambda x, p: x.broadcast_to(p["shape"]), "sumTo": lambda x, p: sum_to(x, p["shape"]),
    "reshape": lambda x, p: x.reshape(p["shape"]), "permute": lambda x, p: x.permute(p["order"]),
    "slice": sliced, "unslice": unslice,
    "sum": reduced(torch.sum), "max": reduced(torch.amax), "min": reduced(torch.amin), "prod": prod,
    "logSumExp": reduced(torch.logsumexp), "cumsum": lambda x, p: x.cumsum(p["axis"]),
    "argmax": lambda x, p: x.argmax(p["axis"]), "argmin": lambda x, p: x.argmin(p["axis"]),
    "argsort": lambda x, p: x.argsort(dim=p["axis"], descending=p["descending"], stable=True),
    "softmax": lambda x, p: x.softmax(p["axis"]), "logSoftmax": lambda x, p: x.log_softmax(p["axis"]),
    "take": take, "putAdd": put_add, "gather": lambda x, i, p: x.gather(p["axis"], i),
    "scatterAdd": lambda g, i, p: torch.zeros(p["shape"], dtype=g.dtype).scatter_add(p["axis"], i, g),
    "cast": lambda x, p: x.to(KIND[p["dtype"]]),
    "conv2d": conv,
    "conv2dInputGrad": lambda g, w, p: adjoint(lambda x: conv(x, w, p), p["shape"])(g),
    "conv2dWeightGrad": lambda x, g, p: adjoint(lambda w: conv(x, w, p), p["shape"])(g),
    "maxPool2d": lambda x, p: pooled((w.max(-1).values for w in windows(x, p)), x, p), "maxPool2dRead": max_read,
    "maxPool2dGrad": lambda g, x, p: adjoint(lambda t: max_read(t, x, p), x.shape)(g),
    "averagePool2d": average, "averagePool2dGrad": lambda g, p: adjoint(lambda x: average(x, p), full(g, p))(g),
    "normalize": normalized, "moments": moments,
    "normalizeGrad": lambda g, x, p: torch.autograd.functional.vjp(lambda t: normalized(t, p), x, g, create_graph=True)[1],
    "trace": lambda x: x.diagonal(dim1=-2, dim2=-1).sum(-1), "diagonal": lambda x: x.diagonal(dim1=-2, dim2=-1),
    "diag": embedded, "tril": lambda x, p: x.tril(p["k"]), "triu": lambda x, p: x.triu(p["k"]),
    "inv": torch.linalg.inv, "solve": lambda a, b: torch.linalg.solve(a, b if b.dim() < 2 else b.expand(*a.shape[:-2], *b.shape[-2:])),
    "cholesky": lambda x: torch.linalg.cholesky(symmetric(x)), "triangularSolve": triangular, "eigh": eigh, "svd": svd,
    "qr": lambda x: torch.cat(torch.linalg.qr(x), -2), "logdet": torch.logdet, "det": torch.linalg.det,
    "logabsdet": lambda x: torch.linalg.slogdet(x)[1], "detSign": lambda x: torch.linalg.slogdet(x)[0],
    "cofactor": lambda x: torch.linalg.det(x)[..., None, None] * torch.linalg.inv(x).mT,
    "expm": torch.linalg.matrix_exp, "kron": torch.kron, "pinv": lambda x, p: torch.linalg.pinv(x, rtol=p["rcond"]),
    "norm": lambda x, p: torch.linalg.vector_norm(x, dim=p["axes"], keepdim=p["keepdim"]), "evidence": evidence,
}


def answer(name, sample):
    inputs = [read(t) for t in sample["inputs"]]
    floats = [x.requires_grad_() for x in inputs if x.is_floating_point()]
    extra = [] if sample["params"] is None else [sample["params"]]
    if name == "concat":
        y = torch.cat(inputs, sample["params"]["axis"])
    else:
        y = TABLE[name](*inputs, *extra)
    out = {"shape": list(y.shape), "value": y.detach().to(torch.float64).reshape(-1).tolist()}
    if y.requires_grad:
        w = torch.sin(1.7 * torch.arange(y.numel(), dtype=torch.float64) + 0.6) + 0.3
        grads = torch.autograd.grad((y.reshape(-1) * w).sum(), floats, allow_unused=True)
        out["gradients"] = [None if g is None else g.reshape(-1).tolist() for g in grads]
    return out


def polygamma(sample):
    """SciPy's: PyTorch's trigamma is good to nine digits only."""
    x, n = np.array(sample["inputs"][0]["data"]), sample["params"]["n"]
    w = np.sin(1.7 * np.arange(x.size) + 0.6) + 0.3
    gradient = (scipy.special.polygamma(n + 1, x) * w).tolist()
    return {"shape": [x.size], "value": scipy.special.polygamma(n, x).tolist(), "gradients": [gradient]}


def cdf(a, x, k):
    """The k-th derivative by a of the regularised incomplete gamma function."""
    return mpmath.diff(lambda t: mpmath.gammainc(t, 0, x, regularized=True), a, k) if k else mpmath.gammainc(a, 0, x, regularized=True)


def pdf(a, x, k):
    return mpmath.diff(lambda t: x ** (t - 1) * mpmath.exp(-x) / mpmath.gamma(t), a, k)


def special(sample, value, slopes):
    """A function of two vectors from mpmath, with its slope by each."""
    a, b = ([mpmath.mpf(v) for v in t["data"]] for t in sample["inputs"])
    y = [value(p, q) for p, q in zip(a, b)]
    w = [mpmath.sin(1.7 * i + 0.6) + 0.3 for i in range(len(y))]
    gradients = [[float(w[i] * slope(a[i], b[i], y[i])) for i in range(len(y))] for slope in slopes]
    return {"shape": [len(y)], "value": [float(v) for v in y], "gradients": gradients}


def gammainc(sample):
    k = sample["params"]["k"]
    slopes = [lambda a, x, _: cdf(a, x, k + 1), lambda a, x, _: pdf(a, x, k)]
    return special(sample, lambda a, x: cdf(a, x, k), slopes)


def gamma_quantile(sample):
    def value(a, u):
        start = mpmath.mpf(float(scipy.special.gammaincinv(float(a), float(u))))
        return mpmath.findroot(lambda x: cdf(a, x, 0) - u, start)

    return special(sample, value, [lambda a, u, x: -cdf(a, x, 1) / pdf(a, x, 0), lambda a, u, x: 1 / pdf(a, x, 0)])


mpmath.mp.dps = 40
samples = json.load(sys.stdin)
known = {n: [answer(n, s) for s in ss] for n, ss in samples.items() if n in TABLE or n == "concat"}
known["polygamma"] = [polygamma(s) for s in samples["polygamma"]]
known["gammainc"] = [gammainc(s) for s in samples["gammainc"]]
known["gammaQuantile"] = [gamma_quantile(s) for s in samples["gammaQuantile"]]
versions = {m.__name__: m.__version__ for m in (torch, scipy, mpmath)}
print(json.dumps({"made with": versions, "operations": known}))
print("no answer for:", sorted(set(samples) - set(known)), file=sys.stderr)
