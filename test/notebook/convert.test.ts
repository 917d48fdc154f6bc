// Notebook ↔ script exactly; cleaning; differences.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanNotebook } from "../../src/notebook/convert/clean.ts";
import { common, diffNotebooks, diffText, lineChanges } from "../../src/notebook/convert/diff.ts";
import { fromScript, takeOutputs, toScript } from "../../src/notebook/convert/script.ts";
import { type Cell, serializeNotebook } from "../../src/notebook/index.ts";
import { code, notebook, text } from "./helpers.ts";

const printed = (value: string) => ({ output_type: "stream" as const, name: "stdout" as const, text: value });

/** A small seeded stream of numbers, so a failure can be repeated. */
function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

test("any notebook becomes a script and the same notebook again", () => {
  const pieces = [
    "",
    " ",
    "// %% x",
    "// \\%% y",
    "# %%",
    "a = 1;",
    "//",
    "// ",
    "  b",
    "\t",
    "%%",
    "é ✓",
    "`$x$`",
    "// ---",
    "\r",
  ];
  for (let seed = 1; seed <= 300; seed++) {
    const pick = random(seed);
    const line = () => pieces[pick(pieces.length)]!;
    const cells = Array.from({ length: pick(6) }, (_, k): Cell => {
      const source = Array.from({ length: pick(5) }, line).join("\n");
      const metadata = pick(3) === 0 ? { tags: ["a b", "c"], other: { deep: ["x y", 'q"', null] } } : {};
      const base = { id: `id-${k}`, source, metadata };
      const kind = pick(3);
      if (kind === 0) return { ...base, cell_type: "code", outputs: [], execution_count: null };
      if (kind === 1) return { ...base, cell_type: "raw" };
      return {
        ...base,
        cell_type: "markdown",
        ...(pick(4) === 0 ? { attachments: { "a b.png": { "image/png": "AA==" } } } : {}),
      };
    });
    const language = pick(2) === 0 ? "typescript" : "python";
    const nb = notebook(cells, { kernelspec: { name: "k", language }, note: "// ---\n# ---" });
    const script = toScript(nb);
    const back = fromScript(script);
    assert.equal(serializeNotebook(back), serializeNotebook(nb), `seed ${seed}\n${script}`);
    assert.equal(toScript(back), script);
  }
});

test("a script written by hand becomes a notebook", () => {
  const nb = fromScript(
    '// %% [markdown]\n// # Title\n// text\n\n// %%\nconst a = 1;\na\n\n// %% tags=["parameters"]\nlet C = 4;\n',
  );
  assert.deepEqual(
    nb.cells.map((c) => [c.cell_type, c.source, c.metadata.tags]),
    [
      ["markdown", "# Title\ntext", undefined],
      ["code", "const a = 1;\na", undefined],
      ["code", "let C = 4;", ["parameters"]],
    ],
  );
  assert.equal(nb.metadata.kernelspec!.name, "tslab");
  assert.throws(() => fromScript("// %% id=nonsense\n1"), /the value of id is not JSON/);
  assert.throws(() => fromScript("// ---\n// {}\n"), /header has no end/);
});

test("outputs stay with the cells whose source is unchanged", () => {
  const paired = notebook([
    code("1", { id: "a", outputs: [printed("1\n")], execution_count: 1 }),
    code("2", { id: "b", outputs: [printed("2\n")], execution_count: 2 }),
  ]);
  const edited = notebook([code("2", { id: "new" }), code("1 + 1", { id: "a" }), code("2", { id: "b" })]);
  const cells = takeOutputs(edited, paired).cells as any[];
  assert.deepEqual(
    cells.map((c) => c.execution_count),
    [2, null, null],
  );
});

test("clean takes out what changes by itself and nothing else", () => {
  const nb = notebook(
    [
      code("1", {
        outputs: [printed("x")],
        execution_count: 3,
        metadata: { tags: ["t"], execution: { "iopub.status.busy": "2024" }, collapsed: false },
      }),
      code("C = 2", { metadata: { tags: ["injected-parameters"] } }),
      code("2", { outputs: [printed("kept")], execution_count: 4, metadata: { tags: ["keep-output"] } }),
      text("words"),
    ],
    { kernelspec: { name: "tslab" }, widgets: {} },
  );
  const clean = cleanNotebook(nb);
  assert.equal(clean.cells.length, 3);
  assert.deepEqual(clean.cells[0], { ...code("1"), id: nb.cells[0]!.id, metadata: { tags: ["t"] } });
  assert.deepEqual((clean.cells[1] as any).outputs, [printed("kept")]);
  assert.deepEqual(clean.metadata, { kernelspec: { name: "tslab" } });
  assert.equal(serializeNotebook(cleanNotebook(clean)), serializeNotebook(clean));
  assert.equal((cleanNotebook(nb, { keepOutputs: true }).cells[0] as any).execution_count, 3);
});

test("lines: a difference is a shortest edit and rebuilds both sides", () => {
  const changes = lineChanges("a\nb\nc\nd", "a\nc\nx\nd");
  assert.deepEqual(
    changes.map((c) => c.kind + c.text),
    [" a", "-b", " c", "+x", " d"],
  );
  assert.deepEqual(common([1, 2, 3], [2, 3, 4], Object.is), [
    [1, 0],
    [2, 1],
  ]);
});

test("cells: added, removed, edited, and outputs that moved beyond tolerance", () => {
  const a = notebook([
    text("one"),
    code("x", { id: "x", outputs: [printed("0.1234567\n")] }),
    code("gone", { id: "g" }),
  ]);
  const b = notebook([
    { ...a.cells[0]! },
    code("new", { id: "n" }),
    code("x", { id: "x", outputs: [printed("0.12345671\n")] }),
  ]);
  assert.deepEqual(
    diffNotebooks(a, b).map((c) => [c.kind, c.cell.id]),
    [
      ["added", "n"],
      ["removed", "g"],
    ],
  );
  (b.cells[2] as any).outputs = [printed("0.5\n")];
  (b.cells[2] as any).source = "x\ny";
  const changed = diffNotebooks(a, b).find((c) => c.kind === "changed")!;
  assert.match(
    diffText([changed]),
    /changed code cell 3 \(x\)\n {4}x\n {2}\+ y\n {2}output 1: line 1: stored 0\.1234567/,
  );
  assert.deepEqual(diffNotebooks(a, a), []);
});
