// Beginning and end: shutdown, restart, crashes of the runtime, and no process left behind.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { descendants } from "../../kernel/runtime/descendants.ts";
import { Client, isAlive, MAIN, sleep } from "./client.ts";

async function gone(pids: number[]): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (pids.some(isRunning)) {
    if (Date.now() > deadline) assert.fail(`still running: ${pids.filter(isRunning)}`);
    await sleep(20);
  }
}

/** A zombie whose parent has not looked yet is not running. */
function isRunning(pid: number): boolean {
  if (!isAlive(pid)) return false;
  const stat = `/proc/${pid}/stat`;
  if (!existsSync("/proc/self/stat")) return true;
  try {
    return readFileSync(stat, "latin1").split(") ")[1]![0] !== "Z";
  } catch {
    return false;
  }
}

test("shutdown answers, announces itself, ends at once and leaves nothing running", async () => {
  const client = await Client.start();
  await client.execute(
    "import { spawn } from 'node:child_process'; const child = spawn('sleep', ['1000']); 1",
  );
  const pids = descendants(client.child.pid!);
  assert.ok(pids.length >= 3, "runtime, language server and the cell's own child");
  const reply = await client.shutdown();
  assert.deepEqual(reply.content, { status: "ok", restart: false });
  await client.publishedWhere("the announcement", (m) => m.type === "shutdown_reply");
  assert.equal(await client.exited, 0);
  await gone(pids);
  client.disconnect();
});

test("shutdown for a restart says so, also while a cell is busy", async () => {
  const client = await Client.start();
  const id = client.startExecution("console.log('busy'); for (;;);");
  await client.publishedWhere("output", (m) => m.parent === id && m.type === "stream");
  const pids = descendants(client.child.pid!);
  assert.equal((await client.shutdown(true)).content["restart"], true);
  assert.equal(await client.exited, 0);
  await gone(pids);
  client.disconnect();
});

test("SIGTERM ends everything", async () => {
  const client = await Client.start();
  const pids = descendants(client.child.pid!);
  client.child.kill("SIGTERM");
  assert.equal(await client.exited, 0);
  await gone(pids);
  client.disconnect();
});

test("when the kernel process is killed, its children go with it, even a busy one", async () => {
  const client = await Client.start();
  const id = client.startExecution(
    "import { spawn } from 'node:child_process'; spawn('sleep', ['1000']); console.log('busy'); for (;;);",
  );
  await client.publishedWhere("output", (m) => m.parent === id && m.type === "stream");
  const pids = descendants(client.child.pid!);
  client.child.kill("SIGKILL");
  await client.exited;
  await gone(pids);
  client.disconnect();
});

test("when the client is killed, the kernel ends with all it has started", async () => {
  const code = `
    const { spawn } = require("node:child_process");
    const kernel = spawn(process.execPath, JSON.parse(process.argv[1]), {
      env: { ...process.env, JPY_PARENT_PID: String(process.pid) },
      stdio: ["ignore", "ignore", "inherit"],
    });
    setInterval(() => {}, 1000);`;
  const client = await Client.start({
    spawn: (args) =>
      spawn(process.execPath, ["-e", code, JSON.stringify(args)], { stdio: ["ignore", "ignore", "pipe"] }),
  });
  await client.execute("1");
  const pids = descendants(client.child.pid!);
  assert.ok(pids.length >= 3);
  client.child.kill("SIGKILL");
  await gone(pids);
  client.disconnect();
});

const CRASHES: Record<string, [code: string, message: RegExp]> = {
  "process.exit": ["console.log('before'); process.exit(3);", /status 3/],
  "an abort": ["console.log('before'); process.abort();", /SIGABRT/],
  "a kill": ["console.log('before'); process.kill(process.pid, 'SIGKILL'); for (;;);", /SIGKILL/],
  "memory running out": [
    "console.log('before'); const hoard: number[][] = []; for (;;) hoard.push(new Array(1e5).fill(Math.random()));",
    /out of memory/,
  ],
};

for (const [name, [code, message]] of Object.entries(CRASHES)) {
  test(`${name} is an error of the cell, and the notebook goes on`, async () => {
    const client = await Client.start({ env: { GRADLAB_RUNTIME_OPTIONS: "--max-old-space-size=100" } });
    await client.execute("let lost = 1;");
    const crashing = client.startExecution(code);
    const waiting = client.startExecution("'never'");
    const done = await client.finished(crashing);
    assert.match(done.stdout, /^before\n/);
    assert.equal(done.error?.ename, "RuntimeError");
    assert.match(done.error!.evalue, message);
    assert.equal(done.reply.content["status"], "error");
    assert.equal((await client.finished(waiting)).reply.content["status"], "aborted");
    const next = await client.execute("lost");
    assert.equal(next.error?.ename, "TS2304", "the variable is known to be gone");
    const fresh = await client.execute("let again = 2; again");
    assert.equal(fresh.result, "2");
    assert.equal(fresh.reply.content["execution_count"], 5 - 1);
    await client.close();
  });
}

