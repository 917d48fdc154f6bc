// Output: all of it, in order, in the right cell, at the right time.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "./client.ts";

let client: Client;
before(async () => {
  client = await Client.start();
});
after(() => client.close());

test("a hundred thousand lines arrive, in order, in few messages", async () => {
  const done = await client.execute("for (let i = 0; i < 100_000; i++) console.log(i);");
  const lines = done.stdout.split("\n");
  assert.equal(lines.length, 100_001);
  assert.ok(lines.every((line, i) => line === (i < 100_000 ? String(i) : "")));
  const messages = done.messages.filter((m) => m.type === "stream").length;
  assert.ok(messages < 2_000, `${messages} messages`);
});

test("long lines, many bytes and every character survive", async () => {
  const done = await client.execute(
    "console.log('é😀'.repeat(500_000)); process.stdout.write(new Uint8Array([0xc3, 0xa9]));",
  );
  assert.equal(done.stdout, `${"é😀".repeat(500_000)}\né`);
});

test("stdout, stderr, displays and updates keep their order", async () => {
  const done = await client.execute(`
    console.log("a");
    console.error("b");
    jupyter.displayBundle({ "text/plain": "c" }, { transient: { display_id: "one" } });
    console.log("d");
    jupyter.displayBundle({ "text/plain": "e" }, { transient: { display_id: "one" }, update: true });
    jupyter.clearOutput(true);
    process.stdout.write("f");
    "g"`);
  const seen = done.messages
    .slice(1)
    .map((m) => `${m.type} ${m.content["text"] ?? m.content["data"]?.["text/plain"] ?? ""}`);
  assert.deepEqual(seen, [
    "stream a\n",
    "stream b\n",
    "display_data c",
    "stream d\n",
    "update_display_data e",
    "clear_output ",
    "stream f",
    "execute_result 'g'",
  ]);
  assert.equal(
    done.messages.find((m) => m.type === "update_display_data")!.content["transient"].display_id,
    "one",
  );
});

test("output of a synchronous loop appears while the loop runs", async () => {
  const id = client.startExecution(`
    const gate = new Int32Array(new SharedArrayBuffer(4));
    console.log("first");
    jupyter.displayBundle({ "text/plain": "bar" });
    for (;;) Atomics.wait(gate, 0, 0, 10);`);
  await client.publishedWhere("the line", (m) => m.parent === id && m.content["text"] === "first\n");
  await client.publishedWhere("the display", (m) => m.parent === id && m.type === "display_data");
  assert.equal(
    client.replies.find((r) => r.parent === id),
    undefined,
  );
  await client.interrupt();
  await client.finished(id);
});

test("the end of a flood appears though the loop has fallen silent", async () => {
  for (const silence of ["for (;;) ;", "for (;;) await null;", "await new Promise(() => {});"]) {
    const id = client.startExecution(`for (let i = 0; i < 1000; i++) console.log(i);\n${silence}`);
    await client.publishedWhere(
      "the last line",
      (m) => m.parent === id && /\b999\n$/.test(m.content["text"]),
    );
    await client.interrupt();
    assert.equal(
      (await client.finished(id)).stdout,
      Array.from({ length: 1000 }, (_, i) => `${i}\n`).join(""),
    );
  }
});

test("a flood keeps its order with errors, displays and the other stream, and survives process.exit", async () => {
  const done = await client.execute(`
    for (let i = 0; i < 300; i++) {
      console.log("o" + i);
      if (i % 50 === 0) console.error("e" + i);
      if (i % 100 === 0) jupyter.displayBundle({ "text/plain": "d" + i });
    }
    process.exit(0);`);
  const text = done.messages
    .slice(1, -1)
    .map((m) => m.content["text"] ?? `${m.content["data"]["text/plain"]}\n`)
    .join("");
  const wanted = Array.from({ length: 300 }, (_, i) => {
    return `o${i}\n${i % 50 === 0 ? `e${i}\n` : ""}${i % 100 === 0 ? `d${i}\n` : ""}`;
  });
  assert.equal(text, wanted.join(""));
});

