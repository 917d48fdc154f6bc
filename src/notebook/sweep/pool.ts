// Shares tasks among servers: each takes as many at a time as it may, a task
// whose server or kernel is lost goes back to be done elsewhere, and a server
// that fails or is full is left alone for a while, longer each time.
import { setTimeout as sleep } from "node:timers/promises";
import { KernelDeath } from "../server/kernel-types.ts";
import { ServerError } from "../server/rest.ts";
import type { Server } from "../server/start.ts";

export interface PoolMember {
  /** How messages call it. */
  name: string;
  /** Tasks at a time. */
  limit: number;
  /** Connect to it or start it; called again after it was lost. */
  open(signal: AbortSignal): Promise<Server>;
}

export interface PoolOptions {
  signal?: AbortSignal | undefined;
  /** Times a task is begun before it is given up. Default 3. */
  attempts?: number | undefined;
  /** First pause after a failure, milliseconds; doubled each time up to a minute. Default 1,000. */
  pause?: number | undefined;
  /** Failures in a row after which a server is given up. Default 8. */
  patience?: number | undefined;
  /** Told of what goes wrong and is being dealt with. */
  onTrouble?: ((message: string) => void) | undefined;
}

interface Waiting<T> {
  task: T;
  attempts: number;
  failedOn: Set<string>;
  why: string;
}

/** Whether the server said "not now" (too many kernels or requests) and means it kindly. */
const isBusy = (error: unknown): boolean =>
  error instanceof ServerError && (error.status === 429 || error.status === 503);

/** Whether another try, elsewhere or later, may do better. */
export const isLoss = (error: unknown): boolean =>
  error instanceof KernelDeath || error instanceof ServerError;

class Member {
  readonly made: PoolMember;
  #server: Promise<Server> | undefined;
  failures = 0;
  lost = false;

  constructor(made: PoolMember) {
    this.made = made;
  }

  server(signal: AbortSignal): Promise<Server> {
    this.#server ??= this.made.open(signal);
    return this.#server;
  }

  /** Let go of the server; it is opened again when it is next needed. */
  async drop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await (await server?.catch(() => undefined))?.close();
  }
}

/**
 * Do all tasks. `work` throws a ServerError or KernelDeath when the server or the kernel was lost;
 * `giveUp` is told of tasks that no server could do.
 */
export async function runPool<T>(
  tasks: readonly T[],
  members: readonly PoolMember[],
  work: (server: Server, name: string, task: T, attempt: number) => Promise<void>,
  giveUp: (task: T, why: string, attempts: number) => Promise<void>,
  options: PoolOptions = {},
): Promise<void> {
  const { attempts = 3, pause = 1000, patience = 8, onTrouble = () => {} } = options;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const pool = members.map((made) => new Member(made));
  const queue: Waiting<T>[] = tasks.map((task) => ({ task, attempts: 0, failedOn: new Set(), why: "" }));
  let running = 0;
  let wake: () => void = () => {};
  let changed = new Promise<void>((done) => (wake = done));
  const announce = () => {
    wake();
    changed = new Promise<void>((done) => (wake = done));
  };

  /** A task this member may take: one that has not failed on it, unless nobody else is left. */
  const take = (member: Member): Waiting<T> | undefined => {
    const others = pool.filter((other) => other !== member && !other.lost);
    const at = queue.findIndex(
      (one) =>
        !one.failedOn.has(member.made.name) || others.every((other) => one.failedOn.has(other.made.name)),
    );
    return at < 0 ? undefined : queue.splice(at, 1)[0];
  };

  const failed = async (member: Member, error: Error): Promise<void> => {
    member.failures++;
    if (member.failures >= patience) {
      member.lost = true;
      onTrouble(`${member.made.name} is given up after ${member.failures} failures: ${error.message}`);
      return;
    }
    const wait = Math.min(60_000, pause * 2 ** (member.failures - 1));
    onTrouble(`${member.made.name}: ${error.message.split("\n")[0]} (again in ${Math.ceil(wait / 1000)} s)`);
    await sleep(wait, undefined, { signal }).catch(() => {});
  };

  const slot = async (member: Member): Promise<void> => {
    while (!signal.aborted && !member.lost) {
      const one = take(member);
      if (!one) {
        if (queue.length === 0 && running === 0) return;
        await Promise.race([changed, sleep(1000, undefined, { ref: false })]);
        continue;
      }
      running++;
      try {
        const server = await member.server(signal);
        one.attempts++;
        await work(server, member.made.name, one.task, one.attempts);
        member.failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (!isLoss(error)) {
          stop.abort(error);
          throw error;
        }
        await lost(member, one, error as Error);
      } finally {
        running--;
        announce();
      }
    }
  };

  const lost = async (member: Member, one: Waiting<T>, error: Error): Promise<void> => {
    if (isBusy(error)) {
      one.attempts = Math.max(0, one.attempts - 1);
      queue.push(one);
      return failed(member, error);
    }
    one.why = error.message;
    one.failedOn.add(member.made.name);
    const again = one.attempts < attempts;
    if (again) queue.push(one);
    announce();
    if (!again) await giveUp(one.task, one.why, one.attempts);
    if (error instanceof KernelDeath && !error.serverLost) {
      onTrouble(`${member.made.name}: ${error.message}${again ? "; the run is tried again" : ""}`);
      return;
    }
    await member.drop();
    await failed(member, error);
  };

  try {
    await Promise.all(
      pool.flatMap((member) => Array.from({ length: member.made.limit }, () => slot(member))),
    );
    if (!signal.aborted) {
      for (const one of queue) await giveUp(one.task, one.why || "no server is left", one.attempts);
    }
  } finally {
    await Promise.all(pool.map((member) => member.drop()));
  }
}
