/**
 * The reference as HTML: one page a room, one section a name.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../src/setup/paths.mjs";
import type { Doc } from "./doccomment.ts";
import type { OperationFormulas } from "./formulas.ts";
import type { Entry, Member } from "./reference.ts";
import { codeBlock, escapeHtml, formula, inline, markdown, type RenderOptions } from "./render.ts";

/** What each room is about, in the order of the menu. */
export const rooms: Record<string, string> = {
  tensor: "Making tensors, element types, random streams, errors",
  ops: "Operations: arithmetic, sums, products, shapes, choices",
  autodiff: "Derivatives of any order, and compile",
  linalg: "Systems of equations and decompositions",
  derive: "Derivations that check themselves, and claims",
  nn: "Layers and losses",
  optim: "Optimisers and schedules",
  train: "Batches, a training loop, checkpoints",
  models: "Ready-made models",
  mixture: "Mixtures by EM",
  distributions: "Densities, sampling, divergences",
  gp: "Gaussian processes",
  data: "Data sets, splits, tables",
  viz: "Figures, formulas, tables, progress",
  notebook: "Running and exporting notebooks from a program",
};

export const anchor = (name: string): string => name;

const kindWord: Record<Entry["kind"], string> = {
  function: "function",
  class: "class",
  constant: "constant",
  interface: "type",
  type: "type",
  namespace: "namespace",
};

/** An operation's record: shown in a list at the end, they are for people who write operations. */
export const isRecord = (e: Entry): boolean => e.kind === "constant" && /[a-z\d]Op$/.test(e.name);

function words(doc: Doc, o: RenderOptions): string {
  let out = doc.text ? markdown(doc.text, o).html : "";
  const rows = doc.params.map((p) => [`<code>${escapeHtml(p.name)}</code>`, inline(p.text, o)]);
  if (doc.returns) rows.push(["gives", inline(doc.returns, o)]);
  for (const text of doc.throws) rows.push(["error", inline(text, o)]);
  if (rows.length > 0)
    out += `<dl class="parts">${rows.map(([a, b]) => `<dt>${a}</dt><dd>${b}</dd>`).join("")}</dl>\n`;
  for (const text of doc.see) out += `<p class="see">See ${inline(text, o)}</p>\n`;
  return out;
}

function examples(doc: Doc, o: RenderOptions): string {
  return doc.examples.map((e) => `<div class="example">${codeBlock(e.code, "ts", o.linkOf)}</div>`).join("");
}

const signature = (text: string, o: RenderOptions): string =>
  `<div class="signature">${codeBlock(text, "ts", o.linkOf)}</div>`;

function memberList(e: Entry, o: RenderOptions): string {
  const byName = Map.groupBy(
    e.members.filter((m) => !(m.group === "constructor" && m.doc.text === "")),
    (m) => `${m.group} ${m.name}`,
  );
  const items = [...byName.values()].map((all: Member[]) => {
    const [first] = all;
    const doc = all.find((m) => m.doc.text)?.doc ?? first.doc;
    const own = `${anchor(e.name)}.${first.name}`;
    const code = all.map((m) => codeBlock(m.signature, "ts", o.linkOf)).join("");
    return `<div class="member" id="${escapeHtml(own)}">${code}<div class="about">${words(doc, o)}${examples(doc, o)}</div></div>`;
  });
  return items.length > 0 ? `<div class="members">${items.join("\n")}</div>` : "";
}

/** What precedes `new`: `class Adam extends Optimizer` becomes the call that makes one. */
function shownSignatures(e: Entry): string[] {
  if (e.kind !== "class") return e.kind === "interface" ? e.signatures.slice(0, 1) : e.signatures;
  const made = e.members.filter((m) => m.group === "constructor");
  const name = e.name.split(".").at(-1)!;
  const calls = made.map((m) => m.signature.replace(/^constructor/, `new ${name}`));
  return [...calls, ...e.signatures];
}

function formulaLines(formulas: OperationFormulas | undefined): string {
  if (!formulas) return "";
  const { value, gradients } = formulas;
  const given = gradients.some((g) => /\bG\b/.test(g)) ? ", with $G = \\partial L/\\partial y$" : "";
  const note = inline(`Read off the operation as it runs, and checked${given}.`, { linkOf: () => undefined });
  return `<div class="formulas">${[value, ...gradients].map((tex) => formula(tex, true)).join("")}<p>${note}</p></div>\n`;
}

export function entryHtml(e: Entry, o: RenderOptions, formulas?: OperationFormulas): string {
  const link = `<a class="self" href="#${anchor(e.name)}" aria-label="link to ${e.name}">#</a>`;
  return `<section class="entry" id="${anchor(e.name)}">
<h2>${escapeHtml(e.name)} <small>${kindWord[e.kind]}</small>${link}</h2>
${shownSignatures(e)
  .map((text) => signature(text, o))
  .join(
    "",
  )}${words(e.doc, o)}${formulaLines(formulas)}${examples(e.doc, o)}${memberList(e, o)}<p class="source">${e.source}</p>
</section>\n`;
}

const list = (title: string, all: Entry[]): string =>
  all.length === 0
    ? ""
    : `<h3>${title}</h3><p class="names">${all.map((e) => `<a href="#${anchor(e.name)}">${escapeHtml(e.name)}</a>`).join(" ")}</p>\n`;

/** The page of one room. */
export function roomHtml(
  room: string,
  all: Entry[],
  o: RenderOptions,
  formulas: ReadonlyMap<string, OperationFormulas>,
): string {
  const records = all.filter(isRecord);
  const rest = all
    .filter((e) => !isRecord(e))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { sensitivity: "base" }));
  const types = rest.filter((e) => e.kind === "interface" || e.kind === "type");
  const values = rest.filter((e) => !types.includes(e));
  const readme = existsSync(join(root, "src", room, "README.md"));
  const about = readme ? `<p><a href="about-${room}.html">How this room works, and examples</a></p>` : "";
  const from = all[0]?.from ?? "gradlab";
  const recordList =
    records.length === 0
      ? ""
      : `<section class="entry" id="records"><h2>Records of operations</h2>
<p>For those who write operations: each holds the rule, its derivatives, its LaTeX and its samples.</p>
<p class="names">${records.map((e) => `<code id="${anchor(e.name)}">${e.name}</code>`).join(" ")}</p></section>`;
  return `<h1>${room}</h1>
<p class="lead">${rooms[room] ?? ""}. <code>import { … } from "${from}"</code></p>
${about}<nav class="contents" aria-label="Names on this page">
${list("Functions and classes", values)}${list("Types", types)}</nav>
${[...values, ...types].map((e) => entryHtml(e, o, e.from === "gradlab" ? formulas.get(e.name) : undefined)).join("")}${recordList}`;
}

/** The README of a room, if it has one. */
export function readmeOf(room: string): string | undefined {
  const path = join(root, "src", room, "README.md");
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
