/**
 * Kernels once more, compiled for registers of 256 bits.
 *
 * WebAssembly's vectors have 128 bits, and machines with AVX2 multiply 256 at once. V8 can join pairs of
 * vectors that are loaded, computed and stored side by side; every lane computes what it computed
 * before, so results stay the same to the bit. V8 calls the option experimental. It is therefore on only
 * while these modules are compiled, all of each and at once, and only in versions of Node that the tests
 * run on. `GRADLAB_KERNELS=narrow` does without.
 *
 * V8's options belong to the process, and its own threads read them while they compile other modules. Only
 * such are switched as do them no harm half-way through: with `--no-liftoff` or `--no-wasm-inlining` in the
 * place of the mask, V8 aborts when another module happens to be compiled in the background.
 */

import { isAscii } from "node:buffer";
import { existsSync, readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";

/** Versions of Node whose V8 the kernels' tests have been run on. */
const TRIED = /^v26\./;

const MODULES = ["wide-products.wasm", "wide-convolutions.wasm", "wide-factors.wasm", "wide-mixtures.wasm"];

/** V8's mask for the optimising compiler has a bit for each of a module's first 32 functions; none may have more. */
export const MOST_FUNCTIONS = 32;

/** On while the modules are compiled: joining, and the optimising compiler for everything from the start. */
const WHILE_COMPILING = [
  ["--experimental-wasm-revectorize", "--no-experimental-wasm-revectorize"],
  ["--wasm-tier-mask-for-testing=-1", "--wasm-tier-mask-for-testing=0"],
  ["--no-wasm-lazy-compilation", "--wasm-lazy-compilation"],
] as const;

/** What the main thread compiled, for threads that start later. */
const COMPILED = "gradlab: wide kernels";

/** The kernels that gain, compiled; none where there are no such registers. */
export function wideKernels(folder: URL): readonly WebAssembly.Module[] {
  if (process.env.GRADLAB_KERNELS === "narrow" || process.arch !== "x64" || !TRIED.test(process.version))
    return [];
  // Elsewhere the main thread's plans may be under way, and V8 cannot join the vectors of all of them.
  if (!isMainThread) return (getEnvironmentData(COMPILED) as unknown as WebAssembly.Module[]) ?? [];
  const files = MODULES.map((name) => new URL(name, folder));
  if (!files.every((file) => existsSync(file)) || !hasAvx2()) return [];
  const modules = compileWide(files.map((file) => readFileSync(file)));
  setEnvironmentData(COMPILED, modules as never);
  return modules;
}

/** These modules, compiled with V8's options set for it, which are as they were afterwards. */
export function compileWide(files: readonly Uint8Array<ArrayBuffer>[]): readonly WebAssembly.Module[] {
  for (const [on] of WHILE_COMPILING) setFlagsFromString(on);
  try {
    return files.map((bytes) => new WebAssembly.Module(bytes));
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
