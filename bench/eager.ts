// Small eager operations beside PyTorch's: what a line of a notebook costs, gradient recorded.
//
//   npm run bench -- eager [--quick] [--rounds N] [--json FILE] [--svg FILE]
//
// Both sides compute on a 4 × 4 float32 matrix that collects gradients.

import { crossEntropy, noGrad, rng, type Tensor, tensor } from "gradlab";
import { Peer, python } from "./_peers.ts";
import { type Measured, measure, options, publish, timed } from "./_rounds.ts";

const o = options();
const program = `
import json, sys, time
import torch
torch.set_num_threads(1)
x = torch.randn(4, 4, requires_grad=True); w = torch.randn(4, 4); y = torch.tensor([0, 1, 2, 3])
def chain():
    x.grad = None
    torch.nn.functional.cross_entropy(torch.tanh(x @ w), y).backward()
def plain():
    with torch.no_grad(): return x * 2
work = {"add": lambda: x + w, "mul by a number": lambda: x * 2, "mul, not recorded": plain, "exp": lambda: x.exp(),
  "sum": lambda: x.sum(), "matmul": lambda: x @ w, "softmax": lambda: torch.softmax(x, 1), "slice": lambda: x[1:3],
  "loss and backward": chain}
for line in sys.stdin:
    r = json.loads(line); f = work[r["work"]]; n = 100; took = 0
    f()
    while took < r["ms"] / 1000:
        n = int(n * max(2, r["ms"] / 1000 / max(took, 1e-4) * 1.1)) if took else 100
        t = time.perf_counter()
        for _ in range(n): f()
        took = time.perf_counter() - t
    print(json.dumps(took * 1e6 / n))
`;
const x = rng(1).normal([4, 4], 0, 1, { dtype: "float32" }).requiresGrad();
const w = rng(2).normal([4, 4], 0, 1, { dtype: "float32" });
const y = tensor([0, 1, 2, 3], { dtype: "int32" });
const work: Record<string, () => unknown> = {
  add: () => x.add(w),
  "mul by a number": () => x.mul(2),
  "mul, not recorded": () => noGrad(() => x.mul(2)),
  exp: () => x.exp(),
  sum: () => x.sum(),
  matmul: () => x.matmul(w),
  softmax: () => x.softmax(1),
  slice: () => x.slice(0, 1, 3),
  "loss and backward": () => {
    x.grad = null;
    const loss: Tensor = crossEntropy(x.matmul(w).tanh(), y);
    loss.backward();
  },
};
const peer = new Peer(python(["torch"]), program);
const names = ["gradlab", "PyTorch"];
const rows: Measured[] = [];
const ms = o.quick ? 100 : 300;
for (const [name, run] of Object.entries(work))
  rows.push(
    await measure(name, o.rounds, [
      { name: names[0], run: async () => timed(run, ms) },
      { name: names[1], run: () => peer.ask<number>({ work: name, ms }) },
    ]),
  );
peer.close();
publish("Eager operations on a 4 × 4 matrix", names[0], names, rows, o);
