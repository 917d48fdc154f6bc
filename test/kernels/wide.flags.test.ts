/**
 * V8's options are switched while wide kernels are compiled, and V8's own threads may be compiling other
 * modules then: that must end neither in an abort nor in kernels that start slow.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { engine } from "../../src/kernels/index.ts";
import { MOST_FUNCTIONS } from "../../src/kernels/wasm/wide.ts";

const BUILD = new URL("../../src/kernels/wasm/build/", import.meta.url);
const skip = !engine()?.wide && "this machine has no registers of 256 bits, or they are not used";

test("V8 goes on where it is compiling other modules while its options are switched", { skip }, () => {
  const program = fileURLToPath(new URL("./busyV8.ts", import.meta.url));
  assert.equal(execFileSync(process.execPath, [program], { encoding: "utf8" }), "4 modules, 150 times\n");
});

test("a worker thread takes what the main thread has compiled, and compiles nothing itself", { skip }, () => {
  const kernels = new URL("../../src/kernels/index.ts", import.meta.url).href;
  const inWorker = `import { engine } from ${JSON.stringify(kernels)}; console.log("worker", engine().wide);`;
  const program = (first: string): string =>
    `import { Worker } from "node:worker_threads"; import { engine } from ${JSON.stringify(kernels)}; ${first}
     new Worker(new URL("data:text/javascript," + ${JSON.stringify(encodeURIComponent(inWorker))}));`;
  const run = (first: string): string =>
    execFileSync(process.execPath, ["--input-type=module", "-e", program(first)], { encoding: "utf8" });
  assert.equal(run("engine();"), "worker true\n");
  assert.equal(run(""), "worker false\n");
});

/** How many functions a module defines: the first number in its section 10. */
function functionsOf(bytes: Uint8Array): number {
  let at = 8;
  const number = (): number => {
    let [value, shift] = [0, 0];
    for (let byte = 128; byte & 128; shift += 7) {
      byte = bytes[at++];
      value |= (byte & 127) << shift;
    }
    return value;
  };
  while (at < bytes.length) {
    const id = bytes[at++];
    const size = number();
    if (id === 10) return number();
    at += size;
  }
  return 0;
}

test("V8's mask for the optimising compiler covers all functions of each wide module", { skip }, () => {
  const files = readdirSync(BUILD).filter((name) => name.startsWith("wide-"));
  assert.equal(files.length, 4);
  for (const name of files) {
    const count = functionsOf(readFileSync(new URL(name, BUILD)));
    assert.ok(count > 0 && count <= MOST_FUNCTIONS, `${name} has ${count} functions`);
  }
});
