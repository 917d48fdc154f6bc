// The kernel asks and is asked: input requests, comms, history, local modules.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { Client, plain } from "./client.ts";

let client: Client;
before(async () => {
  client = await Client.start();
});
after(() => client.close());

test("input() asks the client and gives its answer", async () => {
  const id = client.startExecution(
    "const who = input('Name? '); const word = password('Word? '); [who, word].join('/')",
  );
  const first = await client.until("the question", () => client.questions[0]);
  assert.deepEqual(first.content, { prompt: "Name? ", password: false });
  assert.equal(first.parent, id);
  client.send("stdin", "input_reply", { status: "ok", value: "Ada" });
  const second = await client.until("the second question", () => client.questions[1]);
  assert.deepEqual(second.content, { prompt: "Word? ", password: true });
  client.send("stdin", "input_reply", { status: "ok", value: "hush" });
  assert.equal((await client.finished(id)).result, "'Ada/hush'");
});

test("input() without allow_stdin is an error, not a wait", async () => {
  const done = await client.execute("input('Name? ')", { allow_stdin: false });
  assert.match(done.error!.evalue, /does not accept input/);
});

test("comms: opened by a cell, answered by the page, with buffers both ways", async () => {
  const done = await client.execute(`
    const comm = jupyter.openComm("bar", { at: 0 }, { metadata: { v: 1 }, buffers: [new Uint8Array([1, 2])] });
    const heard: string[] = [];
    comm.onMessage(({ data, buffers }) => {
      heard.push(data.word + ":" + [...buffers[0]!]);
      comm.send({ echo: data.word }, { buffers });
    });
    comm.onClose(() => { heard.push("closed"); });
    comm.id`);
  const opened = done.messages.find((m) => m.type === "comm_open")!;
  const comm_id = opened.content["comm_id"];
  assert.equal(opened.content["target_name"], "bar");
  assert.deepEqual([...opened.buffers[0]!], [1, 2]);
  assert.deepEqual(opened.metadata, { v: 1 });
  const info = await client.request("shell", "comm_info_request", { target_name: "bar" });
  assert.deepEqual(info.content["comms"], { [comm_id]: { target_name: "bar" } });

  const id = client.send(
    "shell",
    "comm_msg",
    { comm_id, data: { word: "hi" } },
    { buffers: [Buffer.from([7, 8, 9])] },
  );
  const echo = await client.publishedWhere("the echo", (m) => m.type === "comm_msg" && m.parent === id);
  assert.deepEqual(echo.content["data"], { echo: "hi" });
  assert.deepEqual([...echo.buffers[0]!], [7, 8, 9]);
  await client.idle(id);

  const closing = client.send("shell", "comm_close", { comm_id, data: {} });
  await client.idle(closing);
  assert.equal((await client.execute("heard.join()")).result, "'hi:7,8,9,closed'");
  const after = await client.request("shell", "comm_info_request", {});
  assert.deepEqual(after.content["comms"], {});
  assert.match((await client.execute("comm.send({})")).error!.evalue, /closed/);
});

test("comms: opened by the page, accepted by a target or closed again", async () => {
  await client.execute(
    "jupyter.onComm('answer', (comm, { data }) => { comm.send({ twice: data.n * 2 }); });",
  );
  const id = client.send("shell", "comm_open", { comm_id: "c1", target_name: "answer", data: { n: 21 } });
  const reply = await client.publishedWhere("the answer", (m) => m.type === "comm_msg" && m.parent === id);
  assert.deepEqual(reply.content["data"], { twice: 42 });
  const other = client.send("shell", "comm_open", { comm_id: "c2", target_name: "nobody", data: {} });
  await client.publishedWhere("a refusal", (m) => m.type === "comm_close" && m.parent === other);
  const { content } = await client.request("shell", "comm_info_request", {});
  assert.deepEqual(Object.keys(content["comms"]), ["c1"]);
});

test("comm messages reach a cell that waits for them", async () => {
  await client.execute("const live = jupyter.openComm('live');");
  const opened = await client.publishedWhere(
    "the comm",
    (m) => m.content["target_name"] === "live" && m.type === "comm_open",
  );
  const id = client.startExecution(
    "console.log('waiting'); await new Promise<number>(done => live.onMessage(({ data }) => done(data.value)))",
  );
  await client.publishedWhere("output", (m) => m.parent === id && m.type === "stream");
  client.send("shell", "comm_msg", { comm_id: opened.content["comm_id"], data: { value: 99 } });
  assert.equal((await client.finished(id)).result, "99");
});

test("an error in a comm's listener is told and breaks nothing", async () => {
  await client.execute("jupyter.onComm('fragile', () => { throw new Error('fell over'); });");
  const id = client.send("shell", "comm_open", { comm_id: "c3", target_name: "fragile", data: {} });
  await client.idle(id);
  assert.equal(client.about(id).find((m) => m.type === "error")?.content["evalue"], "fell over");
});

