// Nobody stays behind: whichever process is killed, and whatever the kernel is doing then, all the others are
// gone soon after: the kernel process, the runtime with what its cells have started, the language server.
// They are told by a word in their environment, which all of them inherit.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { descendants } from "../../kernel/runtime/descendants.ts";
import { Client, MAIN, plain, sleep } from "./client.ts";

const skip = !existsSync("/proc/self/environ") && "processes are looked up in /proc";

const DEADLINE_MS = 20_000;

/** A client as Jupyter's: it starts the kernel, reads what it logs, and does nothing more. */
const LAUNCHER = `
  const { spawn } = require("node:child_process");
  const kernel = spawn(process.execPath, JSON.parse(process.argv[1]), {
    env: { ...process.env, JPY_PARENT_PID: String(process.pid) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  kernel.stderr.pipe(process.stderr);
  setInterval(() => {}, 1000);`;

function launch(mark: string, args: string[]): ChildProcess {
  return spawn(process.execPath, ["-e", LAUNCHER, JSON.stringify(args)], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, GRADLAB_TEST_MARK: mark, GRADLAB_HISTORY: "" },
  });
}

/** Processes that carry the mark and run (or are stopped). */
function marked(mark: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return readFileSync(`/proc/${name}/environ`, "latin1").includes(`GRADLAB_TEST_MARK=${mark}`)
        ? [Number(name)]
        : [];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

async function allGone(mark: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (let left = marked(mark); left.length > 0; left = marked(mark)) {
    if (Date.now() > deadline) {
      const lines = left.map((pid) => readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " "));
      for (const pid of left) process.kill(pid, "SIGKILL");
      assert.fail(`still running: ${lines.join("; ")}`);
    }
    await sleep(50);
  }
}

type Victim = "client" | "kernel";

function kill(victim: Victim, client: ChildProcess): void {
  const kernel = descendants(client.pid!)[0];
  const pid = victim === "client" ? client.pid! : kernel;
  if (pid !== undefined) process.kill(pid, "SIGKILL");
  if (victim === "kernel") client.kill("SIGKILL");
}

const MOMENTS: Record<string, string> = {
  idle: "1",
  "in a synchronous loop": "console.log('here'); for (;;);",
  "in a loop that awaits": "console.log('here'); for (;;) await null;",
  "in a flood of output": "for (;;) console.log('here');",
  "in a flood of rejections":
    "console.log('here'); setInterval(() => { for (let i = 0; i < 100; i++) Promise.reject(new Error('no')); }, 1); await new Promise(() => {});",
  "while it waits for an answer": "console.log('here'); input('well? ');",
  "in a program of the shell": "console.log('here');\n!sleep 1000",
  "with a child that ignores signals":
    "import { spawn } from 'node:child_process'; spawn('sh', ['-c', \"trap '' HUP INT TERM; while :; do sleep 1; done\"]); console.log('here'); for (;;);",
};

for (const victim of ["client", "kernel"] as const) {
  for (const [moment, code] of Object.entries(MOMENTS)) {
    test(`the ${victim} is killed ${moment}`, { skip }, async () => {
      const mark = randomUUID();
      const client = await Client.start({ spawn: (args) => launch(mark, args) });
      const id = client.startExecution(code);
      if (moment === "idle") await client.finished(id);
      else await client.publishedWhere("output", (m) => m.parent === id && m.type === "stream");
      assert.ok(marked(mark).length >= 4, "client, kernel, runtime, language server");
      kill(victim, client.child);
      await allGone(mark);
      client.disconnect();
    });
  }

  test(`the ${victim} is killed while everything starts`, { skip }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "kernel-orphan-"));
    const file = join(folder, "connection.json");
    const ports = { shell_port: 0, iopub_port: 0, stdin_port: 0, control_port: 0, hb_port: 0 };
    writeFileSync(file, JSON.stringify({ transport: "tcp", ip: "127.0.0.1", key: "k", ...ports }), {
      mode: 0o600,
    });
    for (const ms of [20, 60, 100, 150, 200, 275, 350, 500, 700]) {
      const mark = randomUUID();
      const client = launch(mark, [MAIN, "--connection-file", file]);
      await sleep(ms);
      kill(victim, client);
      await allGone(mark);
    }
    rmSync(folder, { recursive: true });
  });
}