test("late output goes to the cell it comes from", async () => {
  const first = await client.execute(
    "setTimeout(() => { console.log('late'); jupyter.displayBundle({ 'text/plain': 'too' }) }, 150);",
  );
  const second = await client.execute("await new Promise(r => setTimeout(r, 400)); console.log('mine')");
  assert.equal(second.stdout, "mine\n");
  const late = client.about(first.id).filter((m) => m.type !== "status");
  assert.ok(late.some((m) => m.content["text"] === "late\n"));
  assert.ok(late.some((m) => m.type === "display_data"));
});

test("an error in a late callback is told to its cell, and hurts nobody else", async () => {
  const first = await client.execute("setTimeout(() => { throw new Error('late failure') }, 100);");
  const second = await client.execute("await new Promise(r => setTimeout(r, 300)); 'fine'");
  assert.equal(second.result, "'fine'");
  const error = client.about(first.id).find((m) => m.type === "error");
  assert.equal(error?.content["evalue"], "late failure");
});

test("a gathered flood of two cells does not mix", async () => {
  const ids = ["one", "two", "three"].map((w) =>
    client.startExecution(`for (let i = 0; i < 5000; i++) console.log("${w}");`),
  );
  for (const [i, word] of ["one", "two", "three"].entries()) {
    const { stdout } = await client.finished(ids[i]!);
    assert.equal(stdout, `${word}\n`.repeat(5000));
  }
});

test("what child processes and native code print is output, too", async () => {
  const done = await client.execute(
    "import { spawnSync } from 'node:child_process'; spawnSync('echo', ['inherited'], { stdio: 'inherit' }); await new Promise(r => setTimeout(r, 200));",
  );
  assert.equal(done.stdout, "inherited\n");
});

test("50 MB are passed on, as text, as a picture, as a buffer, and the next cell runs", async () => {
  const size = 50_000_000;
  const text = await client.execute(`jupyter.displayBundle({ "text/plain": "z".repeat(${size}) })`);
  assert.equal(text.messages[1]!.content["data"]["text/plain"].length, size);
  const picture = await client.execute(`jupyter.displayBundle({ "image/png": new Uint8Array(${size}) })`);
  assert.equal(picture.messages[1]!.content["data"]["image/png"].length, Math.ceil(size / 3) * 4);
  const comm = await client.execute(`void jupyter.openComm("t", {}, { buffers: [new Uint8Array(${size})] })`);
  assert.equal(comm.messages[1]!.buffers[0]!.length, size);
  assert.equal((await client.execute("'next'")).result, "'next'");
});

test("display_id: display, update, and display helpers", async () => {
  const done = await client.execute(
    "await jupyter.display({ a: 1 }, { id: 'x' }); await jupyter.display({ a: 2 }, { id: 'x', update: true });",
  );
  const shown = done.messages.slice(1);
  assert.deepEqual(
    shown.map((m) => [m.type, m.content["data"]["text/plain"], m.content["transient"].display_id]),
    [
      ["display_data", "{ a: 1 }", "x"],
      ["update_display_data", "{ a: 2 }", "x"],
    ],
  );
});

test("the library's hooks are in place", async () => {
  const done = await client.execute(`
    const show = (globalThis as any)[Symbol.for("gradlab.display")];
    show({ "text/plain": "hook" }, { metadata: { m: 1 }, transient: { display_id: "h" } });
    (globalThis as any)[Symbol.for("gradlab.clear_output")](false);`);
  const [, shown, cleared] = done.messages;
  assert.deepEqual(shown!.content, {
    data: { "text/plain": "hook" },
    metadata: { m: 1 },
    transient: { display_id: "h" },
  });
  assert.deepEqual(cleared!.content, { wait: false });
});

test("printing forever into a slow world does not grow the kernel without bound, and can be interrupted", async () => {
  const id = client.startExecution("for (;;) console.log('x'.repeat(100));");
  await client.until("much output", () => client.about(id).length > 200);
  await client.interrupt();
  const done = await client.finished(id);
  assert.equal(done.error?.ename, "Interrupted");
  assert.equal((await client.execute("'calm'")).result, "'calm'");
});
