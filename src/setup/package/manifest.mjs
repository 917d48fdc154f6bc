// package.json for strangers. In the repository "gradlab" is src/index.ts itself, so that there is no build;
// in the package it is dist/. npm packs the package.json that lies in the folder, so `prepack` writes the
// package's own over it and `postpack` puts the repository's back. Should packing be cut off in between, the
// next set-up puts it back.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache, root } from "../paths.mjs";

const file = join(root, "package.json");
const kept = join(cache, "package.json.repository");

const entry = (path) => ({ types: `./dist/src/${path}.d.ts`, default: `./dist/src/${path}.js` });

/** What the package's package.json says, made from the repository's. */
export function packageManifest(ours) {
  const { devDependencies, optionalDependencies, overrides, allowScripts, private: _, ...manifest } = ours;
  const main = entry("index");
  // The package tslab brings another `tsc`, which would take the place of the user's own.
  const { tslab, ...dependencies } = ours.dependencies;
  return {
    ...manifest,
    dependencies,
    peerDependencies: { ...ours.peerDependencies, tslab },
    peerDependenciesMeta: { ...ours.peerDependenciesMeta, tslab: { optional: true } },
    engines: { node: ">=24" },
    exports: {
      ".": { types: main.types, browser: "./dist/browser/index.js", default: main.default },
      "./notebook": entry("notebook/index"),
      "./package.json": "./package.json",
    },
    bin: { gradlab: "dist/cli.mjs" },
    scripts: { start: ours.scripts.start, test: ours.scripts.test, postpack: ours.scripts.postpack },
  };
}

export function writePackageManifest() {
  const text = readFileSync(file, "utf8");
  mkdirSync(cache, { recursive: true });
  writeFileSync(kept, text);
  const whole = `${file}.part`;
  writeFileSync(whole, `${JSON.stringify(packageManifest(JSON.parse(text)), null, 2)}\n`);
  renameSync(whole, file);
}

/** Puts the repository's package.json back; false when it was in its place. */
export function restoreManifest() {
  if (!existsSync(kept)) return false;
  writeFileSync(`${file}.part`, readFileSync(kept));
  renameSync(`${file}.part`, file);
  rmSync(kept);
  return true;
}
