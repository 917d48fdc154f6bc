"""Layers, losses, optimisers and the residual network, by PyTorch.

    python -P test/golden/nn.py > test/golden/nn.json

needs torch and numpy; the versions used are written into the file. Weights and data come from a
linear congruential stream that test/golden/lcg.ts repeats bit for bit.
"""

import json

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)


def numbers(seed, shape, scale=1.0, dtype=torch.float32):
    count = int(np.prod(shape)) if shape else 1
    out = np.empty(count)
    x = seed
    for i in range(count):
        x = (1664525 * x + 1013904223) % 2**32
        out[i] = x / 4294967296 * 2 - 1
    return torch.tensor((out * scale).astype(np.float32)).reshape(shape).to(dtype)


def flat(t):
    return t.detach().double().reshape(-1).tolist()


def fill(module, scale=0.5):
    for i, p in enumerate(module.parameters()):
        p.data = numbers(100 + i, tuple(p.shape), scale, p.dtype)


def layer(module, shape, seed=1, dtype=torch.float64, integer=0):
    module = module.to(dtype)
    fill(module)
    if integer:
        x = ((numbers(seed, shape) + 1) / 2 * integer).floor().long()
    else:
        x = numbers(seed, shape, 2.0, dtype).requires_grad_()
    y = module(x)
    weight = numbers(seed + 50, tuple(y.shape), 1.0, dtype)
    (y * weight).sum().backward()
    return {
        "shape": list(y.shape),
        "y": flat(y),
        "dx": None if integer else flat(x.grad),
        "grads": [flat(p.grad) for p in module.parameters()],
        "names": list(module.state_dict().keys()),
        "buffers": [flat(b) for b in module.buffers()],
    }


layers = {
    "Linear": layer(nn.Linear(4, 3), (5, 4)),
    "Linear no bias": layer(nn.Linear(4, 3, bias=False), (2, 3, 4)),
    "Embedding": layer(nn.Embedding(6, 3), (2, 4), integer=6),
    "Conv2d": layer(nn.Conv2d(2, 3, 3), (2, 2, 5, 4)),
    "Conv2d stride 2 padding 1": layer(nn.Conv2d(1, 4, 3, stride=2, padding=1, bias=False), (3, 1, 8, 8)),
    "Conv2d on 2 x 2": layer(nn.Conv2d(3, 3, 3, padding=1, bias=False), (2, 3, 2, 2)),
    "Conv2d 5 x 3 dilation 2 groups 2": layer(
        nn.Conv2d(4, 6, (5, 3), stride=(1, 2), padding=(2, 3), dilation=(1, 2), groups=2), (2, 4, 6, 7)
    ),
    "MaxPool2d": layer(nn.MaxPool2d(2), (2, 3, 4, 5)),
    "MaxPool2d 3 stride 2 padding 1": layer(nn.MaxPool2d(3, stride=2, padding=1), (2, 2, 6, 7)),
    "MaxPool2d ceil": layer(nn.MaxPool2d(3, stride=2, ceil_mode=True), (1, 2, 6, 8)),
    "AvgPool2d": layer(nn.AvgPool2d(2), (2, 3, 4, 5)),
    "AvgPool2d 3 stride 2 padding 1": layer(nn.AvgPool2d(3, stride=2, padding=1), (2, 2, 6, 7)),
    "AvgPool2d ceil, padding not counted": layer(
        nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False), (1, 2, 6, 8)
    ),
    "AdaptiveAvgPool2d 1": layer(nn.AdaptiveAvgPool2d(1), (2, 3, 4, 5)),
    "AdaptiveAvgPool2d 3 x 2": layer(nn.AdaptiveAvgPool2d((3, 2)), (2, 2, 7, 5)),
    "BatchNorm1d": layer(nn.BatchNorm1d(3), (6, 3)),
    "BatchNorm1d on sequences": layer(nn.BatchNorm1d(3), (4, 3, 5)),
    "BatchNorm2d": layer(nn.BatchNorm2d(2, momentum=0.3), (3, 2, 4, 2)),
    "LayerNorm": layer(nn.LayerNorm((4, 3)), (2, 4, 3)),
    "ReLU": layer(nn.ReLU(), (3, 4)),
    "GELU": layer(nn.GELU(), (3, 4)),
    "SiLU": layer(nn.SiLU(), (3, 4)),
    "Sigmoid": layer(nn.Sigmoid(), (3, 4)),
    "Tanh": layer(nn.Tanh(), (3, 4)),
    "Softplus": layer(nn.Softplus(threshold=1e9), (3, 4)),
    "Softmax": layer(nn.Softmax(1), (3, 4)),
    "LogSoftmax": layer(nn.LogSoftmax(1), (3, 4)),
    "Flatten": layer(nn.Flatten(), (2, 3, 2)),
}

