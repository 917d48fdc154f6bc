// One server of a sweep, and how much may be asked of it: its limit, less when
// it says that it is full, and never many kernels starting at the same time.
import type { Server } from "../server/start.ts";

export interface PoolMember {
  /** How messages call it. */
  name: string;
  /** Tasks at a time. */
  limit: number;
  /** Connect to it or start it; called again after it was lost. */
  open(signal: AbortSignal): Promise<Server>;
}

/** Lets at most `room` holders in at a time. */
export class Gate {
  #room: number;
  readonly #waiting: (() => void)[] = [];

  constructor(room: number) {
    this.#room = room;
  }

  /** Run `work` when there is room. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#room > 0) this.#room--;
    else await new Promise<void>((enter) => this.#waiting.push(enter));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#room++;
    }
  }
}

export class Member {
  readonly made: PoolMember;
  #server: Promise<Server> | undefined;
  /** In a row. */
  failures = 0;
  /** Given up, and why. */
  lost = false;
  why: string | undefined;
  running = 0;
  /** Nothing is asked of it before this moment (Date.now()). */
  restUntil = 0;
  /** Counts how often the server was let go of. */
  generation = 0;
  /** How often in a row it was full. */
  refusals = 0;
  /** Tasks it takes at present: what it had room for when it was full, one more after as many successes. */
  allowed: number;
  #successes = 0;

  constructor(made: PoolMember) {
    this.made = made;
    this.allowed = made.limit;
  }

  server(signal: AbortSignal): Promise<Server> {
    this.#server ??= this.made.open(signal);
    return this.#server;
  }

  /** Let go of the server; it is opened again when it is next needed. */
  async drop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.generation++;
    await (await server?.catch(() => undefined))?.close();
  }

  succeeded(): void {
    this.failures = 0;
    this.refusals = 0;
    if (++this.#successes < this.allowed) return;
    this.#successes = 0;
    this.allowed = Math.min(this.made.limit, this.allowed + 1);
  }

  /** It has no room for one more than `running`. */
  full(): void {
    this.#successes = 0;
    this.refusals++;
    this.allowed = Math.max(1, Math.min(this.allowed - 1, this.running));
  }
}
