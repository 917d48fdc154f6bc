"""Log densities, entropies, divergences and their gradients, by PyTorch and SciPy.

    python -P test/golden/distributions.py > test/golden/distributions.json
"""

import json

import numpy as np
import scipy
import scipy.special
import scipy.stats as st
import torch
import torch.distributions as D

r = np.random.default_rng(5)


def out(y):
    y = np.asarray(y.detach() if isinstance(y, torch.Tensor) else y, dtype=np.float64)
    return {"shape": list(y.shape), "value": y.reshape(-1).tolist()}


def t(x):
    return torch.tensor(np.asarray(x, dtype=np.float64), requires_grad=True)


B = r.normal(size=(3, 3))
S = B @ B.T + np.eye(3)
C = r.normal(size=(3, 3))
S2 = C @ C.T + np.eye(3)
simplex = r.dirichlet([2, 1, 3], size=4)
make = {
    "Normal": (D.Normal, [[0.3, -1.0], [0.5, 2.0]], [[1.0, 0.0], [1.5, 0.7]], r.normal(size=(4, 2))),
    "Uniform": (D.Uniform, [[-1.0, 0.5], [2.0, 0.9]], [[-2.0, 0.0], [3.0, 1.0]], np.array([[0.3, 0.6], [1.9, 0.5]])),
    "Gamma": (D.Gamma, [[0.4, 3.0, 25.0], [1.5, 0.7, 2.0]], [[1.0, 2.0, 20.0], [1.0, 1.0, 1.0]], r.gamma(2, size=(4, 3)) + 0.1),
    "Beta": (D.Beta, [[0.5, 3.0], [1.5, 2.0]], [[1.0, 2.0], [2.0, 2.0]], r.uniform(0.05, 0.95, size=(4, 2))),
    "Bernoulli": (D.Bernoulli, [[0.2, 0.9]], [[0.5, 0.6]], np.array([[0.0, 1.0], [1.0, 1.0]])),
    "Categorical": (D.Categorical, [[0.2, 0.5, 0.3]], [[0.1, 0.1, 0.8]], np.array([0.0, 2.0, 1.0])),
    "Dirichlet": (D.Dirichlet, [[2.0, 0.7, 3.0]], [[1.0, 1.0, 2.0]], simplex),
    "MultivariateNormal": (D.MultivariateNormal, [[0.1, -0.5, 2.0], S], [[0.0, 0.0, 1.0], S2], r.normal(size=(4, 3))),
}
cases = {}
for name, (cls, a, b, x) in make.items():
    pa, pb, tx = [t(v) for v in a], [t(v) for v in b], t(x)
    p, q = cls(*pa), cls(*pb)
    logp = p.log_prob(tx)
    w = torch.sin(1.7 * torch.arange(logp.numel(), dtype=torch.float64) + 0.6) + 0.3
    grads = torch.autograd.grad((logp.reshape(-1) * w).sum(), [*pa, tx], allow_unused=True, retain_graph=True)
    kl, h = D.kl_divergence(p, q), p.entropy()
    if name == "Categorical":
        grads = (*grads[:-1], None)
    cases[name] = {
        "a": [out(v) for v in a], "b": [out(v) for v in b], "x": out(x), "logProb": out(logp), "entropy": out(h), "kl": out(kl),
        "mean": None if name == "Categorical" else out(p.mean), "variance": None if name == "Categorical" else out(p.variance),
        "gradient": [None if g is None else out(g) for g in grads],
        "klGradient": [out(g) for g in torch.autograd.grad(kl.sum(), pa, retain_graph=True)],
    }
# Batches, logits, parameters at which a term vanishes, and values on the edge of the support.
more = {}


def save(name, p, x, params, kl=None):
    logp = p.log_prob(x)
    w = torch.sin(1.7 * torch.arange(logp.numel(), dtype=torch.float64) + 0.6) + 0.3
    more[name] = {"a": [out(v) for v in params], "x": out(x), "logProb": out(logp),
                  "gradient": [out(g) for g in torch.autograd.grad((logp.reshape(-1) * w).sum(), params, retain_graph=True)]}
    if kl is not None:
        more[name]["kl"] = out(D.kl_divergence(p, kl))
        more[name]["entropy"] = out(p.entropy())


