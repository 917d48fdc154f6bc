// Thousands of malformed ZeroMQ messages, seeded: wrong frames, wrong signatures, signed nonsense, contents of
// every wrong type for every kind of request. The kernel drops or answers each; afterwards it still works, has no
// more handles than before, and its log has not swollen.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { Client, sleep } from "../kernel/client.ts";
import { resources } from "./processes.ts";
import { damage, stream } from "./seeded.ts";

let client: Client;
before(async () => {
  client = await Client.start();
});
after(() => client.close());

/** Works as before: runs a cell, completes, and answers on both channels. */
async function works(): Promise<void> {
  const { result } = await client.execute("6 * 7");
  assert.equal(result, "42");
  assert.equal((await client.request("control", "kernel_info_request")).content["status"], "ok");
  const { content } = await client.request("shell", "complete_request", { code: "Math.ma", cursor_pos: 7 });
  assert.ok(content["matches"].includes("max"), JSON.stringify(content));
}

const requests = [
  ...["execute_request", "complete_request", "inspect_request", "is_complete_request", "history_request"],
  ...["comm_info_request", "comm_open", "comm_msg", "comm_close", "kernel_info_request", "input_reply"],
  ...["create_subshell_request", "delete_subshell_request", "list_subshell_request", "debug_request"],
  ...["no_such_request", "__proto__", "constructor", "toString", ""],
];

/** Values that a field may hold though it should not. */
const odd: unknown[] = [
  ...[null, true, -1, 0.5, "", "x", "\u0000", "\ud800", [], [[]], {}, { code: {} }],
  ...[{ __proto__: null }, "9".repeat(1_000), ["a", 1, null], -(2 ** 53), "__proto__"],
];

test("4,000 messages of damaged frames are dropped", async () => {
  await works();
  const next = stream(11);
  const before = resources(client.child.pid!);
  for (let k = 0; k < 4_000; k++) {
    const { frames } = client.frames("execute_request", { code: "throw new Error('ran')", silent: false });
    let parts = frames.map((frame) => Buffer.from(frame));
    switch (Math.floor(next() * 5)) {
      case 0: {
        const at = Math.floor(next() * parts.length);
        parts[at] = Buffer.from(damage(parts[at]!, next));
        break;
      }
      case 1:
        parts = parts.slice(1 + Math.floor(next() * (parts.length - 1)));
        break;
      case 2:
        parts = parts.slice(0, Math.floor(next() * parts.length));
        break;
      case 3:
        parts.splice(Math.floor(next() * parts.length), 1, Buffer.alloc(Math.floor(next() * 5_000), 255));
        break;
      default:
        parts = Array.from({ length: Math.floor(next() * 12) }, () =>
          Buffer.from([Math.floor(next() * 256)]),
        );
    }
    if (parts.length === 0) parts = [Buffer.alloc(0)];
    if (Buffer.concat(parts).equals(Buffer.concat(frames.map((frame) => Buffer.from(frame))))) continue;
    client.sendRaw(next() < 0.7 ? "shell" : "control", parts);
    if (k % 200 === 0) await client.request("control", "kernel_info_request");
  }
  await works();
  const ran = client.published.filter((m) => m.type === "error");
  assert.deepEqual(ran, []);
  const after = resources(client.child.pid!);
  assert.ok(after.handles <= before.handles + 2, `${before.handles} handles before, ${after.handles} after`);
  assert.ok(after.memory < before.memory + 100, `${before.memory} MB before, ${after.memory} MB after`);
  assert.ok(client.log.length < 1_000_000, `${client.log.length} characters of log`);
});

test("3,000 signed messages with contents of every wrong type are answered or ignored", async () => {
  const next = stream(12);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const fields = ["code", "cursor_pos", "silent", "user_expressions", "hist_access_type", "comm_id", "data"];
  const more = [
    "target_name",
    "session",
    "start",
    "stop",
    "n",
    "detail_level",
    "value",
    "allow_stdin",
    "subshell_id",
  ];
  for (let k = 0; k < 3_000; k++) {
    // An error would abort what is queued behind it, as it should.
    const content: Record<string, unknown> = { stop_on_error: false };
    for (let f = Math.floor(next() * 5); f > 0; f--) content[pick([...fields, ...more])] = pick(odd);
    // Code would run: keep to what is no code.
    if (typeof content["code"] === "string") content["code"] = pick(["", "1", "(", "%%nothing", "!"]);
    const extra: Record<string, any> = {};
    if (next() < 0.2) extra["metadata"] = pick(odd.filter((value) => value !== null));
    if (next() < 0.2) extra[pick(["session", "username", "date", "version", "subshell_id"])] = pick(odd);
    if (next() < 0.1) extra["buffers"] = [Buffer.alloc(Math.floor(next() * 100))];
    client.send(next() < 0.7 ? "shell" : "control", pick(requests), content, extra);
    if (k % 100 === 0) await client.request("control", "kernel_info_request");
  }
  await works();
});

test("signed bytes that are no JSON, or too much of it, are dropped", async () => {
  const deep = "[".repeat(50_000);
  const parts = ["", "null", "7", "{", deep, '{"a":'.repeat(20_000), "\u0000", '{"msg_type":7,"msg_id":[]}'];
  for (const part of parts) {
    for (let at = 0; at < 4; at++) {
      const four = ['{"msg_type":"execute_request","msg_id":"x"}', "{}", "{}", "{}"];
      four[at] = part;
      client.sendRaw("shell", ["<IDS|MSG>", client.sign(four), ...four]);
    }
  }
  client.sendRaw(
    "shell",
    Array.from({ length: 3_000 }, () => randomUUID()),
  );
  await works();
});

test("strangers on the ports: bytes that are no ZeroMQ, and connections that say nothing", async () => {
  const connection = JSON.parse(readFileSync(client.connectionFile, "utf8"));
  const before = resources(client.child.pid!).handles;
  const next = stream(13);
  const names = ["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"];
  const sockets = Array.from({ length: 200 }, (_, k) => {
    const socket = connect(connection[names[k % 5]!], "127.0.0.1");
    socket.on("error", () => {});
    if (k % 4 === 1) socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    if (k % 4 === 2) socket.write(Buffer.from(Array.from({ length: 500 }, () => Math.floor(next() * 256))));
    if (k % 4 === 3) socket.write(Buffer.from("ff00000000000000017f0300000000", "hex"));
    return socket;
  });
  await Promise.all(sockets.map((socket) => new Promise((done) => socket.once("connect", done))));
  await works();
  for (const socket of sockets) socket.destroy();
  await works();
  const deadline = Date.now() + 10_000;
  while (resources(client.child.pid!).handles > before + 2 && Date.now() < deadline) await sleep(50);
  const left = resources(client.child.pid!).handles;
  assert.ok(left <= before + 2, `${before} handles before, ${left} after`);
});