test("the client is killed while the language server starts anew", { skip }, async () => {
  const mark = randomUUID();
  const client = await Client.start({ spawn: (args) => launch(mark, args) });
  await client.execute("1");
  const server = marked(mark).find((pid) => /--lsp/.test(readFileSync(`/proc/${pid}/cmdline`, "latin1")));
  process.kill(server!, "SIGKILL");
  client.startExecution("2");
  await client.publishedWhere("the cell", (m) => m.content["code"] === "2");
  kill("client", client.child);
  await allGone(mark);
  client.disconnect();
});

test("messages that are logged when nobody reads the log any more do no harm", { skip }, async () => {
  const mark = randomUUID();
  const client = await Client.start({ spawn: (args) => launch(mark, args) });
  kill("client", client.child);
  for (let i = 0; i < 20; i++) client.sendRaw("shell", ["nonsense"]);
  await allGone(mark);
  client.disconnect();
});

test("a kernel process that is stopped does not keep its children", { skip }, async () => {
  const mark = randomUUID();
  const client = await Client.start({ spawn: (args) => launch(mark, args) });
  await client.execute("1");
  process.kill(descendants(client.child.pid!)[0]!, "SIGSTOP");
  kill("client", client.child);
  await allGone(mark);
  client.disconnect();
});

test("a kernel that is meant to be on its own outlives its starter", { skip }, async () => {
  const mark = randomUUID();
  const env = { ...process.env, GRADLAB_TEST_MARK: mark };
  delete (env as Record<string, string | undefined>)["JPY_PARENT_PID"];
  const client = await Client.start({
    spawn: (args) => {
      const code = LAUNCHER.replace("JPY_PARENT_PID: String(process.pid)", "");
      return spawn(process.execPath, ["-e", code, JSON.stringify(args)], { env, stdio: "ignore" });
    },
  });
  kill("client", client.child);
  await client.exited;
  await sleep(1500); // longer than a kernel takes to notice
  assert.equal((await client.execute("1 + 1")).result, "2");
  await client.shutdown();
  await allGone(mark);
  client.disconnect();
});

for (const [how, code] of [
  ["leaves", "process.exit(0)"],
  ["is killed", "process.kill(process.pid, 'SIGKILL')"],
] as const) {
  for (const stdio of ["ignore", "inherit"] as const) {
    test(`a runtime ${how}: its children (output: ${stdio}) go, and hold up nobody`, { skip }, async () => {
      const mark = randomUUID();
      const client = await Client.start({ spawn: (args) => launch(mark, args) });
      const start = `import { spawn } from 'node:child_process'; spawn('sleep', ['1000'], { stdio: '${stdio}' });`;
      const { error } = await client.execute(`${start} ${code}; await new Promise(() => {});`);
      assert.match(plain(error!.evalue), /restarted/);
      assert.equal((await client.execute("6 * 7")).result, "42");
      const names = marked(mark).map((pid) => readFileSync(`/proc/${pid}/cmdline`, "latin1"));
      assert.deepEqual(
        names.filter((name) => name.startsWith("sleep")),
        [],
      );
      kill("client", client.child);
      await allGone(mark);
      client.disconnect();
    });
  }
}

test("the main thread that first finds the kernel gone ends the whole group", { skip }, async () => {
  const mark = randomUUID();
  const channel = new URL("../../kernel/runtime/channel.ts", import.meta.url).href;
  // A runtime without its watcher thread, whose pipe for events nobody reads.
  const code = `
    import { spawn } from "node:child_process";
    const { emit } = await import(${JSON.stringify(channel)});
    spawn("sleep", ["1000"]);
    process.stdin.once("data", () => emit({ type: "ready" }, [], 0));`;
  const runtime = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["pipe", "ignore", "inherit", "ignore", "pipe"],
    detached: true,
    env: { ...process.env, GRADLAB_TEST_MARK: mark },
  });
  while (marked(mark).length < 2) await sleep(20);
  const ended = once(runtime, "exit");
  runtime.stdio[4]!.destroy();
  runtime.stdin!.write("go\n");
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  await allGone(mark);
});
