"""Standard deviations, running products with zeros, any and all: values by NumPy, gradients by PyTorch.

    python -P test/golden/summaries.py > test/golden/summaries.json
"""

import json

import numpy as np
import torch

X = np.array([[0.5, -2.0, 3.0, 1.5], [4.0, 0.0, -1.0, 2.0], [1.0, 0.0, 0.0, -3.0]])
G = np.array([[1.0, 2.0, -1.0, 0.5], [0.25, -2.0, 3.0, 1.0], [-1.5, 1.0, 2.0, -0.5]])


def gradient(f):
    x = torch.tensor(X, requires_grad=True)
    y = f(x)
    (y * torch.tensor(G)[tuple(slice(0, n) for n in y.shape)] if y.ndim == 2 else y.sum()).sum().backward()
    return x.grad.tolist()


print(
    json.dumps(
        {
            "versions": {"numpy": np.__version__, "torch": torch.__version__},
            "X": X.tolist(),
            "G": G.tolist(),
            "std": {"value": X.std(1).tolist(), "gradient": gradient(lambda x: x.std(1, correction=0))},
            "std1": {"value": X.std(0, ddof=1).tolist(), "gradient": gradient(lambda x: x.std(0))},
            "cumprod0": {"value": X.cumprod(0).tolist(), "gradient": gradient(lambda x: x.cumprod(0))},
            "cumprod1": {"value": X.cumprod(1).tolist(), "gradient": gradient(lambda x: x.cumprod(1))},
            "any": [(X > 3).any(1).tolist(), bool(X.any())],
            "all": [X.all(1).tolist(), bool(X[:1].all())],
        },
        indent=1,
    )
)
