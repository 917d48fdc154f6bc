"use strict";
/**
 * What danfojs-node calls of TensorFlow.js, and nothing else: small arrays of rank 0 to 2 with NumPy's
 * broadcasting, in float64 (the original's float32 would turn 0.1 + 0.2 into 0.30000001192…).
 *
 * The real package downloads a native library when it is installed. Anything missing here says so.
 */

class Tensor {
  constructor(values, shape, dtype = "float32") {
    this.flat = values;
    this.shape = shape;
    this.dtype = dtype;
    this.rank = shape.length;
    this.size = values.length;
  }

  dataSync() {
    return this.flat.slice();
  }
  async data() {
    return this.dataSync();
  }
  arraySync() {
    if (this.rank === 0) return this.flat[0];
    if (this.rank === 1) return this.flat.slice();
    const [rows, columns] = this.shape;
    return Array.from({ length: rows }, (_, i) => this.flat.slice(i * columns, (i + 1) * columns));
  }
  async array() {
    return this.arraySync();
  }
  clone() {
    return new Tensor(this.flat.slice(), [...this.shape], this.dtype);
  }
  dispose() {}
  toString() {
    return `Tensor ${JSON.stringify(this.arraySync())}`;
  }
  print() {
    console.log(this.toString());
  }

  transpose() {
    if (this.rank < 2) return this.clone();
    const [rows, columns] = this.shape;
    const out = new Array(this.size);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) out[j * rows + i] = this.flat[i * columns + j];
    return new Tensor(out, [columns, rows], this.dtype);
  }
  reshape(shape) {
    if (shape.reduce((a, b) => a * b, 1) !== this.size)
      throw new Error(`Cannot reshape ${this.size} values to [${shape}].`);
    return new Tensor(this.flat.slice(), [...shape], this.dtype);
  }

  sqrt() {
    return new Tensor(this.flat.map(Math.sqrt), this.shape);
  }
  square() {
    return new Tensor(
      this.flat.map((x) => x * x),
      this.shape,
    );
  }
  sum(axis) {
    return reduce(this, axis, (list) => list.reduce((a, b) => a + b, 0));
  }
  mean(axis) {
    return reduce(this, axis, (list) => list.reduce((a, b) => a + b, 0) / list.length);
  }
  max(axis) {
    return reduce(this, axis, (list) => list.reduce((a, b) => Math.max(a, b), -Infinity));
  }
  min(axis) {
    return reduce(this, axis, (list) => list.reduce((a, b) => Math.min(a, b), Infinity));
  }
  argMax(axis) {
    return reduce(this, axis, (list) => best(list, (a, b) => a > b), "int32");
  }
  argMin(axis) {
    return reduce(this, axis, (list) => best(list, (a, b) => a < b), "int32");
  }
}

/** The first place of the best value; NaN never wins. */
function best(list, wins) {
  let at = 0;
  for (let i = 1; i < list.length; i++) if (wins(list[i], list[at]) || Number.isNaN(list[at])) at = i;
  return at;
}

const pairwise = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  divNoNan: (a, b) => (b === 0 ? 0 : a / b),
  pow: (a, b) => a ** b,
  mod: (a, b) => a - Math.floor(a / b) * b,
  maximum: Math.max,
  minimum: Math.min,
};
const comparisons = {
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
};
for (const [name, f] of Object.entries(pairwise))
  Tensor.prototype[name] = function (other) {
    return combine(this, other, f, "float32");
  };
for (const [name, f] of Object.entries(comparisons))
  Tensor.prototype[name] = function (other) {
    return combine(this, other, (a, b) => (f(a, b) ? 1 : 0), "bool");
  };

