/**
 * Code for a loop nest.
 *
 * The axis that vectors run along is walked three times: by several vectors at once, by single vectors,
 * and by single numbers for what is left.
 */

import { Code, I32 } from "../../../kernels/wasm/emit/index.ts";
import type { Nest } from "../nest.ts";
import type { Store } from "../stores.ts";
import { Analysis, type Mode, NARROW } from "./analysis.ts";
import { Offsets } from "./offsets.ts";
import { Results } from "./results.ts";
import type { Functions, Wide } from "./types.ts";
import { Values } from "./values.ts";

export type { Functions } from "./types.ts";

/** Bodies with more vector terms than this are not doubled: their variables would no longer fit registers. */
const HEAVY = 14;

/** The body of a function that runs the nest. */
export function loopCode(nest: Nest, functions: Functions, address: (s: Store) => number): Code {
  const { axes } = nest;
  const code = new Code();
  const analysis = new Analysis(nest, functions.fused);
  const offsets = new Offsets(code, nest, address);
  const values = new Values(code, analysis, offsets, functions);
  const results = new Results(code, analysis, offsets, values, functions);

  const walk = (axis: number, mode: Mode): void => {
    if (axis === analysis.firstReduced) results.start(mode);
    if (axis === axes.length) results.body(axis - 1, mode);
    else {
      offsets.enter(axis);
      const { size } = axes[axis];
      if (axis === nest.vector && analysis.lanes > 1) walkVectors(axis, size, analysis.lanes as Wide);
      else repeat(axis, 0, size, 1, mode);
    }
    if (axis === analysis.firstReduced) results.finish(axis - 1, mode);
  };

  const walkVectors = (axis: number, size: number, lanes: Wide): void => {
    const heavy = nest.terms.filter((t) => analysis.wide(t)).length > HEAVY;
    let copies = analysis.firstReduced < Number.POSITIVE_INFINITY ? 4 : heavy ? 1 : 2;
    while (copies > 1 && size < copies * lanes) copies /= 2;
    let at = 0;
    for (const [step, mode] of [
      [copies * lanes, { lanes, copies }],
      [lanes, { lanes, copies: 1 }],
      [1, NARROW],
    ] as const) {
      const end = at + Math.floor((size - at) / step) * step;
      if (end > at) repeat(axis, at, end, step, mode);
      at = end;
    }
  };

  const repeat = (axis: number, from: number, to: number, step: number, mode: Mode): void => {
    const once = (): void => {
      values.compute(axis, mode);
      walk(axis + 1, mode);
      offsets.advance(axis, step);
    };
    values.scope(() => {
      if (to - from === step) once();
      else {
        const counter = code.local(I32);
        code.i32(from).set(counter).loop(counter, step, to, once);
      }
    });
  };

  values.compute(-1, NARROW);
  walk(0, NARROW);
  return code;
}
