// What the kernel says about itself: kernel_info_reply, and usage_reply with the memory and processor time of
// its processes.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, freemem, hostname, totalmem } from "node:os";
import { descendants } from "../runtime/descendants.ts";
import { PROTOCOL_VERSION } from "./wire.ts";

const require = createRequire(import.meta.url);
const versionOf = (name: string): string => require(`${name}/package.json`).version;

export function kernelInfo(): object {
  const version = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
    .version as string;
  const typescript = versionOf("typescript");
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "gradlab",
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: "typescript",
      nbconvert_exporter: "script",
    },
    banner: `TypeScript ${typescript} on Node ${process.version}, gradlab kernel ${version}. %help explains it.`,
    help_links: [
      { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
      { text: "JavaScript", url: "https://developer.mozilla.org/docs/Web/JavaScript" },
      { text: "Node.js", url: "https://nodejs.org/api/" },
    ],
    supported_features: ["kernel subshells"],
    debugger: false,
  };
}

interface Sample {
  at: number;
  seconds: number;
}

let last: Sample | null = null;

export function usage(runtime: number | undefined): object {
  const pids = [process.pid, ...descendants(process.pid)];
  const now: Sample = { at: performance.now(), seconds: 0 };
  let memory = 0;
  for (const pid of pids) {
    const found = measure(pid);
    now.seconds += found.seconds;
    memory += found.memory;
  }
  const elapsed = last ? (now.at - last.at) / 1000 : 0;
  const cpu = last && elapsed > 0 ? Math.max(0, (100 * (now.seconds - last.seconds)) / elapsed) : 0;
  last = now;
  const [total, free] = [totalmem(), freemem()];
  return {
    status: "ok",
    hostname: hostname(),
    pid: runtime ?? process.pid,
    kernel_cpu: cpu,
    kernel_memory: memory,
    cpu_count: cpus().length,
    host_virtual_memory: {
      total,
      available: free,
      used: total - free,
      free,
      percent: (100 * (total - free)) / total,
    },
  };
}

/** From /proc where there is one; elsewhere only this process is measured. */
function measure(pid: number): { seconds: number; memory: number } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { seconds: ticks / 100, memory: Number(fields[21]) * 4096 };
  } catch {
    if (pid !== process.pid) return { seconds: 0, memory: 0 };
    const { user, system } = process.cpuUsage();
    return { seconds: (user + system) / 1e6, memory: process.memoryUsage.rss() };
  }
}
