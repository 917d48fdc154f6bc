// What a person does with a notebook in JupyterLab, by the same clicks: open it,
// run all cells, wait for the last, look at the outputs.
import type { Page } from "playwright-core";

/** Open the notebook at `address` and wait until its kernel can run cells. */
export async function openNotebook(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator(".jp-Notebook .jp-Cell").first().waitFor();
  await page.locator(".jp-NotebookPanel .jp-CodeCell").first().waitFor();
  await page.locator("#jp-main-statusbar", { hasText: /TypeScript \| Idle/ }).waitFor();
}

/**
 * Choose Run → Run All Cells, and wait until every code cell has run or one has failed.
 * `afresh` first clears the outputs that the file brought, so that only new ones are seen.
 */
export async function runAllCells(page: Page, { timeout = 240_000, afresh = false } = {}): Promise<void> {
  if (afresh) {
    await page.locator('.lm-MenuBar-item:has-text("Edit")').click();
    await page.locator('.lm-Menu-item[data-command="editmenu:clear-all"]').click();
    await page.locator(".jp-Notebook .jp-OutputArea-output").first().waitFor({ state: "detached" });
  }
  await page.locator('.lm-MenuBar-item:has-text("Run")').click();
  await page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click();
  await page.waitForFunction(
    () => {
      const cells = [...document.querySelectorAll(".jp-Notebook .jp-CodeCell")];
      const busy = document.querySelector('.jp-NotebookPanel-toolbar [data-status="busy"]');
      const written = cells.filter((cell) => cell.querySelector(".cm-content")?.textContent?.trim());
      const prompts = written.map((cell) => cell.querySelector(".jp-InputPrompt")?.textContent ?? "");
      return !busy && prompts.length > 0 && prompts.every((prompt) => /\[\d+\]/.test(prompt));
    },
    null,
    { timeout, polling: 250 },
  );
}

export interface Seen {
  /** The text of error outputs and of what came on stderr. */
  errors: string[];
  /** Formulas that were set, and those shown as an error. */
  formulas: number;
  badFormulas: string[];
  /** Traces of each plotly figure. */
  figures: number[];
  /** Width and height of each SVG drawing. */
  drawings: [number, number][];
  tables: number;
}

/** What there is to see in the open notebook. */
export function look(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const notebook = document.querySelector(".jp-Notebook")!;
    const all = (selector: string) => [...notebook.querySelectorAll(selector)];
    const text = (element: Element) => element.textContent?.trim() ?? "";
    const errorOutputs =
      '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]';
    return {
      errors: all(errorOutputs).map(text),
      formulas: all("mjx-container").length,
      badFormulas: all("mjx-merror, [data-mml-node=merror]").map(text),
      figures: all(".js-plotly-plot").map(
        (plot) => plot.querySelectorAll(".trace, .heatmaplayer > *").length,
      ),
      drawings: all('[data-mime-type="image/svg+xml"] img, .jp-OutputArea-output svg[data-gradlab]').map(
        (image) => {
          const { width, height } = image.getBoundingClientRect();
          return [width, height] as [number, number];
        },
      ),
      tables: all(".jp-OutputArea-output table").length,
    };
  });
}

/** The code cell number `index` (from 0), in edit mode, with the cursor at the end of its text. */
export async function editCell(page: Page, index: number): Promise<void> {
  await page.locator(".jp-Notebook .jp-CodeCell").nth(index).locator(".cm-content").click();
  await page.keyboard.press("ControlOrMeta+End");
}

/** Run the cell that is being edited and stay in it. */
export const runCell = (page: Page) => page.keyboard.press("ControlOrMeta+Enter");

/** The text of the outputs of code cell number `index`. */
export const outputs = (page: Page, index: number) =>
  page.locator(".jp-Notebook .jp-CodeCell").nth(index).locator(".jp-OutputArea-output");
