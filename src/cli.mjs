#!/usr/bin/env node
// The command `gradlab`. The machine's Node may be older than what runs
// TypeScript, so this file, in plain JavaScript, only finds the Node that npm
// installed and hands over: the verb `kernel` to the kernel's own command line,
// everything else to cli.ts. Signals and the exit status pass through.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findNode } from "./setup/node.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const node = findNode();
if (!node || !existsSync(join(here, "..", "node_modules"))) {
  process.stderr.write("gradlab is not set up yet. In its folder:  npm start\n");
  process.exit(1);
}

const words = process.argv.slice(2);
const program =
  words[0] === "kernel"
    ? [join(here, "..", "kernel", "cli.ts"), ...words.slice(1)]
    : [join(here, "cli.ts"), ...words];
const child = spawn(node, program, { stdio: "inherit" });
// Ctrl-C reaches the child by itself (one terminal, one process group); a signal sent to us alone is passed on.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP", "SIGQUIT"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  process.stderr.write(`gradlab: ${node} does not start: ${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else process.exit(code);
});
