/**
 * Numbers that Python and TypeScript make alike, bit for bit: x ← 1664525 x + 1013904223 mod 2³².
 * Goldens then need no weights or data in the file.
 */
export function lcg(seed: number): () => number {
  let x = seed >>> 0;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return (x / 4294967296) * 2 - 1;
  };
}

/** `count` numbers of the stream, times `scale`, rounded to float32. */
export function numbers(seed: number, count: number, scale = 1): Float32Array {
  const next = lcg(seed);
  return Float32Array.from({ length: count }, () => next() * scale);
}
