/**
 * Calls of the matrix product.
 */

import { worthSharing } from "../../../kernels/index.ts";
import { engine } from "../../../kernels/wasm/engine.ts";
import { sizeOf } from "../../../tensor/index.ts";
import { rowMajor } from "../access.ts";
import type { Access, Argument } from "../steps.ts";
import { bits, type Handler } from "./handler.ts";

export const matrix: Record<string, Handler> = {
  matmul(s, v, { args: [a, b] }) {
    const [m, n] = v.shape.slice(-2);
    const k = a.shape[a.shape.length - 1];
    const [A, B] = [s.somewhere(a), s.somewhere(b)];
    const lead = v.shape.length - 2;
    // The longer side innermost, unless every reader wants the transpose.
    const flipped = lead === 0 && (s.readers.transposed(v) || (m > n && n < 16));
    const out = s.output(v, flipped ? [1, 0] : rowMajor(v.shape));
    const count = sizeOf(v.shape.slice(0, -2));
    const e = engine();
    const scratch = e ? e.exports.matmulScratch() : 0;
    const offsetOf = (x: Access, i: number): number => {
      let rest = i;
      let at = x.at.offset;
      for (let d = lead - 1; d >= 0; d--) {
        at += (rest % v.shape[d]) * x.at.strides[d];
        rest = Math.floor(rest / v.shape[d]);
      }
      return at;
    };
    const [ar, ac] = A.at.strides.slice(-2);
    const [br, bc] = B.at.strides.slice(-2);
    for (let i = 0; i < count; i++) {
      const left: Argument = { store: A.store, offset: offsetOf(A, i) };
      const right: Argument = { store: B.store, offset: offsetOf(B, i) };
      const to: Argument = { store: out, offset: i * m * n, write: true };
      s.add({
        kind: "call",
        fn: `matmul${bits(v)}${worthSharing(m * k * n) ? "Shared" : ""}`,
        args: flipped
          ? [right, bc, br, left, ac, ar, to, m, n, k, m, 0, { scratch }]
          : [left, ar, ac, right, br, bc, to, n, m, k, n, 0, { scratch }],
      });
    }
    s.settle(out);
  },
};
