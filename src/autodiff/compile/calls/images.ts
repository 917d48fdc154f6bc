/**
 * Calls of convolution and pooling kernels. Images go batch innermost, [channels, height, width, batch],
 * so that everything about a position is one unit-stride row.
 */

import {
  type ConvSizes,
  convPairs,
  groupPairs,
  type Pairs,
  runningTotals,
  type Windows,
  windowLists,
  worthSharing,
} from "../../../kernels/index.ts";
import { engine } from "../../../kernels/wasm/engine.ts";
import { bytesOf } from "../../../tensor/dtype.ts";
import { rowMajor } from "../access.ts";
import type { Value } from "../graph.ts";
import type { Schedule } from "../schedule.ts";
import type { Argument } from "../steps.ts";
import { bits, type Handler, read } from "./handler.ts";

/** Axes of an image tensor [N, C, H, W] with the batch innermost. */
const BATCH_LAST = [1, 2, 3, 0];

export const images: Record<string, Handler> = {
  conv2d(s, v, { args: [x, w], params }) {
    const c = params as ConvSizes;
    convolve(s, v, x, w, c, convPairs(c), {
      positions: c.oh * c.ow,
      inputs: c.h * c.w,
      channels: c.co,
      inner: c.ci,
      wInner: c.kh * c.kw,
      wChannel: c.ci * c.kh * c.kw,
      by: "output",
    });
  },
  conv2dInputGrad(s, v, { args: [g, w], params }) {
    const c = params as ConvSizes;
    convolve(s, v, g, w, c, convPairs(c), {
      positions: c.h * c.w,
      inputs: c.oh * c.ow,
      channels: c.ci,
      inner: c.co,
      wInner: c.ci * c.kh * c.kw,
      wChannel: c.kh * c.kw,
      by: "input",
    });
  },
  conv2dWeightGrad(s, v, { args: [x, g], params }) {
    const c = params as ConvSizes;
    const X = s.dense(x, BATCH_LAST);
    const G = s.dense(g, BATCH_LAST);
    const taps = c.kh * c.kw;
    const { starts, entries } = groupPairs(convPairs(c), "tap", taps);
    const out = s.output(v, rowMajor(v.shape));
    s.add({
      kind: "call",
      fn: `convWeights${bits(v)}${share(c, entries)}`,
      args: [
        read(X),
        read(G),
        { store: out, offset: 0, write: true },
        { constant: starts },
        { constant: entries },
        c.oh * c.ow,
        c.n,
        c.co,
        c.ci,
        c.h * c.w,
        taps,
        { scratch: scratchFor(c, v) },
      ],
    });
  },
  maxPool2d(s, v, { args: [x], params }) {
    const w = params as Windows;
    const X = s.dense(x, BATCH_LAST);
    const { starts, list } = windowLists(w);
    const out = s.output(v, BATCH_LAST);
    s.add({
      kind: "call",
      fn: `maxPool${bits(v)}`,
      args: [
        read(X),
        { store: out, offset: 0, write: true },
        { constant: starts },
        { constant: list },
        ...planes(x, w),
      ],
    });
  },
  maxPool2dGrad(s, v, { args: [g, x], params }) {
    const w = params as Windows;
    const [G, X] = [s.dense(g, BATCH_LAST), s.dense(x, BATCH_LAST)];
    const { starts, list } = windowLists(w);
    const out = s.output(v, BATCH_LAST);
    const to: Argument = { store: out, offset: 0, write: true };
    s.add({
      kind: "call",
      fn: `maxPoolGrad${bits(v)}`,
      args: [
        read(G),
        read(X),
        to,
        { constant: starts },
        { constant: list },
        ...planes(x, w),
        fourApart(starts, list, w),
      ],
    });
  },
  averagePool2d(s, v, { args: [x], params }) {
    const w = params as Windows;
    const { starts, list } = windowLists(w);
    const factors: number[] = [];
    for (let p = 0; p < w.oh * w.ow; p++)
      for (let e = starts[p]; e < starts[p + 1]; e++) factors.push(1 / w.divisors[p]);
    weighted(s, v, x, starts, list, factors, w.oh * w.ow, w.h * w.w);
  },
  averagePool2dGrad(s, v, { args: [g], params }) {
    const w = params as Windows;
    const { starts, list } = windowLists(w);
    // The same relation read the other way: for each input, the outputs whose windows hold it.
    const back: { out: number; factor: number }[][] = Array.from({ length: w.h * w.w }, () => []);
    for (let p = 0; p < w.oh * w.ow; p++)
      for (let e = starts[p]; e < starts[p + 1]; e++)
        back[list[e]].push({ out: p, factor: 1 / w.divisors[p] });
    const turned = Int32Array.from([0, ...runningTotals(back.map((b) => b.length))]);
    const flat = back.flat();
    weighted(
      s,
      v,
      g,
      turned,
      Int32Array.from(flat, (f) => f.out),
      flat.map((f) => f.factor),
      w.h * w.w,
      w.oh * w.ow,
    );
  },
};

