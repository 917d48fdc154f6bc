#!/usr/bin/env node
// The command `gradlab`. The machine's Node may be older than what runs
// TypeScript, so this file, in plain JavaScript, only finds the Node that npm
// installed and hands over: the verb `kernel` to the kernel's own command line,
// everything else to cli.ts. Signals and the exit status pass through.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findNode, runsTypeScript } from "./setup/node.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const words = process.argv.slice(2);
const ofKernel = words[0] === "kernel";
const program = ofKernel ? join(root, "kernel", "cli.ts") : join(root, "src", "cli.ts");
const args = ofKernel ? words.slice(1) : words;

if (!existsSync(join(root, "node_modules"))) {
  process.stderr.write(`gradlab is not set up yet. In ${root}:  npm start\n`);
  process.exit(1);
}
if (runsTypeScript(process.versions.node)) {
  const { main } = await import(pathToFileURL(program).href);
  process.exitCode = await main(args);
} else {
  handOver();
}

function handOver() {
  const node = findNode();
  if (!node) {
    process.stderr.write(`gradlab found no Node 24 or newer. In ${root}:  npm start  sets one up.\n`);
    process.exit(1);
  }
  const child = spawn(node, [program, ...args], { stdio: "inherit" });
  // In a terminal, Ctrl-C goes to both processes; other signals, and those sent by programs, only to this one.
  const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) {
    process.on(signal, () => {
      if (!(terminal && signal === "SIGINT")) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    process.stderr.write(`gradlab: ${node} does not start: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (!signal) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
