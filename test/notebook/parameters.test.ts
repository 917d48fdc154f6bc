// Parameters: read, injected after the parameters cell, typed as it says.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { injectParameters, readParameters } from "../../src/notebook/index.ts";
import { declarations } from "../../src/notebook/parameters/declarations.ts";
import { code, notebook, text } from "./helpers.ts";

const parameters = (source: string) => code(source, { metadata: { tags: ["parameters"] } });
const typescript = { kernelspec: { name: "tslab", language: "typescript" } };

test("values come from arguments and files, arguments first", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gradlab-params-"));
  const file = join(folder, "p.yaml");
  await writeFile(file, "C: 4\nname: abc\nlist: [1, 2]\n");
  assert.deepEqual(await readParameters(["C=64", "rate=1e-3", "on=true", "text=a=b", "none="], file), {
    C: 64,
    name: "abc",
    list: [1, 2],
    rate: 0.001,
    on: true,
    text: "a=b",
    none: "",
  });
  await assert.rejects(readParameters(["C"]), /expected name=value/);
  await writeFile(file, "- 1");
  await assert.rejects(readParameters([], file), /must hold names and values/);
  await rm(folder, { recursive: true });
});

test("declarations are read with written or evident types", () => {
  const source = `let C: 1 | 2 | 4 = 1; // channels
const epochs = 4_000, rate = -0.1;
let name = "digits";
let sizes: readonly number[] = [1, 2];
const flags = [true, false];
export let later: string;
const f = (x: number) => x;`;
  assert.deepEqual(declarations(source, "typescript"), [
    { name: "C", kind: "let", type: "1 | 2 | 4" },
    { name: "epochs", kind: "const", type: "number" },
    { name: "rate", kind: "const", type: "number" },
    { name: "name", kind: "let", type: "string" },
    { name: "sizes", kind: "let", type: "readonly number[]" },
    { name: "flags", kind: "const", type: "boolean[]" },
    { name: "later", kind: "let", type: "string" },
    { name: "f", kind: "const" },
  ]);
  assert.throws(() => declarations("let = 1", "typescript"), /cannot be read/);
});

test("the injected cell assigns to a let and redeclares a const, after the parameters cell", () => {
  const nb = notebook(
    [text("a"), parameters("let C = 1;\nconst epochs: number = 2;\nlet id = 'x';"), code("C")],
    typescript,
  );
  const made = injectParameters(nb, { C: 64, epochs: 10, id: 123 });
  const cell = made.cells[2]!;
  assert.deepEqual(cell.metadata.tags, ["injected-parameters"]);
  assert.equal(cell.source, '// parameters of this run\nC = 64;\nconst epochs: number = 10;\nid = "123";');
  const again = injectParameters(made, { C: 2 });
  assert.equal(again.cells.length, 4);
  assert.equal(again.cells[2]!.source, "// parameters of this run\nC = 2;");
  assert.equal(injectParameters(nb, {}), nb);
});

test("Python notebooks get Python", () => {
  const nb = notebook([parameters("C = 1\nrate: float = 0.5")], {
    kernelspec: { name: "python3", language: "python" },
  });
  const made = injectParameters(nb, { C: true, rate: { a: [null, "x"] } });
  assert.equal(made.cells[1]!.source, '# parameters of this run\nC = True\nrate = {"a": [None, "x"]}');
});

test("unknown names and a missing parameters cell are explained", () => {
  const nb = notebook([parameters("let C = 1, D = 2;")], typescript);
  assert.throws(
    () => injectParameters(nb, { E: 1 }, "nb.ipynb"),
    /nb\.ipynb has no parameter "E": .* declares C, D/,
  );
  assert.throws(() => injectParameters(notebook([code("1")]), { C: 1 }), /no cell tagged "parameters"/);
});
