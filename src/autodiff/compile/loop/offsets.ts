/**
 * Where operands are while a nest is walked. Operands that advance alike share one offset variable an
 * axis; where each begins is an immediate of its loads and stores.
 */

import { type Code, I32 } from "../../../kernels/wasm/emit/index.ts";
import { bytesOf } from "../../../tensor/dtype.ts";
import type { Nest, Result, Term } from "../nest.ts";
import type { Store } from "../stores.ts";

interface Together {
  /** Bytes by axis. */
  strides: number[];
  /** Added into the offset itself when strides go backwards, since immediates cannot be negative; otherwise 0. */
  start: number;
  /** Offset variable by axis; −1 where the axis does not move it. */
  locals: number[];
}

export class Offsets {
  readonly #code: Code;
  readonly #address: (s: Store) => number;
  readonly #of = new Map<Term | Result, Together>();
  readonly #all = new Map<string, Together>();

  constructor(code: Code, nest: Nest, address: (s: Store) => number) {
    this.#code = code;
    this.#address = address;
    for (const [m, strides] of nest.strides) this.#of.set(m, this.#join(m, strides));
  }

  #join(m: Term | Result, elements: number[]): Together {
    const size = m.store ? bytesOf(m.store.dtype) : 1;
    const strides = elements.map((s) => s * size);
    const start = strides.some((s) => s < 0) ? this.#begin(m) : 0;
    const key = `${strides} ${start}`;
    let made = this.#all.get(key);
    if (!made) {
      made = { strides, start, locals: strides.map((s) => (s === 0 ? -1 : this.#code.local(I32))) };
      this.#all.set(key, made);
    }
    return made;
  }

  /** Address of the first element, or first index of an iota. */
  #begin(m: Term | Result): number {
    const offset = m.at?.offset ?? 0;
    return m.store ? this.#address(m.store) + offset * bytesOf(m.store.dtype) : offset;
  }

  /** Pushes the moving part of the position at a loop; returns the immediate that goes with it. */
  push(m: Term | Result, level: number): number {
    const { locals, start } = this.#of.get(m) as Together;
    const at = locals.slice(0, level + 1).findLast((i) => i >= 0);
    if (at === undefined) this.#code.i32(start);
    else this.#code.get(at);
    return start === 0 ? this.#begin(m) : 0;
  }

  /** Sets the offsets of an axis to where its walk begins. */
  enter(axis: number): void {
    for (const { locals, start } of this.#all.values()) {
      if (locals[axis] < 0) continue;
      const before = locals.slice(0, axis).findLast((i) => i >= 0);
      if (before === undefined) this.#code.i32(start);
      else this.#code.get(before);
      this.#code.set(locals[axis]);
    }
  }

  /** Moves on by so many elements of an axis. */
  advance(axis: number, step: number): void {
    for (const { locals, strides } of this.#all.values())
      if (locals[axis] >= 0)
        this.#code
          .get(locals[axis])
          .i32(strides[axis] * step)
          .op("i32.add")
          .set(locals[axis]);
  }
}
