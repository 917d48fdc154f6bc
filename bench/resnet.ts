// One training step of the residual network, batch 128, beside PyTorch (eager and compiled) and JAX.
//
//   npm run bench -- resnet [--quick] [--rounds N] [--json FILE] [--svg FILE]
//
// Forward, backward and SGD on 128 images of 8 × 8, float32. PyTorch runs with one thread and with all;
// JAX's 3 × 3 convolutions are dense matrices over the few positions, its fastest form. Rounds alternate.
// The step size is tiny on all sides: who makes more steps in a round shall not be further in training,
// where probabilities become so small that arithmetic with them is slow.

import { availableParallelism } from "node:os";
import { CrossEntropyLoss, compile, manualSeed, ResNet, rng, SGD, type Tensor } from "gradlab";
import { Peer, python } from "./_peers.ts";
import { type Contender, type Measured, measure, options, publish, timed } from "./_rounds.ts";

const o = options();
const torchProgram = `
import json, sys, time, os
import torch
from torch import nn
class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv1 = nn.Conv2d(c, c, 3, padding=1, bias=False); self.bn1 = nn.BatchNorm2d(c)
        self.conv2 = nn.Conv2d(c, c, 3, padding=1, bias=False); self.bn2 = nn.BatchNorm2d(c)
    def forward(self, x):
        return torch.relu(x + self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))))
class ResNet(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv1 = nn.Conv2d(1, c, 3, stride=2, padding=1, bias=False); self.bn1 = nn.BatchNorm2d(c)
        self.pool = nn.MaxPool2d(2); self.block = Block(c); self.avg = nn.AdaptiveAvgPool2d(1); self.fc = nn.Linear(c, 10)
    def forward(self, x):
        return self.fc(self.avg(self.block(self.pool(torch.relu(self.bn1(self.conv1(x)))))).flatten(1))
def make(c, compiled):
    torch.manual_seed(0)
    m = ResNet(c); opt = torch.optim.SGD(m.parameters(), lr=1e-5)
    x = torch.randn(128, 1, 8, 8); y = torch.arange(128) % 10; f = nn.CrossEntropyLoss()
    def step(x, y):
        opt.zero_grad(); l = f(m(x), y); l.backward(); opt.step(); return l
    s = torch.compile(step) if compiled else step
    return lambda: s(x, y)
steps = {}
for line in sys.stdin:
    r = json.loads(line); key = (r["c"], r["compiled"])
    torch.set_num_threads(r["threads"])
    try:
        if key not in steps:
            steps[key] = make(*key)
            for _ in range(20): steps[key]()
        step = steps[key]; n = 1; took = 0
        while took < r["ms"] / 1000:
            n = max(n + 1, int(n * r["ms"] / 1000 / max(took, 1e-4) * 1.1)) if took else 5
            t = time.perf_counter()
            for _ in range(n): step()
            took = time.perf_counter() - t
        print(json.dumps(took * 1e6 / n))
    except Exception as e:
        print(repr(e)[:300], file=sys.stderr); print("null")
`;
const jaxProgram = `
import json, sys, time
import jax, jax.numpy as jnp, numpy as np
def place(h, stride):
    o = (h - 1) // stride + 1; P = np.zeros((9, h * h, o * o), np.float32)
    for i in range(o):
        for j in range(o):
            for k in range(3):
                for l in range(3):
                    a, b = i * stride - 1 + k, j * stride - 1 + l
                    if 0 <= a < h and 0 <= b < h: P[k * 3 + l, a * h + b, i * o + j] = 1
    return jnp.array(P)
P1, P2 = place(8, 2), place(2, 1)
def conv(x, w, P):
    M = jnp.einsum("ockt,tpq->cpoq", w.reshape(w.shape[0], w.shape[1], 1, 9), P)
    n = x.shape[0]
    return (x.reshape(n, -1) @ M.reshape(M.shape[0] * M.shape[1], -1)).reshape(n, w.shape[0], -1)
def bn(x, g, b, s, k):
    m = x.mean((0, 2)); v = x.var((0, 2)); n = x.shape[0] * x.shape[2]
    s = {**s, k + "m": 0.9 * s[k + "m"] + 0.1 * m, k + "v": 0.9 * s[k + "v"] + 0.1 * v * n / (n - 1)}
    return (x - m[None, :, None]) * jax.lax.rsqrt(v + 1e-5)[None, :, None] * g[None, :, None] + b[None, :, None], s
def loss(p, s, x, y):
    h, s = bn(conv(x, p["w0"], P1), p["g0"], p["b0"], s, "0")
    h = jax.nn.relu(h).reshape(128, -1, 2, 2, 2, 2).max((3, 5)).reshape(128, -1, 4)
    f, s = bn(conv(h, p["w1"], P2), p["g1"], p["b1"], s, "1")
    f, s = bn(conv(jax.nn.relu(f), p["w2"], P2), p["g2"], p["b2"], s, "2")
    z = jax.nn.relu(h + f).mean(2) @ p["W"].T + p["B"]
    return -jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], 1).mean(), s
@jax.jit
def step(p, s, x, y):
    (l, s), g = jax.value_and_grad(loss, has_aux=True)(p, s, x, y)
    return jax.tree.map(lambda a, b: a - 1e-5 * b, p, g), s, l
state = {}
for line in sys.stdin:
    r = json.loads(line); c = r["c"]
    try:
        if c not in state:
            q = np.random.RandomState(0); u = lambda *d: jnp.array(q.randn(*d) / np.sqrt(np.prod(d[1:]) or 1), jnp.float32)
            p = {"w0": u(c, 1, 3, 3), "w1": u(c, c, 3, 3), "w2": u(c, c, 3, 3), "W": u(10, c), "B": jnp.zeros(10)}
            s = {}
            for k in "012": p["g" + k] = jnp.ones(c); p["b" + k] = jnp.zeros(c); s[k + "m"] = jnp.zeros(c); s[k + "v"] = jnp.ones(c)
            state[c] = [p, s, jnp.array(q.randn(128, 1, 8, 8), jnp.float32), jnp.arange(128) % 10]
        a = state[c]; n = 20; took = 0
        while took < r["ms"] / 1000:
            n = int(n * max(2, r["ms"] / 1000 / max(took, 1e-3) * 1.1)) if took else 20
            t = time.perf_counter()
            for _ in range(n): a[0], a[1], l = step(*a)
            l.block_until_ready(); took = time.perf_counter() - t
        print(json.dumps(took * 1e6 / n))
    except Exception as e:
        print(repr(e)[:300], file=sys.stderr); print("null")
`;

