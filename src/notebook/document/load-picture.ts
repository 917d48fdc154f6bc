// Pictures named in Markdown or HTML: data URLs, attachments of the cell, files
// beside the notebook. Nothing is fetched: an export gives the same result
// offline, so a picture on the web is refused by name.
import { readFileSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { MimeBundle } from "../format/types.ts";
import { readPicture, svgProblem } from "./picture.ts";
import type { Picture } from "./types.ts";

export interface PictureSources {
  /** Folder that relative names start from. */
  folder: string;
  attachments?: Record<string, MimeBundle> | undefined;
}

function checked(data: string | Uint8Array, alt: string, name: string): Picture | string {
  const picture = readPicture(data, alt);
  if (!picture) return `the picture ${name} is not an SVG, PNG, JPEG, GIF or WebP file`;
  const problem = picture.format === "svg" ? svgProblem(picture.data as string) : undefined;
  return problem ? `the picture ${name}: ${problem}` : picture;
}

function fromDataUrl(url: string, alt: string): Picture | string {
  const found = /^data:([^;,]*)((?:;[^,]*)?),([\s\S]*)$/.exec(url);
  if (!found) return "a picture's data URL is malformed";
  const bytes = /;base64/i.test(found[2]!)
    ? Buffer.from(decodeURIComponent(found[3]!), "base64")
    : Buffer.from(decodeURIComponent(found[3]!), "utf8");
  return checked(bytes, alt, `in a data URL (${found[1] || "no type"})`);
}

function fromBundle(bundle: MimeBundle, alt: string, name: string): Picture | string {
  for (const [mime, value] of Object.entries(bundle)) {
    if (typeof value !== "string") continue;
    if (mime === "image/svg+xml" && /<svg\b/.test(value)) return checked(value, alt, name);
    if (mime.startsWith("image/")) return checked(Buffer.from(value, "base64"), alt, name);
  }
  return `the attachment ${name} holds no picture`;
}

/** The picture, or the reason there is none. */
export function loadPicture(source: string, alt: string, from: PictureSources): Picture | string {
  if (source.startsWith("data:")) return fromDataUrl(source, alt);
  if (source.startsWith("attachment:")) {
    const name = decodeURIComponent(source.slice("attachment:".length));
    const bundle = from.attachments?.[name];
    return bundle ? fromBundle(bundle, alt, name) : `the cell has no attachment ${name}`;
  }
  if (/^(https?:)?\/\//i.test(source)) {
    return `the picture ${source} is on the web and cannot be set offline: save it beside the notebook`;
  }
  let path: string;
  try {
    path = source.startsWith("file:") ? fileURLToPath(source) : decodeURIComponent(source.split(/[?#]/)[0]!);
  } catch {
    return `the picture ${source} has a malformed name`;
  }
  const full = isAbsolute(path) ? path : resolve(from.folder, path);
  try {
    return checked(readFileSync(full), alt, path);
  } catch {
    return `the picture ${path} is not there`;
  }
}
