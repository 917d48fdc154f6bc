// What people do in JupyterLab, in a real browser: keys and buttons that go to the
// kernel (complete, hover, interrupt, restart), a bar that moves while a loop runs,
// a figure that pans, a data frame, the PDF from the File menu.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, type TestContext, test } from "node:test";
import { cache } from "../../src/setup/paths.mjs";
import { findChromium, noChromium, openBrowser, type Session } from "./browser.ts";
import { type Lab, startLab } from "./lab.ts";
import { editCell, openNotebook, outputs, runAllCells, runCell } from "./notebook-page.ts";

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

const SIGHTS = [
  'import { frame, plot, progress } from "gradlab";',
  'for (const i of progress(40, { label: "turning" })) for (const t = performance.now(); performance.now() - t < 100; );',
  "plot.line({ squares: [0, 1, 4, 9, 16] });",
  'await frame({ name: ["ant", "bee"], legs: [6, 6] });',
];

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
    const sights = join(cache, "sights.ipynb");
    writeFileSync(sights, notebook(...SIGHTS));
    lab = await startLab([keys, sights]);
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

  test("a bar that moves, a figure that pans, a data frame", async () => {
    const { page } = session;
    await openNotebook(page, lab.page("sights.ipynb"));
    await editCell(page, 0);
    await runCell(page);
    await editCell(page, 1);
    await runCell(page);
    // Two different counts while the loop, which never gives way, is still running.
    const bar = outputs(page, 1).filter({ hasText: /turning.*\d+ *\/ *40/s });
    await bar.waitFor();
    const shown = async () => Number(/(\d+) *\/ *40/.exec((await bar.textContent()) ?? "")?.[1]);
    const first = await shown();
    await page.waitForTimeout(1000);
    const second = await shown();
    assert.ok(first < second && second < 40, `the bar showed ${first}, then ${second}`);

    await runAllCells(page, { afresh: true });
    const plot = page.locator(".js-plotly-plot");
    await plot.locator(".trace").first().waitFor();
    const range = () => plot.evaluate((figure: any) => [...figure._fullLayout.xaxis.range] as number[]);
    const before = await range();
    await plot.hover();
    await plot.locator('.modebar-btn[data-title="Pan"]').click();
    const { x, y, width, height } = (await plot.locator(".nsewdrag").first().boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 4, y + height / 2, { steps: 5 });
    await page.mouse.up();
    const after = await range();
    assert.ok(after[0]! > before[0]! && after[1]! > before[1]!, `${before} became ${after}`);

    const table = outputs(page, 3).locator("table");
    assert.match((await table.textContent()) ?? "", /name\s*legs[\s\S]*ant\s*6[\s\S]*bee\s*6/);
  });

  test("File → Save and Export Notebook As → our PDF", async () => {
    const { page } = session;
    await openNotebook(page, lab.page("sights.ipynb"));
    const answered = page.context().waitForEvent("response", {
      predicate: (r) => r.url().includes("/nbconvert/"),
      timeout: 120_000,
    });
    await page.locator('.lm-MenuBar-item:has-text("File")').click();
    await page.locator('.lm-Menu-item:has-text("Save and Export Notebook As")').hover();
    await page.locator('.lm-Menu-item:has-text("gradlab")').click();
    const answer = await answered;
    assert.equal(answer.status(), 200);
    assert.match(answer.headers()["content-disposition"] ?? "", /^attachment;.*sights\.pdf/);
    // The tab closes itself over the download, so its bytes are asked for once more.
    const text = await page.evaluate(async (url) => (await fetch(url)).text(), answer.url());
    assert.match(text.slice(0, 200), /^%PDF-1\.\d/);
  });
});
