// How a sweep shares its cases among servers, without any: limits, losses, full and refusing servers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KernelDeath, ServerError } from "../../src/notebook/index.ts";
import { Gate } from "../../src/notebook/sweep/member.ts";
import { runPool } from "../../src/notebook/sweep/pool.ts";

const fakeServer = (url: string) => ({
  baseUrl: url,
  token: "",
  root: undefined,
  gone: new Promise<string>(() => {}),
  close: async () => {},
});

test("the pool keeps limits, moves lost work elsewhere, waits for full servers and gives up in the end", async () => {
  const running: Record<string, number> = { a: 0, b: 0 };
  const most: Record<string, number> = { a: 0, b: 0 };
  const did: string[] = [];
  const gaveUp: string[] = [];
  let opened = 0;
  let full = true;
  const tasks = ["1", "2", "3", "4", "killer", "on-b-only"];
  await runPool(
    tasks,
    [
      { name: "a", limit: 2, open: async () => fakeServer("a") },
      {
        name: "b",
        limit: 1,
        open: async () => {
          if (++opened < 3) throw new ServerError("unreachable");
          return fakeServer("b");
        },
      },
    ],
    async (_, name, { task }) => {
      running[name]!++;
      most[name] = Math.max(most[name]!, running[name]!);
      await new Promise((done) => setTimeout(done, 5));
      running[name]!--;
      if (full && task === "1") {
        full = false;
        throw new ServerError("too many kernels", { status: 429, fault: "busy" });
      }
      if (task === "killer") throw new KernelDeath("it kills kernels");
      if (task === "on-b-only" && name === "a") throw new KernelDeath("not here");
      did.push(task);
    },
    async ({ task, why, attempt, losses, own }) => {
      gaveUp.push(`${task}: ${why} (${attempt} of ${losses.length}, ${own})`);
    },
    { pause: 2 },
  );
  assert.deepEqual(did.sort(), ["1", "2", "3", "4", "on-b-only"]);
  assert.deepEqual(gaveUp, ["killer: it kills kernels (3 of 3, true)"]);
  assert.ok(most["a"]! <= 2 && most["b"]! <= 1);
});

test("servers that stay away are given up, and what is left is told", async () => {
  const gaveUp: string[] = [];
  const open = async () => {
    throw new ServerError("unreachable");
  };
  await runPool(
    ["x"],
    [{ name: "a", limit: 1, open }],
    async () => {},
    async ({ task, why, own }) => void gaveUp.push(`${task}: ${why} (${own})`),
    {
      pause: 1,
      patience: 3,
    },
  );
  assert.deepEqual(gaveUp, ["x: unreachable (false)"]);
});

const turn = () => new Promise((done) => setTimeout(done, 1));

test("a server that is lost with all its runs counts as failed once, and its runs go elsewhere", async () => {
  const troubles: string[] = [];
  const did: string[] = [];
  let broken = false;
  const tasks = Array.from({ length: 12 }, (_, k) => String(k));
  await runPool(
    tasks,
    [
      { name: "a", limit: 6, open: async () => fakeServer("a") },
      { name: "b", limit: 1, open: async () => fakeServer("b") },
    ],
    async (_, name, { task }) => {
      await turn();
      if (name === "a" && !broken) {
        await turn();
        broken = true;
        throw new KernelDeath("power cut", true);
      }
      did.push(task);
    },
    async () => assert.fail("nothing is given up"),
    { pause: 1, patience: 2, onTrouble: (message) => troubles.push(message) },
  );
  assert.deepEqual(did.sort(), tasks.sort());
  assert.deepEqual(
    troubles.filter((t) => t.includes("given up")),
    [],
  );
});

test("a full server gets as many as it has room for, and more again when it has", async () => {
  let room = 2;
  let running = 0;
  let most = 0;
  let refused = 0;
  let done = 0;
  await runPool(
    Array.from({ length: 60 }, (_, k) => k),
    [{ name: "a", limit: 8, open: async () => fakeServer("a") }],
    async () => {
      if (running >= room) {
        refused++;
        throw new ServerError("max kernels limit", { status: 403, fault: "busy" });
      }
      running++;
      most = Math.max(most, running);
      await turn();
      running--;
      if (++done === 30) room = 8;
    },
    async () => assert.fail("nothing is given up"),
    { pause: 1, patience: 2 },
  );
  assert.equal(done, 60);
  assert.ok(most > 2, "it grew when there was room");
  assert.ok(refused < 40, `${refused} vain beginnings`);
});

test("a server that refuses is not asked again; alone, its words are the reason", async () => {
  let asked = 0;
  const gaveUp: string[] = [];
  const refuse = async () => {
    asked++;
    throw new ServerError("403: not you", { status: 403, fault: "refused" });
  };
  await runPool(
    ["x", "y"],
    [{ name: "a", limit: 1, open: async () => fakeServer("a") }],
    refuse,
    async ({ task, why, attempt, own }) => void gaveUp.push(`${task}: ${why} (${attempt}, ${own})`),
  );
  assert.equal(asked, 1);
  assert.deepEqual(gaveUp, ["x: 403: not you (0, false)", "y: 403: not you (0, false)"]);
});

test("a gate lets as many in at a time as it has room for", async () => {
  const gate = new Gate(3);
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, () =>
      gate.pass(async () => {
        most = Math.max(most, ++inside);
        await turn();
        inside--;
      }),
    ),
  );
  assert.equal(most, 3);
});

test("ten thousand cases pass through the pool", async () => {
  const counts = new Map<number, number>();
  const servers = Array.from({ length: 10 }, (_, k) => ({
    ...{ name: `s${k}`, limit: 100, open: async () => fakeServer(`s${k}`) },
  }));
  await runPool(
    Array.from({ length: 10_000 }, (_, k) => k),
    servers,
    async (_, __, { task, attempt }) => {
      await Promise.resolve();
      if (task % 97 === 0 && attempt === 1) throw new KernelDeath("once");
      counts.set(task, (counts.get(task) ?? 0) + 1);
    },
    async () => assert.fail("nothing is given up"),
  );
  assert.equal(counts.size, 10_000);
  assert.ok([...counts.values()].every((n) => n === 1));
});