bn = nn.BatchNorm2d(2).double()
fill(bn)
for i in range(3):
    bn(numbers(10 + i, (3, 2, 2, 2), 2.0, torch.float64))
bn.eval()
x = numbers(20, (2, 2, 3, 1), 2.0, torch.float64).requires_grad_()
y = bn(x)
(y * y).sum().backward()
evaluated = {"y": flat(y), "dx": flat(x.grad), "buffers": [flat(b) for b in bn.buffers()]}

logits = numbers(1, (5, 4), 3.0, torch.float64)
labels = torch.tensor([0, 3, 1, 1, 2])
soft = torch.softmax(numbers(2, (5, 4), 1.0, torch.float64), 1)
classes = numbers(3, (4,), 0.5, torch.float64) + 1


def loss(module, target, x=logits):
    z = x.clone().requires_grad_()
    out = module(z, target)
    out.sum().backward()
    return {"value": flat(out), "dx": flat(z.grad)}


losses = {
    "CrossEntropyLoss": loss(nn.CrossEntropyLoss(), labels),
    "CrossEntropyLoss sum": loss(nn.CrossEntropyLoss(reduction="sum"), labels),
    "CrossEntropyLoss none": loss(nn.CrossEntropyLoss(reduction="none"), labels),
    "CrossEntropyLoss probabilities": loss(nn.CrossEntropyLoss(), soft),
    "CrossEntropyLoss smoothing": loss(nn.CrossEntropyLoss(label_smoothing=0.2), labels),
    "CrossEntropyLoss weight": loss(nn.CrossEntropyLoss(weight=classes), labels),
    "NLLLoss": loss(nn.NLLLoss(), labels),
    "NLLLoss weight": loss(nn.NLLLoss(weight=classes), labels),
    "MSELoss": loss(nn.MSELoss(), soft),
    "MSELoss sum": loss(nn.MSELoss(reduction="sum"), soft),
    "L1Loss": loss(nn.L1Loss(), soft),
    "BCEWithLogitsLoss": loss(nn.BCEWithLogitsLoss(), soft),
    "BCEWithLogitsLoss posWeight": loss(nn.BCEWithLogitsLoss(pos_weight=classes), soft),
}


def banana(w):
    """A curved valley in six dimensions, with a slope everywhere."""
    return ((w[1:] - w[:-1] ** 2) ** 2).sum() + 0.1 * ((1 - w[:-1]) ** 2).sum() + 0.05 * torch.sin(3 * w).sum()


def follow(make, steps=100, schedule=None, dtype=torch.float64):
    w = numbers(7, (6,), 1.5, dtype).requires_grad_()
    v = numbers(8, (2, 2), 1.0, dtype).requires_grad_()
    opt = make([w, v])
    sched = schedule(opt) if schedule else None
    out = []

    def closure():
        opt.zero_grad()
        f = banana(w) + (v @ v - torch.eye(2, dtype=dtype)).square().sum()
        f.backward()
        return f

    for i in range(steps):
        f = opt.step(closure)
        if sched:
            sched.step()
        if i % 10 == 9 or i < 3:
            out.append({"step": i + 1, "loss": f.item(), "w": flat(w), "v": flat(v)})
    return out


O = torch.optim
S = O.lr_scheduler
optimisers = {
    "SGD": follow(lambda p: O.SGD(p, lr=0.01)),
    "SGD momentum": follow(lambda p: O.SGD(p, lr=0.005, momentum=0.9)),
    "SGD dampening": follow(lambda p: O.SGD(p, lr=0.005, momentum=0.9, dampening=0.3)),
    "SGD nesterov decay": follow(lambda p: O.SGD(p, lr=0.005, momentum=0.8, nesterov=True, weight_decay=0.1)),
    "Adam": follow(lambda p: O.Adam(p, lr=0.02)),
    "Adam decay amsgrad": follow(lambda p: O.Adam(p, lr=0.02, betas=(0.8, 0.95), weight_decay=0.1, amsgrad=True)),
    "AdamW": follow(lambda p: O.AdamW(p, lr=0.02)),
    "RMSprop": follow(lambda p: O.RMSprop(p, lr=0.005)),
    "RMSprop centered momentum": follow(lambda p: O.RMSprop(p, lr=0.002, alpha=0.9, momentum=0.5, centered=True, weight_decay=0.05)),
    "LBFGS": follow(lambda p: O.LBFGS(p, lr=0.1, max_iter=4, history_size=5)),
    "LBFGS strong Wolfe": follow(lambda p: O.LBFGS(p, max_iter=5, history_size=4, line_search_fn="strong_wolfe")),
    "SGD clipped": None,
    "StepLR": follow(lambda p: O.SGD(p, lr=0.02), schedule=lambda o: S.StepLR(o, 15, 0.5)),
    "MultiStepLR": follow(lambda p: O.SGD(p, lr=0.02), schedule=lambda o: S.MultiStepLR(o, [10, 40, 41], 0.3)),
    "ExponentialLR": follow(lambda p: O.SGD(p, lr=0.02), schedule=lambda o: S.ExponentialLR(o, 0.97)),
    "CosineAnnealingLR": follow(lambda p: O.SGD(p, lr=0.02), schedule=lambda o: S.CosineAnnealingLR(o, 60, 0.001)),
    "LinearLR": follow(lambda p: O.SGD(p, lr=0.02), schedule=lambda o: S.LinearLR(o, 0.2, 0.9, 30)),
    "LambdaLR": follow(lambda p: O.SGD(p, lr=0.02), schedule=lambda o: S.LambdaLR(o, lambda e: 1 / (1 + e))),
}


