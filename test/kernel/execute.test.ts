// Running cells: the messages of the protocol, to the letter.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client, plain } from "./client.ts";

let client: Client;
before(async () => {
  client = await Client.start();
});
after(() => client.close());

const types = (messages: { type: string }[]) => messages.map((m) => m.type);

test("a cell gives execute_input, its output, its result and a reply, between busy and idle", async () => {
  const done = await client.execute("console.log('hello'); 6 * 7");
  assert.deepEqual(types(done.messages), ["execute_input", "stream", "execute_result"]);
  assert.equal(done.stdout, "hello\n");
  assert.equal(done.result, "42");
  const states = client
    .about(done.id)
    .filter((m) => m.type === "status")
    .map((m) => m.content["execution_state"]);
  assert.deepEqual(states, ["busy", "idle"]);
  const count = done.reply.content["execution_count"];
  assert.deepEqual(done.reply.content, {
    status: "ok",
    execution_count: count,
    user_expressions: {},
    payload: [],
  });
  assert.equal(done.messages[0]!.content["execution_count"], count);
  assert.equal(done.messages[2]!.content["execution_count"], count);
});

test("names, types and functions carry over, and may be declared again in any form", async () => {
  await client.execute(
    "interface Point { x: number }\nlet p: Point = { x: 1 };\nfunction twice(n: number) { return 2 * n }",
  );
  assert.equal((await client.execute("twice(p.x)")).result, "2");
  await client.execute("const p = 'text'; class twice { size = 3 }");
  assert.equal((await client.execute("p.length + new twice().size")).result, "7");
});

test("top-level await, enums, decorators' neighbours and JSON-like objects run", async () => {
  assert.equal((await client.execute("await Promise.resolve(5)")).result, "5");
  assert.equal((await client.execute("enum Colour { Red, Green }\nColour.Green")).result, "1");
  assert.equal((await client.execute("{ a: 1, b: 'x' }")).result, "{ a: 1, b: 'x' }");
});

test("undefined is no result; null is one", async () => {
  assert.equal((await client.execute("undefined")).result, undefined);
  assert.equal((await client.execute("null")).result, "null");
});

test("a type error is an error with its code and a code frame, and the cell does not run", async () => {
  const done = await client.execute("console.log('must not run');\nconst n: number = 'text';");
  assert.equal(done.stdout, "");
  assert.equal(done.reply.content["status"], "error");
  assert.equal(done.error?.ename, "TS2322");
  assert.match(done.error!.evalue, /not assignable to type 'number'/);
  const text = plain(done.error!.traceback.join("\n"));
  assert.match(text, /Cell\[\d+\]:2:7/);
  assert.match(text, /> 2 \| const n: number = 'text';/);
});

test("type errors can be warnings, or none of the kernel's business", async () => {
  const off = await client.execute("%%typecheck off\nconst a: number = 'text'; a");
  assert.equal(off.result, "'text'");
  const warned = await client.execute("%%typecheck warn\nconst b: number = 'text'; b");
  assert.equal(warned.result, "'text'");
  assert.match(warned.stderr, /TS2322/);
  const unchecked = await client.execute("// @ts-nocheck\nconst c: number = 'text'; c");
  assert.equal(unchecked.result, "'text'");
  assert.equal((await client.execute("const d: number = 'text'; d")).error?.ename, "TS2322");
});

test("an exception has its name, its message, the line in the cell, frames and cause", async () => {
  const done = await client.execute(
    "function outer() {\n  throw new RangeError('too far', { cause: new Error('the wind') });\n}\n\nouter();",
  );
  assert.equal(done.error?.ename, "RangeError");
  assert.equal(done.error?.evalue, "too far");
  const text = plain(done.error!.traceback.join("\n"));
  assert.match(text, />\s2 \| {3}throw new RangeError/);
  assert.match(text, /at outer \(Cell\[\d+\]:2:9\)\n\s+at Cell\[\d+\]:5:1/);
  assert.match(text, /caused by:\n\s+Error: the wind/);
  assert.doesNotMatch(text, /kernel\/runtime|node:inspector/);
  const { ename, evalue, traceback } = done.reply.content;
  assert.deepEqual({ ename, evalue, traceback }, done.error);
});

test("an error in an earlier cell's function points into that cell", async () => {
  const first = await client.execute("function early() {\n  throw new Error('from before');\n}");
  const done = await client.execute("early()");
  const count = first.reply.content["execution_count"];
  assert.match(plain(done.error!.traceback.join("\n")), new RegExp(`Cell\\[${count}\\]:2:9`));
});

