// Pictures: recognised by their bytes, measured, and checked for parts that
// would vanish on paper.
import type { Picture } from "./types.ts";

const px: Record<string, number> = {
  px: 1,
  "": 1,
  pt: 4 / 3,
  in: 96,
  cm: 96 / 2.54,
  mm: 96 / 25.4,
  pc: 16,
  em: 16,
};

function length(text: string | undefined): number | undefined {
  const found = /^\s*([\d.]+(?:e[-+]?\d+)?)\s*([a-z]*)\s*$/i.exec(text ?? "");
  const unit = found ? px[found[2]!.toLowerCase()] : undefined;
  return found && unit !== undefined ? Number(found[1]) * unit : undefined;
}

/** Width and height of an SVG in px, from its attributes or its viewBox. */
export function svgSize(svg: string): { width: number; height: number } {
  const tag = /<svg\b[^>]*>/.exec(svg)?.[0] ?? "";
  const attribute = (name: string) => new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(tag)?.[1];
  const box =
    attribute("viewBox")
      ?.trim()
      .split(/[\s,]+/)
      .map(Number) ?? [];
  const [, , boxWidth = 300, boxHeight = 150] = box;
  const width = length(attribute("width"));
  const height = length(attribute("height"));
  if (width !== undefined && height !== undefined) return { width, height };
  if (width !== undefined) return { width, height: (width * boxHeight) / boxWidth };
  if (height !== undefined) return { width: (height * boxWidth) / boxHeight, height };
  return { width: boxWidth, height: boxHeight };
}

/** What of an SVG could not be set on paper; undefined when all of it can. */
export function svgProblem(svg: string): string | undefined {
  if (!/<svg\b/.test(svg)) return "it holds no <svg> element";
  if (/<(?:\w+:)?foreignObject\b/i.test(svg))
    return "the SVG holds HTML (foreignObject), which cannot be set";
  const external = /<image\b[^>]*?href\s*=\s*["'](?!data:|#)([^"']+)["']/i.exec(svg);
  if (external) return `the SVG refers to the file ${external[1]}`;
  return undefined;
}

type Measured = Omit<Picture, "alt">;

function png(bytes: Uint8Array, view: DataView): Measured {
  let scale = 1;
  // pHYs: pixels per metre; a picture made for a dense screen says so here.
  for (let at = 8; at + 12 < bytes.length; ) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === "pHYs" && bytes[at + 16] === 1) {
      const dpi = view.getUint32(at + 8) * 0.0254;
      if (dpi > 100) scale = 96 / dpi;
    }
    if (type === "IDAT") break;
    at += size + 12;
  }
  return {
    format: "png",
    data: bytes,
    width: view.getUint32(16) * scale,
    height: view.getUint32(20) * scale,
  };
}

function jpeg(bytes: Uint8Array, view: DataView): Measured | undefined {
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { format: "jpeg", data: bytes, width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function webp(bytes: Uint8Array, view: DataView): Measured | undefined {
  const kind = String.fromCharCode(...bytes.subarray(12, 16));
  const make = (width: number, height: number): Measured => ({ format: "webp", data: bytes, width, height });
  if (kind === "VP8X") {
    const u24 = (at: number) => view.getUint16(at, true) | (bytes[at + 2]! << 16);
    return make(u24(24) + 1, u24(27) + 1);
  }
  if (kind === "VP8 ") return make(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    return make((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
  }
  return undefined;
}

/** The picture that `data` holds; undefined when it is none that we can set. */
export function readPicture(data: string | Uint8Array, alt = ""): Picture | undefined {
  if (typeof data === "string") return { format: "svg", data, ...svgSize(data), alt };
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const starts = (...bytes: number[]) => bytes.every((byte, k) => data[k] === byte);
  let found: Measured | undefined;
  if (data.length > 24 && starts(0x89, 0x50, 0x4e, 0x47)) found = png(data, view);
  else if (starts(0xff, 0xd8, 0xff)) found = jpeg(data, view);
  else if (data.length > 10 && starts(0x47, 0x49, 0x46, 0x38)) {
    found = { format: "gif", data, width: view.getUint16(6, true), height: view.getUint16(8, true) };
  } else if (data.length > 30 && starts(0x52, 0x49, 0x46, 0x46)) found = webp(data, view);
  else {
    const text = Buffer.from(data).toString("utf8");
    if (/^\s*(?:<\?xml[\s\S]*?\?>)?\s*(?:<!--[\s\S]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg\b/.test(text))
      return readPicture(text, alt);
  }
  return found && found.width > 0 && found.height > 0 ? { ...found, alt } : undefined;
}
