// The package's package.json takes the place of the repository's while npm packs, and gives it back: also when
// packing was cut off, by the next set-up.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../src/setup/paths.mjs";
import { installOne, Scratch } from "./scratch.ts";

const ours = readFileSync(join(root, "package.json"), "utf8");

test("while packing, names lead to dist/; afterwards the file is the same to the byte", async () => {
  const scratch = new Scratch();
  scratch.write("package.json", ours);
  const { writePackageManifest, restoreManifest } = await scratch.load("package/manifest.mjs");
  assert.equal(restoreManifest(), false);
  writePackageManifest();
  const packed = JSON.parse(scratch.read("package.json"));
  assert.equal(packed.exports["."].default, "./dist/src/index.js");
  assert.equal(packed.exports["."].browser, "./dist/browser/index.js");
  assert.deepEqual(packed.bin, { gradlab: "dist/cli.mjs" });
  for (const key of ["devDependencies", "optionalDependencies", "overrides", "private"])
    assert.ok(!(key in packed), key);
  assert.ok("tslab" in packed.peerDependencies && !("tslab" in packed.dependencies));
  assert.equal(restoreManifest(), true);
  assert.equal(scratch.read("package.json"), ours);
  assert.equal(restoreManifest(), false);
});

test("set-up after packing that was cut off puts package.json back and says so", async () => {
  const scratch = new Scratch();
  installOne(scratch);
  scratch.write("package.json", ours);
  const { writePackageManifest } = await scratch.load("package/manifest.mjs");
  writePackageManifest();
  const { status, stderr } = scratch.script("setup.mjs", ["packages"]);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /package\.json is the repository's own again: packing had been cut off\./);
  assert.equal(scratch.read("package.json"), ours);
});