def clipped():
    w = numbers(7, (6,), 1.5, torch.float64).requires_grad_()
    v = numbers(8, (2, 2), 1.0, torch.float64).requires_grad_()
    opt = O.SGD([w, v], lr=0.05)
    out = []
    for i in range(100):
        opt.zero_grad()
        f = banana(w) + (v @ v - torch.eye(2, dtype=torch.float64)).square().sum()
        f.backward()
        nn.utils.clip_grad_norm_([w, v], 0.8)
        opt.step()
        if i % 10 == 9 or i < 3:
            out.append({"step": i + 1, "loss": f.item(), "w": flat(w), "v": flat(v)})
    return out


optimisers["SGD clipped"] = clipped()


def plateau():
    p = torch.zeros(1, requires_grad=True)
    opt = O.SGD([p], lr=1.0)
    sched = S.ReduceLROnPlateau(opt, factor=0.5, patience=3, cooldown=2, min_lr=0.01)
    out = []
    for i in range(60):
        sched.step(float(1 + abs(np.sin(i * 0.7)) + 1 / (i + 1)))
        out.append(opt.param_groups[0]["lr"])
    return out


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv1 = nn.Conv2d(c, c, 3, stride=1, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c)
        self.conv2 = nn.Conv2d(c, c, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c)

    def forward(self, x):
        return torch.relu(x + self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))))


class ResNet(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv1 = nn.Conv2d(1, c, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c)
        self.block = Block(c)
        self.maxpool = nn.MaxPool2d(2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(c, 10)

    def forward(self, x):
        h = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        return self.fc(self.avgpool(self.block(h)).flatten(1))


def data(count):
    """Ten patterns of 8 x 8 under noise; labels in turn."""
    patterns = numbers(1000, (10, 1, 8, 8), 1.0)
    noise = numbers(2000, (count, 1, 8, 8), 1.5)
    y = torch.arange(count) % 10
    return patterns[y] + noise, y


def resnet(c, dtype):
    model = ResNet(c).to(dtype)
    for i, p in enumerate(model.parameters()):
        if p.dim() > 1:
            p.data = numbers(300 + i, tuple(p.shape), (3.0 / p[0].numel()) ** 0.5, dtype)
    model.fc.bias.data.zero_()
    x, y = data(640)
    x = x.to(dtype)
    opt = O.SGD(model.parameters(), lr=0.1)
    losses = []
    for i in range(50):
        at = slice((i % 5) * 128, (i % 5) * 128 + 128)
        opt.zero_grad()
        f = nn.functional.cross_entropy(model(x[at]), y[at])
        f.backward()
        opt.step()
        losses.append(f.item())
    model.eval()
    with torch.no_grad():
        final = nn.functional.cross_entropy(model(x), y).item()
    return {
        "names": list(model.state_dict().keys()),
        "losses": losses,
        "eval": final,
        "fcBias": flat(model.fc.bias),
        "runningVar": flat(model.block.bn2.running_var)[:4],
    }


def short(v):
    """Twelve digits are enough for comparisons at 1e-10."""
    if isinstance(v, float):
        return float(f"{v:.12g}")
    if isinstance(v, list):
        return [short(x) for x in v]
    return {k: short(x) for k, x in v.items()} if isinstance(v, dict) else v


print(
    json.dumps(
        short({
            "versions": {"torch": torch.__version__, "numpy": np.__version__},
            "layers": layers,
            "evaluated": evaluated,
            "losses": losses,
            "optimisers": optimisers,
            "plateau": plateau(),
            "resnet": {
                str(c): {"float32": resnet(c, torch.float32), "float64": resnet(c, torch.float64)} for c in (1, 2, 4, 64)
            },
        })
    )
)
