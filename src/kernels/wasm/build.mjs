// Compiles the kernels in assembly/ to WebAssembly, once with fused multiply-add (relaxed SIMD) and once
// without, and some for registers of twice the width; engine.ts picks what the
// machine can run. `npm run build:wasm`; the set-up calls it when a
// source is newer than the output.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = dirname(fileURLToPath(import.meta.url));
mkdirSync(join(here, "build"), { recursive: true });

const common = [
  "-O3",
  "--noAssert",
  "--runtime=stub",
  "--importMemory",
  "--sharedMemory",
  "--initialMemory=1",
  "--maximumMemory=65536",
  "--enable=simd",
  "--enable=threads",
  // Pointer arithmetic mixes usize and i32 throughout, and vectors cross only between WebAssembly modules.
  "--disableWarning=201",
  "--disableWarning=112",
];

for (const [name, entry, features] of [
  ["relaxed", "index.ts", ["--enable=relaxed-simd"]],
  ["simd", "index.ts", []],
  // Beside the first one in the same memory, so their constants go elsewhere.
  ["wide-products", "wide/products.ts", ["--enable=relaxed-simd", "--memoryBase=32768"]],
  ["wide-convolutions", "wide/convolutions.ts", ["--enable=relaxed-simd", "--memoryBase=40960"]],
  ["wide-factors", "wide/factors.ts", ["--enable=relaxed-simd", "--memoryBase=49152"]],
  ["wide-mixtures", "wide/mixtures.ts", ["--enable=relaxed-simd", "--memoryBase=57344"]],
]) {
  const started = performance.now();
  const { error, stderr } = await asc.main([
    join(here, "assembly", entry),
    `--outFile=${join(here, "build", `${name}.wasm`)}`,
    ...common,
    ...features,
  ]);
  if (error) {
    console.error(`${stderr}\nwasm: ${name} could not be compiled.`);
    process.exit(1);
  }
  console.log(`wasm: ${name}.wasm in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
