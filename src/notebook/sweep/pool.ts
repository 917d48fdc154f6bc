// Shares tasks among servers: each takes as many at a time as it may, a task
// whose server or kernel is lost goes back to be done elsewhere, a server that
// fails is left alone for a while, longer each time, one that is full is asked
// for less, and one that refuses us is not asked again.
import { setTimeout as sleep } from "node:timers/promises";
import { KernelDeath } from "../server/kernel-types.ts";
import { ServerError } from "../server/rest.ts";
import type { Server } from "../server/start.ts";
import { Member, type PoolMember } from "./member.ts";

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

/** A beginning that came to nothing. */
export interface Loss {
  server: string;
  why: string;
}

/** A task on its way: how often it was begun, and why in vain. */
export interface Attempt<T> {
  task: T;
  /** From 1 for the first. */
  attempt: number;
  losses: Loss[];
}

/** Why a task was not done. */
export interface GivenUp<T> extends Attempt<T> {
  why: string;
  /** It broke its kernel each time; otherwise it was the servers that failed, and another sweep may do it. */
  own: boolean;
}

/** Whether another try, elsewhere or later, may do better. */
export const isLoss = (error: unknown): error is KernelDeath | ServerError =>
  error instanceof KernelDeath || error instanceof ServerError;

const firstLine = (error: Error): string => error.message.split("\n")[0]!;
const MINUTE = 60_000;

/**
 * Do all tasks. `work` throws a ServerError or KernelDeath when the server or the kernel was lost;
 * `giveUp` is told of tasks that no server could do.
 */
export async function runPool<T>(
  tasks: readonly T[],
  members: readonly PoolMember[],
  work: (server: Server, name: string, task: Attempt<T>) => Promise<void>,
  giveUp: (task: GivenUp<T>) => Promise<void>,
  options: PoolOptions = {},
): Promise<void> {
  const { attempts = 3, pause = 1000, patience = 8, onTrouble = () => {} } = options;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const pool = members.map((made) => new Member(made));
  const queue: Attempt<T>[] = tasks.map((task) => ({ task, attempt: 0, losses: [] }));
  let running = 0;
  let wake: () => void = () => {};
  let changed = new Promise<void>((done) => (wake = done));
  const announce = () => {
    wake();
    changed = new Promise<void>((done) => (wake = done));
  };
  const failedOn = (one: Attempt<T>, member: Member) =>
    one.losses.some((loss) => loss.server === member.made.name);

  /** A task this member may take: one that has not failed on it, unless nobody else is left. */
  const take = (member: Member): Attempt<T> | undefined => {
    if (member.running >= member.allowed) return undefined;
    const others = pool.filter((other) => other !== member && !other.lost);
    const at = queue.findIndex(
      (one) => !failedOn(one, member) || others.every((other) => failedOn(one, other)),
    );
    return at < 0 ? undefined : queue.splice(at, 1)[0];
  };

  const rest = (member: Member, wait: number) => {
    member.restUntil = Math.max(member.restUntil, Date.now() + wait);
  };

  /** Leave a member alone for a while after a failure; give it up after many. */
  const failed = (member: Member, error: Error): void => {
    member.failures++;
    if (member.failures >= patience) {
      member.lost = true;
      member.why = error.message;
      onTrouble(`${member.made.name} is given up after ${member.failures} failures: ${error.message}`);
      return;
    }
    const wait = Math.min(MINUTE, pause * 2 ** (member.failures - 1));
    onTrouble(`${member.made.name}: ${firstLine(error)} (again in ${Math.ceil(wait / 1000)} s)`);
    rest(member, wait);
  };

  /** The task was not begun: the server has no room now, or will never let us in. */
  const notBegun = (member: Member, one: Attempt<T>, error: ServerError): void => {
    one.attempt = Math.max(0, one.attempt - 1);
    queue.unshift(one);
    if (error.fault === "refused") {
      if (!member.lost) onTrouble(`${member.made.name} is not used: ${error.message}`);
      member.lost = true;
      member.why = error.message;
      return;
    }
    member.full();
    onTrouble(
      `${member.made.name} is full: ${firstLine(error)} (at most ${member.allowed} at a time for now)`,
    );
    // While runs of ours go on there, the end of one is the moment to ask again.
    if (error.retryAfter !== undefined) rest(member, error.retryAfter);
    else if (member.running === 0) rest(member, Math.min(MINUTE, pause * 2 ** Math.min(member.refusals, 16)));
  };

  const lost = async (
    member: Member,
    one: Attempt<T>,
    error: KernelDeath | ServerError,
    generation: number,
    begun: boolean,
  ): Promise<void> => {
    if (begun) one.losses.push({ server: member.made.name, why: error.message });
    const serverLost = !(error instanceof KernelDeath) || error.serverLost;
    const again = !begun || one.attempt < attempts;
    if (again) queue.push(one);
    announce();
    if (!again) await giveUp({ ...one, why: error.message, own: !serverLost });
    if (!serverLost) {
      onTrouble(`${member.made.name}: ${error.message}${again ? "; the run is tried again" : ""}`);
      return;
    }
    if (member.generation !== generation) return; // all its runs are lost at once: one failure, not many
    const dropped = member.drop();
    failed(member, error);
    await dropped;
  };

  const slot = async (member: Member): Promise<void> => {
    while (!signal.aborted && !member.lost) {
      if (queue.length === 0 && running === 0) return;
      const wait = member.restUntil - Date.now();
      const one = wait > 0 ? undefined : take(member);
      if (!one) {
        const quiet = sleep(Math.max(1, Math.min(wait > 0 ? wait : 1000, 1000)), undefined, {
          ref: wait > 0,
          signal,
        }).catch(() => {});
        await Promise.race([changed, quiet]);
        continue;
      }
      running++;
      member.running++;
      const { generation } = member;
      let error: unknown;
      let begun = false;
      try {
        const server = await member.server(signal);
        one.attempt++;
        begun = true;
        await work(server, member.made.name, one);
      } catch (thrown) {
        error = thrown;
      }
      member.running--;
      try {
        if (error === undefined) member.succeeded();
        else if (signal.aborted) return;
        else if (!isLoss(error)) {
          stop.abort(error);
          throw error;
        } else if (error instanceof ServerError && error.fault !== "lost") notBegun(member, one, error);
        else await lost(member, one, error, generation, begun);
      } finally {
        running--;
        announce();
      }
    }
  };

  try {
    await Promise.all(
      pool.flatMap((member) => Array.from({ length: member.made.limit }, () => slot(member))),
    );
    if (!signal.aborted) {
      for (const one of queue) {
        const why = one.losses.at(-1)?.why ?? pool.findLast((member) => member.why)?.why;
        await giveUp({ ...one, why: why ?? "no server is left", own: false });
      }
    }
  } finally {
    await Promise.all(pool.map((member) => member.drop()));
  }
}