test("positions are the cell's own where TypeScript is compiled, too", async () => {
  const done = await client.execute(
    "enum E { A }\nclass Q {\n  constructor(public x: number) {}\n  go() { (null as any).y }\n}\nnew Q(1).go();",
  );
  assert.match(
    plain(done.error!.traceback.join("\n")),
    /at Q\.go \(Cell\[\d+\]:4:\d+\)\n\s+at Cell\[\d+\]:6:\d+/,
  );
});

test("anything can be thrown", async () => {
  assert.equal((await client.execute("throw 42")).error?.evalue, "42");
  assert.equal((await client.execute("throw undefined")).error?.evalue, "undefined");
  const nasty = "throw new Proxy({}, { get() { throw new Error('trap') } })";
  assert.equal((await client.execute(nasty)).reply.content["status"], "error");
  assert.equal(
    (await client.execute("const e = new Error('x'); e.stack = 5 as any; throw e")).error?.evalue,
    "x",
  );
});

test("a syntax error says where", async () => {
  const done = await client.execute("let a = 1;\nlet b = ;");
  assert.equal(done.reply.content["status"], "error");
  assert.match(plain(done.error!.traceback.join("\n")), /Cell\[\d+\]:2:\d+/);
});

test("a rejection that nobody handles fails the cell", async () => {
  const done = await client.execute("Promise.reject(new Error('dropped')); 1");
  assert.equal(done.error?.evalue, "dropped");
  assert.equal(done.reply.content["status"], "error");
});

test("an exception in a timer fails the cell that still runs", async () => {
  const done = await client.execute(
    "setTimeout(() => { throw new Error('tick') }, 5); await new Promise(r => setTimeout(r, 50)); 1",
  );
  assert.equal(done.error?.evalue, "tick");
  assert.equal(done.reply.content["status"], "error");
  assert.equal((await client.execute("'alive'")).result, "'alive'");
});

test("silent publishes nothing, counts nothing and stores nothing", async () => {
  const before = (await client.execute("1")).reply.content["execution_count"];
  const done = await client.execute("console.log('quiet'); globalThis.silentRan = true; 5", { silent: true });
  assert.deepEqual(done.messages, []);
  assert.equal(done.reply.content["status"], "ok");
  assert.equal((await client.execute("(globalThis as any).silentRan")).result, "true");
  const failed = await client.execute("throw new Error('quiet too')", { silent: true });
  assert.deepEqual(failed.messages, []);
  assert.equal(failed.reply.content["evalue"], "quiet too");
  assert.equal((await client.execute("1")).reply.content["execution_count"], before + 2);
});

test("store_history: false runs aloud but does not count", async () => {
  const before = (await client.execute("1")).reply.content["execution_count"];
  const done = await client.execute("'aside'", { store_history: false });
  assert.equal(done.result, "'aside'");
  assert.equal((await client.execute("1")).reply.content["execution_count"], before + 1);
  const { content } = await client.request("shell", "history_request", {
    hist_access_type: "tail",
    n: 2,
    raw: true,
  });
  assert.ok(content["history"].every((row: unknown[]) => row[2] !== "'aside'"));
});

test("user_expressions are evaluated after the cell, each with its own outcome", async () => {
  const done = await client.execute("const answer = 42;", {
    user_expressions: { good: "answer + 1", bad: "missing.name", worse: "1 +" },
  });
  const { good, bad, worse } = done.reply.content["user_expressions"];
  assert.deepEqual(good, { status: "ok", data: { "text/plain": "43" }, metadata: {} });
  assert.equal(bad.status, "error");
  assert.equal(bad.ename, "ReferenceError");
  assert.equal(worse.status, "error");
});

test("an error aborts the cells that wait, unless stop_on_error is false", async () => {
  const first = client.startExecution("throw new Error('stop')");
  const second = client.startExecution("console.log('no')");
  const third = client.startExecution("console.log('no')");
  assert.equal((await client.finished(first)).reply.content["status"], "error");
  for (const id of [second, third]) {
    const { reply, messages } = await client.finished(id);
    assert.equal(reply.content["status"], "aborted");
    assert.deepEqual(messages, []);
  }
  assert.equal((await client.execute("'on'")).result, "'on'");

  const failing = client.startExecution("throw new Error('go on')", { stop_on_error: false });
  const next = client.startExecution("'went on'");
  assert.equal((await client.finished(failing)).reply.content["status"], "error");
  assert.equal((await client.finished(next)).result, "'went on'");
});

