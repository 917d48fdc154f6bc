// The kernel's processes killed at the worst moment, floods of output, and values made to break their display.
// What was shown stays, the error says what happened, the next cell runs, and nothing is left behind.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import { Client, plain, sleep } from "../kernel/client.ts";
import { childWith, descendants, gone, listeningPorts, resources } from "./processes.ts";

let client: Client;
let pids: number[];

/** Whatever any of the processes puts among temporary files goes here. */
const temporary = mkdtempSync(join(tmpdir(), "gradlab-faults-"));
process.env["TMPDIR"] = temporary;
after(() => rmSync(temporary, { recursive: true }));

beforeEach(async () => {
  client = await Client.start();
  pids = [client.child.pid!, ...descendants(client.child.pid!)];
});

afterEach(async () => {
  await client.close();
  await gone(pids);
  assert.deepEqual(listeningPorts(pids), []);
  assert.deepEqual(readdirSync(temporary), []);
});

test("the runtime killed in the midst of a cell: its output stays, the error says so, the next cell runs", async () => {
  await client.execute("const kept = 1;");
  const runtime = childWith(client.child.pid!, "runtime/main.");
  const id = client.startExecution(
    "console.log('before'); await new Promise(() => setInterval(() => {}, 1000));",
  );
  const waiting = client.startExecution("kept");
  await client.publishedWhere("the output", (m) => m.parent === id && m.type === "stream");
  process.kill(runtime, "SIGKILL");
  const { stdout, error, reply } = await client.finished(id);
  assert.equal(stdout, "before\n");
  assert.equal(reply.content["status"], "error");
  assert.match(plain(error!.evalue), /ended|killed|SIGKILL/i);
  assert.equal((await client.finished(waiting)).reply.content["status"], "aborted");
  const lost = await client.execute("kept");
  assert.match(plain(lost.error!.evalue), /kept/);
  assert.equal((await client.execute("6 * 7")).result, "42");
  pids.push(...descendants(client.child.pid!));
});

test("the runtime killed ten times in a row comes back each time", async () => {
  for (let k = 0; k < 10; k++) {
    const id = client.startExecution(`console.log(${k}); for (;;) {}`);
    await client.publishedWhere("the output", (m) => m.parent === id && m.type === "stream");
    process.kill(childWith(client.child.pid!, "runtime/main."), "SIGKILL");
    assert.equal((await client.finished(id)).reply.content["status"], "error");
    assert.equal((await client.execute(`${k} + 1`)).result, String(k + 1));
  }
  pids.push(...descendants(client.child.pid!));
});

test("the language server killed: cells run, types are checked again, nothing hangs", async () => {
  assert.equal((await client.execute("const wrong: number = 'text';")).error?.ename, "TS2322");
  process.kill(childWith(client.child.pid!, "--lsp"), "SIGKILL");
  assert.equal((await client.execute("const right = 41; right + 1")).result, "42");
  assert.equal((await client.execute("const alsoWrong: number = 'text';")).error?.ename, "TS2322");
  const { content } = await client.request("shell", "complete_request", { code: "right.toF", cursor_pos: 9 });
  assert.deepEqual(content["matches"], ["toFixed"]);
  pids.push(...descendants(client.child.pid!));
});

test("the language server killed while it is asked, and killed again and again", async () => {
  for (let k = 0; k < 8; k++) {
    const asked = client.request("shell", "complete_request", { code: "Math.", cursor_pos: 5 });
    const running = client.execute(`const n${k}: number = ${k}; n${k}`);
    for (const pid of descendants(client.child.pid!).filter((each) => commandHas(each, "--lsp")))
      process.kill(pid, "SIGKILL");
    assert.equal((await asked).content["status"], "ok");
    assert.equal((await running).result, String(k));
  }
  assert.equal((await client.execute("n0 + n7")).result, "7");
  pids.push(...descendants(client.child.pid!));
});

function commandHas(pid: number, part: string): boolean {
  try {
    return childWith(client.child.pid!, part) === pid;
  } catch {
    return false;
  }
}

test("the kernel killed while a cell prints: its runtime, its language server and the cell's child go", async () => {
  const id = client.startExecution(
    "import { spawn } from 'node:child_process'; spawn('sleep', ['1000']); for (;;) console.log('x');",
  );
  await client.publishedWhere("the output", (m) => m.parent === id && m.type === "stream");
  await sleep(100);
  pids.push(...descendants(client.child.pid!));
  client.child.kill("SIGKILL");
  await gone(pids);
});

