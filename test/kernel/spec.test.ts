// The kernelspec and the command that installs it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { doctor } from "../../kernel/spec/doctor.ts";
import { installSpec, readSpec, specFolder, uninstallSpec } from "../../kernel/spec/install.ts";

const folder = mkdtempSync(join(tmpdir(), "kernel-spec-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const cli = fileURLToPath(new URL("../../kernel/cli.ts", import.meta.url));

function run(args: string[], env: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, encoding: "utf8" as const };
    const child = execFile(process.execPath, [cli, ...args], options, (_, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, text: stdout + stderr });
    });
  });
}

test("the kernelspec starts this kernel, with absolute paths", () => {
  const prefix = join(folder, "prefix");
  const at = installSpec(prefix);
  assert.equal(at, join(prefix, "share/jupyter/kernels/tslab"));
  const spec = readSpec(at)!;
  assert.equal(spec.display_name, "TypeScript");
  assert.equal(spec.language, "typescript");
  assert.equal(spec.interrupt_mode, "message");
  assert.ok(existsSync(spec.argv[0]!) && existsSync(spec.argv[1]!));
  assert.deepEqual(spec.argv.slice(2), ["--connection-file", "{connection_file}"]);
  assert.ok(spec.env["GRADLAB_KERNEL_DATA"]!.startsWith(prefix), "what it keeps stays in the prefix");
  installSpec(prefix, "/another/node");
  assert.equal(readSpec(at)!.argv[0], "/another/node");
  assert.equal(uninstallSpec(at), true);
  assert.equal(existsSync(at), false);
});

test("another kernel of the same name is not removed", () => {
  const at = specFolder(join(folder, "foreign"));
  mkdirSync(at, { recursive: true });
  writeFileSync(
    join(at, "kernel.json"),
    JSON.stringify({ argv: ["tslab", "kernel"], display_name: "TypeScript" }),
  );
  assert.equal(uninstallSpec(at), false);
  assert.equal(readFileSync(join(at, "kernel.json"), "utf8").includes("tslab"), true);
});

test("install and uninstall say what they did; bad words are refused with the usage", async () => {
  const env = { JUPYTER_DATA_DIR: join(folder, "data") };
  const installed = await run(["install", "--user"], env);
  assert.equal(installed.status, 0);
  assert.match(installed.text, /data\/kernels\/tslab/);
  assert.ok(existsSync(join(folder, "data/kernels/tslab/kernel.json")));
  assert.equal((await run(["uninstall", "--user"], env)).status, 0);
  const again = await run(["uninstall", "--user"], env);
  assert.equal(again.status, 2);
  assert.match(again.text, /holds no kernelspec/);
  for (const args of [
    ["install"],
    ["install", "--user", "--sys-prefix"],
    ["fly"],
    ["install", "--nowhere"],
    ["doctor", "now"],
  ]) {
    const refused = await run(args, env);
    assert.equal(refused.status, 2, args.join(" "));
    assert.match(refused.text, /gradlab kernel doctor/);
  }
  assert.equal((await run(["--help"])).status, 0);
});

test("what cannot be written or read is said so, and the doctor says what to do", async () => {
  if (existsSync("/proc/self")) {
    const nowhere = await run(["install", "--prefix", "/proc/nowhere"]);
    assert.equal(nowhere.status, 1);
    assert.match(nowhere.text, /ENOENT.*\/proc\/nowhere/);
  }
  const file = join(folder, "a-file");
  writeFileSync(file, "");
  const refused = await run(["install", "--prefix", file]);
  assert.equal(refused.status, 1);
  assert.match(refused.text, /^gradlab kernel install: E(NOTDIR|EXIST)/m);
  const data = join(folder, "broken");
  const spec = join(data, "kernels/tslab");
  mkdirSync(spec, { recursive: true });
  const argv = ["/gone/node", "/gone/kernel/main.ts"];
  for (const [text, message] of [
    ["{ broken", /JSON/],
    [JSON.stringify({ argv }), /ENOENT[^\n]*\n.*gradlab kernel install/],
    [JSON.stringify({ argv: ["tslab"] }), /another kernel: tslab/],
  ] as const) {
    writeFileSync(join(spec, "kernel.json"), text);
    const seen = await run(["doctor"], { JUPYTER_DATA_DIR: data });
    assert.equal(seen.status, 1, text);
    assert.match(seen.text, message);
  }
});

test("the doctor runs a cell", async () => {
  const checks = await doctor();
  const cell = checks.find((check) => check.name === "a first cell");
  assert.ok(cell?.ok, JSON.stringify(checks));
  assert.match(cell.found, /21 \* 2 gives 42/);
});