test("a type error aborts them as well", async () => {
  const first = client.startExecution("const n: number = 'text'");
  const second = client.startExecution("console.log('no')");
  await client.finished(first);
  assert.equal((await client.finished(second)).reply.content["status"], "aborted");
});

test("empty cells succeed and do not count", async () => {
  const before = (await client.execute("1")).reply.content["execution_count"];
  for (const code of ["", "  \n\t", "// only a comment"]) {
    assert.equal((await client.execute(code)).reply.content["status"], "ok");
  }
  assert.ok((await client.execute("1")).reply.content["execution_count"] <= before + 2);
});

test("cells run in the order in which they were sent", async () => {
  await client.execute("const order: number[] = [];");
  const ids = Array.from({ length: 20 }, (_, i) =>
    client.startExecution(
      i % 3 ? `order.push(${i});` : `await new Promise(r => setTimeout(r, 3)); order.push(${i});`,
    ),
  );
  for (const id of ids) await client.finished(id);
  assert.equal(
    (await client.execute("order.join()")).result,
    `'${Array.from({ length: 20 }, (_, i) => i).join()}'`,
  );
});

test("magics: shell, npm errors, time, who, help, and name?", async () => {
  assert.equal((await client.execute("!echo shell $((1 + 1))")).stdout, "shell 2\n");
  assert.match((await client.execute("!false")).stderr, /status 1/);
  assert.match((await client.execute("%time let t = 1; t")).stdout, /^Time: .*m?s\n$/);
  await client.execute("const visible = [1, 2, 3];");
  assert.match((await client.execute("%who")).stdout, /visible\s+Array\s+\[ 1, 2, 3 \]/);
  const help = await client.execute("%help");
  assert.equal(help.reply.content["payload"][0].source, "page");
  const about = await client.execute("visible?");
  assert.match(about.reply.content["payload"][0].data["text/plain"], /number\[\]/);
  assert.equal((await client.execute("%nosuch")).error?.ename, "MagicError");
  assert.equal((await client.execute("const flag = false;\n!flag")).result, "true");
  assert.equal((await client.execute("const s = `\n!ls\n%who\n`; s")).result, "'\\n!ls\\n%who\\n'");
  assert.equal((await client.execute("const m = 7\n%3; m")).reply.content["status"], "ok");
});

test("rich results come from Symbol.for('Jupyter.display') and the tags", async () => {
  const done = await client.execute(
    "({ async [Symbol.for('Jupyter.display')]() { return { 'text/html': '<b>x</b>', 'image/png': new Uint8Array([1, 2, 3]) } } })",
  );
  const { data } = done.messages.find((m) => m.type === "execute_result")!.content;
  assert.equal(data["text/html"], "<b>x</b>");
  assert.equal(data["image/png"], "AQID");
  assert.equal(typeof data["text/plain"], "string");
  const tagged = await client.execute("md(`**2**`)");
  assert.equal(tagged.messages.at(-1)!.content["data"]["text/markdown"], "**2**");
  const failing = await client.execute(
    "({ [Symbol.for('Jupyter.display')]() { throw new Error('no picture') } })",
  );
  assert.equal(failing.error?.evalue, "no picture");
});

test("an error that can show itself does so above its traceback", async () => {
  const done = await client.execute(
    "class Drawn extends Error { [Symbol.for('Jupyter.display')]() { return { 'text/html': '<svg/>' } } }\nthrow new Drawn('look')",
  );
  assert.deepEqual(types(done.messages), ["execute_input", "display_data", "error"]);
  assert.equal(done.messages[1]!.content["data"]["text/html"], "<svg/>");
  assert.equal(done.error?.evalue, "look");
});

test("data frames are tables, long ones with their corners and their size", async () => {
  const done = await client.execute(`
    class DataFrame {
      columns = ["a", "b<"]; index = Array.from({ length: 50 }, (_, i) => i);
      values = this.index.map((i) => [i, i / 3]); shape = [50, 2];
    }
    new DataFrame()`);
  const html = done.messages.at(-1)!.content["data"]["text/html"] as string;
  assert.match(html, /<th>b&lt;<\/th>/);
  assert.match(html, /50 rows × 2 columns/);
  assert.equal(html.match(/<tr>/g)!.length, 1 + 21);
});