interface Convolution {
  positions: number;
  inputs: number;
  channels: number;
  inner: number;
  wInner: number;
  wChannel: number;
  by: "output" | "input";
}

function convolve(s: Schedule, v: Value, x: Value, w: Value, c: ConvSizes, p: Pairs, o: Convolution): void {
  const X = s.dense(x, BATCH_LAST);
  const W = s.dense(w, rowMajor(w.shape));
  const { starts, entries } = groupPairs(p, o.by, o.positions);
  const out = s.output(v, BATCH_LAST);
  s.add({
    kind: "call",
    fn: `conv${bits(v)}${share(c, entries)}`,
    args: [
      read(X),
      read(W),
      { store: out, offset: 0, write: true },
      { constant: starts },
      { constant: entries },
      o.positions,
      c.n,
      o.channels,
      o.inner,
      o.inputs,
      c.kh * c.kw,
      1,
      o.wInner,
      o.wChannel,
      { scratch: scratchFor(c, v) },
    ],
  });
}

/** What the kernel's name ends in when its work is worth dividing. */
function share(c: ConvSizes, entries: Int32Array): string {
  return worthSharing((entries.length / 2) * c.n * c.ci * c.co) ? "Shared" : "";
}

/** Enough for either direction. */
function scratchFor(c: ConvSizes, v: Value): number {
  const e = engine();
  if (!e) return 0;
  const need = (channels: number, inner: number, positions: number, inputs: number): number =>
    e.exports.convScratch(channels, inner, positions, inputs, c.kh * c.kw, c.n, bytesOf(v.dtype));
  return Math.max(need(c.co, c.ci, c.oh * c.ow, c.h * c.w), need(c.ci, c.co, c.h * c.w, c.oh * c.ow));
}

/** 1 when every window has four entries, none shared, and all inputs are in one. */
function fourApart(starts: Int32Array, list: Int32Array, w: Windows): 0 | 1 {
  const four = starts.every((s, i) => s === 4 * i);
  return four && list.length === w.h * w.w && new Set(list).size === list.length ? 1 : 0;
}

function planes(x: Value, w: Windows): [number, number, number, number] {
  return [x.shape[1], w.oh * w.ow, w.h * w.w, x.shape[0]];
}

function weighted(
  s: Schedule,
  v: Value,
  x: Value,
  starts: Int32Array,
  list: Int32Array,
  factors: number[],
  positions: number,
  inputs: number,
): void {
  const X = s.dense(x, BATCH_LAST);
  const out = s.output(v, BATCH_LAST);
  const values = v.dtype === "float64" ? Float64Array.from(factors) : Float32Array.from(factors);
  s.add({
    kind: "call",
    fn: `weighted${bits(v)}`,
    args: [
      read(X),
      { store: out, offset: 0, write: true },
      { constant: starts },
      { constant: list },
      { constant: values },
      x.shape[1],
      positions,
      inputs,
      x.shape[0],
    ],
  });
}
