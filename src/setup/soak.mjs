// `npm run soak -- --minutes 60`: sets up what is missing, then runs test/faults/soak.ts with the Node that runs
// TypeScript.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { jupyterEnv, root } from "./paths.mjs";
import { main, setUp } from "./setup.mjs";

await main(async () => {
  const node = await setUp();
  const args = [join("test", "faults", "soak.ts"), ...process.argv.slice(2)];
  const child = spawn(node, args, { cwd: root, env: jupyterEnv(), stdio: "inherit" });
  process.removeAllListeners("SIGINT");
  process.on("SIGINT", () => {});
  process.on("exit", () => child.kill());
  return new Promise((done) => child.on("close", (code) => done(code ?? 130)));
});
