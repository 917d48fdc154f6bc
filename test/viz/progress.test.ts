/** The bar follows loops of every kind, ends in every case, and costs few redraws. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { progress } from "../../src/viz/progress.ts";

const hook = Symbol.for("gradlab.display");
afterEach(() => {
  delete (globalThis as any)[hook];
});

function terminal(isTTY: boolean): { text: string; isTTY: boolean; write(t: string): void } {
  return {
    text: "",
    isTTY,
    write(t) {
      this.text += t;
    },
  };
}

test("a number counts from 0, an iterable passes through", () => {
  const stream = terminal(false);
  assert.deepEqual([...progress(3, { stream })], [0, 1, 2]);
  assert.deepEqual([...progress(new Set(["a", "b"]), { stream })], ["a", "b"]);
  assert.match(stream.text, /100% 3\/3 · .*\n.*2\/2/);
});

test("in a notebook one output is shown, then updated in place", () => {
  const calls: { bundle: any; options: any }[] = [];
  (globalThis as any)[hook] = (bundle: any, options: any) => calls.push({ bundle, options });
  for (const _ of progress([1, 2, 3], { label: "<train>", every: 0 }));
  assert.equal(calls[0].options.update, false);
  assert.ok(calls.slice(1).every((call) => call.options.update));
  assert.equal(new Set(calls.map((call) => call.options.transient.display_id)).size, 1);
  assert.match(calls.at(-1)!.bundle["text/html"], /&lt;train&gt;.*value="1.0000".*3\/3/);
  assert.doesNotMatch(calls.at(-1)!.bundle["text/html"], /<train>/);
});

test("a fast loop is drawn at its beginning and end, hardly between", () => {
  const stream = terminal(true);
  for (const _ of progress(100_000, { stream, every: 1e9 }));
  assert.equal(stream.text.split("\r").length - 1, 2);
});

test("leaving early says so, and lets the source clean up", () => {
  const stream = terminal(true);
  let cleaned = false;
  function* source() {
    try {
      yield 1;
      yield 2;
    } finally {
      cleaned = true;
    }
  }
  for (const x of progress(source(), { stream, total: 2 })) if (x === 2) break;
  assert.ok(cleaned);
  assert.match(stream.text, /1\/2 · stopped after/);
  assert.throws(() => {
    for (const _ of progress(5, { stream })) throw new Error("mine");
  }, /mine/);
  assert.ok(stream.text.endsWith("\n"));
});

test("asynchronous sources, and counting by hand", async () => {
  const stream = terminal(false);
  async function* source() {
    yield 1;
    yield 2;
  }
  const seen: number[] = [];
  for await (const x of progress(source(), { stream })) seen.push(x);
  assert.deepEqual(seen, [1, 2]);
  const bar = progress(10, { stream, label: "files" });
  bar.advance(4);
  bar.note({ loss: 0.123456, at: "here" });
  bar.advance(6);
  assert.equal(bar.count, 10);
  assert.match(stream.text, /files █+ 100% 10\/10 .*loss 0.1235, at here\n/);
});

test("bad input is refused by name", () => {
  assert.throws(() => progress(-1), /whole number; got -1/);
  assert.throws(() => progress({} as never), /iterate over/);
});
