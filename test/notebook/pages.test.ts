// Where pages break: what belongs together is on one page, wherever it falls.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Cell, renderNotebook } from "../../src/notebook/index.ts";
import { code, notebook, text } from "./helpers.ts";

const missing = (() => {
  try {
    execFileSync("pdftotext", ["-v"], { stdio: "ignore" });
    return false;
  } catch {
    return "no pdftotext on PATH (Debian: apt-get install poppler-utils)";
  }
})();

const filler = (n: number): Cell => text(Array.from({ length: n }, (_, k) => `filler ${k}`).join("\n\n"));

async function pagesOf(cells: Cell[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "gradlab-pages-"));
  try {
    const { data } = await renderNotebook(notebook(cells), folder, "pdf", "x");
    await writeFile(join(folder, "x.pdf"), data);
    return execFileSync("pdftotext", ["-layout", join(folder, "x.pdf"), "-"], { encoding: "utf8" }).split(
      "\f",
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

const pageWith = (pages: string[], word: string): number => pages.findIndex((page) => page.includes(word));

/** The cells begun at every height of the lower part of a page; `check` tells how they fell. */
async function everywhere(cells: Cell[], check: (pages: string[]) => unknown): Promise<void> {
  const fell = new Set<string>();
  for (let n = 24; n <= 44; n++) {
    const pages = await pagesOf([filler(n), ...cells]);
    fell.add(String(check(pages)));
  }
  assert.ok(fell.size > 1, "a page break was tried");
}

test("a lead stands on the page of what it leads to", { skip: missing }, async () => {
  await everywhere([text("It follows LEAD:"), code("let LAST = 1;")], (pages) => {
    assert.equal(pageWith(pages, "LEAD"), pageWith(pages, "LAST"));
    return pageWith(pages, "LAST");
  });
});

test("short code and short tables are not parted", { skip: missing }, async () => {
  const lines = Array.from({ length: 9 }, (_, k) => `const FIRST${k} = ${k};`);
  const table = `| a | b |\n|--|--|\n${Array.from({ length: 7 }, (_, k) => `| row${k} | ${k} |`).join("\n")}`;
  await everywhere([code([...lines, "const LAST = 1;"].join("\n"))], (pages) => {
    assert.equal(pageWith(pages, "FIRST0"), pageWith(pages, "LAST"));
    return pageWith(pages, "LAST");
  });
  await everywhere([text(`${table}\n| LAST | 1 |`)], (pages) => {
    assert.equal(pageWith(pages, "row0"), pageWith(pages, "LAST"));
    return pageWith(pages, "LAST");
  });
});

test("long code has at least four lines on either side of a break", { skip: missing }, async () => {
  const lines = Array.from({ length: 29 }, (_, k) => `const line${k} = ${k};`);
  await everywhere([code([...lines, "const LAST = 1;"].join("\n"))], (pages) => {
    const counts = pages
      .map((page) => page.match(/const (?:line\d+|LAST) =/g)?.length ?? 0)
      .filter((n) => n > 0);
    assert.equal(
      counts.reduce((a, b) => a + b),
      30,
    );
    assert.ok(
      counts.every((n) => n >= 4),
      String(counts),
    );
    return counts;
  });
});
