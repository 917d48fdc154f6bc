/**
 * `npm run docs`: writes the guide and the reference as a static site into build/docs.
 *
 * The guide's code is run and what it shows is set under it; an example that fails stops the build.
 */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../src/setup/paths.mjs";
import { commandPage } from "./commands.ts";
import { anchor, readmeOf, roomHtml, rooms } from "./entries.ts";
import { operationFormulas } from "./formulas.ts";
import { aboutPage, type GuidePage, guidePages } from "./guide.ts";
import { blockLines, outputHtml, outputsOf } from "./outputs.ts";
import { pageHtml } from "./page.ts";
import { type Entry, emitDeclarations, reference } from "./reference.ts";
import { type Heading, markdown, type RenderOptions } from "./render.ts";
import { commandRows, guideRows, referenceRows, type SearchRow } from "./search-rows.ts";

export const site = join(root, "build", "docs");

const roomHref = (room: string): string => `api-${room}.html`;

export interface Site {
  entries: Entry[];
  /** File name → text of every page. */
  pages: Map<string, string>;
  rows: SearchRow[];
}

/** Addresses of exported names; a bare method name of Tensor leads to its own section too. */
function linker(entries: Entry[]): RenderOptions["linkOf"] {
  const known = new Map<string, string>();
  for (const e of entries) {
    const href = `${roomHref(e.room)}#${anchor(e.name)}`;
    if (!known.has(e.name)) known.set(e.name, href);
    for (const m of e.members) {
      const name = `${e.name}.${m.name}`;
      if (m.group !== "constructor" && !known.has(name)) known.set(name, `${roomHref(e.room)}#${name}`);
    }
  }
  return (name) => known.get(name);
}

/** Pages of the site for files of the repository, so that a link leads somewhere both here and there. */
const pageOf = new Map([
  ["src/index.ts", "api.html"],
  ["src/cli.ts", "commands.html"],
]);

/** Where a Markdown link of `file` leads on the site in `folder`. */
function hrefOf(file: string, link: string, folder: string): string {
  if (/^[a-z]+:|^#/i.test(link)) return link;
  const [path, hash] = link.split("#");
  const target = posix.normalize(posix.join(posix.dirname(file), path));
  const address = pageOf.get(target) ?? relative(folder, join(root, target)).replaceAll("\\", "/");
  return hash ? `${address}#${hash}` : address;
}

/** Pictures of the repository that pages show are copied beside them. */
function withPictures(html: string, file: string, folder: string): string {
  return html.replace(/(<img[^>]*? src=")([^":]+)"/g, (_, before, source) => {
    const path = join(root, dirname(file), source);
    const name = posix.join("pictures", posix.basename(source));
    mkdirSync(join(folder, "pictures"), { recursive: true });
    cpSync(path, join(folder, name));
    return `${before}${name}"`;
  });
}

async function guideHtml(page: GuidePage, linkOf: RenderOptions["linkOf"], folder: string) {
  const text = readFileSync(join(root, page.file), "utf8");
  const lines = blockLines(text);
  // A README's code is for reading: it is tested like all code, but what it shows would bury the text.
  const outputs: Awaited<ReturnType<typeof outputsOf>> = page.inMenu ? await outputsOf(page.file) : new Map();
  const inner: RenderOptions = { linkOf };
  const { html, headings } = markdown(text, {
    linkOf,
    href: (link) => hrefOf(page.file, link, folder),
    afterBlock: (n) => outputHtml(outputs.get(lines[n]) ?? [], inner),
  });
  return { text, headings, html: withPictures(html, page.file, folder) };
}

/** Makes the site in `folder`, which is emptied first. @throws what an example of the guide throws */
export async function makeSite(folder: string, say: (text: string) => void = () => {}): Promise<Site> {
  say("Reading the declarations");
  emitDeclarations();
  const entries = reference();
  const linkOf = linker(entries);
  const byRoom = Map.groupBy(entries, (e) => e.room);
  const order = [...Object.keys(rooms), ...[...byRoom.keys()].filter((room) => !(room in rooms))].filter(
    (room) => byRoom.has(room),
  );
  const abouts = order.filter((room) => readmeOf(room) !== undefined).map(aboutPage);
  const markdownPages = [...guidePages.filter((p) => existsSync(join(root, p.file))), ...abouts];
  for (const p of markdownPages) pageOf.set(p.file, p.href);
  const guide = markdownPages.filter((p) => p.inMenu);
  const roomItems = [
    { title: "All names", href: "api.html" },
    { title: "Command line", href: "commands.html" },
    ...order.map((room) => ({ title: room, href: roomHref(room) })),
  ];
  const pages = new Map<string, string>();
  const rows: SearchRow[] = [];
  const add = (href: string, title: string, about: string, body: string, headings: Heading[] = []) =>
    pages.set(href, pageHtml({ title, about, body, href, headings, guide, rooms: roomItems }));

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const page of markdownPages) {
    say(page.file);
    const { text, headings, html } = await guideHtml(page, linkOf, folder);
    const about = /^(?!#|!|```|\|)\S.*$/m.exec(text)?.[0].replace(/[`*[\]]|\([^)]*\)/g, "") ?? page.title;
    add(page.href, page.title, about, html, headings);
    rows.push(...guideRows(page, text, headings, linkOf));
  }
  say("The reference");
  const formulas = operationFormulas();
  for (const room of order) {
    const all = byRoom.get(room)!;
    add(roomHref(room), room, rooms[room] ?? room, roomHtml(room, all, { linkOf }, formulas));
    rows.push(...referenceRows(all, roomHref(room)));
  }
  const { html, headings, commands } = commandPage();
  add("commands.html", "Command line", "Every command of gradlab, with its options.", html, headings);
  rows.push(...commandRows(commands));
  add("api.html", "All names", "Every name that gradlab exports.", allNames(order, byRoom));
  write(folder, pages, rows);
  return { entries, pages, rows };
}

function allNames(order: string[], byRoom: Map<string, Entry[]>): string {
  const part = (room: string) => {
    const names = byRoom
      .get(room)!
      .filter((e) => e.kind !== "interface" && e.kind !== "type" && !e.name.endsWith("Op"))
      .map((e) => e.name)
      .sort((a, b) => a.localeCompare(b, "en", { sensitivity: "base" }));
    const links = names.map((name) => `<a href="${roomHref(room)}#${anchor(name)}">${name}</a>`).join(" ");
    return `<h2 id="${room}"><a href="${roomHref(room)}">${room}</a></h2><p>${rooms[room] ?? ""}</p><p class="names">${links}</p>`;
  };
  return `<h1>All names</h1>\n<p class="lead">Functions, classes and constants by room. Types are on the rooms' pages.</p>\n${order.map(part).join("\n")}`;
}

function write(folder: string, pages: Map<string, string>, rows: SearchRow[]): void {
  for (const [name, html] of pages) writeFileSync(join(folder, name), html);
  writeFileSync(join(folder, "search-index.js"), `window.SEARCH_INDEX = ${JSON.stringify(rows)};\n`);
  const assets = join(root, "docs", "site", "assets");
  for (const name of readdirSync(assets)) cpSync(join(assets, name), join(folder, name));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const made = await makeSite(site, (text) => process.stdout.write(`${text}\n`));
  process.stdout.write(`${made.pages.size} pages. Open build/docs/index.html\n`);
}
