/**
 * Eager convolutions through WebAssembly: images are copied in, turned batch innermost, and turned back.
 */

import type { TypedArray } from "../../tensor/index.ts";
import type { ConvSizes } from "../conv.ts";
import { convPairs, groupPairs, type Pairs } from "../pairs.ts";
import type { Engine } from "./engine.ts";
import { copyIn, copyOut, regions } from "./room.ts";
import { worthSharing } from "./split.ts";

interface Tables {
  starts: number;
  entries: number;
  /** How many entries there are. */
  pairs: number;
}

const tables = new Map<string, Tables>();

/** The groups of a convolution in WebAssembly memory; kept, since a network uses few. */
function tablesOf(e: Engine, c: ConvSizes, by: keyof Pairs, count: number): Tables {
  const key = `${by} ${c.h} ${c.w} ${c.kh} ${c.kw} ${c.stride} ${c.padding} ${c.dilation}`;
  const known = tables.get(key);
  if (known) return known;
  const { starts, entries } = groupPairs(convPairs(c), by, count);
  const block = e.arena.allocate(starts.byteLength + entries.byteLength);
  const made = {
    starts: block.address,
    entries: block.address + starts.byteLength,
    pairs: entries.length / 2,
  };
  const { buffer } = e.arena.memory;
  new Int32Array(buffer, made.starts, starts.length).set(starts);
  new Int32Array(buffer, made.entries, entries.length).set(entries);
  tables.set(key, made);
  return made;
}

/** What the kernel's name ends in when its work is worth dividing. */
function share(c: ConvSizes, pairs: number): string {
  return worthSharing(pairs * c.n * c.ci * c.co) ? "Shared" : "";
}

/** Whether a convolution is worth the copies, and the kernels can do it. */
export function convolvesInWasm(c: ConvSizes, out: TypedArray): boolean {
  const products = c.n * c.co * c.ci * c.oh * c.ow * c.kh * c.kw;
  return c.groups === 1 && products > 1500 && (out instanceof Float32Array || out instanceof Float64Array);
}

/** y = x ⋆ w, or its adjoint in the image, which is the same sum with the roles of the channels exchanged. */
export function convolve(
  e: Engine,
  x: TypedArray,
  w: TypedArray,
  out: TypedArray,
  c: ConvSizes,
  adjoint: boolean,
): void {
  const wide = out instanceof Float64Array;
  const [bits, bytes] = wide ? [64, 8] : [32, 4];
  const taps = c.kh * c.kw;
  const [inside, outside] = [c.h * c.w, c.oh * c.ow];
  const [positions, inputs] = adjoint ? [inside, outside] : [outside, inside];
  const [channels, inner] = adjoint ? [c.ci, c.co] : [c.co, c.ci];
  const { starts, entries, pairs } = tablesOf(e, c, adjoint ? "input" : "output", positions);
  const need = e.exports.convScratch(channels, inner, positions, inputs, taps, c.n, bytes);
  const sizes = [x, x, w, out, out].map((v) => v.length * bytes);
  const [given, turned, weights, result, back, scratch] = regions(e, ...sizes, need);
  copyIn(e, x, given, wide);
  copyIn(e, w, weights, wide);
  const transpose = e.exports[`transpose${bits}`];
  transpose(given, turned, c.n, x.length / c.n);
  const all = c.ci * taps;
  const [wInner, wChannel] = adjoint ? [all, taps] : [taps, all];
  e.exports[`conv${bits}${share(c, pairs)}`](
    turned,
    weights,
    result,
    starts,
    entries,
    positions,
    c.n,
    channels,
    inner,
    inputs,
    taps,
    1,
    wInner,
    wChannel,
    scratch,
  );
  transpose(result, back, out.length / c.n, c.n);
  copyOut(e, back, out);
}

/** The adjoint in the kernel. */
export function convolveWeights(
  e: Engine,
  x: TypedArray,
  g: TypedArray,
  out: TypedArray,
  c: ConvSizes,
): void {
  const wide = out instanceof Float64Array;
  const [bits, bytes] = wide ? [64, 8] : [32, 4];
  const taps = c.kh * c.kw;
  const { starts, entries, pairs } = tablesOf(e, c, "tap", taps);
  const need = e.exports.convScratch(c.co, c.ci, c.oh * c.ow, c.h * c.w, taps, c.n, bytes);
  const longer = x.length > g.length ? x : g;
  const sizes = [longer, x, g, out].map((v) => v.length * bytes);
  const [given, images, grads, result, scratch] = regions(e, ...sizes, need);
  const transpose = e.exports[`transpose${bits}`];
  for (const [from, to] of [
    [x, images],
    [g, grads],
  ] as const) {
    copyIn(e, from, given, wide);
    transpose(given, to, c.n, from.length / c.n);
  }
  e.exports[`convWeights${bits}${share(c, pairs)}`](
    images,
    grads,
    result,
    starts,
    entries,
    c.oh * c.ow,
    c.n,
    c.co,
    c.ci,
    c.h * c.w,
    taps,
    scratch,
  );
  copyOut(e, result, out);
}
