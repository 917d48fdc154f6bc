// Matrix products beside NumPy's (OpenBLAS, one thread), tfjs's and jax-js's (WebAssembly), float32 and float64.
//
//   npm run bench -- matmul [--quick] [--rounds N] [--json FILE] [--svg FILE]
//
// Our times are of eager `a.matmul(b)`, copies into WebAssembly memory and back included, with as many
// threads as there are; GRADLAB_THREADS=1 for one. The JavaScript peers know float32 only.

import { rng } from "gradlab";
import { nodePeers, Peer, python } from "./_peers.ts";
import { type Contender, type Measured, measure, options, publish, timed } from "./_rounds.ts";

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
const scripts = `
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
console.log = console.info = console.warn = () => {};
const tf = createRequire(process.cwd() + "/")("@tensorflow/tfjs-core");
createRequire(process.cwd() + "/")("@tensorflow/tfjs-backend-wasm");
await tf.setBackend("wasm");
await tf.ready();
const jax = await import("@jax-js/jax");
await jax.init("wasm");
jax.defaultDevice("wasm");
const product = jax.jit((x, y) => jax.numpy.matmul(x, y));
const calls = {
  tfjs: (n) => {
    const [a, b] = [tf.randomNormal([n, n]), tf.randomNormal([n, n])];
    return { call: () => { const y = tf.matMul(a, b); y.dataSync(); y.dispose(); }, end: () => { a.dispose(); b.dispose(); } };
  },
  "jax-js": (n) => {
    const values = () => jax.numpy.array(Float32Array.from({ length: n * n }, Math.random)).reshape([n, n]);
    const [a, b] = [values(), values()];
    return { call: () => product(a.ref, b.ref).data(), end: () => { a.dispose(); b.dispose(); } };
  },
};
for await (const line of createInterface({ input: process.stdin })) {
  const { peer, n, ms } = JSON.parse(line);
  let answer = null;
  try {
    const { call, end } = calls[peer](n);
    await call();
    let count = 1, took = 0;
    while (took < ms) {
      if (took > 0) count = Math.max(count + 1, Math.ceil((count * ms * 1.1) / took));
      const start = performance.now();
      for (let i = 0; i < count; i++) await call();
      took = performance.now() - start;
    }
    end();
    answer = (took * 1000) / count;
  } catch (error) { console.error(peer, error.message); }
  process.stdout.write(JSON.stringify(answer) + "\\n");
}
`;
const peer = new Peer(python(["numpy"]), program);
const folder = nodePeers();
const script = folder
  ? new Peer(process.execPath, scripts, { args: ["--input-type=module", "-e"], cwd: folder })
  : null;
const names = ["gradlab", "NumPy", "tfjs wasm", "jax-js jit"];
const rows: Measured[] = [];
for (const dtype of ["float32", "float64"] as const)
  for (const n of [32, 128, 512, 1024]) {
    const [a, b] = [1, 2].map((s) => rng(s).normal([n, n], 0, 1, { dtype }));
    const ms = o.quick ? 150 : 400;
    const other = async (peer: string): Promise<number | null> =>
      script && dtype === "float32" ? script.ask<number | null>({ peer, n, ms }) : null;
    const contenders: Contender[] = [
      { name: names[0], run: async () => timed(() => a.matmul(b), ms) },
      { name: names[1], run: () => peer.ask<number>({ n, dtype, ms }) },
      { name: names[2], run: () => other("tfjs") },
      { name: names[3], run: () => other("jax-js") },
    ];
    rows.push(await measure(`${n}² ${dtype}`, o.rounds, contenders));
  }
peer.close();
script?.close();
publish("Matrix product", names[0], names, rows, o);
console.log(`\n| GFLOP/s | ${names.join(" | ")} |\n|---|${names.map(() => "---").join("|")}|`);
for (const r of rows) {
  const n = Number.parseInt(r.work, 10);
  const rate = (v: number[] | undefined): string =>
    v ? ((2 * n ** 3) / Math.min(...v) / 1000).toPrecision(3) : "—";
  console.log(`| ${r.work}, best round | ${names.map((c) => rate(r.times[c])).join(" | ")} |`);
}
