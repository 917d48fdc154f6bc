/**
 * Curves that grow during training: one output, redrawn in place, complete at the end.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { type EpochRecord, Linear, liveCurves, manualSeed, rng, trainClassifier } from "gradlab";
import { curvesSvg } from "../../src/viz/curves.ts";

interface Output {
  bundle: Record<string, string>;
  id: string | undefined;
  update: boolean;
}

async function shown(work: () => void): Promise<Output[]> {
  const hook = Symbol.for("gradlab.display");
  const outputs: Output[] = [];
  (globalThis as any)[hook] = (bundle: any, o: any) =>
    outputs.push({ bundle, id: o.transient?.display_id, update: o.update === true });
  try {
    work();
    await setTimeout(20);
  } finally {
    delete (globalThis as any)[hook];
  }
  return outputs;
}

test("a training run draws into one output, the last state at the end", async () => {
  manualSeed(1);
  const x = rng(1).normal([60, 2], 0, 1, { dtype: "float32" });
  const y = x.sum(1).greater(0).astype("int32");
  let history: readonly EpochRecord[] = [];
  const outputs = await shown(() => {
    history = trainClassifier(new Linear(2, 2), {
      train: { x, y },
      epochs: 30,
      onRecord: liveCurves({ every: 20, title: "a line" }),
    }).history;
  });
  assert.ok(outputs.length >= 2);
  assert.equal(new Set(outputs.map((o) => o.id)).size, 1);
  assert.deepEqual(
    outputs.map((o) => o.update),
    outputs.map((_, i) => i > 0),
  );
  const last = outputs[outputs.length - 1].bundle["image/svg+xml"];
  assert.equal(last, curvesSvg(history, { title: "a line" }));
  assert.match(last, /trainLoss/);
  // There is no test set, so there is no curve of it.
  assert.doesNotMatch(last, /testLoss/);
});

test("without a notebook nothing is drawn", () => {
  assert.equal(liveCurves()({ epoch: 1, trainLoss: 1 }, [{ epoch: 1, trainLoss: 1 }]), undefined);
});

test("a curve is drawn to scale, with gaps and on either axis", () => {
  const rows = [1, 10, Number.NaN, 1000].map((loss, i) => ({ epoch: i + 1, loss }));
  const heights = (svg: string): number[] =>
    [...(/<path d="([^"]+)"/.exec(svg)?.[1] ?? "").matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((m) => Number(m[1]));
  const log = heights(curvesSvg(rows, { values: ["loss"] }));
  assert.equal(log.length, 3);
  assert.ok(Math.abs((log[0] - log[1]) * 2 - (log[1] - log[2])) < 0.5, `${log}`);
  const linear = heights(curvesSvg(rows, { values: ["loss"], logY: false }));
  assert.ok(linear[0] - linear[1] < (linear[0] - linear[2]) / 100 + 0.2, `${linear}`);
  const negative = curvesSvg(
    [
      { epoch: 1, loss: -1 },
      { epoch: 2, loss: 1 },
    ],
    { values: ["loss"] },
  );
  assert.ok(!negative.includes("NaN"));
  assert.ok(!curvesSvg([], { values: ["loss"] }).includes("<path"));
});