const bin = python(["torch", "jax"]);
const torch = new Peer(bin, torchProgram);
const jax = new Peer(bin, jaxProgram);
const ms = o.quick ? 200 : 500;
const threads = availableParallelism();

function ours(c: number, planned: boolean): () => number {
  manualSeed(0);
  const model = new ResNet(c);
  const optimizer = new SGD(model.parameters(), { lr: 1e-5 });
  const loss = new CrossEntropyLoss();
  const x = rng(1).normal([128, 1, 8, 8], 0, 1, { dtype: "float32" });
  const y = rng(2).integers([128], 0, 10);
  const raw = (a: Tensor, b: Tensor): Tensor => {
    optimizer.zeroGrad();
    const l = loss.forward(model.forward(a), b);
    l.backward();
    optimizer.step();
    return l;
  };
  const step = planned ? compile(raw) : raw;
  for (let i = 0; i < (planned ? 200 : 20); i++) step(x, y);
  return () => timed(() => step(x, y), ms);
}

const names = [
  "gradlab compile",
  "gradlab eager",
  "PyTorch eager",
  `PyTorch ${threads} threads`,
  "PyTorch compiled",
  "JAX jit",
];
const rows: Measured[] = [];
for (const c of [1, 2, 4, 64]) {
  const [planned, eager] = [ours(c, true), ours(c, false)];
  const contenders: Contender[] = [
    { name: names[0], run: async () => planned() },
    { name: names[1], run: async () => eager() },
    { name: names[2], run: () => torch.ask({ c, compiled: false, threads: 1, ms }) },
    { name: names[3], run: () => torch.ask({ c, compiled: false, threads, ms }) },
    { name: names[4], run: () => torch.ask({ c, compiled: true, threads: 1, ms }) },
    { name: names[5], run: () => jax.ask({ c, ms }) },
  ];
  rows.push(await measure(`C = ${c}`, o.rounds, contenders));
}
torch.close();
jax.close();
publish("A training step of the ResNet, batch 128", names[0], names, rows, o);
