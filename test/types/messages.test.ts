/**
 * What the type checker says of wrong shapes, word by word, and what 5,000 typed calls cost it: instantiations
 * are counted, not seconds, so that the answer is the same on every machine.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../src/setup/paths.mjs";

/** The checker's report on one file that imports the operations. */
function check(code: string): { report: string; instantiations: number } {
  const folder = mkdtempSync(join(tmpdir(), "gradlab-types-"));
  try {
    writeFileSync(join(folder, "cell.mts"), code);
    const types = join(root, "node_modules", "@types");
    const options = { typeRoots: [types], noUnusedLocals: false };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: join(root, "tsconfig.json"),
        compilerOptions: options,
        include: ["cell.mts"],
        exclude: [],
      }),
    );
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = spawnSync(
      process.execPath,
      [tsc, "-p", folder, "--singleThreaded", "--extendedDiagnostics"],
      { encoding: "utf8" },
    );
    return { report: stdout, instantiations: Number(/Instantiations:\s+(\d+)/.exec(stdout)?.[1]) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const from = (file: string) => JSON.stringify(join(root, "src", file));
const head = `
import { concat, einsum } from ${from("ops/index.ts")};
import { conv2d } from ${from("ops/conv.ts")};
import { type Tensor, zeros } from ${from("tensor/index.ts")};
declare const X: Tensor<["N", 64]>;
`;

const wrong: [code: string, message: string][] = [
  ["X.matmul(zeros([10, 3]));", "matmul: [N, 64] @ [10, 3]: the inner sizes differ"],
  ["X.add(zeros([10]));", "shapes [N, 64] and [10] do not broadcast"],
  ["X.sum(2);", "axis 2 is outside the shape [N, 64]"],
  ['einsum("ij,jk->ik", X, zeros([10, 3]));', "einsum: label j stands for 64 and for 10"],
  ['einsum("ij->ik", X);', "einsum: no operand has the label k of the result"],
  ["concat([X, zeros([2, 3])]);", "concat: [N, 64], [2, 3] differ outside axis 0"],
  [
    "conv2d(zeros([2, 3, 8, 8]), zeros([4, 1, 3, 3]));",
    "conv2d: images [2, 3, 8, 8] have 3 channels, kernels [4, 1, 3, 3] read 1",
  ],
  ["const y: Tensor<[3, 3]> = zeros([10, 3]); void y;", "Type 'Tensor<[10, 3]>' is not assignable"],
];

test("each message names the operation, the shapes and the contradiction, on the line of the call", () => {
  const { report } = check(head + wrong.map(([code]) => code).join("\n"));
  const first = head.split("\n").length;
  wrong.forEach(([code, message], i) => {
    const line = first + i;
    const at = report.indexOf(`cell.mts(${line},`);
    assert.ok(at >= 0, `no error for ${code}\n${report}`);
    const next = report.indexOf("cell.mts(", at + 9);
    const said = report.slice(at, next < 0 ? undefined : next);
    assert.ok(said.includes(message), `${code} is answered by\n${said}`);
  });
});

test("5,000 typed calls cost at most a few instantiations each", () => {
  const { report, instantiations: before } = check(head);
  assert.doesNotMatch(report, /error TS/);
  const layer = (k: number): string => {
    const [a, b] = [k % 40, (k % 40) + 1].map((n) => n + 2);
    return `{ const W = zeros([${a}, ${b}]); const V = zeros([${b}, 7]);
      const h = W.matmul(V).add(zeros([7])).relu(); const s = h.sum(1);
      const t = h.T.matmul(W); const m = t.mean(0, { keepdim: true }); void s; void m; }`;
  };
  const calls = Array.from({ length: 500 }, (_, k) => layer(k)).join("\n");
  const after = check(head + calls);
  assert.doesNotMatch(after.report, /error TS/);
  const each = (after.instantiations - before) / 5000;
  assert.ok(each < 20, `${each} instantiations a call`);
});
