// Completion and inspection: nothing is run for them, the text need not be a program, and the
// names of earlier cells are names like any other.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Completion, Language } from "../../kernel/language/index.ts";
import { makeFolder } from "./language/harness/folder.ts";

const folder = mkdtempSync(join(tmpdir(), "cells-"));
let language: Language;

before(async () => {
  makeFolder(folder);
  // A package that lies beside the notebook and says what it exports, as gradlab does.
  writeFileSync(
    join(folder, "package.json"),
    '{ "name": "own-pkg", "type": "module", "exports": { ".": "./src/index.ts", "./sub": { "types": "./src/sub.ts", "default": "./src/sub.ts" } } }',
  );
  mkdirSync(join(folder, "src"));
  mkdirSync(join(folder, "notebooks"));
  writeFileSync(
    join(folder, "src/index.ts"),
    "export function frobnicate(n: number): number { return n }\nexport * from './inner.ts'",
  );
  writeFileSync(join(folder, "src/inner.ts"), "export const frobnicateInner = 1;");
  writeFileSync(join(folder, "src/private.ts"), "import './index.ts'; export const frobnicatePrivate = 1;");
  language = new Language({ cwd: join(folder, "notebooks"), checkTimeout: 120_000 });
  const cells = [
    "/** How many. */\nlet count = 3; const words = ['a', 'b']; const point = { x: 1, y: 'two', 'not a name': 3 }",
    "/**\n * Adds things up.\n * @param first where to begin\n * @param rest what to add\n */\nfunction addUp(first: number, ...rest: number[]): number { return first }\nfunction addUp2(a: string): string;\nfunction addUp2(a: number): number;\nfunction addUp2(a: any) { return a }",
    "class Shape<T> {\n/** Its area. */ area(): number { return 1 } private hidden = 1; name!: T }\nenum Color { Red, Green }\nlet maybe: { deep: number } | undefined",
    "import { frobnicate } from 'own-pkg'; import * as path from 'node:path'",
  ];
  for (const [i, code] of cells.entries()) {
    const { diagnostics } = await language.check(i + 1, code);
    assert.deepEqual(diagnostics, []);
    language.commit(i + 1, code);
  }
});
after(async () => {
  await language.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** The cursor is where the bar is. */
function at(text: string): { code: string; cursor: number } {
  const cursor = text.indexOf("|");
  return { code: text.slice(0, cursor) + text.slice(cursor + 1), cursor };
}

async function complete(text: string): Promise<Completion> {
  const { code, cursor } = at(text);
  return language.complete(code, cursor);
}

async function inspect(text: string, detail: 0 | 1 = 0) {
  const { code, cursor } = at(text);
  return language.inspect(code, cursor, detail);
}

describe("completion", () => {
  test("of names of earlier cells, with kind and signature", async () => {
    const { matches, items, cursorStart, cursorEnd } = await complete("1 + addU|");
    assert.deepEqual(matches, ["addUp", "addUp2"]);
    assert.deepEqual([cursorStart, cursorEnd], [4, 8]);
    assert.deepEqual(items[0], {
      text: "addUp",
      kind: "function",
      signature: "function addUp(first: number, ...rest: number[]): number",
    });
    assert.equal(items[1]!.signature, "function addUp2(a: string): string (+1 more)");
    assert.equal((await complete("Sha|")).items[0]!.kind, "class");
    assert.equal((await complete("Colo|")).items[0]!.kind, "enum");
  });

  test("of members, by type", async () => {
    assert.deepEqual((await complete("point.|")).matches, ["x", "y"]);
    assert.deepEqual((await complete("words[0].toUpp|")).matches, ["toUpperCase"]);
    assert.deepEqual((await complete("new Shape<string>().|")).matches, ["area", "name"]);
    assert.deepEqual((await complete("Color.|")).matches, ["Green", "Red"]);
    assert.deepEqual((await complete("maybe.|")).matches, ["deep"]);
    assert.deepEqual((await complete("maybe?.|")).matches, ["deep"]);
    assert.ok((await complete("path.joi|")).matches.includes("join"));
  });

  test("a match that begins as typed comes first, then other case, then a part", async () => {
    const { matches } = await complete("[1].fi|");
    assert.deepEqual(matches.slice(0, 4), ["fill", "filter", "find", "findIndex"]);
    const lower = (await complete("words.MAP|")).matches;
    assert.deepEqual(lower, ["map", "flatMap"]);
  });

  test("in the middle of a word replaces the word", async () => {
    const { matches, cursorStart, cursorEnd } = await complete("cou|nt + 1");
    assert.ok(matches.includes("count"));
    assert.deepEqual([cursorStart, cursorEnd], [0, 5]);
  });

  test("in a text that is no program, on a later line, behind letters outside the basic plane", async () => {
    const { matches, cursorStart } = await complete("const s = '😀';\nif (s) {\n  words.le|");
    assert.equal(matches[0], "length");
    assert.equal(cursorStart, "const s = '😀';\nif (s) {\n  words.".length);
    assert.deepEqual((await complete("const local = 1; loca|")).matches.slice(0, 1), ["local"]);
  });

  test("inside an import", async () => {
    assert.ok((await complete("import { exists| } from 'node:fs'")).matches.includes("existsSync"));
    const module = await complete("import x from 'node:f|'");
    assert.ok(module.matches.includes("node:fs"));
    assert.deepEqual([module.cursorStart, module.cursorEnd], [15, 21]);
    assert.ok((await complete("import x from '../hel|'")).matches.some((each) => each.startsWith("helper")));
  });

  test("of names that must be imported first says with what", async () => {
    const item = (await complete("EventEmitterAsyncRes|")).items.find(
      (each) => each.text === "EventEmitterAsyncResource",
    );
    if (item) assert.match(item.autoImport ?? "", /from "node:events"/);
    const own = (await complete("frobnicateIn|")).items[0]!;
    assert.deepEqual(
      [own.text, own.autoImport],
      ["frobnicateInner", 'import { frobnicateInner } from "own-pkg";'],
    );
  });

  test("offers neither what a package keeps to itself nor our own documents", async () => {
    const { items } = await complete("frobnicate|");
    assert.ok(items.length >= 2);
    for (const { text, autoImport } of items) {
      assert.notEqual(text, "frobnicatePrivate");
      assert.doesNotMatch(autoImport ?? "", /__|\.\.\//);
    }
  });

  test("gives nothing where nothing fits", async () => {
    assert.deepEqual((await complete("zzzzzzqqqq|")).matches, []);
    assert.deepEqual((await complete("point.zzz|")).matches, []);
    assert.deepEqual((await complete("// a comment cou|")).matches, []);
  });

  test("does not run anything, and does not disturb a check under way", async () => {
    const checks = Promise.all([language.check(50, "count.toFixed()"), language.check(51, "count.length")]);
    const probes = await Promise.all([complete("words.len|"), complete("point.|"), inspect("cou|nt")]);
    assert.deepEqual(probes[0].matches, ["length"]);
    assert.deepEqual(probes[1].matches, ["x", "y"]);
    assert.match(probes[2]!.plain, /count: number/);
    const [right, wrong] = await checks;
    assert.deepEqual(right.diagnostics, []);
    assert.equal(wrong.diagnostics.length, 1);
  });
});

describe("inspection", () => {
  test("tells type and documentation, as Markdown and as plain text", async () => {
    const found = await inspect("addU|p(1)");
    assert.match(
      found!.markdown,
      /^```typescript\nfunction addUp\(first: number, \.\.\.rest: number\[\]\): number\n```/,
    );
    assert.match(found!.markdown, /Adds things up\./);
    assert.match(found!.markdown, /first.*where to begin/);
    assert.match(found!.plain, /^function addUp\(first: number/);
    assert.doesNotMatch(found!.plain, /```/);
    assert.match((await inspect("cou|nt"))!.plain, /let count: number[\s\S]*How many/);
  });

  test("works with the cursor behind the word, in calls and at members", async () => {
    assert.match((await inspect("count|"))!.plain, /count: number/);
    assert.match((await inspect("point.y|"))!.plain, /y: string/);
    assert.match((await inspect("new Shape().are|a()"))!.plain, /Its area/);
    assert.match((await inspect("console.lo|g"))!.plain, /log\(/);
  });

  test("inside the brackets of a call tells the signature and the argument", async () => {
    assert.match(
      (await inspect("addUp(|"))!.plain,
      /addUp\(first: number, \.\.\.rest: number\[\]\)[\s\S]*first: number where to begin/,
    );
    assert.match((await inspect("addUp(1, |)"))!.plain, /rest: number\[\] what to add/);
    assert.match((await inspect("addUp2(|"))!.plain, /and 1 more form/);
    assert.match((await inspect("words.map(|"))!.plain, /callbackfn/);
  });

  test("with more detail tells where it is defined, with the source", async () => {
    const own = await inspect("addU|p", 1);
    assert.match(own!.plain, /Defined in Cell \[2\], line 6\n+function addUp\(first: number/);
    assert.match((await inspect("coun|t", 1))!.plain, /Defined in Cell \[1\], line 2\n+let count = 3/);
    const file = await inspect("frobnic|ate", 1);
    assert.match(file!.plain, /src\/index\.ts:1\n+export function frobnicate/);
    assert.match((await inspect("words.ma|p", 1))!.plain, /lib\.es5\.d\.ts:\d+/);
    assert.doesNotMatch((await inspect("addU|p"))!.plain, /Defined in/);
  });

  test("of nothing is null", async () => {
    for (const text of ["  |  ", "|", "1 + |2", "zzzz|", "// comm|ent"])
      assert.equal(await inspect(text), null, text);
  });
});

test("all JupyterLab kinds are words it knows", async () => {
  const kinds = new Set((await complete("|")).items.map((each) => each.kind));
  for (const kind of kinds) assert.match(kind, /^[a-z ]+$/);
});
