/**
 * The register tile's users once more, compiled for registers of 256 bits.
 *
 * WebAssembly's vectors have 128 bits, and machines with AVX2 multiply 256 at once. V8 can join pairs of
 * vectors that are loaded, computed and stored side by side; every lane computes what it computed
 * before, so results stay the same to the bit. V8 calls the option experimental. It is therefore on only
 * while this one module is compiled, all of it and at once, and only in versions of Node that the tests
 * run on. `GRADLAB_KERNELS=narrow` does without.
 */

import { isAscii } from "node:buffer";
import { existsSync, readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

/** Versions of Node whose V8 the kernels' tests have been run on. */
const TRIED = /^v26\./;

/** On while the module is compiled: joining, and the optimising compiler for everything from the start. */
const WHILE_COMPILING = [
  ["--experimental-wasm-revectorize", "--no-experimental-wasm-revectorize"],
  ["--no-liftoff", "--liftoff"],
  ["--no-wasm-lazy-compilation", "--wasm-lazy-compilation"],
  // Inlining goes by counts that only the first compiler collects.
  ["--no-wasm-inlining", "--wasm-inlining"],
] as const;

/** The kernels that gain, compiled; null where there are no such registers. */
export function wideKernels(file: URL): WebAssembly.Module | null {
  if (process.env.GRADLAB_KERNELS === "narrow" || process.arch !== "x64" || !TRIED.test(process.version))
    return null;
  if (!existsSync(file) || !hasAvx2()) return null;
  for (const [on] of WHILE_COMPILING) setFlagsFromString(on);
  try {
    return new WebAssembly.Module(readFileSync(file));
  } finally {
    for (const [, off] of WHILE_COMPILING) setFlagsFromString(off);
  }
}

const SOME = new Uint8Array(64);

/**
 * Empties the upper halves of the registers, which V8 leaves as they are after wide kernels. While they are
 * full, every step between V8's code and compiled C++ (`Math.exp`, allocation, garbage collection) costs
 * Intel's processors some seventy cycles: exponentials then take twelve times as long. Compilers end every
 * function that uses wide registers with the instruction that empties them; of those that Node offers this is
 * the cheapest, 0.1 µs.
 */
function emptyUpperHalves(): void {
  isAscii(SOME);
}

/** `fn`, which may use wide registers, and leaves them empty. */
export function tidied<A extends number[], R>(fn: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const result = fn(...args);
    emptyUpperHalves();
    return result;
  };
}

function hasAvx2(): boolean {
  try {
    return /^flags\s*:.*\bavx2\b/m.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}
