// Formulas as pictures, twice: from our PDF, drawn by Poppler, and from MathJax
// in Chromium (its CHTML output: the browser's own text and fonts). And how
// much of the ink of the one lies on the ink of the other.
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { buildDocument } from "../../src/notebook/document/build.ts";
import { Problems } from "../../src/notebook/document/problems.ts";
import { Assets, Formulas } from "../../src/notebook/export/typst/assets.ts";
import { Writer } from "../../src/notebook/export/typst/blocks.ts";
import { compileTypst } from "../../src/notebook/export/typst/compile.ts";
import { measures, template } from "../../src/notebook/export/typst/template.ts";
import { packageRoot } from "../../src/notebook/server/locate.ts";
import { notebook, text } from "./helpers.ts";

/** Pixels an em in both pictures. */
export const EM = 24;

const m = measures();

/** One displayed formula a page, as the exporter sets it; the pages as PNG, in order. */
export async function ourPictures(formulas: readonly string[], folder: string): Promise<Buffer[]> {
  const problems = new Problems();
  const cells = formulas.map((tex) => text(`$$${tex}$$`));
  const doc = buildDocument(notebook(cells), { folder, problems });
  const assets = new Assets();
  const writer = new Writer(assets, new Formulas(doc.macros, problems, m.width / m.text), m.columns);
  const pages = doc.blocks.map((block) => writer.block(block));
  if (pages.length !== formulas.length || problems.found.length > 0)
    throw new Error(`${formulas.length} formulas gave ${pages.length} blocks; ${problems.found.join("; ")}`);
  const { pdf } = compileTypst(
    `${template(m)}\n#look("", {\n${pages.join("\npagebreak()\n")}\n})`,
    assets.files,
  );
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "formulas.pdf"), pdf);
  const crop = ["-x", "0", "-y", "100", "-W", "1400", "-H", "460"]; // the top of the text
  const size = ["-r", String((EM * 72) / m.text), ...crop];
  await promisify(execFile)("pdftoppm", ["-png", ...size, join(folder, "formulas.pdf"), join(folder, "p")]);
  const names = (await readdir(folder)).filter((name) => /^p-\d+\.png$/.test(name)).sort();
  return Promise.all(names.map((name) => readFile(join(folder, name))));
}

const PACKAGES = [
  ...["require", "configmacros"],
  ...["ams", "amscd", "bbox", "boldsymbol", "braket", "cancel", "cases", "centernot", "color", "colortbl"],
  ...["empheq", "enclose", "extpfeil", "gensymb", "mathtools", "newcommand", "textcomp", "textmacros"],
  ...["unicode", "units", "upgreek"],
];

/** A page of the browser in which MathJax has set the formulas, one `.formula` each. */
export async function setInBrowser(page: Page, formulas: readonly string[]): Promise<void> {
  const types = { js: "text/javascript", woff2: "font/woff2" } as Record<string, string>;
  await page.route("http://localhost/**", async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === "/") return route.fulfill({ contentType: "text/html", body: "<!doctype html><body>" });
    const body = await readFile(join(packageRoot, "node_modules", "@mathjax", pathname)).catch(() => null);
    return body === null
      ? route.fulfill({ status: 404 })
      : route.fulfill({ body, contentType: types[pathname.split(".").at(-1)!] ?? "text/plain" });
  });
  await page.goto("http://localhost/");
  await page.evaluate(
    ({ packages }) => {
      (globalThis as any).MathJax = {
        startup: { typeset: false },
        loader: {
          // Without the parts for screen readers, which rewrite formulas and with them their spacing.
          load: ["input/tex-base", ...packages.map((name) => `[tex]/${name}`), "output/chtml"],
          paths: { "mathjax-newcm": "http://localhost/mathjax-newcm-font" },
        },
        tex: {
          tags: "ams",
          packages: ["base", ...packages],
          macros: { mathbbm: ["\\mathbb{#1}", 1], mathds: ["\\mathbb{#1}", 1], bm: ["\\boldsymbol{#1}", 1] },
        },
        output: { scale: 1, matchFontHeight: false, mtextInheritFont: false },
      };
    },
    { packages: PACKAGES },
  );
  await page.addScriptTag({ url: "http://localhost/src/bundle/startup.js" });
  await page.evaluate(
    async ({ formulas, width, em }) => {
      const { MathJax } = globalThis as any;
      await MathJax.startup.promise;
      document.body.style.cssText = `margin: 0; background: white; font-size: ${em}px`;
      for (const tex of formulas) {
        const box = document.createElement("div");
        box.className = "formula";
        box.style.cssText = `width: ${width}px; padding: ${em}px; overflow: hidden`;
        document.body.append(box);
        const set = await MathJax.tex2chtmlPromise(tex, {
          ...{ display: true, em, ex: em / 2, containerWidth: width },
        });
        set.style.margin = "0";
        box.append(set);
      }
      MathJax.startup.document.updateDocument();
      await document.fonts.ready;
    },
    { formulas: [...formulas], width: (m.width / m.text) * EM, em: EM },
  );
}

