// `npm test`: sets up what is missing, then runs Node's test runner on every
// test/**/*.test.ts, or on those under the folders and files named:
//
//   npm test                              all
//   npm test -- test/viz                  one room
//   npm test -- test/ops --test-name-pattern=matmul
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";
import { jupyterEnv, root } from "./paths.mjs";
import { SetupError } from "./say.mjs";
import { main, setUp } from "./setup.mjs";

/** No test takes long; this only ends one that hangs. */
const HANGS_AFTER_MS = 10 * 60_000;

/** The test files under `places` (by default all), as paths from the repository's folder. */
export function testFiles(places) {
  const files = new Set();
  for (const place of places.length ? places : ["test"]) {
    const path = resolve(root, place);
    if (!existsSync(path))
      throw new SetupError(`there is no ${place} to test.`, "Rooms are listed by: ls test");
    if (!statSync(path).isDirectory()) files.add(relative(root, path));
    else {
      for (const name of readdirSync(path, { recursive: true })) {
        if (name.endsWith(".test.ts")) files.add(relative(root, join(path, name)));
      }
    }
  }
  if (files.size === 0) throw new SetupError(`there are no tests under ${places.join(", ")}.`);
  return [...files].sort();
}

await main(async () => {
  const words = process.argv.slice(2);
  const options = words.filter((word) => word.startsWith("-"));
  const files = testFiles(words.filter((word) => !word.startsWith("-")));
  const node = await setUp();
  const args = [
    "--test",
    "--test-reporter=spec",
    `--test-concurrency=${Math.max(1, availableParallelism())}`,
  ];
  args.push(`--test-timeout=${HANGS_AFTER_MS}`, ...options, ...files);
  const child = spawn(node, args, { cwd: root, env: jupyterEnv(), stdio: "inherit" });
  process.removeAllListeners("SIGINT");
  process.on("SIGINT", () => {});
  process.on("exit", () => child.kill());
  return new Promise((done) => child.on("close", (code) => done(code ?? 130)));
});