test("a cell that breaks what the runtime stands on is told so, and the notebook goes on", async () => {
  const client = await Client.start();
  for (const code of ["Array.prototype.map = undefined as any;", "JSON.stringify = undefined as any;"]) {
    // The first notices at once, or the next cell does.
    const names = [await client.execute(code), await client.execute("[1]")].map((done) => done.error?.ename);
    assert.ok(names.includes("RuntimeError"), code);
    assert.equal((await client.execute("'alive'")).result, "'alive'");
  }
  await client.close();
});

test("a native call that blocks is ended by restarting the runtime", async () => {
  const client = await Client.start();
  // A read from a pipe nobody writes to: no JavaScript runs, no child process to signal.
  const code = `
    import { execSync } from "node:child_process";
    import { mkdtempSync, readFileSync } from "node:fs";
    const fifo = mkdtempSync("/tmp/fifo-") + "/pipe";
    execSync("mkfifo " + fifo);
    console.log("blocking");
    readFileSync(fifo);`;
  const id = client.startExecution(code);
  await client.publishedWhere("output", (m) => m.parent === id && m.type === "stream");
  await client.interrupt();
  const done = await client.finished(id);
  assert.match(done.error!.evalue, /blocking native call/);
  assert.equal((await client.execute("'alive'")).result, "'alive'");
  await client.close();
});

/** The language server of a kernel. */
function serverOf(client: Client): number {
  const isServer = (pid: number) => /--lsp/.test(readFileSync(`/proc/${pid}/cmdline`, "latin1"));
  return descendants(client.child.pid!).find(isServer)!;
}

const linux = { skip: !existsSync("/proc") && "processes are looked up in /proc" };

test("a language server that is killed is replaced, and knows the cells again", linux, async () => {
  const client = await Client.start();
  await client.execute("const known = { deep: 1 };");
  process.kill(serverOf(client), "SIGKILL");
  assert.equal((await client.execute("known.deep + 1")).result, "2");
  assert.equal((await client.execute("known.shallow")).error?.ename, "TS2339");
  await client.close();
});

test("a cell whose types are still being checked can be interrupted", linux, async () => {
  const client = await Client.start();
  await client.execute("let kept = 1;");
  const server = serverOf(client);
  process.kill(server, "SIGSTOP");
  const id = client.startExecution("kept = 2;");
  await client.publishedWhere("the cell", (m) => m.parent === id && m.type === "execute_input");
  await client.interrupt();
  const done = await client.finished(id);
  assert.equal(done.error?.ename, "Interrupted");
  process.kill(server, "SIGCONT");
  assert.equal((await client.execute("kept")).result, "1");
  await client.close();
});

test("a crash between cells is told to the last one", async () => {
  const client = await Client.start();
  const first = await client.execute("setTimeout(() => process.exit(7), 50);");
  const error = await client.publishedWhere("the report", (m) => m.parent === first.id && m.type === "error");
  assert.match(error.content["evalue"], /status 7/);
  assert.equal((await client.execute("1 + 1")).result, "2");
  await client.close();
});

test("no --inspect and no key on any command line", { skip: !existsSync("/proc") }, async () => {
  const client = await Client.start({ key: "secret-on-no-command-line" });
  for (const pid of [client.child.pid!, ...descendants(client.child.pid!)]) {
    const line = readFileSync(`/proc/${pid}/cmdline`, "latin1");
    assert.doesNotMatch(line, /--inspect|secret-on-no-command-line/);
  }
  await client.close();
});

test("a connection file that is missing or wrong is said so, and nothing keeps running", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kernel-broken-"));
  const wrong = join(folder, "wrong.json");
  writeFileSync(wrong, JSON.stringify({ transport: "pigeon", shell_port: 1 }));
  const unsigned = join(folder, "unsigned.json");
  writeFileSync(unsigned, JSON.stringify({ shell_port: 1, signature_scheme: "hmac-of-nothing", key: "k" }));
  for (const [file, message] of [
    [join(folder, "missing.json"), /no such file/],
    [wrong, /iopub_port|transport/],
    [unsigned, /signature_scheme hmac-of-nothing is not supported/],
  ] as const) {
    const child = spawn(process.execPath, [MAIN, "--connection-file", file], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    assert.equal(await new Promise((resolve) => child.on("close", resolve)), 1);
    assert.match(text, message);
  }
  rmSync(folder, { recursive: true });
});

test("nothing is written beside the notebook", async () => {
  const client = await Client.start();
  await client.execute("1 + 1");
  const files = readdirSync(client.folder).filter(
    (name) => !["connection.json", "history.jsonl"].includes(name),
  );
  assert.deepEqual(files, []);
  await client.close();
});
