// `npm start` as a user runs it: it prints an address that works, keeps to this
// repository, ends without leaving anything behind, and says what is wrong.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { cache, jupyterEnv, root, venvPython } from "../../src/setup/paths.mjs";

mkdirSync(cache, { recursive: true });
const scratch = mkdtempSync(join(cache, "start-"));
after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));

const startScript = join(root, "src", "setup", "start.mjs");

function startOnce(...args: string[]) {
  return spawnSync(process.execPath, [startScript, ...args], {
    cwd: root,
    encoding: "utf8",
    timeout: 180_000,
  });
}

interface Started {
  child: ChildProcess;
  url: URL;
  headers: Record<string, string>;
  ended: Promise<number | null>;
}

/** Start JupyterLab on an empty folder, with a home folder that must stay empty. */
async function start(name: string): Promise<Started & { home: string }> {
  const home = join(scratch, name, "home");
  const folder = join(scratch, name, "notebooks");
  for (const path of [home, folder]) mkdirSync(path, { recursive: true });
  const child = spawn(process.execPath, [startScript, "--no-browser", "--folder", folder], {
    cwd: root,
    env: { ...process.env, HOME: home, GRADLAB_STATE: join(scratch, name, "state") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  after(() => child.kill("SIGTERM"));
  const ended = new Promise<number | null>((done) => child.once("close", done));
  const address = await new Promise<string>((found, fail) => {
    createInterface({ input: child.stdout }).once("line", found);
    void ended.then(() => fail(new Error(said)));
  });
  const url = new URL(address);
  return { child, url, headers: { authorization: `token ${url.searchParams.get("token")}` }, ended, home };
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Wait until nobody answers at `url`. */
async function untilSilent(url: URL): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    try {
      await fetch(new URL("/api", url), { signal: AbortSignal.timeout(1000) });
    } catch (error) {
      if ((error as Error).name !== "TimeoutError") return;
    }
    await sleep(100);
  }
  assert.fail(`${url.host} still answers`);
}

/** Start a kernel on the server and return its process id, as the kernel itself gives it. */
async function kernelProcess({ url, headers }: Started): Promise<number> {
  const made = await fetch(new URL("/api/kernels", url), { method: "POST", headers, body: "{}" });
  assert.equal(made.status, 201);
  const { id, name } = (await made.json()) as { id: string; name: string };
  assert.equal(name, "tslab", "TypeScript is the kernel of choice");
  const socket = new WebSocket(
    new URL(`/api/kernels/${id}/channels${url.search}`, url).href.replace("http", "ws"),
  );
  await new Promise((opened, failed) => {
    socket.onopen = opened;
    socket.onerror = failed;
  });
  const header = {
    msg_id: "1",
    msg_type: "execute_request",
    session: "s",
    username: "",
    version: "5.3",
    date: new Date().toISOString(),
  };
  const content = {
    code: "process.ppid",
    silent: false,
    store_history: false,
    user_expressions: {},
    allow_stdin: false,
  };
  socket.send(
    JSON.stringify({ channel: "shell", header, parent_header: {}, metadata: {}, content, buffers: [] }),
  );
  const text = await new Promise<string>((found) => {
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data as string);
      if (message.msg_type === "execute_result") found(message.content.data["text/plain"]);
    };
  });
  socket.close();
  return Number(text);
}

test("it prints an address that works, writes nothing at home, and ends on SIGTERM", async () => {
  const lab = await start("ordinary");
  assert.equal((await fetch(lab.url)).status, 200);
  const specs = await (await fetch(new URL("/api/kernelspecs", lab.url), { headers: lab.headers })).json();
  assert.deepEqual(Object.keys((specs as { kernelspecs: object }).kernelspecs), ["tslab"]);
  assert.equal((await fetch(new URL("/api/kernelspecs", lab.url))).status, 403, "without the token, nothing");
  const kernel = await kernelProcess(lab);
  assert.ok(alive(kernel));
  lab.child.kill("SIGTERM");
  assert.equal(await lab.ended, 0);
  await untilSilent(lab.url);
  assert.ok(!alive(kernel), "the kernel has ended with the server");
  assert.deepEqual(readdirSync(lab.home), []);
  assert.ok(existsSync(join(scratch, "ordinary", "state", "runtime")));
});

test("killed outright, it takes the server and its kernels along", async () => {
  const lab = await start("killed");
  const kernel = await kernelProcess(lab);
  lab.child.kill("SIGKILL");
  await untilSilent(lab.url);
  for (let tries = 0; tries < 100 && alive(kernel); tries++) await sleep(100);
  assert.ok(!alive(kernel));
});

test("a port that is taken: the message says so", async () => {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  const { status, stderr } = startOnce("--no-browser", "--port", String(port));
  server.close();
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`port ${port} is taken by another program`));
});

test("wrong arguments are named", () => {
  assert.match(startOnce("--port", "high").stderr, /--port takes a number from 1 to 65535, not "high"/);
  assert.match(startOnce("absent.ipynb").stderr, /there is no notebook absent\.ipynb/);
  assert.match(startOnce("--folder", "/no/such/place").stderr, /there is no folder \/no\/such\/place/);
  assert.match(startOnce("--colour").stderr, /'--colour'/);
  assert.match(startOnce("package.json").stderr, /package\.json is not inside/);
  assert.match(startOnce("--help").stdout, /^npm start -- /);
});

test("a kernel that dies at start is found out, with its last words", () => {
  const data = join(scratch, "dying");
  const spec = join(data, "kernels", "tslab");
  mkdirSync(spec, { recursive: true });
  const argv = [process.execPath, "-e", "console.error('Error: no such module'); process.exit(3)"];
  writeFileSync(
    join(spec, "kernel.json"),
    JSON.stringify({ argv, display_name: "Dying", language: "typescript" }),
  );
  const env = {
    ...jupyterEnv(process.env, join(data, "state")),
    JUPYTER_DATA_DIR: data,
    JUPYTER_PREFER_ENV_PATH: "0",
  };
  const probe = join(root, "src", "setup", "probe_kernel.py");
  const { status, stdout } = spawnSync(venvPython, [probe], { env, encoding: "utf8", timeout: 120_000 });
  assert.equal(status, 1);
  assert.match(stdout, /Error: no such module/);
  assert.match(stdout, /the kernel process ended at start/);
});
