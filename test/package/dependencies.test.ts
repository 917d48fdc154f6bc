// Dependencies: each pinned, used, and justified in a line of CONTRIBUTING.md; every package with a licence that
// may stand beside ours; the lock file whole, so that it gives the same tree on every platform.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { accepted, packages } from "../../src/setup/licences.mjs";
import { missingEntries } from "../../src/setup/lock.mjs";
import { root } from "../../src/setup/paths.mjs";

const read = (name: string) => readFileSync(join(root, name), "utf8");
const manifest = JSON.parse(read("package.json"));
const lock = JSON.parse(read("package-lock.json"));
const direct: Record<string, string> = {
  ...manifest.dependencies,
  ...manifest.devDependencies,
  ...manifest.optionalDependencies,
};

test("every dependency is pinned to one version, the one in the lock file", () => {
  for (const [name, version] of Object.entries(direct)) {
    if (version.startsWith("file:")) continue;
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
    assert.equal(lock.packages[`node_modules/${name}`]?.version, version, name);
  }
});

test("every dependency has its line in CONTRIBUTING.md, and the list no other", () => {
  const section = read("CONTRIBUTING.md").split("\n## Dependencies\n")[1]!.split("\n## ")[0]!;
  const named = section
    .split("\n")
    .filter((line) => line.startsWith("- "))
    .flatMap((line) => [...line.split(":")[0]!.matchAll(/`([^` ]+)`/g)].map(([, name]) => name!));
  const listed = new Set([...named, "@tensorflow/tfjs-node"]);
  assert.deepEqual(
    Object.keys(direct).filter((name) => !listed.has(name)),
    [],
  );
  assert.deepEqual(
    named.filter((name) => !(name in direct)),
    [],
  );
});

test("every dependency is used", () => {
  const files = execFileSync("git", ["ls-files", "src", "kernel", "test", "bench", "docs", "package.json"], {
    cwd: root,
    encoding: "utf8",
  });
  const sources = files.split("\n").filter((name) => /\.(c|m)?[jt]s$|package\.json$/.test(name));
  const scripts = Object.values(manifest.scripts).join("\n");
  const text = sources
    .filter((name) => name !== "package.json")
    .map((name) => {
      try {
        return read(name);
      } catch {
        return ""; // being moved
      }
    })
    .join("\n");
  const types = (name: string) => /^@types\/(.*)$/.exec(name)?.[1];
  const used = (name: string): boolean => {
    const known = types(name);
    if (known === "node") return text.includes("@types/node");
    if (known) return used(known === "plotly.js" ? "plotly.js-cartesian-dist-min" : known);
    const quoted = new RegExp(`["'\`/]${name.replace(/[.*+?^$\\{}()|[\]\\]/g, "\\$&")}["'\`/]`);
    return quoted.test(text) || (name === "@biomejs/biome" && scripts.includes("biome"));
  };
  assert.ok(!used(["left", "pad"].join("-")), "the search finds only what is there");
  assert.deepEqual(
    Object.keys(direct).filter((name) => !used(name)),
    [],
  );
});

test("the lock file is whole for every platform, and every download has a hash", () => {
  assert.deepEqual(Object.keys(missingEntries(lock.packages)), []);
  const bare = Object.entries<any>(lock.packages).filter(
    ([path, entry]) => path.startsWith("node_modules/") && !entry.link && !entry.integrity && !entry.optional,
  );
  assert.deepEqual(
    bare.map(([path]) => path),
    [],
  );
  const { name, version, dependencies, devDependencies } = lock.packages[""];
  assert.deepEqual([name, version], [manifest.name, manifest.version]);
  assert.deepEqual(dependencies, manifest.dependencies);
  assert.deepEqual(devDependencies, manifest.devDependencies);
});

test("every installed package has a licence that may be used beside MIT", () => {
  const all = packages();
  assert.ok(all.length > 100);
  assert.deepEqual(
    all.filter(({ licence }) => !accepted(licence)).map(({ name, licence }) => `${name}: ${licence}`),
    [],
  );
  assert.ok(accepted("(GPL-3.0 OR MIT)") && !accepted("GPL-3.0") && !accepted("MIT AND GPL-2.0"));
});
