/**
 * A training run in a process of its own, killed without warning at any moment, as often as it takes:
 * resumed, it ends in the same bits as one that was left alone.
 */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Dropout, Adam and a schedule have state beside the weights; a checkpoint every epoch. */
const PROGRAM = `
import { Adam, CosineAnnealingLR, Dropout, Linear, manualSeed, ReLU, rng, Sequential, trainClassifier } from "gradlab";
manualSeed(4);
const x = rng(1).normal([400, 12], 0, 1, { dtype: "float32" });
const y = x.slice(1, 0, 4).argmax(1);
const model = new Sequential(new Linear(12, 32), new ReLU(), new Dropout(0.2), new Linear(32, 4));
const optimizer = new Adam(model.parameters(), { lr: 0.01 });
const { history } = trainClassifier(model, {
  train: { x, y }, epochs: Number(process.argv[2]), batchSize: 32, seed: 9, optimizer, evaluateEvery: 5,
  scheduler: new CosineAnnealingLR(optimizer, { tMax: 40 }),
  checkpoint: { path: process.argv[1], every: 1 },
});
const bits = model.parameters().map((p) => Buffer.from(Float32Array.from(p.values()).buffer).toString("hex"));
console.log(JSON.stringify({ bits, history }));
`;

function start(path: string, epochs: number): ChildProcess & { said: Promise<string> } {
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM, path, String(epochs)], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (d) => {
    text += d;
  });
  return Object.assign(child, {
    said: new Promise<string>((done) => child.on("close", () => done(text))),
  });
}

test("a run killed again and again ends in the same bits as one left alone", {
  timeout: 240_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "gradlab-killed-"));
  const epochs = 400;
  try {
    const alone = JSON.parse(await start(join(folder, "alone.safetensors"), epochs).said);
    const path = join(folder, "killed.safetensors");
    let kills = 0;
    for (let attempt = 0; ; attempt++) {
      const child = start(path, epochs);
      // The moment moves on with each attempt, so that every run gets a little further.
      const wait = async (): Promise<null> => {
        for (let looks = 0; attempt === 0 && !existsSync(path) && looks < 2000; looks++) await setTimeout(5);
        await setTimeout(attempt === 0 ? 3 : 300 + 150 * attempt + 7 * (attempt % 5));
        return null;
      };
      const said = await Promise.race([child.said, attempt < 6 ? wait() : child.said]);
      if (said === null) {
        child.kill("SIGKILL");
        if ((await child.said) === "") {
          kills++;
          // Whatever the moment was, the file is whole.
          assert.ok(readFileSync(path).length > 0);
          continue;
        }
      }
      const ended = JSON.parse(await child.said);
      assert.deepEqual(ended.bits, alone.bits);
      assert.deepEqual(ended.history, alone.history);
      break;
    }
    assert.ok(kills >= 1, "no run was killed before its end");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
