// How the kernel process and the runtime process talk: length-prefixed frames on plain pipes.
//
// A frame is [u32 length][u8 kind][u32 cell][body], little-endian; `length` counts everything after itself.
// Text frames (stdout, stderr) carry raw UTF-8, so a printed line costs one copy and one write;
// everything else is JSON, with binary buffers appended behind it when a message has some.

export const Kind = { stdout: 1, stderr: 2, json: 3, jsonWithBuffers: 4 } as const;

export interface Frame {
  kind: number;
  /** Number of the execution the frame belongs to; 0 when it belongs to none. */
  cell: number;
  body: Buffer;
}

const HEAD = 9;

export function encodeText(kind: number, cell: number, text: string | Uint8Array): Buffer {
  const size = typeof text === "string" ? Buffer.byteLength(text) : text.byteLength;
  const frame = head(kind, cell, size);
  if (typeof text === "string") frame.write(text, HEAD);
  else frame.set(text, HEAD);
  return frame;
}

export function encodeJson(cell: number, message: object, buffers: readonly Uint8Array[] = []): Buffer {
  if (buffers.length === 0) return encodeText(Kind.json, cell, JSON.stringify(message));
  const json = Buffer.from(JSON.stringify({ message, sizes: buffers.map((b) => b.byteLength) }));
  const size = 4 + json.length + buffers.reduce((sum, b) => sum + b.byteLength, 0);
  const frame = head(Kind.jsonWithBuffers, cell, size);
  frame.writeUInt32LE(json.length, HEAD);
  json.copy(frame, HEAD + 4);
  let at = HEAD + 4 + json.length;
  for (const buffer of buffers) {
    frame.set(buffer, at);
    at += buffer.byteLength;
  }
  return frame;
}

export function decodeJson<T = any>(frame: Frame): { message: T; buffers: Buffer[] } {
  if (frame.kind === Kind.json) return { message: JSON.parse(frame.body.toString()), buffers: [] };
  const length = frame.body.readUInt32LE(0);
  const { message, sizes } = JSON.parse(frame.body.toString("utf8", 4, 4 + length));
  const buffers: Buffer[] = [];
  let at = 4 + length;
  for (const size of sizes as number[]) {
    buffers.push(frame.body.subarray(at, at + size));
    at += size;
  }
  return { message, buffers };
}

function head(kind: number, cell: number, size: number): Buffer {
  const frame = Buffer.allocUnsafe(HEAD + size);
  frame.writeUInt32LE(HEAD - 4 + size, 0);
  frame.writeUInt8(kind, 4);
  frame.writeUInt32LE(cell, 5);
  return frame;
}

/**
 * Cuts a byte stream into frames. State changes only between frames, so a reader that was torn out of its
 * loop (an interrupt ends whatever JavaScript is running) goes on with `next()` where it stopped.
 */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  next(): Frame | null {
    if (this.#size < 4) return null;
    if (this.#chunks[0]!.length < 4) this.#join();
    const length = this.#chunks[0]!.readUInt32LE(0) + 4;
    if (this.#size < length) return null;
    if (this.#chunks[0]!.length < length) this.#join();
    const first = this.#chunks[0]!;
    const frame = {
      kind: first.readUInt8(4),
      cell: first.readUInt32LE(5),
      body: first.subarray(HEAD, length),
    };
    if (first.length === length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(length);
    this.#size -= length;
    return frame;
  }

  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks)];
  }
}
