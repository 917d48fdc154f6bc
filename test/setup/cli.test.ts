// The command `gradlab`: from any Node that npm runs on to the one that runs
// TypeScript, with arguments, exit status and signals passed through.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { root } from "../../src/setup/paths.mjs";
import { Scratch } from "./scratch.ts";

/** Each Node to try: this one, and one too old for TypeScript if PATH has any. */
const nodes = [process.execPath];
for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
  const version = spawnSync(join(folder, "node"), ["-p", "process.versions.node"], { encoding: "utf8" });
  if (version.status === 0 && Number.parseInt(version.stdout, 10) < 24) {
    nodes.push(join(folder, "node"));
    break;
  }
}

/** A repository whose cli.ts says what it was given and waits for a signal if asked to. */
function scratchCli(): Scratch {
  const scratch = new Scratch();
  cpSync(join(root, "src", "cli.mjs"), join(scratch.root, "src", "cli.mjs"));
  const cli = (name: string) => `export async function main(args: string[]): Promise<number> {
    const timer = setInterval(() => {}, 1000);
    const signal = new Promise<void>((go) => process.once("SIGINT", () => go()));
    console.log("${name}", JSON.stringify(args));
    if (args[0] === "wait") await signal;
    clearInterval(timer);
    if (args[0] !== "wait") return args.length;
    console.log("interrupted");
    return 7;
  }
  if (import.meta.main) process.exitCode = await main(process.argv.slice(2));\n`;
  scratch.write("src/cli.ts", cli("cli"));
  scratch.write("kernel/cli.ts", cli("kernel"));
  scratch.write("node_modules/.keep", "");
  return scratch;
}

for (const node of nodes) {
  const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();

  test(`Node ${version}: arguments and exit status`, () => {
    const scratch = scratchCli();
    const env = { PATH: `${join(process.execPath, "..")}${delimiter}${process.env["PATH"]}` };
    const plain = scratch.run(node, ["src/cli.mjs", "run", "a b", "--x"], env);
    assert.deepEqual([plain.stdout, plain.status], ['cli ["run","a b","--x"]\n', 3], plain.stderr);
    const kernel = scratch.run(node, ["src/cli.mjs", "kernel", "install"], env);
    assert.deepEqual([kernel.stdout, kernel.status], ['kernel ["install"]\n', 1], kernel.stderr);
  });

  test(`Node ${version}: SIGINT reaches the command, which ends as it likes`, async () => {
    const scratch = scratchCli();
    const env = { ...process.env, PATH: `${join(process.execPath, "..")}${delimiter}${process.env["PATH"]}` };
    const child = spawn(node, ["src/cli.mjs", "wait"], {
      cwd: scratch.root,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (data) => {
      if (!said) child.kill("SIGINT");
      said += data;
    });
    const [code] = await new Promise<[number | null]>((done) =>
      child.once("close", (...end) => done([end[0]])),
    );
    assert.equal(said, 'cli ["wait"]\ninterrupted\n');
    assert.equal(code, 7);
  });
}

test("before set-up, it says what to do", () => {
  const scratch = new Scratch();
  cpSync(join(root, "src", "cli.mjs"), join(scratch.root, "src", "cli.mjs"));
  const { status, stderr } = scratch.run(process.execPath, ["src/cli.mjs", "run"]);
  assert.equal(status, 1);
  assert.match(stderr, /gradlab is not set up yet\. In .*: {2}npm start/);
});
