/**
 * One function's code, put together instruction by instruction.
 */

import { type Access, LANES, MEMORY, type Mnemonic, OP, SIMD, type WasmType } from "./opcodes.ts";

/** An unsigned integer in LEB128. */
export function unsigned(value: number, out: number[] = []): number[] {
  do {
    const byte = value & 0x7f;
    value >>>= 7;
    out.push(value !== 0 ? byte | 0x80 : byte);
  } while (value !== 0);
  return out;
}

/** A signed integer in LEB128. */
export function signed(value: number, out: number[] = []): number[] {
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    const done = (value === 0 && (byte & 0x40) === 0) || (value === -1 && (byte & 0x40) !== 0);
    out.push(done ? byte : byte | 0x80);
    if (done) return out;
  }
}

const scratch = new DataView(new ArrayBuffer(8));
function float32(value: number): number[] {
  scratch.setFloat32(0, value, true);
  return [0, 1, 2, 3].map((i) => scratch.getUint8(i));
}
function float64(value: number): number[] {
  scratch.setFloat64(0, value, true);
  return [0, 1, 2, 3, 4, 5, 6, 7].map((i) => scratch.getUint8(i));
}

/** One function's code. Methods append instructions in the order of the stack machine. */
export class Code {
  readonly bytes: number[] = [];
  readonly #params: number;
  readonly #locals: WasmType[] = [];

  constructor(params = 0) {
    this.#params = params;
  }

  /** A new local variable; returns its index. */
  local(type: WasmType): number {
    this.#locals.push(type);
    return this.#params + this.#locals.length - 1;
  }
  get(i: number): this {
    this.bytes.push(0x20);
    unsigned(i, this.bytes);
    return this;
  }
  set(i: number): this {
    this.bytes.push(0x21);
    unsigned(i, this.bytes);
    return this;
  }
  tee(i: number): this {
    this.bytes.push(0x22);
    unsigned(i, this.bytes);
    return this;
  }
  i32(value: number): this {
    this.bytes.push(0x41);
    signed(value | 0, this.bytes);
    return this;
  }
  f32(value: number): this {
    this.bytes.push(0x43, ...float32(value));
    return this;
  }
  f64(value: number): this {
    this.bytes.push(0x44, ...float64(value));
    return this;
  }
  /** A vector constant from its four 32-bit words. */
  v128(words: readonly number[]): this {
    this.bytes.push(0xfd, 0x0c);
    for (const w of words) this.bytes.push(w & 255, (w >> 8) & 255, (w >> 16) & 255, (w >> 24) & 255);
    return this;
  }
  /** Float to int32, truncated, without traps. */
  truncate(from: "f32" | "f64"): this {
    this.bytes.push(0xfc, from === "f32" ? 0 : 2);
    return this;
  }
  /** memory.fill: address, value and length are on the stack. */
  fill(): this {
    this.bytes.push(0xfc, 0x0b, 0x00);
    return this;
  }
  op(name: Mnemonic): this {
    if (name in OP) this.bytes.push(OP[name as keyof typeof OP]);
    else {
      this.bytes.push(0xfd);
      unsigned(SIMD[name as keyof typeof SIMD], this.bytes);
    }
    return this;
  }
  lane(name: keyof typeof LANES, lane: number): this {
    this.bytes.push(0xfd, LANES[name], lane);
    return this;
  }
  memory(name: Access, offset = 0): this {
    const [code, align, simd] = MEMORY[name];
    if (simd) this.bytes.push(0xfd);
    this.bytes.push(code, align);
    unsigned(offset, this.bytes);
    return this;
  }
  /** Runs `body` when the i32 on the stack is not zero. */
  when(body: () => void): this {
    this.bytes.push(0x04, 0x40);
    body();
    this.bytes.push(0x0b);
    return this;
  }
  return(): this {
    this.bytes.push(0x0f);
    return this;
  }
  call(fn: number): this {
    this.bytes.push(0x10);
    unsigned(fn, this.bytes);
    return this;
  }
  /** Repeats `body` while the counter, from where it stands and by `step`, is below `limit` (at least one round). */
  loop(counter: number, step: number, limit: number, body: () => void): this {
    this.bytes.push(0x03, 0x40);
    body();
    this.get(counter).i32(step).op("i32.add").tee(counter).i32(limit).op("i32.lt_u");
    this.bytes.push(0x0d, 0x00, 0x0b);
    return this;
  }

  /** The body as it stands in the code section. */
  encode(): number[] {
    const groups: [number, WasmType][] = [];
    for (const t of this.#locals) {
      const last = groups[groups.length - 1];
      if (last && last[1] === t) last[0]++;
      else groups.push([1, t]);
    }
    const body = unsigned(groups.length);
    for (const [n, t] of groups) body.push(...unsigned(n), t);
    for (const b of this.bytes) body.push(b);
    body.push(0x0b);
    return unsigned(body.length).concat(body);
  }
}
