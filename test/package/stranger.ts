// What a stranger has: an empty folder outside the repository with the packed gradlab in it and nothing else but
// what its package.json asks for. The tarball comes from `npm pack` in a copy of the repository, so that the
// repository's own package.json is not touched while other tests run. The dependencies are those that the lock
// file names, linked from the repository's node_modules: no network is needed, and what the package uses without
// asking for it is not there.

import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { npmCommand } from "../../src/setup/packages.mjs";
import { root, searchPath } from "../../src/setup/paths.mjs";

const copied = ["src", "kernel", "package.json", "tsconfig.json", "README.md", "LICENSE", "CHANGELOG.md"];

export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
}

export class Stranger {
  readonly place: string = mkdtempSync(join(tmpdir(), "gradlab-package-"));
  /** The empty folder. */
  readonly folder: string = join(this.place, "empty");
  /** Paths in the tarball, without the leading "package/". */
  readonly files: string[];
  /** The copy's package.json, before and after packing. */
  readonly manifests: [before: string, after: string];

  constructor() {
    try {
      [this.files, this.manifests] = this.#install();
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  #install(): [files: string[], manifests: [string, string]] {
    const copy = join(this.place, "copy");
    for (const name of copied) cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    const manifest = () => readFileSync(join(copy, "package.json"), "utf8");
    const before = manifest();
    const tarball = join(this.place, pack(copy, this.place));
    const installed = join(this.folder, "node_modules", "gradlab");
    mkdirSync(installed, { recursive: true });
    execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
    const list = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8", maxBuffer: 1 << 24 });
    const files = list
      .trim()
      .split("\n")
      .map((path) => path.replace(/^package\//, ""));
    this.write("package.json", JSON.stringify({ type: "module", private: true }));
    linkDependencies(this.folder, this.manifest["dependencies"]);
    return [files, [before, manifest()]];
  }

  get manifest(): Record<string, any> {
    return JSON.parse(readFileSync(join(this.folder, "node_modules", "gradlab", "package.json"), "utf8"));
  }

  write(path: string, text: string): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Runs a program with Node in the folder. */
  node(args: string[], env: Record<string, string> = {}): Promise<Ran> {
    const clean = Object.entries(process.env).filter(([name]) => !/^(NODE_|npm_|GRADLAB_)/.test(name));
    const options = {
      cwd: this.folder,
      encoding: "utf8" as const,
      env: { ...Object.fromEntries(clean), ...env },
      maxBuffer: 1 << 26,
      timeout: 240_000,
    };
    return new Promise((resolve) => {
      execFile(process.execPath, args, options, (error, stdout, stderr) => {
        const status = error ? (typeof error.code === "number" ? error.code : 1) : 0;
        resolve({ status, stdout, stderr });
      });
    });
  }

  remove(): void {
    rmSync(this.place, { recursive: true, force: true, maxRetries: 5 });
  }
}

function pack(folder: string, destination: string): string {
  const [npm, before] = npmCommand();
  const args = [...before, "pack", "--silent", "--pack-destination", destination];
  try {
    const out = execFileSync(npm, args, {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, PATH: searchPath() },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return out.trim().split("\n").at(-1)!;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`npm pack failed:\n${stdout}\n${stderr}`);
  }
}

interface Locked {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** Puts the packages under these names, and all that they need, where npm would put them. */
function linkDependencies(folder: string, dependencies: Record<string, string>): void {
  const lock: Record<string, Locked> = JSON.parse(
    readFileSync(join(root, "package-lock.json"), "utf8"),
  ).packages;
  const wanted = new Set<string>();
  const want = (name: string, from: string): void => {
    let place = from;
    let path = `${place}${place && "/"}node_modules/${name}`;
    while (!lock[path] && place !== "") {
      place = place.includes("/node_modules/") ? place.slice(0, place.lastIndexOf("/node_modules/")) : "";
      path = `${place}${place && "/"}node_modules/${name}`;
    }
    if (wanted.has(path) || !existsSync(join(root, path))) return;
    wanted.add(path);
    const { dependencies, optionalDependencies } = lock[path]!;
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) want(next, path);
  };
  for (const name of Object.keys(dependencies)) want(name, "");
  // A package's own node_modules come with its folder; those of others are found by this list.
  for (const path of [...wanted].sort()) {
    const inside = [...wanted].some((other) => path.startsWith(`${other}/node_modules/`));
    if (!inside) link(join(root, path), join(folder, dirname(path)));
  }
}

/** Hard links where the disk allows them, copies elsewhere. */
function link(source: string, into: string): void {
  mkdirSync(into, { recursive: true });
  try {
    execFileSync("cp", ["-RlL", source, into], { stdio: "ignore" });
  } catch {
    rmSync(join(into, basename(source)), { recursive: true, force: true });
    execFileSync("cp", ["-RL", source, into]);
  }
}
