// A copy of the set-up scripts in a scratch folder: they take the folder that
// they lie in for the repository, so everything about a fresh or broken clone can
// be tried without touching this one. Programs on PATH can be faked.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { root } from "../../src/setup/paths.mjs";

export class Scratch {
  readonly root: string = mkdtempSync(join(tmpdir(), "gradlab-setup-"));
  readonly bin: string = join(this.root, "fake-bin");

  constructor() {
    for (const folder of ["src/setup", "src/notebook/jupyter"]) {
      cpSync(join(root, folder), join(this.root, folder), { recursive: true });
    }
    this.write("package.json", JSON.stringify({ name: "scratch", version: "1.0.0", type: "module" }));
    mkdirSync(this.bin);
    after(() => rmSync(this.root, { recursive: true, force: true, maxRetries: 5 }));
  }

  write(path: string, text: string, mode = 0o644): string {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
    return file;
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  /** A program `name` on the fake PATH: a shell script. */
  fake(name: string, script: string): void {
    this.write(join("fake-bin", name), `#!/bin/sh\n${script}\n`, 0o755);
  }

  /** A program that says it is Python `version` when asked as set-up asks. */
  fakePython(name: string, version: number[], { ensurepip = true } = {}): void {
    const answer = JSON.stringify({ version, path: `/fake/${name}`, venv: true, ensurepip });
    this.fake(name, `echo '${answer}'`);
  }

  /** Put the real program at `path` on the fake PATH. */
  link(name: string, path: string): void {
    symlinkSync(path, join(this.bin, name));
  }

  /** One of the scratch folder's set-up modules. */
  load(module: string): Promise<any> {
    return import(join(this.root, "src", "setup", module));
  }

  /** Run a program in the scratch folder. */
  run(program: string, args: string[], env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
    return spawnSync(program, args, {
      cwd: this.root,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", ...env },
      timeout: 180_000,
    });
  }

  /** Run one of the set-up scripts with this Node. */
  script(name: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
    return this.run(process.execPath, [join("src", "setup", name), ...args], env);
  }
}

/** The lock file of an installation with one package, and that package as npm leaves it. */
export function installOne(scratch: Scratch): void {
  const dependency = { version: "1.0.0", integrity: "sha512-AAAA" };
  const manifest = { name: "scratch", version: "1.0.0", dependencies: { one: "1.0.0" } };
  scratch.write("package.json", JSON.stringify({ ...manifest, type: "module" }));
  const lock = { name: "scratch", version: "1.0.0", lockfileVersion: 3, requires: true };
  const packages = { "": manifest, "node_modules/one": dependency };
  scratch.write("package-lock.json", JSON.stringify({ ...lock, packages }));
  scratch.write(
    "node_modules/.package-lock.json",
    JSON.stringify({ ...lock, packages: { "node_modules/one": dependency } }),
  );
  scratch.write("node_modules/one/package.json", JSON.stringify({ name: "one", version: "1.0.0" }));
}
