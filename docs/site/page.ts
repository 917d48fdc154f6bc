/**
 * The frame of every page: head, menu, search. Plain HTML that works from a folder, without a server.
 */

import { escapeHtml, type Heading } from "./render.ts";

export interface MenuItem {
  title: string;
  href: string;
}

export interface PageParts {
  title: string;
  /** One sentence, for search engines and the search on the page. */
  about: string;
  body: string;
  /** This page's own address. */
  href: string;
  headings: readonly Heading[];
  guide: readonly MenuItem[];
  rooms: readonly MenuItem[];
}

function menu(title: string, items: readonly MenuItem[], current: string): string {
  const rows = items.map(
    ({ title, href }) =>
      `<li><a href="${href}"${href === current ? ' aria-current="page"' : ""}>${escapeHtml(title)}</a></li>`,
  );
  return `<h2>${title}</h2><ul>${rows.join("")}</ul>`;
}

function contents(headings: readonly Heading[]): string {
  const rows = headings.filter((h) => h.level === 2);
  if (rows.length < 3) return "";
  return `<nav class="toc" aria-label="On this page"><ul>${rows
    .map((h) => `<li><a href="#${h.id}">${escapeHtml(h.text)}</a></li>`)
    .join("")}</ul></nav>`;
}

/** The page before and after this one in the guide. */
function neighbours(guide: readonly MenuItem[], href: string): string {
  const at = guide.findIndex((item) => item.href === href);
  if (at < 0) return "";
  const [before, after] = [guide[at - 1], guide[at + 1]];
  return `<nav class="neighbours" aria-label="Guide">${
    before ? `<a rel="prev" href="${before.href}">← ${escapeHtml(before.title)}</a>` : "<span></span>"
  }${after ? `<a rel="next" href="${after.href}">${escapeHtml(after.title)} →</a>` : ""}</nav>`;
}

export function pageHtml(p: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${escapeHtml(p.about)}">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(p.title)} · gradlab</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css">
<script src="theme.js"></script>
</head>
<body>
<a class="skip" href="#main">To the text</a>
<header>
<button id="menu-button" aria-expanded="false" aria-controls="menu" aria-label="Menu">☰</button>
<a class="brand" href="index.html">gradlab</a>
<div class="search" role="search"><input id="search" type="search" placeholder="Search: softmax, torch.linalg.svd, claim …" aria-label="Search" autocomplete="off" spellcheck="false" role="combobox" aria-expanded="false" aria-controls="results"><ul id="results" role="listbox" hidden></ul></div>
<button id="theme-button" aria-label="Light or dark">◐</button>
</header>
<div class="columns">
<nav id="menu" aria-label="Pages">${menu("Guide", p.guide, p.href)}${menu("Reference", p.rooms, p.href)}</nav>
<main id="main">
${p.body.replace("</h1>", () => `</h1>\n${contents(p.headings)}`)}
${neighbours(p.guide, p.href)}</main>
</div>
<script src="search-index.js" defer></script>
<script src="page.js" defer></script>
</body>
</html>
`;
}
