// Every example of a docstring and of a page does what it says: it is checked
// for types, run, and each "// → …" in it compared with what comes out.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { docstringExamples, pageExamples, pages } from "../../docs/site/collect.ts";
import { docCommentOf, type Exported, exportsOf, isType } from "../../docs/site/exports.ts";
import { enterScratchFolder, isRun, prepare, run, typeErrors } from "../../docs/site/run.ts";
import * as gradlab from "../../src/index.ts";
import { root } from "../../src/setup/paths.mjs";

const { examples: fromDocstrings, unfenced } = docstringExamples();
const examples = [...fromDocstrings, ...pages().flatMap(pageExamples)];
const prepared = prepare(examples, "examples");
const checkedTypes = typeErrors(prepared);

// Files that examples write go to a folder of their own.
let leave = () => {};
before(() => {
  leave = enterScratchFolder();
});
after(() => leave());

for (const each of prepared.filter(isRun)) {
  test(`${each.example.file}:${each.example.line}`, { timeout: 60_000 }, async () => {
    await run(each);
  });
}

test("examples are right by their types", async () => {
  assert.equal((await checkedTypes).join("\n"), "");
});

test("what is not run says why", () => {
  const silent = examples.flatMap((e) =>
    e.blocks.filter((b) => b.noRun === "").map((b) => `${e.file}:${b.line}: write why after no-run`),
  );
  assert.deepEqual(silent, []);
});

test("examples are ```ts blocks", () => {
  assert.deepEqual(
    unfenced.map((place) => `${place}: write the example as a \`\`\`ts block, so that it is run`),
    [],
  );
});

test("every function and class has an example", () => {
  const without: string[] = [];
  const visit = (all: Map<string, Exported>, values: Record<string, any>, prefix = "") => {
    for (const [name, e] of all) {
      if (e.members) visit(e.members, values[name], `${prefix}${name}.`);
      if (isType(e) || typeof values[name] !== "function") continue;
      const has = e.declarations.some(({ file, node, statement }) => {
        const start = docCommentOf(statement, node)?.start ?? statement.start;
        return file.text.slice(start, statement.end).includes("@example");
      });
      if (!has) without.push(`${prefix}${name}`);
    }
  };
  visit(exportsOf(join(root, "src/index.ts")), gradlab);
  assert.deepEqual(without, []);
});
