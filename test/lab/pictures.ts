// The README's pictures: parts of a notebook as JupyterLab shows them, taken in
// Chromium. `node test/lab/pictures.ts` makes them anew after a change.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { root } from "../../src/setup/paths.mjs";
import { findChromium, noChromium, openBrowser } from "./browser.ts";
import { startLab } from "./lab.ts";
import { openNotebook, runAllCells } from "./notebook-page.ts";

const folder = join(root, "notebooks", "pictures");

/** The page from the cell that holds `from` through the one that holds `to`, or `height` pixels of it. */
async function picture(
  page: Page,
  name: string,
  from: string,
  { to = from, height = 2000 } = {},
): Promise<void> {
  const top = page.locator(".jp-Notebook .jp-Cell", { hasText: from }).first();
  const bottom = page.locator(".jp-Notebook .jp-Cell", { hasText: to }).first();
  await top.scrollIntoViewIfNeeded();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const [a, b] = [await top.boundingBox(), await bottom.boundingBox()];
  if (!a || !b) throw new Error(`${name}: "${from}" or "${to}" is not in the notebook`);
  const clip = { x: a.x, y: a.y, width: a.width, height: Math.min(height, b.y + b.height - a.y) };
  await page.screenshot({ path: join(folder, `${name}.png`), clip });
  process.stdout.write(
    `notebooks/pictures/${name}.png  ${Math.round(clip.width)} × ${Math.round(clip.height)}\n`,
  );
}

const chromium = findChromium();
if (!chromium) throw new Error(noChromium);
mkdirSync(folder, { recursive: true });
const lab = await startLab([join(root, "notebooks", "quiz4.ipynb")]);
const { browser, page } = await openBrowser(chromium);
try {
  await page.setViewportSize({ width: 1100, height: 4000 });
  await openNotebook(page, lab.page("quiz4.ipynb"));
  await page.keyboard.press("ControlOrMeta+b"); // no file list
  await runAllCells(page);
  await picture(page, "claim", 'title: "(9) with the mean loss"');
  await picture(page, "graph", "const [N, D, hidden, C]", { height: 1062 });
} finally {
  await browser.close();
  await lab.stop();
}
