// `npm run bench -- NAME`: runs bench/NAME.ts with the Node that runs TypeScript.
// Without a name it lists the benchmarks, each with the first line of its file.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, searchPath } from "./paths.mjs";
import { SetupError } from "./say.mjs";
import { main, setUp } from "./setup.mjs";

const folder = join(root, "bench");

function list() {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^[^_.].*\.ts$/.test(name)) : [];
  for (const file of names.sort()) {
    const [, about = ""] = /^\/\/\s*(.*)/.exec(readFileSync(join(folder, file), "utf8")) ?? [];
    process.stdout.write(`${file.replace(/\.ts$/, "").padEnd(16)}${about}\n`);
  }
  process.stdout.write(
    names.length ? "\nnpm run bench -- NAME runs one.\n" : "There are no benchmarks yet.\n",
  );
}

await main(async () => {
  const [name, ...rest] = process.argv.slice(2);
  if (!name) return list();
  const file = join(folder, `${name.replace(/\.ts$/, "")}.ts`);
  if (!existsSync(file)) {
    throw new SetupError(`there is no benchmark "${name}".`, "npm run bench lists them.");
  }
  const node = await setUp();
  const env = { ...process.env, PATH: searchPath() };
  const child = spawn(node, [file, ...rest], { cwd: root, env, stdio: "inherit" });
  process.removeAllListeners("SIGINT");
  process.on("SIGINT", () => {});
  process.on("exit", () => child.kill());
  return new Promise((done) => child.on("close", (code) => done(code ?? 130)));
});
