// Messages as frames: identities, a delimiter, the signature, four JSON dictionaries and binary buffers.
// The signature is checked over the raw frames, in constant time, before anything is parsed; what has been seen
// before, or is malformed, is refused by name.

import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { userInfo } from "node:os";

export const PROTOCOL_VERSION = "5.4";

export interface Header {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
  subshell_id?: string | null;
}

export interface Message {
  identities: Buffer[];
  header: Header;
  /** The header as it came, to be returned untouched as the parent of every answer. */
  parent: Record<string, unknown>;
  metadata: Record<string, unknown>;
  content: Record<string, any>;
  buffers: Buffer[];
}

export interface Outgoing {
  type: string;
  content: object;
  /** Header of the request this answers. */
  parent?: object | undefined;
  metadata?: object;
  buffers?: readonly Uint8Array[];
}

/**
 * A message on its way out. Text stays text until the socket takes it: buffers of more than some bytes are not
 * copied but returned later, each with a wake-up of this thread.
 */
export type Frames = readonly (string | Uint8Array)[];

const DELIMITER = Buffer.from("<IDS|MSG>");
const REMEMBERED = 65_536;

/** Why a message was dropped. */
export class WireError extends Error {}

export class Wire {
  readonly session = randomUUID();
  readonly #key: string;
  readonly #hash: string;
  readonly #seen = new Set<string>();
  readonly #username = username();

  constructor(key: string, hash = "sha256") {
    this.#key = key;
    this.#hash = hash;
  }

  decode(frames: readonly Buffer[]): Message {
    const at = frames.findIndex((frame) => frame.equals(DELIMITER));
    if (at < 0) throw new WireError("no <IDS|MSG> delimiter");
    const [signature, header, parent, metadata, content] = frames.slice(at + 1);
    if (!signature || !header || !parent || !metadata || !content) throw new WireError("too few frames");
    this.#verify(signature, [header, parent, metadata, content]);
    const parsed = object(header, "header");
    if (typeof parsed["msg_type"] !== "string" || typeof parsed["msg_id"] !== "string") {
      throw new WireError("header without msg_type or msg_id");
    }
    object(parent, "parent_header");
    return {
      identities: frames.slice(0, at),
      header: parsed as unknown as Header,
      parent: parsed,
      metadata: object(metadata, "metadata"),
      content: object(content, "content"),
      buffers: frames.slice(at + 6),
    };
  }

  encode(prefix: Frames, message: Outgoing): Frames {
    const header: Header = {
      msg_id: randomUUID(),
      session: this.session,
      username: this.#username,
      date: new Date().toISOString(),
      msg_type: message.type,
      version: PROTOCOL_VERSION,
    };
    const parts = [header, message.parent ?? {}, message.metadata ?? {}, message.content].map((part) =>
      JSON.stringify(part),
    );
    return [...prefix, DELIMITER, this.#sign(parts), ...parts, ...(message.buffers ?? [])];
  }

  #sign(parts: Frames): string {
    if (this.#key === "") return "";
    const hmac = createHmac(this.#hash, this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }

  #verify(signature: Buffer, parts: readonly Buffer[]): void {
    if (this.#key === "") return;
    const wanted = Buffer.from(this.#sign(parts));
    if (signature.length !== wanted.length || !timingSafeEqual(signature, wanted)) {
      throw new WireError("wrong signature");
    }
    const text = signature.toString("latin1");
    if (this.#seen.has(text)) throw new WireError("replay of a message already seen");
    this.#seen.add(text);
    // Sets keep insertion order: the first is the oldest.
    if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.values().next().value!);
  }
}

function object(frame: Buffer, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(frame.toString());
  } catch {
    throw new WireError(`${name} is not JSON`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new WireError(`${name} is not a JSON object`);
  }
  return value as Record<string, unknown>;
}

function username(): string {
  try {
    return userInfo().username;
  } catch {
    return "kernel";
  }
}
