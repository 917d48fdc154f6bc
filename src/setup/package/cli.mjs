#!/usr/bin/env node
// The command `gradlab` of the package: the verb `kernel` goes to the kernel's own command line, everything
// else to the notebook's.
const major = Number.parseInt(process.versions.node, 10);
if (major < 24) {
  process.stderr.write(`gradlab needs Node 24 or newer; this is ${process.version} (${process.execPath}).\n`);
  process.exit(1);
}
const words = process.argv.slice(2);
const ofKernel = words[0] === "kernel";
const { main } = await import(ofKernel ? "./kernel/cli.js" : "./src/cli.js");
process.exitCode = await main(ofKernel ? words.slice(1) : words);