one = t([1.0, 2.0, 1.0])
save("Dirichlet 1", D.Dirichlet(one), torch.tensor(simplex), [one], D.Dirichlet(t([2.0, 2.0, 2.0])))
a1, b1 = t([1.0, 1.0]), t([1.0, 2.0])
save("Gamma 1", D.Gamma(a1, b1), torch.tensor([[0.3, 2.0]], dtype=torch.float64), [a1, b1], D.Gamma(t([2.0, 2.0]), t([1.0, 1.0])))
save("Beta 1", D.Beta(a1, b1), torch.tensor([[0.3, 0.8]], dtype=torch.float64), [a1, b1], D.Beta(t([2.0, 2.0]), t([1.0, 1.0])))
lo = t([[0.5, -1.0], [30.0, -40.0]])
save("Bernoulli logits", D.Bernoulli(logits=lo), torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.float64), [lo], D.Bernoulli(logits=t([[0.1, 0.2], [0.3, -0.4]])))
cl = t([[0.5, -1.0, 2.0], [40.0, 0.0, -40.0]])
save("Categorical logits", D.Categorical(logits=cl), torch.tensor([2.0, 0.0], dtype=torch.float64), [cl], D.Categorical(logits=t([[0.1, 0.2, 0.3], [0.0, 0.0, 1.0]])))
loc = t(r.normal(size=(2, 3)))
tril = t(np.stack([np.linalg.cholesky(S), np.linalg.cholesky(S2)]))
save("MultivariateNormal batch", D.MultivariateNormal(loc, scale_tril=tril), torch.tensor(r.normal(size=(4, 2, 3))), [loc, tril],
     D.MultivariateNormal(t(np.zeros(3)), t(np.eye(3) * 2)))
prec = t(np.linalg.inv(S))
save("MultivariateNormal precision", D.MultivariateNormal(t(np.zeros(3)), precision_matrix=prec), torch.tensor(r.normal(size=(4, 3))), [prec])
mw, ml, ms = t([0.3, 0.7]), t([-1.0, 2.0]), t([0.5, 1.0])
save("Mixture", D.MixtureSameFamily(D.Categorical(mw), D.Normal(ml, ms)), torch.tensor([-1.2, 0.4, 3.0, 60.0], dtype=torch.float64), [mw, ml, ms])


def number(v):
    """JSON has no infinity."""
    return float(v) if np.isfinite(v) else f"{'-' if v < 0 else ''}Infinity"


edges = {
    "Gamma": [[a, x, number(st.gamma(a).logpdf(x))] for a in [0.5, 1.0, 2.0] for x in [0.0, -1.0, 1e-300, 1e3]],
    "Beta": [[a, b, x, number(st.beta(a, b).logpdf(x))] for a in [0.5, 1.0, 2.0] for b in [0.5, 1.0, 3.0] for x in [0.0, 1.0, 1.5, 1e-300, 0.999999]],
    "Normal": [[x, number(st.norm(0, 1).logpdf(x))] for x in [0.0, 40.0, -1e8]],
    "Uniform": [[x, number(st.uniform(-1, 3).logpdf(x))] for x in [-1.0, 0.0, 1.999, 2.5]],
}
mix = D.MixtureSameFamily(D.Categorical(t([0.3, 0.7])), D.Normal(t([-1.0, 2.0]), t([0.5, 1.0])))
xm = t([-1.2, 0.4, 3.0])
ga, gx = np.array([0.3, 1.0, 4.5, 40.0, 300.0]), np.array([0.05, 2.0, 3.0, 55.0, 290.0])
print(json.dumps({
    "made with": {"numpy": np.__version__, "scipy": scipy.__version__, "torch": torch.__version__},
    "cases": cases,
    "more": more,
    "edges": edges,
    "mixture": {"x": out(xm), "logProb": out(mix.log_prob(xm)), "mean": out(mix.mean), "variance": out(mix.variance), "cdf": out(mix.cdf(xm))},
    "cdf": {"Normal": out(st.norm(0.3, 0.5).cdf([-1, 0.2, 2])), "Gamma": out(st.gamma(3.0, scale=1 / 0.7).cdf([0.5, 4, 20]))},
    "gamma": {"a": out(ga), "x": out(gx), "cdf": out(scipy.special.gammainc(ga, gx)), "quantile": out(scipy.special.gammaincinv(ga, [0.01, 0.3, 0.5, 0.9, 0.999])),
              "u": out([0.01, 0.3, 0.5, 0.9, 0.999]), "sampleGradient": out(torch._standard_gamma_grad(torch.tensor(ga), torch.tensor(gx)))},
}))
