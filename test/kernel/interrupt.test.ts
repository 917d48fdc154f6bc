// An interrupt ends whatever a cell does, keeps its variables, and leaves the kernel ready for the next cell.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "./client.ts";

let client: Client;
before(async () => {
  client = await Client.start();
});
after(() => client.close());

const LOOPS: Record<string, string> = {
  "a synchronous loop": "console.log('running'); for (;;);",
  "a loop after await": "await 1; console.log('running'); for (;;);",
  "a promise that never settles": "console.log('running'); await new Promise(() => {});",
  "a loop that catches everything":
    "console.log('running'); for (;;) { try { for (;;); } catch {} finally { for (;;); } }",
  "a loop in a timer": "await new Promise(() => setTimeout(() => { console.log('running'); for (;;); }, 1));",
  "a loop in a microtask": "console.log('running'); await Promise.resolve().then(() => { for (;;); });",
  "an endless chain of awaits": "console.log('running'); for (;;) await null;",
  "a loop in an immediate, others waiting behind it":
    "for (let i = 0; i < 3; i++) setImmediate(() => { console.log('running'); for (;;); }); await new Promise(() => {});",
  "immediates that follow one another":
    "const go = () => { setImmediate(go); }; go(); console.log('running'); await new Promise(() => {});",
  "a repeated timer":
    "setInterval(() => { console.log('running'); for (;;); }, 1); await new Promise(() => {});",
  "a wait on shared memory":
    "console.log('running'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
  "a regular expression that backtracks": "console.log('running'); /^(a+)+$/.test('a'.repeat(40) + 'b');",
  "a synchronous child process":
    "import { execSync } from 'node:child_process'; console.log('running'); execSync('sleep 1000');",
  "a shell command": "console.log('running');\n!sleep 1000",
  "a question to the person": "console.log('running'); input('well? ');",
};

for (const [name, code] of Object.entries(LOOPS)) {
  test(`interrupts ${name}`, async () => {
    await client.execute("let kept = 41;");
    const id = client.startExecution(code);
    await client.publishedWhere("the cell's first output", (m) => m.parent === id && m.type === "stream");
    await client.interrupt();
    const { reply, error } = await client.finished(id);
    assert.equal(reply.content["status"], "error");
    assert.ok(error, "an error is published");
    const next = await client.execute("kept + 1");
    assert.equal(next.reply.content["status"], "ok", JSON.stringify(next.error));
    assert.equal(next.result, "42");
  });
}

test("a cell that waits in the queue is aborted by an interrupt of the one before", async () => {
  const running = client.startExecution("console.log('running'); for (;;);");
  const waiting = client.startExecution("console.log('never')");
  await client.publishedWhere("output", (m) => m.parent === running && m.type === "stream");
  await client.interrupt();
  assert.equal((await client.finished(running)).error?.ename, "Interrupted");
  const aborted = await client.finished(waiting);
  assert.equal(aborted.reply.content["status"], "aborted");
  assert.equal(aborted.stdout, "");
});

test("what follows an interrupted await never runs, in the cell and in its functions", async () => {
  await client.execute("const log: string[] = []; let release!: () => void; let gate!: Promise<void>;");
  const id = client.startExecution(`
    gate = new Promise<void>((resolve) => { release = resolve });
    async function worker() { await gate; log.push("worker"); }
    worker();
    console.log("waiting");
    try { await gate; log.push("body"); } finally { log.push("finally"); }
    log.push("end");`);
  await client.publishedWhere("output", (m) => m.parent === id && m.type === "stream");
  await client.interrupt();
  assert.equal((await client.finished(id)).error?.ename, "Interrupted");
  const later = await client.execute(
    "release(); await gate; await new Promise(r => setTimeout(r, 20)); log.join()",
  );
  assert.equal(later.result, "'finally'");
  assert.equal(client.about(id).filter((m) => m.type === "error").length, 1);
});

test("an interrupt of an idle kernel harms nothing", async () => {
  for (let i = 0; i < 5; i++) await client.interrupt();
  assert.equal((await client.execute("1 + 1")).result, "2");
});

test("SIGINT interrupts, too", async () => {
  const id = client.startExecution("console.log('running'); for (;;);");
  await client.publishedWhere("output", (m) => m.parent === id && m.type === "stream");
  client.child.kill("SIGINT");
  assert.equal((await client.finished(id)).error?.ename, "Interrupted");
  assert.equal((await client.execute("'alive'")).result, "'alive'");
});

test("interrupts many times in a row lose no cell", async () => {
  for (let i = 0; i < 10; i++) {
    const id = client.startExecution("console.log('running'); for (;;) await null;");
    await client.publishedWhere("output", (m) => m.parent === id && m.type === "stream");
    await Promise.all([client.interrupt(), client.interrupt()]);
    await client.finished(id);
  }
  assert.equal((await client.execute("'alive'")).result, "'alive'");
});