test("200 MB of output arrive whole, and the kernel's memory stays bounded", async () => {
  const before = resources(client.child.pid!).memory;
  const line = "0123456789".repeat(10);
  const id = client.startExecution(
    `const line = "0123456789".repeat(10); for (let i = 0; i < 2_000_000; i++) console.log(line);`,
  );
  let length = 0;
  let highest = 0;
  let wrong = 0;
  const take = () => {
    for (const message of client.published.splice(0)) {
      if (message.type !== "stream" || message.parent !== id) continue;
      const { text } = message.content;
      length += text.length;
      if (!text.startsWith(line) || !text.endsWith(`${line}\n`)) wrong++;
    }
    highest = Math.max(highest, resources(client.child.pid!).memory);
  };
  const timer = setInterval(take, 50);
  await client.replyTo(id);
  await client.idle(id);
  clearInterval(timer);
  take();
  assert.equal(length, 2_000_000 * 101);
  assert.equal(wrong, 0);
  assert.ok(highest < before + 400, `${before} MB before, ${highest} MB at most`);
  assert.equal((await client.execute("1 + 1")).result, "2");
});

test("values made to break their display are shown or refused, and hurt nobody", async () => {
  const hostile = [
    `({ get a() { throw new Error("getter"); } })`,
    `({ toString() { throw new Error("toString"); }, [Symbol.for("nodejs.util.inspect.custom")]() { throw 1; } })`,
    `(() => { const a: any = {}; a.a = a; return a; })()`,
    `new Proxy({}, { get() { throw new Error("trap"); }, ownKeys() { throw new Error("trap"); } })`,
    `({ [Symbol.for("Jupyter.display")]() { throw new Error("display"); } })`,
    `({ [Symbol.for("Jupyter.display")]() { return 7; } })`,
    `({ [Symbol.for("Jupyter.display")]() { return { "text/plain": { toJSON() { throw new Error("json"); } } }; } })`,
    `({ [Symbol.for("Jupyter.display")]() { return { "application/json": 10n }; } })`,
    `({ [Symbol.for("Jupyter.display")]() { const a: any = {}; a.a = a; return { "application/json": a }; } })`,
    `({ [Symbol.for("Jupyter.display")]() { return { "__proto__": "x", "text/plain": "ok" }; } })`,
    `({ [Symbol.for("Jupyter.display")]() { return { "text/html": "<script>alert(1)</" + "script>" }; } })`,
    `Array.from({ length: 1e6 }, (_, i) => ({ i }))`,
    `"\\ud800".repeat(1000)`,
    `(() => { let a: any = []; for (let i = 0; i < 1e5; i++) a = [a]; return a; })()`,
    `Object.defineProperty(new Error("x"), "stack", { get() { throw new Error("stack"); } })`,
    `Object.create(null)`,
  ];
  for (const source of hostile) {
    const { reply, messages } = await client.execute(source, { stop_on_error: false });
    assert.ok(["ok", "error"].includes(reply.content["status"]), source);
    assert.ok(messages.length >= 2, `nothing was shown for ${source}`);
    assert.ok(JSON.stringify(messages.map((m) => m.content)).length < 2_000_000, source);
  }
  const thrown = [
    `throw null`,
    `throw undefined`,
    `throw Object.create(null)`,
    `throw new Proxy(new Error("x"), { get() { throw new Error("trap"); } })`,
    `throw Object.assign(new Error("x"), { cause: { get message() { throw 1; } } })`,
    `const e: any = new Error("x"); e.cause = e; throw e`,
    `throw new Error("<img src=x onerror=alert(1)>\\u001b[2J".repeat(1000))`,
  ];
  for (const source of thrown) {
    const { error } = await client.execute(source, { stop_on_error: false });
    assert.ok(error, `no error was shown for ${source}`);
    assert.ok(Array.isArray(error.traceback) && error.traceback.every((line) => typeof line === "string"));
  }
  assert.equal((await client.execute("6 * 7")).result, "42");
  assert.equal((await client.execute("({}).toString()")).result, "'[object Object]'");
});
