/**
 * Pixels to PNG, and the smallest canvas that plotly.js's heat maps can paint on.
 *
 * Each canvas is painted at several times its size: a heat map keeps sharp cell edges in print.
 */

import { deflateSync } from "node:zlib";

/** RGBA bytes as a PNG file. */
export function encodePng(width: number, height: number, rgba: Uint8Array | Uint8ClampedArray): Buffer {
  const lines = Buffer.alloc((width * 4 + 1) * height);
  for (let y = 0; y < height; y++)
    lines.set(rgba.subarray(y * width * 4, (y + 1) * width * 4), y * (width * 4 + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8); // 8 bits a channel, red green blue alpha
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(lines, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = crcTable[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

const enlargement = 3;
const largestSide = 4096;
// A matrix painted one pixel a cell becomes at least this wide, so that no viewer blurs its cells.
const sharpSide = 600;

interface Pixels {
  width: number;
  height: number;
  scale: number;
  data: Uint8ClampedArray;
}

/** What plotly.js uses of a 2-D canvas context: fillStyle, fillRect, createImageData, putImageData. */
export class PaintContext {
  fillStyle = "rgba(0,0,0,1)";
  readonly #canvas: { width: number; height: number };
  #pixels: Pixels | undefined;

  constructor(canvas: { width: number; height: number }) {
    this.#canvas = canvas;
  }

  fillRect(x: number, y: number, w: number, h: number): void {
    const p = this.#ready(enlargement);
    const [r, g, b, a] = parseColor(this.fillStyle);
    const x0 = Math.max(0, Math.round(x * p.scale));
    const x1 = Math.min(p.width, Math.round((x + w) * p.scale));
    const y0 = Math.max(0, Math.round(y * p.scale));
    const y1 = Math.min(p.height, Math.round((y + h) * p.scale));
    for (let row = y0; row < y1; row++)
      for (let at = (row * p.width + x0) * 4; at < (row * p.width + x1) * 4; at += 4) {
        p.data[at] = r;
        p.data[at + 1] = g;
        p.data[at + 2] = b;
        p.data[at + 3] = Math.round(a * 255);
      }
  }

  createImageData(width: number, height: number): { width: number; height: number; data: Uint8ClampedArray } {
    return { width, height, data: new Uint8ClampedArray(width * height * 4) };
  }

  putImageData(image: { width: number; height: number; data: ArrayLike<number> }): void {
    const cell = Math.max(1, Math.ceil(sharpSide / Math.max(image.width, image.height, 1)));
    const [width, height] = [image.width * cell, image.height * cell];
    const data = new Uint8ClampedArray(width * height * 4);
    for (let y = 0, at = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = (Math.floor(y / cell) * image.width + Math.floor(x / cell)) * 4;
        for (let k = 0; k < 4; k++) data[at++] = image.data[from + k];
      }
    this.#pixels = { width, height, scale: cell, data };
  }

  toDataURL(): string {
    const p = this.#ready(1);
    return `data:image/png;base64,${encodePng(p.width, p.height, p.data).toString("base64")}`;
  }

  #ready(scale: number): Pixels {
    if (this.#pixels) return this.#pixels;
    const { width, height } = this.#canvas;
    const fitting = Math.max(1, Math.min(scale, Math.floor(largestSide / Math.max(width, height, 1))));
    const [w, h] = [Math.max(1, width * fitting), Math.max(1, height * fitting)];
    this.#pixels = { width: w, height: h, scale: fitting, data: new Uint8ClampedArray(w * h * 4) };
    return this.#pixels;
  }
}

function parseColor(text: string): [number, number, number, number] {
  const parts = /^rgba?\(([^)]*)\)$/.exec(text)?.[1].split(",").map(Number);
  if (!parts || parts.length < 3 || parts.some((n) => !Number.isFinite(n)))
    throw new TypeError(`Cannot paint with the colour "${text}".`);
  return [parts[0], parts[1], parts[2], parts[3] ?? 1];
}
