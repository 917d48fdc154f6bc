/**
 * The WebAssembly kernels: found, loaded once, and called on typed arrays.
 *
 * Without a build (or without SIMD) there is no engine and the portable kernels do everything; results
 * agree to rounding. Eager operations copy their operands in, and do so only where the cost model says
 * that the arithmetic outweighs the copies.
 */

import { existsSync, readFileSync } from "node:fs";
import type { DType } from "../../tensor/index.ts";
import { Arena, type Block } from "./memory.ts";
import { SPLITS } from "./split.ts";
import { Team } from "./team.ts";
import { tidied, wideKernels } from "./wide.ts";

type Kernel = (...args: number[]) => number;

export interface Engine {
  readonly arena: Arena;
  /** By name; those that end in Shared divide the work among threads, for calls that are worth it. */
  readonly exports: Record<string, Kernel>;
  /** The same for WebAssembly that imports them; where the engine is wide, that is to be `tidied`. */
  readonly imports: Record<string, Kernel>;
  /** Whether multiply and add are one instruction. */
  readonly fused: boolean;
  /** Whether pairs of vectors become registers of twice the width. */
  readonly wide: boolean;
  /** How many threads stand ready to help with calls that are divided; they come up after the first such call. */
  helpers(): number;
  /** Room for at least this many bytes, overwritten by every call. */
  scratch(bytes: number): number;
}

const BUILD = new URL("./build/", import.meta.url);

function load(): Engine | null {
  if (process.env.GRADLAB_KERNELS === "portable") return null;
  for (const name of ["relaxed", "simd"]) {
    const file = new URL(`${name}.wasm`, BUILD);
    if (!existsSync(file)) continue;
    const bytes = readFileSync(file);
    if (!WebAssembly.validate(bytes)) continue;
    const arena = new Arena();
    const imports: WebAssembly.Imports = {
      env: {
        memory: arena.memory,
        abort: (): never => {
          throw new Error("A WebAssembly kernel stopped.");
        },
      },
    };
    const wide = name === "relaxed" ? wideKernels(BUILD) : [];
    const modules = [new WebAssembly.Module(bytes), ...wide];
    const kernels: Record<string, Kernel> = Object.assign(
      {},
      ...modules.map((m) => new WebAssembly.Instance(m, imports).exports),
    );
    const team = new Team(arena, modules, kernels);
    for (const kernel of Object.keys(SPLITS))
      kernels[`${kernel}Shared`] = (...args) => team.run(kernel, args) as unknown as number;
    const exports = { ...kernels };
    for (const { name } of wide.flatMap((each) => WebAssembly.Module.exports(each)))
      for (const each of [name, `${name}Shared`])
        if (kernels[each] && !name.endsWith("Scratch")) exports[each] = tidied(kernels[each]);
    let room: Block = arena.allocate(1 << 20);
    return {
      arena,
      exports,
      imports: kernels,
      wide: wide.length > 0,
      helpers: () => team.helpers,
      fused: name === "relaxed",
      scratch(bytes) {
        if (bytes > room.bytes) {
          arena.release(room);
          room = arena.allocate(bytes);
        }
        return room.address;
      },
    };
  }
  return null;
}

let loaded: Engine | null | undefined;

/** The engine, or null where there is none. */
export function engine(): Engine | null {
  if (loaded === undefined) loaded = load();
  return loaded;
}

/** Runs `fn` with the engine switched off, to compare with the portable kernels. */
export function withoutEngine<T>(fn: () => T): T {
  const before = engine();
  loaded = null;
  try {
    return fn();
  } finally {
    loaded = before;
  }
}

/** Kernel names end in 32 or 64. */
export function bitsOf(dtype: DType): 32 | 64 {
  return dtype === "float64" ? 64 : 32;
}
