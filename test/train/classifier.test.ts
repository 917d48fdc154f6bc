/**
 * The training loop: it learns, repeats itself to the bit, resumes as if never interrupted, stops early.
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  Adam,
  DataLoader,
  Dropout,
  type EpochRecord,
  Linear,
  type Module,
  manualSeed,
  ReLU,
  ResNet,
  Sequential,
  StepLR,
  type Tensor,
  trainClassifier,
} from "gradlab";
import { patterns } from "../golden/patterns.ts";

const { x, y } = patterns(300, "float32");
const train = { x: x.slice(0, 0, 200).copy(), y: y.slice(0, 0, 200).copy() };
const held = { x: x.slice(0, 200).copy(), y: y.slice(0, 200).copy() };

function fresh(): Module {
  manualSeed(3);
  return new ResNet(4);
}
const bits = (m: Module): number[] => m.parameters().flatMap((p) => [...p.values()]);

test("a small network learns, and says how well", () => {
  const seen: EpochRecord[] = [];
  const notes: unknown[] = [];
  const bar = {
    *[Symbol.iterator]() {
      for (let i = 0; i < 30; i++) yield i;
    },
    note: (v: unknown) => notes.push(v),
  };
  const result = trainClassifier(fresh(), {
    train,
    test: held,
    epochs: 30,
    batchSize: 64,
    evaluateEvery: 10,
    progress: () => bar,
    onRecord: (r) => void seen.push(r),
  });
  assert.deepEqual(
    result.history.map((r) => r.epoch),
    [10, 20, 30],
  );
  assert.deepEqual(seen, result.history);
  assert.equal(notes.length, 3);
  const [first, , last] = result.history;
  assert.ok(last.trainLoss < first.trainLoss);
  assert.ok(last.trainError < first.trainError && last.trainError >= 0);
  assert.ok(last.testError <= 1 && Number.isFinite(last.testLoss));
});

test("the same seed gives the same bits, another seed others", () => {
  const run = (seed: number): number[] => {
    const m = fresh();
    trainClassifier(m, { train, epochs: 3, batchSize: 64, seed });
    return bits(m);
  };
  assert.deepEqual(run(1), run(1));
  assert.notDeepEqual(run(1), run(2));
});

test("a resumed run ends in the same bits as an uninterrupted one", () => {
  const directory = mkdtempSync(join(tmpdir(), "gradlab-"));
  const make = (): Module => {
    manualSeed(8);
    return new Sequential(
      new Flatten8(),
      new Linear(64, 20),
      new ReLU(),
      new Dropout(0.3),
      new Linear(20, 10),
    );
  };
  const run = (epochs: number, path?: string): { bits: number[]; history: EpochRecord[] } => {
    const m = make();
    const optimizer = new Adam(m.parameters(), { lr: 0.01 });
    const { history } = trainClassifier(m, {
      train,
      test: held,
      epochs,
      batchSize: 64,
      seed: 5,
      optimizer,
      scheduler: new StepLR(optimizer, { stepSize: 4, gamma: 0.5 }),
      checkpoint: path ? { path, every: 2 } : undefined,
    });
    return { bits: bits(m), history };
  };
  try {
    const whole = run(7);
    const path = join(directory, "run.safetensors");
    run(3, path);
    const resumed = run(7, path);
    assert.deepEqual(resumed.bits, whole.bits);
    assert.deepEqual(resumed.history, whole.history);
    // A finished run is not repeated.
    assert.deepEqual(run(7, path).history, whole.history);
    assert.throws(
      () => trainClassifier(make(), { train, epochs: 7, batchSize: 32, seed: 5, checkpoint: { path } }),
      /belongs to a run/,
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});

class Flatten8 extends ReLU {
  override forward(images: Tensor): Tensor {
    return images.reshape([images.shape[0], 64]);
  }
}

test("it stops when the test loss no longer falls", () => {
  const m = fresh();
  const result = trainClassifier(m, { train, test: held, epochs: 60, lr: 0, patience: 2 });
  assert.ok(result.stoppedEarly);
  assert.equal(result.epochs, 3);
});

test("a loss that explodes is reported, not trained on", () => {
  const m = new Sequential(new Flatten8(), new Linear(64, 10));
  m.parameters()[0].data[0] = Number.NaN;
  assert.throws(() => trainClassifier(m, { train, epochs: 2 }), /loss became NaN/);
});

test("batches cover every example once, in a new order each epoch", () => {
  const loader = new DataLoader(train.x, train.y, { batchSize: 64, seed: 2 });
  const order = (epoch: number): number[] => loader.indices(epoch).flatMap((t) => [...t.values()]);
  assert.deepEqual(
    loader.indices(0).map((t) => t.size),
    [64, 64, 64, 8],
  );
  assert.deepEqual(
    order(0).sort((a, b) => a - b),
    Array.from({ length: 200 }, (_, i) => i),
  );
  assert.deepEqual(order(4), order(4));
  assert.notDeepEqual(order(4), order(5));
  const [first] = loader;
  assert.deepEqual(first.x.shape, [64, 1, 8, 8]);
  assert.deepEqual(
    first.y.values(),
    Int32Array.from(first.index.values(), (i) => i % 10),
  );
  assert.equal(new DataLoader(train.x, train.y, { batchSize: 64, dropLast: true }).length, 3);
});
