// The site that `npm run docs` makes: every export has its place and its words,
// no link is dead, search finds things, and it fits a phone, in light and dark.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { makeSite, type Site } from "../../docs/site/build.ts";
import { isRecord } from "../../docs/site/entries.ts";
import { scratchFolder } from "../../docs/site/scratch.ts";
import * as gradlab from "../../src/index.ts";
import { findChromium, noChromium, openBrowser, type Session } from "../lab/browser.ts";

const folder = scratchFolder("site");
let site: Site;
before(async () => {
  site = await makeSite(folder);
});

test("every export of gradlab is in the reference", () => {
  const known = new Set(site.entries.map((e) => e.name.split(".")[0]));
  assert.deepEqual(
    Object.keys(gradlab).filter((name) => !known.has(name)),
    [],
  );
  for (const e of site.entries) {
    const page = site.pages.get(`api-${e.room}.html`);
    assert.ok(page?.includes(`id="${e.name}"`), `${e.name} is not on the page of ${e.room}`);
  }
});

test("every export says what it is", () => {
  const bare = site.entries.filter((e) => e.doc.text === "" && !isRecord(e));
  assert.deepEqual(
    bare.map((e) => `${e.source}: ${e.name} has no doc comment`),
    [],
  );
});

const idsOf = (html: string) => new Set([...html.matchAll(/\bid="([^"]+)"/g)].map((m) => m[1]));

test("no link is dead", () => {
  const ids = new Map([...site.pages].map(([name, html]) => [name, idsOf(html)]));
  const dead: string[] = [];
  let links = 0;
  const check = (from: string, link: string) => {
    links++;
    if (/^(https?|data|mailto):/.test(link)) return;
    const [path, hash] = link.split("#");
    const name = path || from;
    if (!site.pages.has(name)) {
      if (!existsSync(join(folder, decodeURIComponent(name)))) dead.push(`${from}: ${link}`);
    } else if (hash && !ids.get(name)!.has(decodeURIComponent(hash))) dead.push(`${from}: ${link}`);
  };
  for (const [name, html] of site.pages) {
    // Inside pictures, links are to parts of the picture.
    const text = html.replace(/<svg[\s\S]*?<\/svg>/g, "");
    for (const [, link] of text.matchAll(/<a\b[^>]*?\shref="([^"]+)"/g)) check(name, link);
    for (const [, link] of text.matchAll(/\ssrc="([^"]+)"/g)) check(name, link);
  }
  for (const [title, , address] of site.rows) check(`search: ${title}`, address);
  assert.deepEqual([...new Set(dead)], []);
  assert.ok(links > 2000, `only ${links} links were found`);
});

test("search knows PyTorch's names", () => {
  const found = (name: string) => site.rows.find(([title]) => title === name)?.[2];
  assert.equal(found("torch.linalg.svd"), "api-linalg.html#svd");
  assert.equal(found("nn.Conv2d"), "api-nn.html#Conv2d");
  assert.equal(found("torch.sum"), "api-tensor.html#Tensor.sum");
});

const chromium = findChromium();
const skip = chromium ? false : noChromium;
let session: Session | undefined;
after(() => session?.browser.close());

async function open(name: string, width: number, scheme: "light" | "dark"): Promise<Page> {
  session ??= await openBrowser(chromium!);
  const { page } = session;
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme: scheme });
  await page.goto(pathToFileURL(join(folder, name)).href);
  return page;
}

test("no page is wider than a phone", { skip }, async () => {
  const wide: string[] = [];
  for (const name of site.pages.keys()) {
    const page = await open(name, 360, "light");
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) wide.push(`${name}: ${over} px`);
  }
  assert.deepEqual(wide, []);
});

test("search finds, and leads there by keyboard", { skip }, async () => {
  const page = await open("index.html", 1280, "light");
  await page.keyboard.press("/");
  await page.keyboard.type("torch.linalg.svd");
  await page.locator("#results li").first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/api-linalg\.html#svd$/);
  const other = await open("index.html", 360, "light");
  await other.fill("#search", "crossentropy");
  assert.match((await other.locator("#results a").first().textContent()) ?? "", /crossEntropy/i);
  await other.fill("#search", "qqqq");
  assert.match((await other.locator("#results").textContent()) ?? "", /Nothing about/);
});

const paper = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

test("light and dark follow the system, or the button", { skip }, async () => {
  assert.equal(await paper(await open("index.html", 1280, "light")), "rgb(255, 255, 255)");
  const page = await open("index.html", 1280, "dark");
  assert.equal(await paper(page), "rgb(20, 23, 26)");
  await page.click("#theme-button");
  assert.equal(await paper(page), "rgb(255, 255, 255)");
  await page.evaluate(() => localStorage.clear());
});

test("on a phone the menu opens by its button", { skip }, async () => {
  const page = await open("tensors.html", 360, "dark");
  assert.equal(await page.locator("#menu").isVisible(), false);
  await page.click("#menu-button");
  await page.click("#menu >> text=Autodiff");
  await page.waitForURL(/autodiff\.html$/);
});

test("pages ask nothing of the network", { skip }, () => {
  assert.deepEqual(session?.outside ?? [], []);
});
