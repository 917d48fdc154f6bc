// Files that change while a notebook is open. The notebook's own files are loaded anew, with everything that
// imports them, the next time a cell imports something: each gets a new version, which to Node is a new module.
//
// A package, though, stays as it was first loaded, however its files change: a second copy of it beside the
// first would have classes and caches of its own, and values of the two would not mix. Whatever is reached
// through a bare name ("gradlab") belongs to a package, and so does what such a file imports. The cell is told
// once that the files have changed.

import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const { cache } = createRequire(import.meta.url);

interface LocalFile {
  version: number;
  stamp: string;
  importers: Set<string>;
  /** The package it belongs to, by the name under which it was asked for. */
  owner: string | null;
}

export class LocalFiles {
  readonly #files = new Map<string, LocalFile>();
  /** Packages known to have changed: they need not be looked at any more. */
  readonly #changed = new Set<string>();
  /** Those of them that no cell has heard of yet. */
  readonly #stale = new Set<string>();
  readonly #stampOf: (url: string) => string;

  /** `virtual` gives the stamp of a file that exists only here. */
  constructor(virtual: (url: string) => string | undefined) {
    this.#stampOf = (url) => virtual(url) ?? stampOnDisk(url);
  }

  /** The URL under which Node is to know the file that `specifier` in `parent` stands for. */
  versioned(url: string, specifier: string, parent: string | undefined): string {
    const key = withoutVersion(url);
    const importer = parent === undefined ? undefined : withoutVersion(parent);
    let file = this.#files.get(key);
    if (!file) {
      file = { version: 0, stamp: this.#stampOf(key), importers: new Set(), owner: null };
      this.#files.set(key, file);
    }
    file.owner ??= packageOf(specifier) ?? (importer && this.#files.get(importer)?.owner) ?? null;
    if (importer !== undefined) file.importers.add(importer);
    return file.version === 0 ? key : `${key}?v=${file.version}`;
  }

  /**
   * New versions for what changed and for all that imports it, before a cell imports `specifier`. Returns the
   * packages that have changed, each once, when one of them or a file of the notebook's is asked for.
   */
  refresh(specifier: string): string[] {
    const changed: string[] = [];
    for (const [url, file] of this.#files) {
      if (file.owner !== null && this.#changed.has(file.owner)) continue;
      const stamp = this.#stampOf(url);
      if (stamp === file.stamp) continue;
      file.stamp = stamp;
      if (file.owner === null) changed.push(url);
      else {
        this.#stale.add(file.owner);
        this.#changed.add(file.owner);
      }
    }
    const seen = new Set<string>();
    for (let url = changed.pop(); url; url = changed.pop()) {
      const file = this.#files.get(url);
      if (seen.has(url) || !file || file.owner !== null) continue;
      seen.add(url);
      file.version++;
      delete cache[fileURLToPath(url)];
      changed.push(...file.importers);
    }
    const asked = packageOf(specifier);
    const news = [...this.#stale].filter((name) => asked === name || /^[./]/.test(specifier));
    for (const name of news) this.#stale.delete(name);
    return news;
  }
}

export function withoutVersion(url: string): string {
  return url.replace(/\?v=\d+$/, "");
}

/** `gradlab` for "gradlab" and "gradlab/part", `@a/b` for "@a/b/part"; null for what names a file. */
function packageOf(specifier: string): string | null {
  return /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*(?=\/|$)/.exec(specifier)?.[0] ?? null;
}

function stampOnDisk(url: string): string {
  const stat = statSync(fileURLToPath(url), { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}:${stat.size}` : "gone";
}