export interface Comparison {
  /** Sizes of the ink, pixels: ours, the browser's. */
  ours: [width: number, height: number];
  theirs: [width: number, height: number];
  /** Share of ink that lies within a pixel of the other's, the smaller of both ways. */
  overlap: number;
}

/** The formulas' boxes in the browser: where each stands on the page. */
const boxes = (page: Page): Promise<{ y: number; width: number; height: number }[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll(".formula")].map((box) => {
      const { y, width, height } = box.getBoundingClientRect();
      return { y: Math.round(y + scrollY), width: Math.ceil(width), height: Math.ceil(height) };
    }),
  );

/** Tall pages are photographed in stretches of about this height. */
const STRETCH = 4000;

/** Compare our pictures with those of the page, each cut to its ink and laid corner on corner. */
export async function compareAll(page: Page, ours: readonly Buffer[]): Promise<Comparison[]> {
  const places = await boxes(page);
  const out: Comparison[] = [];
  for (let from = 0; from < places.length; ) {
    const top = places[from]!.y;
    let to = from;
    while (to < places.length && places[to]!.y + places[to]!.height - top < STRETCH) to++;
    const last = places[to - 1]!;
    const clip = { x: 0, y: top, width: last.width, height: last.y + last.height - top };
    const stretch = await page.screenshot({ clip, fullPage: true });
    const task = {
      theirs: stretch.toString("base64"),
      places: places.slice(from, to).map((place) => ({ ...place, y: place.y - top })),
      ours: ours.slice(from, to).map((png) => png.toString("base64")),
    };
    out.push(...((await page.evaluate(compareInPage, task)) as Comparison[]));
    from = to;
  }
  return out;
}

/** Runs in the browser, which has decoders and a canvas. */
async function compareInPage(task: {
  theirs: string;
  places: { y: number; width: number; height: number }[];
  ours: string[];
}): Promise<unknown> {
  interface Ink {
    width: number;
    height: number;
    /** Darkness by place: 0 none, 1 some, 2 full. */
    marks: Uint8Array;
  }
  const decode = async (data: string) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    return image;
  };
  const inkOf = (image: HTMLImageElement, y0: number, width: number, height: number): Ink => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.drawImage(image, 0, -y0);
    const rgba = context.getImageData(0, 0, width, height).data;
    const all = new Uint8Array(width * height);
    let [left, top, right, bottom] = [width, height, -1, -1];
    for (let k = 0; k < all.length; k++) {
      const dark = Math.min(rgba[4 * k]!, rgba[4 * k + 1]!, rgba[4 * k + 2]!);
      all[k] = dark <= 110 ? 2 : dark <= 190 ? 1 : 0;
      if (dark > 170) continue;
      const [x, y] = [k % width, Math.floor(k / width)];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
    const [w, h] = [Math.max(0, right - left + 1), Math.max(0, bottom - top + 1)];
    const marks = new Uint8Array(w * h);
    for (let y = 0; y < h; y++) {
      const at = (top + y) * width + left;
      marks.set(all.subarray(at, at + w), y * w);
    }
    return { width: w, height: h, marks };
  };
  /** Share of the full ink of one that is within a pixel of any ink of the other, moved by dx, dy. */
  const covered = (one: Ink, other: Ink, dx: number, dy: number): number => {
    let [all, hit] = [0, 0];
    for (let k = 0; k < one.marks.length; k++) {
      if (one.marks[k] !== 2) continue;
      all++;
      const [x, y] = [(k % one.width) + dx, Math.floor(k / one.width) + dy];
      search: for (let j = Math.max(0, y - 1); j <= Math.min(other.height - 1, y + 1); j++)
        for (let i = Math.max(0, x - 1); i <= Math.min(other.width - 1, x + 1); i++)
          if (other.marks[j * other.width + i]) {
            hit++;
            break search;
          }
    }
    return all === 0 ? Number(other.marks.length === 0) : hit / all;
  };
  const page = await decode(task.theirs);
  const found = [];
  for (const [k, place] of task.places.entries()) {
    const image = await decode(task.ours[k]!);
    const p = inkOf(image, 0, image.width, image.height);
    const q = inkOf(page, place.y, place.width, place.height);
    let overlap = 0;
    for (const dx of [0, -1, 1]) // the grid may shift a corner by one
      for (const dy of [0, -1, 1])
        if (overlap < 0.99)
          overlap = Math.max(overlap, Math.min(covered(p, q, dx, dy), covered(q, p, -dx, -dy)));
    found.push({ ours: [p.width, p.height], theirs: [q.width, q.height], overlap });
  }
  return found;
}
