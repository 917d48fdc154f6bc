/**
 * Moving data: transposes, rows by index.
 */

/** out[j, i] = x[i, j] for a dense [rows, columns] matrix. */
export function transpose32(x: usize, out: usize, rows: i32, columns: i32): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    let j = 0;
    let from = x + i * columns * 4;
    const step = columns * 4;
    const toStep = rows * 4;
    let to = out + i * 4;
    for (; j + 4 <= columns; j += 4, from += 16, to += 4 * toStep) {
      const a = v128.load(from);
      const b = v128.load(from + step);
      const c = v128.load(from + 2 * step);
      const d = v128.load(from + 3 * step);
      const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5);
      const ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
      const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5);
      const cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
      v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
      v128.store(to + toStep, i64x2.shuffle(ab0, cd0, 1, 3));
      v128.store(to + 2 * toStep, i64x2.shuffle(ab1, cd1, 0, 2));
      v128.store(to + 3 * toStep, i64x2.shuffle(ab1, cd1, 1, 3));
    }
    for (; j < columns; j++)
      for (let l = 0; l < 4; l++)
        store<i32>(out + (j * rows + i + l) * 4, load<i32>(x + ((i + l) * columns + j) * 4));
  }
  for (; i < rows; i++)
    for (let j = 0; j < columns; j++)
      store<i32>(out + (j * rows + i) * 4, load<i32>(x + (i * columns + j) * 4));
}

export function transpose64(x: usize, out: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      store<f64>(out + (j * rows + i) * 8, load<f64>(x + (i * columns + j) * 8));
}

/**
 * Rows of `bytes` bytes at the listed positions of each of `outer` blocks of `size` rows.
 * @returns 0, or 1 when an index was out of range (its row is then left as it was)
 */
export function takeRows(
  x: usize,
  index: usize,
  out: usize,
  outer: i32,
  size: i32,
  count: i32,
  bytes: i32,
): i32 {
  let wrong = 0;
  for (let o = 0; o < outer; o++, x += size * bytes)
    for (let i = 0; i < count; i++, out += bytes) {
      const at = load<i32>(index + 4 * i);
      if (<u32>at >= <u32>size) wrong = 1;
      else memory.copy(out, x + at * bytes, bytes);
    }
  return wrong;
}

/** The adjoint: rows of numbers added into `out`, which is cleared first. */
function putRows<T>(g: usize, index: usize, out: usize, outer: i32, size: i32, count: i32, length: i32): i32 {
  let wrong = 0;
  const bytes = length * <i32>sizeof<T>();
  memory.fill(out, 0, outer * size * bytes);
  for (let o = 0; o < outer; o++, out += size * bytes)
    for (let i = 0; i < count; i++, g += bytes) {
      const at = load<i32>(index + 4 * i);
      if (<u32>at >= <u32>size) {
        wrong = 1;
        continue;
      }
      const to = out + at * bytes;
      for (let j = 0; j < bytes; j += <i32>sizeof<T>()) store<T>(to + j, load<T>(to + j) + load<T>(g + j));
    }
  return wrong;
}
export function putRows32(g: usize, index: usize, out: usize, outer: i32, size: i32, count: i32, length: i32): i32 {
  return putRows<f32>(g, index, out, outer, size, count, length);
}
export function putRows64(g: usize, index: usize, out: usize, outer: i32, size: i32, count: i32, length: i32): i32 {
  return putRows<f64>(g, index, out, outer, size, count, length);
}

/** 1 when any index lies outside 0 … size − 1. */
export function checkIndex(index: usize, count: i32, size: i32): i32 {
  for (let i = 0; i < count; i++) if (<u32>load<i32>(index + 4 * i) >= <u32>size) return 1;
  return 0;
}

/** out[o, i] = x[o, index[o, i], i]: one entry along the middle of [outer, size, inner] for each place. */
function pickOne<T>(x: usize, index: usize, out: usize, outer: i32, size: i32, inner: i32): i32 {
  const S = <i32>sizeof<T>();
  let wrong = 0;
  for (let o = 0; o < outer; o++, x += size * inner * S)
    for (let i = 0; i < inner; i++, index += 4, out += S) {
      const at = load<i32>(index);
      if (<u32>at >= <u32>size) wrong = 1;
      else store<T>(out, load<T>(x + (at * inner + i) * S));
    }
  return wrong;
}
export function pickOne32(x: usize, index: usize, out: usize, outer: i32, size: i32, inner: i32): i32 {
  return pickOne<f32>(x, index, out, outer, size, inner);
}
export function pickOne64(x: usize, index: usize, out: usize, outer: i32, size: i32, inner: i32): i32 {
  return pickOne<f64>(x, index, out, outer, size, inner);
}

/** The adjoint: zeros but for g at the indexed places. */
function placeOne<T>(g: usize, index: usize, out: usize, outer: i32, size: i32, inner: i32): i32 {
  const S = <i32>sizeof<T>();
  let wrong = 0;
  memory.fill(out, 0, outer * size * inner * S);
  for (let o = 0; o < outer; o++, out += size * inner * S)
    for (let i = 0; i < inner; i++, index += 4, g += S) {
      const at = load<i32>(index);
      if (<u32>at >= <u32>size) wrong = 1;
      else store<T>(out + (at * inner + i) * S, load<T>(g));
    }
  return wrong;
}
export function placeOne32(g: usize, index: usize, out: usize, outer: i32, size: i32, inner: i32): i32 {
  return placeOne<f32>(g, index, out, outer, size, inner);
}
export function placeOne64(g: usize, index: usize, out: usize, outer: i32, size: i32, inner: i32): i32 {
  return placeOne<f64>(g, index, out, outer, size, inner);
}
