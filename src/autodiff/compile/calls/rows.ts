/**
 * Calls that move data: rows by index, one entry along an axis, padding with zeros, joining.
 */

import { bytesOf } from "../../../tensor/dtype.ts";
import { sizeOf } from "../../../tensor/index.ts";
import { rowMajor } from "../access.ts";
import { bits, type Handler, read } from "./handler.ts";

export const rows: Record<string, Handler> = {
  take(s, v, { args: [x, index], params: { axis } }) {
    const X = s.dense(x, rowMajor(x.shape));
    const I = s.dense(index, rowMajor(index.shape));
    const out = s.output(v, rowMajor(v.shape));
    const inner = sizeOf(x.shape.slice(axis + 1));
    s.add({
      kind: "call",
      fn: "takeRows",
      args: [
        read(X),
        read(I),
        { store: out, offset: 0, write: true },
        sizeOf(x.shape.slice(0, axis)),
        x.shape[axis],
        sizeOf(index.shape),
        inner * bytesOf(x.dtype),
      ],
      checks: `take: an index is outside 0 to ${x.shape[axis] - 1}.`,
    });
  },
  putAdd(s, v, { args: [g, index], params: { axis, size } }) {
    const G = s.dense(g, rowMajor(g.shape));
    const I = s.dense(index, rowMajor(index.shape));
    const out = s.output(v, rowMajor(v.shape));
    s.add({
      kind: "call",
      fn: `putRows${bits(v)}`,
      args: [
        read(G),
        read(I),
        { store: out, offset: 0, write: true },
        sizeOf(v.shape.slice(0, axis)),
        size,
        sizeOf(index.shape),
        sizeOf(v.shape.slice(axis + 1)),
      ],
      checks: `take: an index is outside 0 to ${size - 1}.`,
    });
  },
  pickOne: one("pickOne", 0),
  placeOne: one("placeOne", 1),
  checkIndex(s, v, { args: [index], params: { size } }) {
    const I = s.dense(index, rowMajor(index.shape));
    s.output(v, []);
    s.add({
      kind: "call",
      fn: "checkIndex",
      args: [read(I), sizeOf(index.shape), size],
      checks: `gather: an index is outside 0 to ${size - 1}; labels must be below the number of classes.`,
    });
  },
  unslice(s, v, { args: [x], params: { starts, steps } }) {
    const out = s.output(v, rowMajor(v.shape));
    s.add({ kind: "clear", store: out });
    const offset = starts.reduce((o: number, i: number, d: number) => o + i * out.strides[d], 0);
    s.write(x, out, { offset, strides: out.strides.map((t, d) => t * steps[d]) });
    s.settle(out);
  },
  concat(s, v, { args, params: { axis } }) {
    const out = s.output(v, rowMajor(v.shape));
    let at = 0;
    for (const x of args) {
      s.write(x, out, { offset: at * out.strides[axis], strides: out.strides });
      at += x.shape[axis];
    }
    s.settle(out);
  },
};

/** One entry along an axis for each place, or its adjoint; `full` says whether the result is the larger side. */
function one(kernel: string, full: 0 | 1): Handler {
  return (s, v, { args: [x, index], params: { axis } }) => {
    const X = s.dense(x, rowMajor(x.shape));
    const I = s.dense(index, rowMajor(index.shape));
    const out = s.output(v, rowMajor(v.shape));
    const whole = full ? v.shape : x.shape;
    s.add({
      kind: "call",
      fn: `${kernel}${bits(v)}`,
      args: [
        read(X),
        read(I),
        { store: out, offset: 0, write: true },
        sizeOf(whole.slice(0, axis)),
        whole[axis],
        sizeOf(whole.slice(axis + 1)),
      ],
      checks: `gather: an index is outside 0 to ${whole[axis] - 1}; labels must be below the number of classes.`,
    });
  };
}
