// When npm has work to do, what is said when it can't do it, and the lock file.
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../src/setup/paths.mjs";
import { installOne, Scratch } from "./scratch.ts";

test("what is installed is compared with the lock, package by package", async () => {
  const scratch = new Scratch();
  const { packagesProblem } = await scratch.load("packages.mjs");
  installOne(scratch);
  assert.equal(packagesProblem(), null);

  const lock = JSON.parse(readFileSync(join(scratch.root, "package-lock.json"), "utf8"));
  const withLock = (packages: object) =>
    scratch.write(
      "package-lock.json",
      JSON.stringify({ ...lock, packages: { ...lock.packages, ...packages } }),
    );
  withLock({ "node_modules/two": { version: "1.0.0", integrity: "sha512-BBBB" } });
  assert.equal(packagesProblem(), "two is missing");
  withLock({ "node_modules/two": { version: "1.0.0", optional: true, os: ["plan9"] } });
  assert.equal(packagesProblem(), null);
  // npm leaves out what only such a package needs; its entry names no platform of its own.
  withLock({ "node_modules/two": { version: "1.0.0", optional: true } });
  assert.equal(packagesProblem(), null);
  withLock({ "node_modules/one": { version: "1.0.0", integrity: "sha512-CCCC" } });
  assert.equal(packagesProblem(), "node_modules/one has changed");
  withLock({});
  rmSync(join(scratch.root, "node_modules", "one"), { recursive: true });
  assert.equal(packagesProblem(), "node_modules/one is incomplete");
  rmSync(join(scratch.root, "node_modules"), { recursive: true });
  assert.equal(packagesProblem(), "not installed");
});

test("no network: npm's failure is told as such", () => {
  const scratch = new Scratch();
  installOne(scratch);
  rmSync(join(scratch.root, "node_modules"), { recursive: true });
  const { status, stderr } = scratch.script("setup.mjs", ["packages"], {
    npm_config_registry: "http://127.0.0.1:9/",
    npm_config_fetch_retries: "0",
    npm_config_cache: join(scratch.root, "npm-cache"),
    npm_execpath: "",
  });
  assert.equal(status, 1);
  assert.match(stderr, /gradlab can't go on: npm could not reach its registry\./);
  assert.match(stderr, /then run the same command again/);
});

test("no npm: the message says where it comes from", () => {
  const scratch = new Scratch();
  installOne(scratch);
  rmSync(join(scratch.root, "node_modules"), { recursive: true });
  const { status, stderr } = scratch.script("setup.mjs", ["packages"], {
    PATH: scratch.bin,
    npm_execpath: "",
  });
  assert.equal(status, 1);
  assert.match(stderr, /npm was not found\.\n.*install Node 20 or newer/);
});

test("the lock file holds an entry for every platform, so that `npm ci` takes it anywhere", async () => {
  const { missingEntries } = await import(join(root, "src/setup/lock.mjs") as string);
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  assert.deepEqual(Object.keys(missingEntries(packages)), [], "run: node src/setup/lock.mjs");
});

test("a missing platform package gets the platform its name says", async () => {
  const { missingEntries } = await import(join(root, "src/setup/lock.mjs") as string);
  const optionalDependencies = { "@x/y-linux-arm64-musl": "1.2.3", "@x/y-darwin-x64": "1.2.3" };
  const packages = {
    "node_modules/@x/y": { dev: true, optionalDependencies },
    "node_modules/@x/y-darwin-x64": {},
  };
  assert.deepEqual(missingEntries(packages), {
    "node_modules/@x/y-linux-arm64-musl": {
      version: "1.2.3",
      cpu: ["arm64"],
      dev: true,
      libc: ["musl"],
      optional: true,
      os: ["linux"],
    },
  });
});

test("the lock names no host: packages come from whatever registry npm is set to", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const places = Object.values<{ resolved?: string; link?: boolean }>(packages)
    .filter((entry) => !entry.link)
    .flatMap((entry) => entry.resolved ?? []);
  assert.deepEqual(places, []);
});
