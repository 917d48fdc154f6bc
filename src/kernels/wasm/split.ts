/**
 * How the work of a kernel is divided: by rows or columns of a product, by output channels of a
 * convolution. Every number is computed by the same sums as without dividing, so results stay the same
 * to the bit, however many threads there are.
 */

/** Arguments of the parts; the last argument, room for packed panels, is each thread's own. */
export type Split = (args: readonly number[], parts: number) => number[][];

/** Whole register tiles: six rows (five without fused multiply–add), sixteen columns. */
const ROWS = 6;
const COLUMNS = 16;

/**
 * [from, count] of up to `parts` parts of `size`: each a multiple of `step` but for the last, none shorter
 * than `least`, because kernels choose by size how they sum.
 */
function ranges(size: number, parts: number, step: number, least: number): [number, number][] {
  const each = Math.ceil(Math.max(size / parts, least, 1) / step) * step;
  const made: [number, number][] = [];
  for (let from = 0; from < size; ) {
    const rest = size - from;
    const count = rest - each < Math.max(least, 1) ? rest : each;
    made.push([from, count]);
    from += count;
  }
  return made;
}

/** Products with at most so many results are sums from memory (dots in assembly/matmul.ts). */
const DOTS = 128;
/** Convolutions with as many channels are summed in register tiles (convPacks in assembly/conv.ts). */
const PACKED = 12;
const PACKED_INNER = 8;

function channelRanges(channels: number, inner: number, parts: number): [number, number][] {
  const packed = channels >= PACKED && inner >= PACKED_INNER;
  return packed ? ranges(channels, parts, ROWS, PACKED) : ranges(channels, parts, 4, 4);
}

/** C = A B by rows of A, or by columns of B where those are more. */
function product(bytes: number): Split {
  return ([a, ars, acs, b, brs, bcs, c, ldc, m, k, n, accumulate], parts) => {
    const least = (other: number): number => (m * n <= DOTS ? 1 : Math.floor(DOTS / other) + 1);
    return m >= n
      ? ranges(m, parts, ROWS, least(n)).map(([i, rows]) => [
          a + i * ars * bytes,
          ars,
          acs,
          b,
          brs,
          bcs,
          c + i * ldc * bytes,
          ldc,
          rows,
          k,
          n,
          accumulate,
        ])
      : ranges(n, parts, COLUMNS, least(m)).map(([j, columns]) => [
          a,
          ars,
          acs,
          b + j * bcs * bytes,
          brs,
          bcs,
          c + j * bytes,
          ldc,
          m,
          k,
          columns,
          accumulate,
        ]);
  };
}

/** A convolution by the channels it makes. */
function convolution(bytes: number): Split {
  return (args, parts) => {
    const [x, w, out, starts, entries, positions, n, channels, ...rest] = args.slice(0, -1);
    const wChannel = rest[rest.length - 1];
    return channelRanges(channels, rest[0], parts).map(([c, count]) => [
      x,
      w + c * wChannel * bytes,
      out + c * positions * n * bytes,
      starts,
      entries,
      positions,
      n,
      count,
      ...rest,
    ]);
  };
}

/** A kernel's gradient by the channels of the output's gradient. */
function weights(bytes: number): Split {
  return ([x, g, dw, starts, entries, positions, n, channels, inner, inputs, taps], parts) =>
    channelRanges(channels, inner, parts).map(([c, count]) => [
      x,
      g + c * positions * n * bytes,
      dw + c * inner * taps * bytes,
      starts,
      entries,
      positions,
      n,
      count,
      inner,
      inputs,
      taps,
    ]);
}

export const SPLITS: Readonly<Record<string, Split>> = {
  matmul32: product(4),
  matmul64: product(8),
  conv32: convolution(4),
  conv64: convolution(8),
  convWeights32: weights(4),
  convWeights64: weights(8),
};

/** Bytes of room for packed panels that a part of such a call needs at most. */
export function roomFor(
  kernels: Readonly<Record<string, (...args: number[]) => number>>,
  name: string,
  args: readonly number[],
): number {
  if (name.startsWith("matmul")) return kernels.matmulScratch();
  const [positions, n, channels, inner, inputs, taps] = args.slice(5);
  return kernels.convScratch(channels, inner, positions, inputs, taps, n, name.endsWith("64") ? 8 : 4);
}

/** Whether so many multiply–adds (some 100 µs) are worth dividing: waking a thread costs some 20 µs. */
export function worthSharing(products: number): boolean {
  return products > 4_000_000;
}
