// Matrix products beside NumPy's (OpenBLAS, one thread), float32 and float64.
//
//   npm run bench -- matmul [--quick] [--rounds N] [--json FILE] [--svg FILE]
//
// Our times are of eager `a.matmul(b)`, copies into WebAssembly memory and back included.

import { rng } from "gradlab";
import { Peer, python } from "./_peers.ts";
import { type Measured, measure, options, publish, timed } from "./_rounds.ts";

const o = options();
const program = `
import json, sys, time
import numpy as np
for line in sys.stdin:
    r = json.loads(line); g = np.random.default_rng(0)
    a = g.standard_normal((r["n"], r["n"])).astype(r["dtype"]); b = g.standard_normal((r["n"], r["n"])).astype(r["dtype"])
    a @ b; n = 1; took = 0
    while took < r["ms"] / 1000:
        n = max(n + 1, int(n * r["ms"] / 1000 / max(took, 1e-4) * 1.1)) if took else 1
        t = time.perf_counter()
        for _ in range(n): a @ b
        took = time.perf_counter() - t
    print(json.dumps(took * 1e6 / n))
`;
const peer = new Peer(python(["numpy"]), program);
const names = ["gradlab", "NumPy"];
const rows: Measured[] = [];
for (const dtype of ["float32", "float64"] as const)
  for (const n of [32, 128, 512, 1024]) {
    const [a, b] = [1, 2].map((s) => rng(s).normal([n, n], 0, 1, { dtype }));
    const ms = o.quick ? 150 : 400;
    const contenders = [
      { name: names[0], run: async () => timed(() => a.matmul(b), ms) },
      { name: names[1], run: () => peer.ask<number>({ n, dtype, ms }) },
    ];
    rows.push(await measure(`${n}² ${dtype}`, o.rounds, contenders));
  }
peer.close();
publish("Matrix product", names[0], names, rows, o);
console.log("\n| GFLOP/s | gradlab | NumPy |\n|---|---|---|");
for (const r of rows) {
  const n = Number.parseInt(r.work, 10);
  const rate = (v: number[]): string => ((2 * n ** 3) / Math.min(...v) / 1000).toPrecision(3);
  console.log(`| ${r.work}, best round | ${names.map((c) => rate(r.times[c])).join(" | ")} |`);
}
