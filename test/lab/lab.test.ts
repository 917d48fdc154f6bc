// A notebook as a person meets it: JupyterLab from our start script, in a real
// browser without any network but this machine. All cells run, nothing is red,
// formulas are set, the figure is drawn, the graph is there; and the keys and
// buttons that go to the kernel (complete, hover, interrupt, restart) do their work.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, type TestContext, test } from "node:test";
import { cache, root } from "../../src/setup/paths.mjs";
import { findChromium, noChromium, openBrowser, type Session } from "./browser.ts";
import { type Lab, startLab } from "./lab.ts";
import { editCell, look, openNotebook, outputs, runAllCells, runCell } from "./notebook-page.ts";

const chromium = findChromium();

/** A notebook of code cells. */
function notebook(...cells: string[]): string {
  const kernelspec = { name: "tslab", display_name: "TypeScript", language: "typescript" };
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec },
    cells: cells.map((source, i) => ({
      cell_type: "code",
      id: `c${i}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
  });
}

describe("JupyterLab in a browser", { skip: chromium ? false : noChromium }, () => {
  let lab: Lab;
  let session: Session;

  before(async () => {
    mkdirSync(cache, { recursive: true });
    const keys = join(cache, "keys.ipynb");
    writeFileSync(
      keys,
      notebook("const half: number = 0.5;", "half", "for (;;) {}", 'const n: number = "one";'),
    );
    lab = await startLab([join(root, "notebooks", "quiz4.ipynb"), keys]);
    session = await openBrowser(chromium!);
  });

  afterEach(async (t) => {
    if ((t as TestContext).passed) return;
    const picture = join(cache, "lab-failure.png");
    await session.page.screenshot({ path: picture });
    process.stderr.write(`what the browser showed: ${picture}\n`);
  });

  after(async () => {
    await session?.browser.close();
    assert.equal(await lab?.stop(), 0);
  });

  test("a whole notebook: no error, formulas, a figure, a graph, tables", async () => {
    const { page, outside } = session;
    await openNotebook(page, lab.page("quiz4.ipynb"));
    await runAllCells(page);
    const seen = await look(page);
    assert.deepEqual(seen.errors, []);
    assert.deepEqual(seen.badFormulas, []);
    assert.ok(seen.formulas > 50, `${seen.formulas} formulas`);
    assert.ok(
      seen.figures.length > 0 && seen.figures.every((traces) => traces > 0),
      `figures: ${seen.figures}`,
    );
    assert.ok(
      seen.drawings.length > 0 && seen.drawings.every(([w, h]) => w > 100 && h > 100),
      `${seen.drawings}`,
    );
    assert.ok(seen.tables > 0);
    assert.deepEqual(outside, [], "nothing is fetched from elsewhere");
  });

  test("keys and buttons: complete, hover, interrupt, a type error, restart", async () => {
    const { page } = session;
    await openNotebook(page, lab.page("keys.ipynb"));
    await editCell(page, 0);
    await runCell(page);
    await page.locator(".jp-InputPrompt", { hasText: "[1]" }).waitFor();

    await editCell(page, 1);
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Tab");
    await page.locator(".jp-Completer-item", { hasText: "half" }).waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".jp-CodeCell .cm-content", { hasText: /^half$/ }).waitFor();
    await page.keyboard.press("Shift+Tab");
    await page.locator(".jp-Tooltip", { hasText: "const half: number" }).waitFor();
    await page.keyboard.press("Escape");
    await editCell(page, 1);
    await runCell(page);
    await outputs(page, 1).filter({ hasText: "0.5" }).waitFor();

    await editCell(page, 2);
    await runCell(page);
    await page.locator("#jp-main-statusbar", { hasText: "Busy" }).waitFor();
    await page.locator('.jp-NotebookPanel-toolbar [data-command="notebook:interrupt-kernel"]').click();
    await outputs(page, 2)
      .filter({ hasText: /interrupt/i })
      .waitFor();

    await editCell(page, 3);
    await runCell(page);
    const error = outputs(page, 3).filter({ hasText: "Type 'string' is not assignable to type 'number'" });
    await error.waitFor();
    assert.match((await error.textContent()) ?? "", /TS2322/);

    await page.locator('.jp-NotebookPanel-toolbar [data-command="notebook:restart-kernel"]').click();
    await page.locator(".jp-Dialog .jp-mod-accept").click();
    await page.locator("#jp-main-statusbar", { hasText: /TypeScript \| Idle/ }).waitFor();
    await editCell(page, 1);
    await runCell(page);
    await outputs(page, 1).filter({ hasText: "Cannot find name 'half'" }).waitFor();
  });
});
