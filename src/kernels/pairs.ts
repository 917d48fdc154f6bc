/**
 * A convolution as a set: which output position reads which input position through which tap.
 *
 * Taps on padding are not in the set. Sums group it by what they are summed into.
 */

import { type ConvSizes, liveTaps } from "./conv.ts";

export interface Pairs {
  output: number[];
  input: number[];
  tap: number[];
}

/** Every (output position, input position, tap) that meets the image. */
export function convPairs(c: ConvSizes): Pairs {
  const rows = liveTaps(c.oh, c.h, c.kh, c.stride[0], c.padding[0], c.dilation[0]);
  const columns = liveTaps(c.ow, c.w, c.kw, c.stride[1], c.padding[1], c.dilation[1]);
  const out: Pairs = { output: [], input: [], tap: [] };
  for (let i = 0; i < c.oh; i++)
    for (let j = 0; j < c.ow; j++)
      for (let k = rows[2 * i]; k < rows[2 * i + 1]; k++)
        for (let l = columns[2 * j]; l < columns[2 * j + 1]; l++) {
          const h = i * c.stride[0] - c.padding[0] + k * c.dilation[0];
          const w = j * c.stride[1] - c.padding[1] + l * c.dilation[1];
          out.output.push(i * c.ow + j);
          out.input.push(h * c.w + w);
          out.tap.push(k * c.kw + l);
        }
  return out;
}

/**
 * The set in groups, as the kernels read it: where each group starts, and its entries, which are
 * (tap, other position), or (output, input) when the groups are taps.
 */
export function groupPairs(
  p: Pairs,
  by: keyof Pairs,
  count: number,
): { starts: Int32Array; entries: Int32Array } {
  const groups: number[][] = Array.from({ length: count }, () => []);
  p[by].forEach((g, i) => {
    if (by === "tap") groups[g].push(p.output[i], p.input[i]);
    else groups[g].push(p.tap[i], by === "output" ? p.input[i] : p.output[i]);
  });
  return {
    starts: Int32Array.from([0, ...runningTotals(groups.map((g) => g.length / 2))]),
    entries: Int32Array.from(groups.flat()),
  };
}

export function runningTotals(counts: readonly number[]): number[] {
  let total = 0;
  return counts.map((n) => (total += n));
}
