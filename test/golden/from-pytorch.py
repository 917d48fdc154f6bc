"""What PyTorch says to the rows of docs/from-pytorch.md.

    python -P test/golden/from-pytorch.py > test/golden/from-pytorch.json

Keys are the code in the table's column "gradlab"; values are PyTorch's answers on the inputs saved beside them.
"""

import json

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
x, y = torch.randn(3, 4), torch.randn(3, 4)
A = torch.tensor([[4.0, 1, 0], [1, 3, 1], [0, 1, 2]])
b, B = torch.randn(3), torch.randn(3, 2)
labels = torch.tensor([0, 2, 1])
ones = torch.ones(3, 1)

ROWS = {
    "zeros([2, 3])": torch.zeros(2, 3),
    "ones([2, 3])": torch.ones(2, 3),
    "full([2, 3], 7)": torch.full((2, 3), 7),
    "eye(3)": torch.eye(3),
    "arange(0, 10, 2)": torch.arange(0, 10, 2),
    "linspace(0, 1, 5)": torch.linspace(0, 1, 5),
    "oneHot(labels, 3)": F.one_hot(labels, 3),
    "diag(b)": torch.diag(b),
    "diagEmbed(b)": torch.diag_embed(b),
    "tril(A)": torch.tril(A),
    "triu(A, 1)": torch.triu(A, 1),
    "x.reshape([2, 6])": x.reshape(2, 6),
    "x.T": x.T,
    "x.permute([1, 0])": x.permute(1, 0),
    "x.expandDims(0)": x.unsqueeze(0),
    "b.broadcastTo([2, 3])": b.expand(2, 3),
    "tile(x, [2, 1])": torch.tile(x, (2, 1)),
    "concat([x, y], 0)": torch.cat([x, y], 0),
    "stack([x, y], 0)": torch.stack([x, y], 0),
    "pad(x, [[0, 0], [1, 1]])": F.pad(x, (1, 1)),
    "x.flip(0)": torch.flip(x, [0]),
    "x.index(0)": x[0],
    "x.select(-1)": x[-1],
    'x.index(":", "1:3")': x[:, 1:3],
    'x.index("...", "::2")': x[..., ::2],
    "x.index(null)": x[None],
    "x.at(0, 1)": x[0, 1],
    "x.index(x.greater(0))": x[x > 0],
    "x.index([2, 0])": x[[2, 0]],
    "x.take([2, 0], 0)": torch.index_select(x, 0, torch.tensor([2, 0])),
    "x.gather(1, [[0], [2], [1]])": torch.gather(x, 1, torch.tensor([[0], [2], [1]])),
    "x.scatterAdd(1, [[0], [2], [1]], tensor([[1], [1], [1]]))": x.clone().scatter_add_(1, torch.tensor([[0], [2], [1]]), ones),
    "where(x.greater(0), x, y)": torch.where(x > 0, x, y),
    "nonzero(x.greater(0))": torch.nonzero(x > 0),
    "x.add(y)": x + y,
    "x.sub(y)": x - y,
    "x.mul(y)": x * y,
    "x.div(y)": x / y,
    "x.pow(2)": x**2,
    "x.expm1()": torch.expm1(x),
    "x.abs().log1p()": torch.log1p(x.abs()),
    "x.erf()": torch.erf(x),
    "lgamma(x.abs())": torch.lgamma(x.abs()),
    "digamma(x.abs())": torch.digamma(x.abs()),
    # torch.polygamma is right to 3e-9 only (SciPy agrees with us): test/golden/ops.py has it.
    "gammainc(2, 1.5)": torch.special.gammainc(torch.tensor(2.0), torch.tensor(1.5)),
    "x.maximum(y)": torch.maximum(x, y),
    "x.maximum(-1).minimum(1)": torch.clamp(x, -1, 1),
    "x.greaterEqual(y)": torch.ge(x, y),
    "x.notEqual(y)": torch.ne(x, y),
    "x.sum(1, { keepdim: true })": x.sum(1, keepdim=True),
    "x.mean(0)": x.mean(0),
    "x.prod(1)": x.prod(1),
    "x.variance(0, { ddof: 1 })": torch.var(x, 0),
    "x.variance(0, { ddof: 1 }).sqrt()": torch.std(x, 0),
    "x.max(1)": torch.amax(x, 1),
    "x.argmin(1)": torch.argmin(x, 1),
    "x.logSumExp(1)": torch.logsumexp(x, 1),
    "x.cumsum(1)": torch.cumsum(x, 1),
    "x.greater(0).max(1)": torch.any(x > 0, 1),
    "x.greater(0).min(1)": torch.all(x > 0, 1),
    "x.argsort(1)": torch.argsort(x, 1),
    "norm(x)": torch.linalg.norm(x),
    "norm(x, { ord: 1, axis: 1 })": torch.linalg.vector_norm(x, 1, 1),
    "x.matmul(y.T)": x @ y.T,
    "b.outer(b)": torch.outer(b, b),
    'einsum("ij,kj->ik", x, y)': torch.einsum("ij,kj->ik", x, y),
    "kron(A, A)": torch.kron(A, A),
    "solve(A, B)": torch.linalg.solve(A, B),
    "inv(A)": torch.linalg.inv(A),
    "pinv(x)": torch.linalg.pinv(x),
    "lstsq(A, B)": torch.linalg.lstsq(A, B).solution,
    "det(A)": torch.linalg.det(A),
    "logdet(A)": torch.logdet(A),
    "cholesky(A)": torch.linalg.cholesky(A),
    "choleskySolve(cholesky(A), B)": torch.cholesky_solve(B, torch.linalg.cholesky(A)),
    "triangularSolve(tril(A), B)": torch.linalg.solve_triangular(torch.tril(A), B, upper=False),
    "matrixPower(A, 3)": torch.linalg.matrix_power(A, 3),
    "expm(A)": torch.linalg.matrix_exp(A),
    "cond(A)": torch.linalg.cond(A),
    "trace(A)": torch.trace(A),
    "jacrev((b: Tensor) => b.exp())(b)": torch.func.jacrev(torch.exp)(b),
    "hessian((b: Tensor) => b.prod())(b)": torch.func.hessian(torch.prod)(b),
    "hvp((b: Tensor) => b.prod(), b, b)": torch.autograd.functional.hvp(torch.prod, b, b)[1],
    "vmap((row: Tensor) => row.softmax())(x)": torch.func.vmap(lambda row: row.softmax(0))(x),
    "x.gelu()": F.gelu(x),
    "x.silu()": F.silu(x),
    "x.softplus()": F.softplus(x),
    "x.logSoftmax(1)": F.log_softmax(x, 1),
    "crossEntropy(x, labels)": F.cross_entropy(x, labels),
    "nllLoss(x.logSoftmax(1), labels)": F.nll_loss(x.log_softmax(1), labels),
    "mseLoss(x, y)": F.mse_loss(x, y),
    "l1Loss(x, y)": F.l1_loss(x, y),
    'bceWithLogitsLoss(x, y.greater(0).astype("float64"))': F.binary_cross_entropy_with_logits(x, (y > 0).double()),
    'mseLoss(x, y, { reduction: "sum" })': F.mse_loss(x, y, reduction="sum"),
    "layerNorm(x, [4])": F.layer_norm(x, (4,)),
    "take(x, labels, 0)": F.embedding(labels, x),
    "new Normal(0, 1).logProb(x)": torch.distributions.Normal(0.0, 1.0).log_prob(x),
    "klDivergence(new Normal(0, 1), new Normal(1, 2))": torch.distributions.kl_divergence(
        torch.distributions.Normal(torch.tensor(0.0), torch.tensor(1.0)),
        torch.distributions.Normal(torch.tensor(1.0), torch.tensor(2.0)),
    ),
    "x.maximum(x.mul(0.01))": F.leaky_relu(x),
    "where(x.greater(0), x, x.expm1())": F.elu(x),
    "x.sin().div(x.cos())": torch.tan(x),
    "x.exp().sub(x.neg().exp()).div(2)": torch.sinh(x),
    "x.abs().sqrt().reciprocal()": torch.rsqrt(x.abs()),
    'x.astype("int32")': torch.trunc(x),
    "stack([x, y]).logSumExp(0)": torch.logaddexp(x, y),
    'x.sort(1).values.index(":", 1)': torch.median(x, 1).values,
    "x.sub(x.mean(0)).T.matmul(x.sub(x.mean(0))).div(2)": torch.cov(x.T),
    "x.abs().log().cumsum(1).exp()": torch.cumprod(x.abs(), 1),
    "oneHot(labels, 3).sum(0)": torch.bincount(labels),
    'concat([x.index(":", "1:"), x.index(":", ":1")], 1)': torch.roll(x, -1, 1),
    "x.expandDims(1).sub(y.expandDims(0)).square().sum(2).sqrt()": torch.cdist(x, y),
    "x.div(norm(x, { axis: 1, keepdim: true }))": F.normalize(x),
    "x.mul(y).sum(1).div(norm(x, { axis: 1 }).mul(norm(y, { axis: 1 })))": F.cosine_similarity(x, y),
    "where(x.sub(y).abs().less(1), x.sub(y).square().div(2), x.sub(y).abs().sub(0.5)).mean()": F.huber_loss(x, y),
    "x.softmax(1).mul(x.logSoftmax(1).sub(y.logSoftmax(1))).sum(1).mean()": F.kl_div(
        y.log_softmax(1), x.softmax(1), reduction="batchmean"
    ),
    "x.matmul(y.T).div(Math.sqrt(4)).softmax(1).matmul(y)": F.scaled_dot_product_attention(x[None], y[None], y[None])[0],
    "eigh(A).eigenvalues": torch.linalg.eigvalsh(A),
    "svd(x).s": torch.linalg.svdvals(x),
}

inputs = {"x": x, "y": y, "A": A, "b": b, "B": B, "labels": labels}
out = {
    "torch": torch.__version__,
    "inputs": {name: t.tolist() for name, t in inputs.items()},
    "rows": {code: (t.double() if t.dtype == torch.bool else t).tolist() for code, t in ROWS.items()},
}
print(json.dumps(out, indent=1))
