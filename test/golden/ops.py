"""Values and gradients of every operation's samples, by PyTorch.

    node test/golden/samples.ts | python test/golden/ops.py > test/golden/ops.json

needs torch, scipy and numpy (any recent version; the ones used are written into the file).
The gradients are of the sum of the output weighted by sin(1.7 i + 0.6) + 0.3.
"""

import json
import sys

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


samples = json.load(sys.stdin)
known = {n: [answer(n, s) for s in ss] for n, ss in samples.items() if n in TABLE or n == "concat"}
known["polygamma"] = [polygamma(s) for s in samples["polygamma"]]
print(json.dumps({"made with": {"torch": torch.__version__, "scipy": scipy.__version__}, "operations": known}))
print("no answer for:", sorted(set(samples) - set(known)), file=sys.stderr)
