/**
 * A small WebAssembly assembler: functions as byte lists, put together into a module.
 *
 * `compile` writes the loops of a plan with it. Only what those loops need is here; numbers are the
 * opcodes of the WebAssembly specification (core, SIMD, relaxed SIMD, shared memory).
 */

export const I32 = 0x7f;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
export type WasmType = typeof I32 | typeof F32 | typeof F64 | typeof V128;

export function unsigned(value: number, out: number[] = []): number[] {
  do {
    const byte = value & 0x7f;
    value >>>= 7;
    out.push(value !== 0 ? byte | 0x80 : byte);
  } while (value !== 0);
  return out;
}

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

/** Opcodes without immediates; those above 0xff carry the SIMD prefix. */
export const OP = {
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.and": 0x71,
  "i32.or": 0x72,
  "i32.shl": 0x74,
  "i32.eqz": 0x45,
  "i32.eq": 0x46,
  "i32.ne": 0x47,
  "i32.lt_s": 0x48,
  "i32.lt_u": 0x49,
  "i32.gt_s": 0x4a,
  "i32.le_s": 0x4c,
  "i32.ge_s": 0x4e,
  "f32.eq": 0x5b,
  "f32.ne": 0x5c,
  "f32.lt": 0x5d,
  "f32.gt": 0x5e,
  "f32.le": 0x5f,
  "f32.ge": 0x60,
  "f64.eq": 0x61,
  "f64.ne": 0x62,
  "f64.lt": 0x63,
  "f64.gt": 0x64,
  "f64.le": 0x65,
  "f64.ge": 0x66,
  "f32.abs": 0x8b,
  "f32.neg": 0x8c,
  "f32.sqrt": 0x91,
  "f32.add": 0x92,
  "f32.sub": 0x93,
  "f32.mul": 0x94,
  "f32.div": 0x95,
  "f32.min": 0x96,
  "f32.max": 0x97,
  "f64.abs": 0x99,
  "f64.neg": 0x9a,
  "f64.sqrt": 0x9f,
  "f64.add": 0xa0,
  "f64.sub": 0xa1,
  "f64.mul": 0xa2,
  "f64.div": 0xa3,
  "f64.min": 0xa4,
  "f64.max": 0xa5,
  "f32.convert_i32_s": 0xb2,
  "f32.demote_f64": 0xb6,
  "f64.convert_i32_s": 0xb7,
  "f64.promote_f32": 0xbb,
  select: 0x1b,
  drop: 0x1a,
} as const;

/** Vector opcodes, after the prefix 0xfd. */
export const SIMD = {
  "i32x4.splat": 0x11,
  "f32x4.splat": 0x13,
  "f64x2.splat": 0x14,
  "i32x4.eq": 0x37,
  "i32x4.ne": 0x38,
  "i32x4.lt_s": 0x39,
  "i32x4.gt_s": 0x3b,
  "i32x4.le_s": 0x3d,
  "i32x4.ge_s": 0x3f,
  "f32x4.eq": 0x41,
  "f32x4.ne": 0x42,
  "f32x4.lt": 0x43,
  "f32x4.gt": 0x44,
  "f32x4.le": 0x45,
  "f32x4.ge": 0x46,
  "f64x2.eq": 0x47,
  "f64x2.ne": 0x48,
  "f64x2.lt": 0x49,
  "f64x2.gt": 0x4a,
  "f64x2.le": 0x4b,
  "f64x2.ge": 0x4c,
  "v128.not": 0x4d,
  "v128.and": 0x4e,
  "v128.andnot": 0x4f,
  "v128.or": 0x50,
  "v128.xor": 0x51,
  "v128.bitselect": 0x52,
  "i32x4.abs": 0xa0,
  "i32x4.neg": 0xa1,
  "i32x4.add": 0xae,
  "i32x4.sub": 0xb1,
  "i32x4.mul": 0xb5,
  "i32x4.min_s": 0xb6,
  "i32x4.max_s": 0xb8,
  "f32x4.abs": 0xe0,
  "f32x4.neg": 0xe1,
  "f32x4.sqrt": 0xe3,
  "f32x4.add": 0xe4,
  "f32x4.sub": 0xe5,
  "f32x4.mul": 0xe6,
  "f32x4.div": 0xe7,
  "f32x4.min": 0xe8,
  "f32x4.max": 0xe9,
  "f64x2.abs": 0xec,
  "f64x2.neg": 0xed,
  "f64x2.sqrt": 0xef,
  "f64x2.add": 0xf0,
  "f64x2.sub": 0xf1,
  "f64x2.mul": 0xf2,
  "f64x2.div": 0xf3,
  "f64x2.min": 0xf4,
  "f64x2.max": 0xf5,
  "i32x4.trunc_sat_f32x4_s": 0xf8,
  "f32x4.convert_i32x4_s": 0xfa,
  "f64x2.convert_low_i32x4_s": 0xfe,
  "f32x4.relaxed_madd": 0x105,
  "f64x2.relaxed_madd": 0x107,
} as const;

export type Mnemonic = keyof typeof OP | keyof typeof SIMD;

/** Load and store opcodes by element: [opcode, alignment exponent, SIMD?]. */
const MEMORY = {
  "i32.load": [0x28, 2, false],
  "f32.load": [0x2a, 2, false],
  "f64.load": [0x2b, 3, false],
  "i32.load8_u": [0x2d, 0, false],
  "i32.store": [0x36, 2, false],
  "f32.store": [0x38, 2, false],
  "f64.store": [0x39, 3, false],
  "i32.store8": [0x3a, 0, false],
  "v128.load": [0x00, 2, true],
  "v128.load32_splat": [0x09, 2, true],
  "v128.load64_splat": [0x0a, 3, true],
  "v128.store": [0x0b, 2, true],
  "v128.load64_zero": [0x5d, 3, true],
} as const;
export type Access = keyof typeof MEMORY;

const LANES = {
  "i32x4.extract_lane": 0x1b,
  "i32x4.replace_lane": 0x1c,
  "f32x4.extract_lane": 0x1f,
  "f32x4.replace_lane": 0x20,
  "f64x2.extract_lane": 0x21,
  "f64x2.replace_lane": 0x22,
} as const;

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
