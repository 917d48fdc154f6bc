// The wire: signatures, replays, broken messages, transports and encryption.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "./client.ts";

let client: Client;
before(async () => {
  client = await Client.start();
});
after(() => client.close());

async function answersStill(): Promise<void> {
  assert.equal((await client.execute("1 + 1")).result, "2");
}

const dropped = (why: string) => client.until(`a log line about ${why}`, () => client.log.includes(why));

test("a message with a wrong signature is dropped", async () => {
  const { id, frames } = client.frames("execute_request", { code: "globalThis.evil = 1" });
  frames[1] = "0".repeat(64);
  client.sendRaw("shell", frames);
  await dropped("wrong signature");
  await answersStill();
  assert.equal((await client.execute("(globalThis as any).evil")).result, undefined);
  assert.ok(!client.published.some((m) => m.parent === id));
});

test("no signature, a short one, and one of the wrong content are dropped", async () => {
  for (const signature of ["", "abc", client.sign(["other", "content", "than", "this"])]) {
    client.log = "";
    const { frames } = client.frames("kernel_info_request", {});
    frames[1] = signature;
    client.sendRaw("control", frames);
    await dropped("wrong signature");
  }
  await answersStill();
});

test("a replayed message is dropped", async () => {
  const { id, frames } = client.frames("execute_request", {
    code: "console.log('once')",
    store_history: false,
  });
  client.sendRaw("shell", frames);
  client.sendRaw("shell", frames);
  await dropped("replay");
  const done = await client.finished(id);
  assert.equal(done.stdout, "once\n");
  await answersStill();
  assert.equal(client.replies.filter((r) => r.parent === id).length, 1);
});

test("what is no message is dropped", async () => {
  const signed = (parts: string[]) => ["<IDS|MSG>", client.sign(parts), ...parts];
  const cases: [string[], string][] = [
    [["nothing"], "no <IDS|MSG> delimiter"],
    [["<IDS|MSG>"], "too few frames"],
    [["<IDS|MSG>", "", "{}"], "too few frames"],
    [signed(["{", "{}", "{}", "{}"]), "header is not JSON"],
    [signed(["[]", "{}", "{}", "{}"]), "header is not a JSON object"],
    [signed(["null", "{}", "{}", "{}"]), "header is not a JSON object"],
    [signed(["{}", "{}", "{}", "{}"]), "header without msg_type"],
    [signed(['{"msg_type":"execute_request","msg_id":"1"}', "{}", "{}", "oops"]), "content is not JSON"],
    [
      signed(['{"msg_type":"execute_request","msg_id":"2"}', "7", "{}", "{}"]),
      "parent_header is not a JSON object",
    ],
  ];
  for (const [frames, why] of cases) {
    client.log = "";
    client.sendRaw("shell", frames);
    await dropped(why);
  }
  await answersStill();
});

test("unknown message types and odd contents are survived", async () => {
  client.send("shell", "no_such_request", { x: 1 });
  await dropped("unknown type no_such_request");
  for (const type of ["__proto__", "constructor", "toString"]) {
    client.log = "";
    client.send("shell", type, {});
    await dropped(`unknown type ${type}`);
  }
  for (const type of [
    "complete_request",
    "inspect_request",
    "is_complete_request",
    "history_request",
    "execute_request",
  ]) {
    const reply = await client.request("shell", type, {
      code: 7,
      cursor_pos: "x",
      n: "many",
      hist_access_type: 3,
    });
    assert.equal(typeof reply.content["status"], "string", type);
  }
  client.send("shell", "comm_msg", { data: {} });
  client.send("stdin", "input_reply", { value: "nobody asked" });
  await answersStill();
});

test("replies and broadcasts are signed and name their parent", async () => {
  const id = client.startExecution("1");
  const { reply, messages } = await client.finished(id); // the client checks each signature
  assert.equal(reply.parent, id);
  assert.match(messages[0]!.topic, /^kernel\..*execute_input$/);
  assert.match(reply.header["version"], /^5\.\d+$/);
});

test("an empty key means unsigned messages", async () => {
  const open = await Client.start({ key: "" });
  assert.equal((await open.execute("2 + 2")).result, "4");
  await open.close();
});

test("ipc sockets work", async () => {
  const ipc = await Client.start({ transport: "ipc" });
  assert.equal((await ipc.execute("2 + 3")).result, "5");
  await ipc.close();
});

test("CurveZMQ encryption works", async () => {
  const curve = await Client.start({ curve: true });
  assert.equal((await curve.execute("2 + 4")).result, "6");
  await curve.heartbeat.send("beat");
  assert.equal(String((await curve.heartbeat.receive())[0]), "beat");
  await curve.close();
});

test("a connection file that others may read is complained about, and the key stays out of the log", async () => {
  const loose = await Client.start({ mode: 0o644, key: "a-very-secret-key" });
  await loose.until("a warning", () => /can be read by other users/.test(loose.log));
  assert.doesNotMatch(loose.log, /a-very-secret-key/);
  await loose.close();
});
