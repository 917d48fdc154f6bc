// "Run all": cells that wait behind a running one are checked ahead of their turn. They must find all that the
// cells before them have made, in the kernel and on disk, and what was found too early must not count.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Language } from "../../kernel/language/index.ts";
import { Session } from "../../kernel/language/session.ts";
import { Client } from "./client.ts";

const folder = mkdtempSync(join(tmpdir(), "kernel-ahead-"));
let client: Client;
before(async () => {
  client = await Client.start({ cwd: folder });
});
after(async () => {
  await client.close();
  rmSync(folder, { recursive: true });
});

/** Sends all cells at once and returns what came of each: its result, or its error's name. */
async function runAll(cells: readonly string[], content: object = {}): Promise<(string | undefined)[]> {
  const ids = cells.map((code) => client.startExecution(code, content));
  const done: (string | undefined)[] = [];
  for (const id of ids) {
    const { reply, result, error } = await client.finished(id);
    done.push(reply.content["status"] === "ok" ? result : (error?.ename ?? reply.content["status"]));
  }
  return done;
}

const WAIT = "await new Promise((resolve) => setTimeout(resolve, 300));";
const write = (file: string, text: string) =>
  `${WAIT} require("node:fs").writeFileSync(${JSON.stringify(join(folder, file))}, ${JSON.stringify(text)});`;

test("each cell sees the names and types of those before it, also declared anew", async () => {
  const cells = [
    `interface Item { n: number } const item: Item = { n: 1 }; ${WAIT}`,
    `const item = "text"; ${WAIT}`,
    `item.length; function twice(x: Item) { return 2 * x.n } ${WAIT}`,
    "twice({ n: item.length })",
  ];
  assert.deepEqual(await runAll(cells), [undefined, undefined, undefined, "8"]);
});

test("a type error is told in its own turn, once, and what waits behind it is aborted", async () => {
  assert.deepEqual(await runAll([`const five = 5; ${WAIT}`, "five.length", "five"]), [
    undefined,
    "TS2339",
    "aborted",
  ]);
  assert.deepEqual(await runAll(["five"]), ["5"]);
});

test("a cell that fails does not leave what was found for the next one behind", async () => {
  const failing = `const kind: string = "a"; ${WAIT} throw new RangeError("no");`;
  assert.deepEqual(await runAll([failing, "kind.length"]), ["RangeError", "aborted"]);
  assert.deepEqual(await runAll(["const kind = 7;", "kind.length"]), [undefined, "TS2339"]);
  assert.deepEqual(await runAll([failing, "kind.length"], { stop_on_error: false }), ["RangeError", "1"]);
});

test("files and packages that a cell writes are there for the next", async () => {
  writeFileSync(join(folder, "there.ts"), "export const value = 1;");
  assert.deepEqual(await runAll(['import { value } from "./there.ts"; value']), ["1"]);
  const cells = [
    write("there.ts", "export const value = 'changed';"),
    'import { value } from "./there.ts"; value.length',
    write("fresh.ts", "export const made: number = 2;"),
    'import { made } from "./fresh.ts"; made.toFixed(1)',
    `${WAIT} const fs = require("node:fs"); const at = ${JSON.stringify(join(folder, "node_modules/pack"))};
     fs.mkdirSync(at, { recursive: true }); fs.writeFileSync(at + "/index.js", "module.exports = { n: 3 };");
     fs.writeFileSync(at + "/index.d.ts", "export const n: number;");
     fs.writeFileSync(at + "/package.json", JSON.stringify({ name: "pack", main: "index.js", types: "index.d.ts" }));`,
    'import { n } from "pack"; n.toFixed(1)',
  ];
  const [, changed, , fresh, , pack] = await runAll(cells);
  assert.deepEqual([changed, fresh, pack], ["7", "'2.0'", "'3.0'"]);
});

test("a cell may turn the checks off for the next, and on", async () => {
  const wrong = "const wrong: number = 'text' as any as string; wrong.length";
  const cells = [`%typecheck off\n${WAIT}`, wrong, `%typecheck error\n${WAIT}`, wrong];
  const [, unchecked, , checked] = await runAll(cells);
  assert.deepEqual([unchecked, checked], ["4", "TS2322"]);
});

test("interrupted, the cells that wait are given up, and the next ones are checked as ever", async () => {
  const running = client.startExecution("const before = 1; console.log('here'); for (;;);");
  const waiting = client.startExecution("before.length");
  await client.publishedWhere("the loop", (m) => m.parent === running && m.type === "stream");
  await client.request("control", "interrupt_request", {});
  assert.equal((await client.finished(running)).error?.ename, "Interrupted");
  assert.equal((await client.finished(waiting)).reply.content["status"], "aborted");
  assert.deepEqual(await runAll(["before.toFixed(1)", "before.length"]), ["'1.0'", "TS2339"]);
});

test("what was found ahead is not asked for again; what was wrong, or rests on other cells, is", async () => {
  const session = new Session({ cwd: folder });
  let asked = 0;
  const ask = session.ask.bind(session);
  session.ask = (method, ...rest) => {
    if (method === "textDocument/diagnostic") asked++;
    return ask(method, ...rest) as Promise<any>;
  };
  const language = new Language({ cwd: folder, session });
  const codes = async (code: string) => (await language.check(2, code)).diagnostics.map((each) => each.code);
  try {
    await language.check(1, "const first = 1;");
    language.commit(1, "const first = 1;");
    asked = 0;
    language.foresee(2, "first.toFixed()");
    assert.deepEqual([await codes("first.toFixed()"), asked], [[], 1]);
    language.foresee(2, "first.length");
    assert.deepEqual([await codes("first.length"), asked > 2], [[2339], true]);
    language.foresee(2, "first.toFixed(1)");
    language.commit(3, "const first = 'text';");
    assert.deepEqual(await codes("first.toFixed(1)"), [2551]);
  } finally {
    await language.dispose();
  }
});
