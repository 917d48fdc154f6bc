/** danfojs-node is loaded by those who ask for it, and missed in words. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = (code: string): string =>
  execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: root, encoding: "utf8" }).trim();

test("nothing but data frames loads danfojs-node", () => {
  const out = run(`
    import { createRequire } from "node:module";
    import { danfo, describe, digits, makeBlobs, parseCsv, StandardScaler, trainTestSplit } from "gradlab";
    const { cache } = createRequire(import.meta.url);
    const loaded = () => Object.keys(cache).some((file) => file.includes("danfojs-node"));
    const { data, target } = digits();
    trainTestSplit({ data, target }, { stratify: target });
    new StandardScaler().fit(data);
    describe(parseCsv("a\\n1\\n"));
    makeBlobs();
    const before = loaded();
    await danfo();
    console.log(before, loaded());
  `);
  assert.equal(out, "false true");
});

const without = (missing: string): string[] =>
  run(`
    import { registerHooks } from "node:module";
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier !== "${missing}") return next(specifier, context);
        throw Object.assign(new Error("Cannot find package '${missing}'"), { code: "ERR_MODULE_NOT_FOUND" });
      },
    });
    const { frame, parseCsv, tensor, tensorToFrame } = await import("gradlab");
    for (const f of [() => frame({ a: [1] }), () => tensorToFrame(tensor([1]))])
      await f().catch((e) => console.log(e.message));
    console.log(parseCsv("a\\n1\\n").a.length);
  `).split("\n");

test("without it the error says how to add it; the rest goes on", () => {
  for (const [missing, said] of [
    ["danfojs-node", /^Data frames need danfojs-node, which is not installed:/],
    [
      "@tensorflow/tfjs-node",
      /^Data frames need danfojs-node, and its part @tensorflow\/tfjs-node is not inst/,
    ],
  ] as const) {
    const out = without(missing);
    assert.equal(out.length, 3, out.join("\n"));
    for (const line of out.slice(0, 2)) {
      assert.match(line, said);
      assert.match(line, /npm install danfojs-node@1\.2\.0.*"overrides".*tfjs-node.*"xlsx": "0\.18\.5"/);
    }
    assert.equal(out[2], "1");
  }
});
