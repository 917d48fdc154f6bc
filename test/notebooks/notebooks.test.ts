/**
 * The notebooks, run cell by cell in the real kernel through a real Jupyter server, and their results
 * checked by value. Nothing is written: the stored outputs stay as they are.
 */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type CodeCell,
  failureText,
  isCode,
  type Notebook,
  runNotebook,
  type Server,
  startServer,
} from "../../src/notebook/index.ts";

const folder = fileURLToPath(new URL("../../notebooks", import.meta.url));
let server: Server;

before(async () => {
  // The long experiments run shortened, and say so.
  server = await startServer({ root: folder, env: { GRADLAB_RUN: "1", GRADLAB_EPOCHS: "2" } });
});
after(() => server?.close());

async function run(name: string): Promise<Notebook> {
  const { report, notebook } = await runNotebook(`${folder}/${name}.ipynb`, { server, output: false });
  assert.equal(report.status, "passed", failureText(report));
  return notebook;
}

/** The plain text of the last output of the code cell whose source contains `source`. */
function textOf(notebook: Notebook, source: string): string {
  const cell = notebook.cells.filter(isCode).find((c: CodeCell) => c.source.includes(source));
  assert.ok(cell, `no cell contains ${source}`);
  const output: any = cell.outputs[cell.outputs.length - 1];
  return String(output?.data?.["text/plain"] ?? output?.text ?? "");
}

/** All verdicts shown, as "✓ title" or "✗ title". */
function verdicts(notebook: Notebook): string[] {
  const texts = notebook.cells
    .filter(isCode)
    .flatMap((c: CodeCell) => c.outputs as any[])
    .map((o) => String(o.data?.["text/plain"] ?? ""));
  return texts.flatMap((t) => /^([✓✗] [^:]+):/.exec(t)?.[1] ?? []);
}

/** The numbers in a text, in order. */
const numbers = (text: string): number[] => (text.match(/-?\d+(\.\d+)?(e[-+]?\d+)?/g) ?? []).map(Number);

test("quiz4: each equation holds, the mean loss is refused, the net learns", async () => {
  const nb = await run("quiz4");
  const said = verdicts(nb);
  for (let k = 9; k <= 15; k++) assert.ok(said.includes(`✓ (${k})`), `equation (${k})`);
  assert.ok(said.includes("✗ (9) with the mean loss"));
  assert.match(textOf(nb, "(9) with the mean loss"), /5 times|1\/5/);
  const [trained, tested] = numbers(textOf(nb, "const accuracy"));
  assert.ok(trained > 0.99 && tested > 0.95, `${trained}, ${tested}`);
});

test("cs280-a1: gradients of the mixture, EM and ascent meet, softmax's VJP", async () => {
  const nb = await run("cs280-a1");
  const said = verdicts(nb);
  assert.equal(said.filter((v) => v.startsWith("✓")).length, 9);
  assert.ok(said.includes("✓ the mean of the responsibilities, on the simplex"));
  assert.deepEqual(
    said.filter((v) => v.startsWith("✗")),
    ["✗ their sum", "✗ the diagonal alone"],
  );
  assert.match(textOf(nb, '"their sum"'), /the entries sum to 6, not 1/);
  assert.match(textOf(nb, "const fits"), /EM\s+24\s+-2\.8222/);
});

test("nndl-hw: autoencoder, GP-LVM, Swish", async () => {
  const nb = await run("nndl-hw");
  const said = verdicts(nb);
  assert.equal(said.filter((v) => v.startsWith("✓")).length, 12);
  assert.equal(said.filter((v) => v.startsWith("✗")).length, 5);
  assert.match(textOf(nb, "principal angles"), /0\.00\d\d°, 0\.00\d\d°/);
  const [, fitted, closed] = textOf(nb, "const closed")
    .split("\n")
    .slice(1)
    .map((row) => numbers(row).at(-1));
  assert.ok(Math.abs((fitted as number) / (closed as number) - 1) < 1e-3, `${fitted}, ${closed}`);
});

test("dsga1008-a1: affine map, any cost tripled, softmax's Jacobian and limits, modules", async () => {
  const nb = await run("dsga1008-a1");
  const said = verdicts(nb);
  for (const title of [
    "∂L/∂W",
    "∂L/∂b",
    "∂C2/∂W",
    "∂C2/∂b",
    "both cases",
    "the matrix form",
    "β → 0",
    "β → ∞",
  ])
    assert.ok(said.includes(`✓ ${title}`), `${title} among ${said.join(", ")}`);
  assert.deepEqual(
    said.filter((v) => v.startsWith("✗")),
    ["✗ read as an inner product", "✗ read elementwise", "✗ only the case i = j"],
  );
  assert.match(textOf(nb, "read elementwise"), /outer product/);
});

test("cs446-hw2: EM by enumeration, the deep net, the ResNet (shortened, and saying so)", async () => {
  const nb = await run("cs446-hw2");
  assert.equal(verdicts(nb).filter((v) => v.startsWith("✓")).length, 7);
  const [first, second] = textOf(nb, "everyZ = ").match(/-8\.\d{12}/g) ?? [];
  assert.ok(first);
  assert.equal(first, second);
  assert.match(textOf(nb, "const piTilde"), /= 4\.0000 for all k, and λ = ΣN = 4\.0000/);
  assert.match(textOf(nb, "afterPool = "), /1 × 20 × 24 × 24[\s\S]*1 × 20 × 12 × 12/);
  assert.match(textOf(nb, "const fits"), /5 × 5\s+1\s+50 × 8 × 8\s+50 × 4 × 4/);
  assert.match(
    textOf(nb, "const epochs"),
    /a shortened run of 2 epochs;\s1437 images to train on, 360 to test on/,
  );
  const errors = numbers(textOf(nb, "const large").split("\n").at(-1) ?? "");
  assert.equal(errors[0], 64);
  assert.ok(errors[1] < 60, `C = 64 misclassifies ${errors[1]} % after two epochs`);
});

test("start-here: the tour", async () => {
  const nb = await run("start-here");
  assert.deepEqual(verdicts(nb), ["✓ ∂L/∂w", "✗ ∂L/∂w", "✗ ∂L/∂w"]);
  assert.match(textOf(nb, ".mul(2));"), /a factor 2 too many/);
  assert.match(textOf(nb, "y.sub(X.matmul(w))"), /sign is wrong/);
  assert.match(textOf(nb, "descending"), /y = -0\.3\d \+ 1\.4\d t/);
});

test("every notebook has its test here", () => {
  const known = ["quiz4", "cs280-a1", "nndl-hw", "dsga1008-a1", "cs446-hw2", "start-here"];
  for (const file of readdirSync(folder))
    if (file.endsWith(".ipynb")) assert.ok(known.includes(file.slice(0, -6)), `${file} is not tested`);
});
