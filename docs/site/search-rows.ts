/**
 * The rows that the search looks through: names, headings, and PyTorch's names for what has another here.
 */

import { isRecord } from "./entries.ts";
import type { GuidePage } from "./guide.ts";
import type { Entry } from "./reference.ts";
import { type Heading, linkOfCode, type RenderOptions } from "./render.ts";

/** Title, kind, address, words to find it by, one line about it. */
export type SearchRow = [title: string, where: string, address: string, words: string, about: string];

const fold = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^\p{L}\p{N}.]+/gu, " ")
    .trim();

/** `logSumExp` is found by "log", "sum" and "exp" too. */
const partsOf = (name: string): string => `${name} ${name.replace(/([a-z0-9])([A-Z])/g, "$1 $2")}`;

const firstLine = (text: string): string =>
  text.split("\n\n")[0].replace(/\s+/g, " ").replace(/`/g, "").slice(0, 160);

export function referenceRows(entries: Entry[], href: string): SearchRow[] {
  const rows: SearchRow[] = [];
  for (const e of entries) {
    if (isRecord(e)) continue;
    const about = firstLine(e.doc.text);
    const kind = e.kind === "interface" ? "type" : e.kind;
    rows.push([
      e.name,
      `${kind}, ${e.room}`,
      `${href}#${e.name}`,
      fold(`${partsOf(e.name)} ${about} ${e.room}`),
      about,
    ]);
    if (e.kind !== "class") continue;
    const seen = new Set<string>();
    for (const m of e.members) {
      if (m.group === "constructor" || seen.has(m.name)) continue;
      seen.add(m.name);
      const name = `${e.name}.${m.name}`;
      const line = firstLine(m.doc.text);
      rows.push([
        name,
        `${m.group}, ${e.room}`,
        `${href}#${name}`,
        fold(`${partsOf(m.name)} ${e.name} ${line}`),
        line,
      ]);
    }
  }
  return rows;
}

export function guideRows(
  page: GuidePage,
  text: string,
  headings: Heading[],
  linkOf: RenderOptions["linkOf"],
): SearchRow[] {
  const sections = text.split(/^#{1,6} .*$/m).slice(1);
  const rows: SearchRow[] = headings.map((h, i) => {
    const body = (sections[i] ?? "").replace(/```[\s\S]*?```/g, " ");
    const address = h.level === 1 ? page.href : `${page.href}#${h.id}`;
    const words = [...new Set(fold(`${h.text} ${body}`).split(" "))].join(" ");
    return [h.text, `guide, ${page.title}`, address, words, firstLine(body.replace(/[#|*]/g, " ").trim())];
  });
  return [...rows, ...tableRows(page, text, linkOf)];
}

export function commandRows(commands: readonly { name: string; text: string }[]): SearchRow[] {
  return commands.map(({ name, text }) => {
    const words = [...new Set(fold(text).split(" "))].join(" ");
    return [
      `gradlab ${name}`,
      "command",
      `commands.html#${name}`,
      words,
      firstLine(text.split("\n\n")[1] ?? text),
    ];
  });
}

/** In the table "From PyTorch": `| torch.name | here | … |` leads from PyTorch's name to ours. */
function tableRows(page: GuidePage, text: string, linkOf: RenderOptions["linkOf"]): SearchRow[] {
  if (!page.href.startsWith("from-pytorch")) return [];
  const rows: SearchRow[] = [];
  for (const [, theirs, ours] of text.matchAll(/^\| (.*?) \| (.*?) \|/gm)) {
    const link = [...ours.matchAll(/`([^`]+)`/g)].map((m) => linkOfCode(m[1], linkOf)).find(Boolean);
    for (const [, torch] of theirs.matchAll(/`([\w.]+)/g)) {
      const about = ours.replace(/`/g, "");
      rows.push([
        torch,
        "PyTorch's name",
        link ?? page.href,
        fold(`${torch} ${torch.replaceAll("_", " ")}`),
        about,
      ]);
    }
  }
  return rows;
}
