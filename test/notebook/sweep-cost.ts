// What a run of a sweep costs, measured on a real Enterprise Gateway on this
// machine: the figures behind src/notebook/sweep/README.md. Not a test; run it by
//   node test/notebook/sweep-cost.ts
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Kernel, sweepNotebook, writeNotebook } from "../../src/notebook/index.ts";
import { serverAddress } from "../../src/notebook/server/rest.ts";
import { connectServer } from "../../src/notebook/server/start.ts";
import { gatewayMissing, startGateway } from "./gateway.ts";
import { code, notebook } from "./helpers.ts";

const missing = await gatewayMissing();
if (missing) throw new Error(missing);
process.env.KERNEL_USERNAME = "student";
const KERNELS = 8;
const RUNS = 40;
const folder = await mkdtemp(join(tmpdir(), "gradlab-cost-"));
const gateway = await startGateway(join(folder, "gateway"));
const kib = (pid: number | "self") =>
  Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heap = () => {
  collect();
  return process.memoryUsage().heapUsed / 1024;
};
/** Processes begun by these, theirs included. */
function family(pids: readonly number[]): number[] {
  const found = new Set(pids);
  for (let grown = true; grown; ) {
    grown = false;
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name) || found.has(Number(name))) continue;
      try {
        const parent = Number(readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)!.split(" ")[1]);
        if (found.has(parent)) grown = Boolean(found.add(Number(name)));
      } catch {
        // gone in the meantime
      }
    }
  }
  return [...found];
}
const sockets = async () => (await readdir("/proc/self/fd")).length;
const mib = (n: number) => `${(n / 1024).toFixed(1)} MiB`;
try {
  console.log(
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`,
  );
  const server = await connectServer(serverAddress(gateway.url));
  const before = { gateway: gateway.memory(), self: kib("self"), open: await sockets() };
  const starts: number[] = [];
  const kernels: Kernel[] = [];
  for (let k = 0; k < KERNELS; k++) {
    const began = performance.now();
    kernels.push(await Kernel.start(server, { name: "tslab" }));
    starts.push(performance.now() - began);
  }
  for (const kernel of kernels) await kernel.execute("const x = new Float64Array(10); x.length");
  starts.sort((a, b) => a - b);
  const of = (now: number, then: number) => mib((now - then) / KERNELS);
  console.log(`start of a kernel, one after another: median ${starts[KERNELS / 2]!.toFixed(0)} ms`);
  console.log(
    `gateway: ${mib(before.gateway)} without kernels, ${of(gateway.memory(), before.gateway)} a kernel`,
  );
  const processes = family(gateway.kernels());
  const total = processes.reduce((sum, pid) => sum + kib(pid), 0);
  console.log(`kernel: ${mib(total / KERNELS)} in ${processes.length / KERNELS} processes on the node`);
  console.log(
    `sweep: ${of(kib("self"), before.self)} and ${((await sockets()) - before.open) / KERNELS} open files a kernel`,
  );
  await Promise.all(kernels.map((kernel) => kernel.shutdown()));

  const path = join(folder, "nb.ipynb");
  const cells = [
    code("let C: number = 1;", { metadata: { tags: ["parameters"] } }),
    code("const square = C * C;"),
    code("({ square })", { metadata: { tags: ["results"] } }),
  ];
  await writeNotebook(path, notebook(cells, { kernelspec: { name: "tslab", language: "typescript" } }));
  const sweep = async (from: number) => {
    const grid = { C: Array.from({ length: RUNS }, (_, k) => from + k) };
    const { cases } = await sweepNotebook(path, { grid, servers: [`${gateway.url}#4`] });
    return cases.filter((one) => one.status === "passed").length;
  };
  await sweep(0); // loads what is loaded once
  const self = heap();
  const began = performance.now();
  const passed = await sweep(RUNS);
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${passed} of ${RUNS} runs of a notebook that computes nothing, 4 at a time: ${(RUNS / seconds).toFixed(2)} a second`,
  );
  console.log(
    `sweep: ${(heap() - self).toFixed(0)} KiB more after ${RUNS} runs; gateway ${mib(gateway.memory())}`,
  );
  const runs = join(folder, "nb-sweep", "runs");
  let bytes = 0;
  for (const name of await readdir(runs)) bytes += (await stat(join(runs, name))).size;
  console.log(
    `disk: ${(bytes / (2 * RUNS)).toFixed(0)} bytes a run in ${(await readdir(runs)).length / (2 * RUNS)} files`,
  );
} finally {
  await gateway.close();
  await rm(folder, { recursive: true, force: true });
}
