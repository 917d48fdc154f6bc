// The library in one file is the library: the compiler says the same with it, word by word, and definitions are
// found where the package has them.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { Language } from "../../kernel/language/index.ts";
import { placeInLibrary, withLibrary } from "../../kernel/language/library.ts";
import { findServer } from "../../kernel/language/lsp.ts";

const folder = mkdtempSync(join(tmpdir(), "kernel-library-"));
after(() => rmSync(folder, { recursive: true }));
const cache = join(folder, "cache");
const server = findServer();

/** Right and wrong uses of what several files of the library declare together; wrong ones print all overloads. */
const USES = `
  const list = [3, 1, 2];
  list.map(String).flatMap((s) => [s, 1]).toSorted().at(-1)!.toFixed();
  list.reduce((a, b) => a + b, "x").length;
  list.reduce(1); list.concat({}, 1); Array.from(1, 2, 3); Array.from(new Set([1]), (v, k) => v.length + k);
  Object.entries({ a: 1 }).map(([k, v]) => k + v.nothing); Object.fromEntries(1); Object.groupBy(list, (n) => n).x.y;
  new Map([["a", 1]]).getOrInsert("b"); new Map(1); new Set(list).union(list); new Promise(1); Promise.all([1]).then(1);
  Promise.withResolvers<number>().resolve("text"); "text".replaceAll(1, 2); "text".at("x"); "text".split(1, "2");
  "text".matchAll(/a/g).map((m) => m.groups.x); new Float64Array(2).subarray("a"); new Float64Array(list).toSorted(1);
  new Uint8Array([1]).toBase64(2); new Intl.NumberFormat(1, { style: 7 }); new Date("a", 1, "b"); Math.max("1"); 1n + 1;
  Symbol.asyncIterator.x; Reflect.apply(1); JSON.parse(1); new Proxy(1, 2); Atomics.add(1, 2, 3); new WeakRef(1); eval(1);
  Iterator.from(list).take("1").map((x) => x.y); (async function* () { yield 1; })().return("a").then((r) => r.value.y);
  class Used { @((a: any, c: ClassMethodDecoratorContext) => c.nothing) method() {} get [Symbol.dispose]() { return 1; } }
  { using resource = new Used(); } new Error("a", { cause: 1, more: 2 }).cause.x; structuredClone(1); document.body.x;
  export {};
`;

/** What the compiler says, exit status and all. */
function said(executable: string, args: readonly string[]): string {
  const file = join(folder, "uses.ts");
  writeFileSync(file, USES);
  const options = [
    "--ignoreConfig",
    "--noEmit",
    "--strict",
    "--target",
    "esnext",
    "--types",
    "",
    "--pretty",
    "false",
  ];
  const { stdout, status } = spawnSync(executable, [...options, ...args, file], {
    encoding: "utf8",
    cwd: folder,
  });
  return `${status}\n${stdout}`;
}

const LISTS = [
  undefined,
  ["esnext"],
  ["es2020", "DOM"],
  ["ES5"],
  ["ES2022", "esnext.disposable", "decorators"],
];

for (const lib of LISTS) {
  test(`lib ${lib?.join(", ") ?? "by default"}: the compiler says the same, to the letter`, () => {
    const args = lib ? ["--lib", lib.join(",")] : [];
    const linked = withLibrary(server, lib, cache);
    assert.notEqual(linked, server);
    const expected = said(server, args);
    assert.ok(expected.split("\n").length > 30, "the uses are wrong in many ways");
    assert.equal(said(linked, args), expected);
    assert.equal(withLibrary(server, lib, cache), linked);
  });
}

test("a line of the one file is said to be where the package has it", () => {
  const text = readFileSync(join(dirname(withLibrary(server, ["esnext"], cache)), "lib.esnext.d.ts"), "utf8");
  const lines = text.split("\n");
  let seen = 0;
  for (let at = 0; at < lines.length; at += 37) {
    const [name, line] = placeInLibrary("lib.esnext.d.ts", lines, at)?.split(":") ?? [];
    if (!name || line === "0" || lines[at] === "") continue;
    assert.equal(readFileSync(join(dirname(server), name), "utf8").split("\n")[Number(line) - 1], lines[at]);
    seen++;
  }
  assert.ok(seen > 200);
  assert.equal(placeInLibrary("/elsewhere/index.d.ts", ["// From the author", "a"], 1), null);
});

test("where no folder can be made, or a name is wrong, the server starts from its package", () => {
  writeFileSync(join(folder, "file"), "");
  assert.equal(withLibrary(server, ["esnext"], join(folder, "file")), server);
  for (const lib of [["nonsense"], [], [7 as unknown as string]])
    assert.equal(withLibrary(server, lib, cache), server);
  assert.deepEqual(
    readdirSync(cache).filter((name) => name.startsWith("new-")),
    [],
  );
});

test("what nobody has used for long is thrown away", () => {
  const old = dirname(withLibrary(server, ["es2019"], cache));
  const used = dirname(withLibrary(server, ["es2018"], cache));
  for (const each of [old, used]) utimesSync(each, 1, 1);
  withLibrary(server, ["es2018"], cache);
  withLibrary(server, ["es2017"], cache);
  assert.deepEqual([existsSync(old), existsSync(used)], [false, true]);
});

test("a tsconfig.json that changes its library is followed", async () => {
  const cwd = mkdtempSync(join(folder, "notebook-"));
  const config = (lib: string[]) =>
    writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify({ compilerOptions: { lib } }));
  config(["es5"]);
  const language = new Language({ cwd });
  const codes = async () => (await language.check(1, "[1, 2].at(-1)")).diagnostics.map(({ code }) => code);
  try {
    assert.deepEqual(await codes(), [2550]);
    config(["es2022"]);
    assert.deepEqual(await codes(), []);
    config(["es2015"]);
    assert.deepEqual(await codes(), [2550]);
    config(["nonsense", "es2022"]);
    assert.deepEqual(await codes(), []);
  } finally {
    await language.dispose();
  }
});
