// Every notebook as a reader meets it: opened in JupyterLab in a real browser that
// has no network but this machine, run with Run All Cells, and looked at. The long
// experiment runs shortened here, as it does in the other tests of the notebooks.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "../../src/setup/paths.mjs";
import { findChromium, noChromium, openBrowser, type Session } from "./browser.ts";
import { type Lab, startLab } from "./lab.ts";
import { look, openNotebook, runAllCells } from "./notebook-page.ts";

/** What a reader must see in each, at least. */
const expected: Record<string, { formulas: number; figures: number; drawings: number; tables: number }> = {
  "start-here": { formulas: 5, figures: 2, drawings: 1, tables: 1 },
  quiz4: { formulas: 50, figures: 1, drawings: 1, tables: 2 },
  "cs280-a1": { formulas: 50, figures: 3, drawings: 2, tables: 2 },
  "nndl-hw": { formulas: 50, figures: 5, drawings: 4, tables: 3 },
  "dsga1008-a1": { formulas: 30, figures: 2, drawings: 1, tables: 1 },
  "cs446-hw2": { formulas: 50, figures: 3, drawings: 1, tables: 5 },
};

const folder = join(root, "notebooks");
const chromium = findChromium();

describe("every notebook in JupyterLab", { skip: chromium ? false : noChromium }, () => {
  let lab: Lab;
  let session: Session;

  before(async () => {
    const paths = Object.keys(expected).map((name) => join(folder, `${name}.ipynb`));
    lab = await startLab(paths, { GRADLAB_EPOCHS: "2" });
    session = await openBrowser(chromium!);
  });

  after(async () => {
    await session?.browser.close();
    assert.equal(await lab?.stop(), 0);
  });

  for (const [name, least] of Object.entries(expected))
    test(name, async () => {
      const { page, outside } = session;
      await openNotebook(page, lab.page(`${name}.ipynb`));
      await runAllCells(page, { afresh: true });
      const seen = await look(page);
      assert.deepEqual(seen.errors, []);
      assert.deepEqual(seen.badFormulas, []);
      assert.ok(seen.formulas >= least.formulas, `${seen.formulas} formulas`);
      assert.ok(seen.figures.length >= least.figures, `${seen.figures.length} figures`);
      assert.ok(
        seen.figures.every((traces) => traces > 0),
        `traces of each figure: ${seen.figures}`,
      );
      assert.ok(seen.drawings.length >= least.drawings, `${seen.drawings.length} drawings`);
      assert.ok(
        seen.drawings.every(([width, height]) => width > 100 && height > 50),
        `sizes of the drawings: ${seen.drawings.join("; ")}`,
      );
      assert.ok(seen.tables >= least.tables, `${seen.tables} tables`);
      assert.deepEqual(outside, [], "nothing is fetched from elsewhere");
    });

  test("no notebook is left out", () => {
    const there = readdirSync(folder).filter((file) => file.endsWith(".ipynb"));
    assert.deepEqual(
      there.sort(),
      Object.keys(expected)
        .map((name) => `${name}.ipynb`)
        .sort(),
    );
  });
});
