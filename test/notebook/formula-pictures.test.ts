// The corpus of formulas, set in our PDF and by MathJax in Chromium, compared as pictures.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findChromium, openBrowser } from "../lab/browser.ts";
import { compareAll, ourPictures, setInBrowser } from "./formula-pictures.ts";

/** Formulas that differ for a reason, by what they contain: how much must lie on each other all the same. */
const OWN_WAYS: [part: string, overlap: number, why: string][] = [
  ["\\hspace{2cm}", 0.3, "a centimetre is one of the page here and one of the screen there"],
  ["\\begin{multline}", 0.5, "its rows are spread over less of the line here"],
  ["\\begin{eqnarray}", 0.85, "set as align: the space around its = is a known fault of LaTeX"],
  ["\\tag{2.1}", 0.9, "numbers end at the margin here, their column begins in a line there"],
];

const chromium = findChromium();
const poppler = (() => {
  try {
    execFileSync("pdftoppm", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();
const missing = !chromium
  ? "no Chromium on PATH to compare with (Debian: apt-get install chromium)"
  : !poppler && "no pdftoppm on PATH to draw our PDF (Debian: apt-get install poppler-utils)";

test("formulas in the PDF look as MathJax sets them in a browser", { skip: missing }, async (t) => {
  const text = await readFile(new URL("fixtures/formulas.txt", import.meta.url), "utf8");
  const formulas = text.trim().split("\n");
  const folder = await mkdtemp(join(tmpdir(), "gradlab-formulas-"));
  const { browser, outside } = await openBrowser(chromium!);
  try {
    const context = await browser.newContext({
      deviceScaleFactor: 1,
      viewport: { width: 1200, height: 800 },
    });
    const page = await context.newPage();
    const [ours] = await Promise.all([ourPictures(formulas, folder), setInBrowser(page, formulas)]);
    const found = await compareAll(page, ours);
    assert.equal(found.length, formulas.length);
    const wrong: string[] = [];
    for (const [k, { ours, theirs, overlap }] of found.entries()) {
      const tex = formulas[k]!;
      const own = OWN_WAYS.find(([part]) => tex.includes(part));
      const apart = own ? 0 : Math.max(Math.abs(ours[0] - theirs[0]), Math.abs(ours[1] - theirs[1]));
      if (overlap >= (own?.[1] ?? 0.96) && apart <= 3) continue;
      wrong.push(
        `${tex}: ${(100 * overlap).toFixed(1)} % overlap, ${ours.join("×")} here, ${theirs.join("×")} there`,
      );
    }
    assert.deepEqual(wrong, []);
    const good = found.filter(({ overlap }) => overlap >= 0.98).length;
    t.diagnostic(`${good} of ${found.length} formulas overlap by 98 % or more`);
    assert.deepEqual(outside, []);
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
});