test("history: tail, range and search, kept when the kernel restarts", async () => {
  const first = await Client.start();
  const env = { GRADLAB_HISTORY: join(client.folder, "kept.jsonl") };
  await first.close();
  const one = await Client.start({ env });
  for (const code of ["const a = 1", "'seen'", "a + 1", "'seen'"]) await one.execute(code);
  const ask = async (who: Client, content: object) =>
    (await who.request("shell", "history_request", { raw: true, output: false, ...content })).content[
      "history"
    ];
  assert.deepEqual(
    (await ask(one, { hist_access_type: "tail", n: 2 })).map((row: unknown[]) => row[2]),
    ["a + 1", "'seen'"],
  );
  const [[session, line]] = await ask(one, { hist_access_type: "tail", n: 4 });
  assert.deepEqual(await ask(one, { hist_access_type: "range", session, start: line, stop: line + 2 }), [
    [session, line, "const a = 1"],
    [session, line + 1, "'seen'"],
  ]);
  assert.deepEqual(
    (await ask(one, { hist_access_type: "search", pattern: "*seen*", unique: true })).map(
      (row: unknown[]) => row[2],
    ),
    ["'seen'"],
  );
  assert.equal((await ask(one, { hist_access_type: "search", pattern: "a ?*", n: 1 })).length, 1);
  assert.deepEqual((await ask(one, { hist_access_type: "tail", n: 1, output: true }))[0][2], [
    "'seen'",
    "'seen'",
  ]);
  await one.close();

  const two = await Client.start({ env });
  await two.execute("'later'");
  const rows = await ask(two, { hist_access_type: "tail", n: 10 });
  assert.deepEqual(
    rows.map((row: unknown[]) => row[2]),
    ["const a = 1", "'seen'", "a + 1", "'seen'", "'later'"],
  );
  assert.equal(rows.at(-1)[0], session + 1);
  assert.equal((await ask(two, { hist_access_type: "range", session: -1, start: 1, stop: 99 })).length, 4);

  const beside = await Client.start({ env });
  await Promise.all([two.execute("'mine'"), beside.execute("'other'")]);
  const [[mine], [other]] = [
    await ask(two, { hist_access_type: "search", pattern: "'mine'" }),
    await ask(beside, { hist_access_type: "search", pattern: "'other'" }),
  ];
  assert.notEqual(mine[0], other[0], "notebooks that are open together have numbers of their own");
  await beside.close();
  await two.close();
});

test("local modules are imported, with all of TypeScript, and reloaded when they change", async () => {
  const file = (name: string, text: string) => writeFileSync(join(client.folder, name), text);
  file("inner.ts", "export const factor: number = 2;");
  file(
    "outer.ts",
    "import { factor } from './inner.ts';\nexport enum Kind { Big, Small }\nexport const twice = (n: number): number => n * factor;",
  );
  const code = "import { Kind, twice } from './outer.ts'; [twice(21), Kind.Small]";
  assert.equal((await client.execute(code)).result, "[ 42, 1 ]");
  file("inner.ts", "export const factor: number = 20; // changed");
  assert.equal((await client.execute(code)).result, "[ 420, 1 ]");
  file("wrong.ts", "export const a: number = 1;\nexport const b: number = ;");
  const wrong = await client.execute("import { a } from './wrong.ts';");
  assert.match(
    plain(wrong.error!.traceback.join("\n")),
    /wrong\.ts:2\n(.*\n)?export const b: number = ;\n +\^/,
  );
  const done = await client.execute("import { nothing } from './missing.ts';");
  assert.equal(done.reply.content["status"], "error");
});

test("a package stays as it was loaded when its files change, and the cell is told once", async () => {
  const own = await Client.start();
  const file = (name: string, text: string) => {
    mkdirSync(dirname(join(own.folder, name)), { recursive: true });
    writeFileSync(join(own.folder, name), text);
  };
  file("package.json", '{ "name": "box", "type": "module", "exports": "./lib/index.ts" }');
  file("lib/index.ts", 'export { Box } from "./box.ts";\nexport const word: string = "old";');
  file("lib/box.ts", "export class Box { size: number = 1 }");
  file("own.ts", 'import { Box } from "box";\nexport const make = (): Box => new Box();');
  const first = "import { Box } from 'box'; import { make } from './own.ts'; make() instanceof Box";
  assert.equal((await own.execute(first)).result, "true");
  await own.execute("const Before = Box;");

  file("lib/box.ts", "export class Box { size: number = 22 }");
  file("own.ts", 'import { Box } from "box";\nexport const make = (): Box => new Box(); // changed');
  const second = await own.execute(
    "import { Box as After, word } from 'box'; import { make } from './own.ts';\n[make() instanceof Before, After === Before, new After().size, word]",
  );
  assert.equal(second.result, "[ true, true, 1, 'old' ]");
  assert.equal(second.stderr, "box changed on disk; restart the kernel to use the new code\n");

  file("lib/index.ts", 'export { Box } from "./box.ts";\nexport const word: string = "newest";');
  const third = await own.execute("import { word } from 'box'; word");
  assert.equal(third.result, "'old'");
  assert.equal(third.stderr, "");
  await own.close();
});

test("@module cells are files that later cells import", async () => {
  await client.execute(
    "/** @module shapes */\nexport const sides: Record<string, number> = { square: 4 };\nexport type Name = string;",
  );
  const first = await client.execute("import { sides } from './shapes'; sides['square']");
  assert.deepEqual([first.result, first.stderr], ["4", ""]);
  await client.execute("/** @module shapes */\nexport const sides: Record<string, number> = { square: 5 };");
  assert.equal((await client.execute("import { sides } from './shapes'; sides['square']")).result, "5");
});

test("imports: Node's modules, CommonJS packages with their names, JSON, require", async () => {
  assert.equal(
    (await client.execute("import { basename } from 'node:path'; basename('/a/b')")).result,
    "'b'",
  );
  assert.equal(
    (await client.execute("const fs = require('node:fs'); typeof fs.readFileSync")).result,
    "'function'",
  );
  writeFileSync(join(client.folder, "data.json"), '{"x": [1, 2]}');
  assert.equal((await client.execute("import data from './data.json'; data.x")).result, "[ 1, 2 ]");
  assert.equal((await client.execute("(await import('node:os')).EOL.length")).result, "1");
});
