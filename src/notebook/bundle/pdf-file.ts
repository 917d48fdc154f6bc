// Opens a PDF as a reader would begin to: header, cross-reference, every
// compressed stream, the pages and the fonts. A truncated or damaged file is
// told from a good one without a PDF library.
import { inflateSync } from "node:zlib";
import { NotebookError } from "../format/types.ts";

export interface PdfFacts {
  version: string;
  pages: number;
  bytes: number;
  /** Whether it carries fonts, so that it shows (and prints) text. */
  hasText: boolean;
}

/** The first object that a classic cross-reference table gives a wrong place for. */
function lostObject(text: string, at: number): number | undefined {
  const section = /\s*xref\s+((?:\d+ \d+\s+(?:\d{10} \d{5} [nf]\s*)+)+)trailer/y;
  section.lastIndex = at;
  const rows = section.exec(text)?.[1]?.split(/\s*[\r\n]+\s*/) ?? [];
  let next = 0;
  for (const row of rows) {
    const entry = /^(\d{10}) (\d{5}) ([nf])/.exec(row);
    if (!entry) next = Number(row.split(" ")[0]);
    else {
      const head = text.slice(Number(entry[1]), Number(entry[1]) + 24);
      if (entry[3] === "n" && !new RegExp(`^\\s*${next} ${Number(entry[2])} obj`).test(head)) return next;
      next++;
    }
  }
  return undefined;
}

/** @throws NotebookError when the bytes are not a whole PDF */
export function readPdf(bytes: Uint8Array, name = "the PDF"): PdfFacts {
  const fail = (why: string): never => {
    throw new NotebookError(`${name} is not a whole PDF: ${why}`);
  };
  // Latin-1 keeps one character a byte, so offsets hold.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const version = /^%PDF-(\d\.\d)/.exec(text)?.[1] ?? fail("it does not begin with %PDF");
  const end = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(text.slice(-64)) ?? fail("its end is missing");
  const table = text.slice(Number(end[1]), Number(end[1]) + 40);
  if (!/^\s*(xref|\d+ \d+ obj)/.test(table)) fail("its cross-reference is not where it says");
  const lost = lostObject(text, Number(end[1]));
  if (lost !== undefined) fail(`object ${lost} is not where the cross-reference says`);
  let objects = text;
  const streams = /(<<(?:[^<>]|<<(?:[^<>]|<[^<>]*>)*>>|<[^<>]*>)*>>)\s*stream\r?\n/g;
  for (const found of text.matchAll(streams)) {
    const dictionary = found[1]!;
    const length = Number(/\/Length\s+(\d+)(?!\s+\d+\s+R)/.exec(dictionary)?.[1] ?? Number.NaN);
    const start = found.index + found[0].length;
    if (!Number.isFinite(length)) continue;
    if (start + length > bytes.length) fail("a stream is cut off");
    if (!/\/FlateDecode/.test(dictionary)) continue;
    if (!/\/(?:ObjStm|XRef)\b/.test(dictionary) && /\/Filter\s*\[/.test(dictionary)) continue;
    try {
      const inflated = inflateSync(bytes.subarray(start, start + length));
      if (/\/ObjStm\b/.test(dictionary)) objects += `\n${inflated.toString("latin1")}`;
    } catch {
      fail("a compressed stream is damaged");
    }
  }
  const pages = [...objects.matchAll(/\/Type\s*\/Page(?![a-zA-Z])/g)].length;
  if (pages === 0) fail("it has no page");
  return { version, pages, bytes: bytes.length, hasText: /\/Type\s*\/Font(?![a-zA-Z])/.test(objects) };
}