test("whatever is looked at, looking does no harm", async () => {
  assert.equal((await client.execute("this === globalThis")).result, "true");
  assert.match((await client.execute("globalThis")).result!, /Object \[global\]/);
  const trap = "new Proxy({}, { get() { throw new Error('trap') }, has() { throw new Error('trap') } })";
  assert.equal((await client.execute(trap)).reply.content["status"], "ok");
  const getter = "({ get x() { throw new Error('trap') }, [Symbol.toStringTag]: 5 as any })";
  assert.match((await client.execute(getter)).result!, /Getter/);
  assert.match((await client.execute("const o: any = {}; o.self = o; o")).result!, /Circular/);
});

test("large values are shortened and say their size", async () => {
  const text = (await client.execute("new Float64Array(100_000)")).result!;
  assert.match(text, /^Float64Array\(100000\)/);
  assert.ok(text.length < 20_000);
  assert.match((await client.execute("'x'.repeat(1_000_000)")).result!, /980000 more characters/);
});

test("the tslab package is there, and what it displays lands in the cell", async () => {
  const done = await client.execute(
    "import * as tslab from 'tslab';\ntslab.display.html('<i>stock</i>');\nconst d = tslab.newDisplay(); d.text('one'); d.text('two');",
  );
  assert.equal(done.error, undefined);
  const shown = done.messages.filter((m) => /display_data/.test(m.type));
  assert.deepEqual(types(shown), ["display_data", "display_data", "update_display_data"]);
  assert.equal(shown[0]!.content["data"]["text/html"], "<i>stock</i>");
  assert.equal(shown[1]!.content["transient"].display_id, shown[2]!.content["transient"].display_id);
});

test("completion, inspection and is_complete are answered while a cell runs", async () => {
  await client.execute("/** Half of it. */\nfunction half(amount: number): number { return amount / 2 }");
  const id = client.startExecution("console.log('running'); for (;;);");
  await client.publishedWhere("output", (m) => m.parent === id && m.type === "stream");
  const completed = await client.request("shell", "complete_request", { code: "hal", cursor_pos: 3 });
  assert.ok(completed.content["matches"].includes("half"), JSON.stringify(completed.content));
  assert.deepEqual([completed.content["cursor_start"], completed.content["cursor_end"]], [0, 3]);
  const seen = await client.request("shell", "inspect_request", {
    code: "half(3)",
    cursor_pos: 2,
    detail_level: 0,
  });
  assert.equal(seen.content["found"], true);
  assert.match(seen.content["data"]["text/plain"], /half\(amount: number\): number[\s\S]*Half of it/);
  const whole = await client.request("shell", "is_complete_request", { code: "half(" });
  assert.equal(whole.content["status"], "incomplete");
  const wrong = await client.request("shell", "is_complete_request", { code: "let = ;)" });
  assert.equal(wrong.content["status"], "invalid");
  await client.heartbeat.send("beat");
  assert.equal(String((await client.heartbeat.receive())[0]), "beat");
  await client.interrupt();
  await client.finished(id);
});

test("positions count code points", async () => {
  const code = "const face = '😀'; face.toUpp";
  const { content } = await client.request("shell", "complete_request", {
    code,
    cursor_pos: [...code].length,
  });
  assert.deepEqual(content["matches"], ["toUpperCase"]);
  assert.equal(content["cursor_start"], [...code].length - 5);
});

test("kernel_info, comm_info and usage are complete", async () => {
  const info = (await client.request("shell", "kernel_info_request")).content;
  assert.equal(info["language_info"].name, "typescript");
  assert.equal(info["language_info"].file_extension, ".ts");
  assert.deepEqual(info["supported_features"], ["kernel subshells"]);
  const usage = (await client.request("control", "usage_request")).content;
  assert.ok(usage["kernel_memory"] > 10_000_000);
  assert.ok(usage["cpu_count"] >= 1);
});

test("subshells run beside a cell that waits", async () => {
  const made = await client.request("control", "create_subshell_request");
  const subshell_id = made.content["subshell_id"];
  assert.deepEqual((await client.request("control", "list_subshell_request")).content["subshell_id"], [
    subshell_id,
  ]);
  const waiting = client.startExecution(
    "let release!: () => void; await new Promise<void>(r => { release = r; console.log('waiting') }); 'released'",
  );
  await client.publishedWhere("output", (m) => m.parent === waiting && m.type === "stream");
  const beside = await client.execute("release(); 'beside'", {}, { subshell_id });
  assert.equal(beside.result, "'beside'");
  assert.equal((await client.finished(waiting)).result, "'released'");
  assert.equal(
    (await client.request("control", "delete_subshell_request", { subshell_id })).content["status"],
    "ok",
  );
  const gone = await client.execute("1", {}, { subshell_id });
  assert.equal(gone.reply.content["status"], "error");
});
