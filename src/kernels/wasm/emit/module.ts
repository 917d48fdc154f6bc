/**
 * A module: imported functions, functions of its own, one shared memory from outside, exports.
 */

import { type Code, unsigned } from "./code.ts";
import type { WasmType } from "./opcodes.ts";

export interface Signature {
  params: readonly WasmType[];
  results: readonly WasmType[];
}

/** A module that imports functions and one shared memory and exports chosen functions. */
export class ModuleBuilder {
  readonly #types: string[] = [];
  readonly #typeBytes: number[][] = [];
  readonly #imports: { module: string; name: string; type: number }[] = [];
  readonly #functions: { type: number; code: Code }[] = [];
  readonly #exports: { name: string; at: number }[] = [];

  #type({ params, results }: Signature): number {
    const key = `${params}|${results}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    this.#types.push(key);
    this.#typeBytes.push([
      0x60,
      ...unsigned(params.length),
      ...params,
      ...unsigned(results.length),
      ...results,
    ]);
    return this.#types.length - 1;
  }

  /** Index of an imported function. All imports come before the first function. */
  import(module: string, name: string, signature: Signature): number {
    const known = this.#imports.findIndex((f) => f.module === module && f.name === name);
    if (known >= 0) return known;
    if (this.#functions.length > 0) throw new Error("imports come before functions");
    const type = this.#type(signature);
    return this.#imports.push({ module, name, type }) - 1;
  }

  function(code: Code, signature: Signature): number {
    return this.#imports.length + this.#functions.push({ type: this.#type(signature), code }) - 1;
  }

  export(name: string, at: number): void {
    this.#exports.push({ name, at });
  }

  /** The module's bytes, for a shared memory of at most `maximumPages`. */
  encode(maximumPages: number): Uint8Array<ArrayBuffer> {
    const text = (s: string): number[] => {
      const b = [...new TextEncoder().encode(s)];
      return [...unsigned(b.length), ...b];
    };
    const out: number[] = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    const section = (id: number, items: number[][]): void => {
      const count = unsigned(items.length);
      const length = items.reduce((n, i) => n + i.length, count.length);
      out.push(id, ...unsigned(length), ...count);
      for (const item of items) for (const b of item) out.push(b);
    };
    section(1, this.#typeBytes);
    section(2, [
      ...this.#imports.map((f) => [...text(f.module), ...text(f.name), 0x00, ...unsigned(f.type)]),
      [...text("env"), ...text("memory"), 0x02, 0x03, ...unsigned(0), ...unsigned(maximumPages)],
    ]);
    section(
      3,
      this.#functions.map((f) => unsigned(f.type)),
    );
    section(
      7,
      this.#exports.map((e) => [...text(e.name), 0x00, ...unsigned(e.at)]),
    );
    section(
      10,
      this.#functions.map((f) => f.code.encode()),
    );
    return Uint8Array.from(out);
  }
}
