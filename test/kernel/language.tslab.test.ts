// Whatever cell stock tslab 1.0.22 accepts must run here with the same result. Both run the
// same corpus, each in a process of its own in the same kind of folder; what differs is listed
// with its reason in language/differences.ts.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { awaits } from "./language/corpus/awaits.ts";
import { modules } from "./language/corpus/modules.ts";
import { scope } from "./language/corpus/scope.ts";
import { types } from "./language/corpus/types.ts";
import { values } from "./language/corpus/values.ts";
import { differences } from "./language/differences.ts";
import { makeFolder } from "./language/harness/folder.ts";
import type { Ran, Sequence } from "./language/harness/sequence.ts";

const corpus: Sequence[] = [...values, ...scope, ...types, ...modules, ...awaits];
const harness = (name: string) => fileURLToPath(new URL(`./language/harness/${name}`, import.meta.url));
const tslab = dirname(dirname(createRequire(import.meta.url).resolve("tslab")));

describe("the corpus, on stock tslab and here", () => {
  const folder = mkdtempSync(join(tmpdir(), "cells-"));
  let stock: Ran[][];
  let ours: Ran[][];

  before(async () => {
    [stock, ours] = await Promise.all([
      run("stock", [harness("stock.cjs"), tslab]),
      run("ours", ["--no-warnings", harness("ours.ts")]),
    ]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function run(name: string, args: string[]): Promise<Ran[][]> {
    const cwd = join(folder, name);
    makeFolder(cwd);
    const input = join(folder, `${name}-in.json`);
    const output = join(folder, `${name}-out.json`);
    writeFileSync(input, JSON.stringify(corpus));
    const child = spawn(process.execPath, [...args, input, output], {
      cwd,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaints = "";
    child.stderr.on("data", (chunk) => (complaints += chunk));
    const code = await new Promise((resolve) => child.on("exit", resolve));
    assert.equal(code, 0, `${name} failed: ${complaints}`);
    return JSON.parse(readFileSync(output, "utf8"));
  }

  test("is large enough, and has no name twice", () => {
    assert.ok(corpus.length >= 150, `${corpus.length} sequences`);
    assert.equal(new Set(corpus.map((each) => each.name)).size, corpus.length);
  });

  corpus.forEach((sequence, i) => {
    test(sequence.name, () => {
      sequence.cells.forEach((code, j) => {
        const theirs = stock[i]![j]!;
        const mine = ours[i]![j]!;
        if (!theirs.ok) return;
        const reason = differences[sequence.name]?.[code];
        if (reason !== undefined) {
          assert.ok(!mine.ok || mine.text !== theirs.text, `no longer differs: ${code}`);
          return;
        }
        assert.ok(mine.ok, `${code}\nruns on tslab, fails here: ${mine.error}`);
        assert.equal(mine.text, theirs.text, code);
      });
    });
  });

  test("every listed difference is one of a cell in the corpus", () => {
    for (const [name, cells] of Object.entries(differences)) {
      const sequence = corpus.find((each) => each.name === name);
      assert.ok(sequence, name);
      for (const code of Object.keys(cells)) assert.ok(sequence.cells.includes(code), `${name}: ${code}`);
    }
  });
});