function combine(a, other, f, dtype) {
  const b = other instanceof Tensor ? other : tensor(other);
  const rank = Math.max(a.rank, b.rank);
  const full = (t) => [...new Array(rank - t.rank).fill(1), ...t.shape];
  const [p, q] = [full(a), full(b)];
  const shape = p.map((n, d) => {
    if (n !== q[d] && n !== 1 && q[d] !== 1)
      throw new Error(`Operands of shapes [${a.shape}] and [${b.shape}] cannot be broadcast together.`);
    return n === 1 ? q[d] : n;
  });
  const [rows, columns] = [shape[rank - 2] ?? 1, shape[rank - 1] ?? 1];
  const at = (t, s, i, j) =>
    t.flat[((s[rank - 2] ?? 1) === 1 ? 0 : i) * (s[rank - 1] ?? 1) + ((s[rank - 1] ?? 1) === 1 ? 0 : j)];
  const out = new Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out[i * columns + j] = f(at(a, p, i, j), at(b, q, i, j));
  return new Tensor(out, shape, dtype);
}

function reduce(t, axis, f, dtype = "float32") {
  const along = Array.isArray(axis) ? axis[0] : axis;
  if (along === undefined || along === null || t.rank < 2) return new Tensor([f(t.flat)], [], dtype);
  const rows = (along < 0 ? along + 2 : along) === 0 ? t.transpose().arraySync() : t.arraySync();
  return new Tensor(rows.map(f), [rows.length], dtype);
}

function tensor(values, shape, dtype) {
  if (values instanceof Tensor) return values.clone();
  if (!Array.isArray(values) && !ArrayBuffer.isView(values))
    return new Tensor([values], [], dtype ?? typeName(values));
  const list = Array.from(values);
  const nested = Array.isArray(list[0]) || ArrayBuffer.isView(list[0]);
  const own = nested ? [list.length, list[0].length] : [list.length];
  const flat = nested ? list.flatMap((row) => Array.from(row)) : list;
  const wanted = shape ?? own;
  if (wanted.reduce((a, b) => a * b, 1) !== flat.length)
    throw new Error(`Shape [${wanted}] does not hold ${flat.length} values.`);
  return new Tensor(flat, [...wanted], dtype ?? typeName(flat[0]));
}

function typeName(value) {
  if (typeof value === "string") return "string";
  return typeof value === "boolean" ? "bool" : "float32";
}

/** Mean and population variance along an axis. */
function moments(x, axis) {
  const mean = x.mean(axis);
  return { mean, variance: x.sub(mean).square().mean(axis) };
}

/** A list to be shuffled and shortened: all of tf.data that danfojs-node uses, for `sample`. */
class Dataset {
  constructor(items) {
    this.items = items;
  }
  shuffle(_bufferSize, seed) {
    const items = this.items.slice();
    let state = 0x811c9dc5;
    for (const char of String(seed)) state = Math.imul(state ^ char.charCodeAt(0), 0x01000193) >>> 0;
    const random = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let z = Math.imul(state ^ (state >>> 15), state | 1);
      z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
      return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
    };
    for (let i = items.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [items[i], items[j]] = [items[j], items[i]];
    }
    return new Dataset(items);
  }
  take(count) {
    return new Dataset(this.items.slice(0, count));
  }
  async toArray() {
    return this.items.slice();
  }
}

const api = {
  Tensor,
  tensor,
  scalar: (value, dtype) => tensor(value, [], dtype),
  tensor1d: (values, dtype) => tensor(values, [values.length], dtype),
  tensor2d: (values, shape, dtype) => tensor(values, shape, dtype),
  moments,
  data: { array: (items) => new Dataset(Array.from(items)) },
  version: { tfjs: "stand-in" },
};

module.exports = new Proxy(api, {
  get(target, name) {
    if (
      name in target ||
      typeof name === "symbol" ||
      name === "__esModule" ||
      name === "default" ||
      name === "then"
    )
      return target[name];
    return () => {
      throw new Error(
        `tf.${name} is not in this stand-in for TensorFlow.js, which has only what danfojs-node calls. ` +
          "Turn the frame into a gradlab tensor with frameToTensor(df) and compute there.",
      );
    };
  },
});
