// Stops a cell that runs too long, or that the user no longer wants, by the
// gentlest means that works: interrupt (state kept), restart (state lost), and
// at last kill. Each step is given a grace period before the next.
import { setTimeout as sleep } from "node:timers/promises";
import type { Kernel } from "../server/kernel.ts";
import type { ExecuteReply } from "../server/kernel-types.ts";

export type Step = "interrupt" | "restart" | "kill";

/** How a cell ended: with a reply, or by losing the kernel's state. */
export interface Settled {
  reply?: ExecuteReply;
  /** Why it was stopped, when it was. */
  stopped?: "timeout" | "total-timeout" | "cancelled";
  /** What it took to stop it, in order. */
  steps: Step[];
  /** Set when the kernel was lost: died by itself, restarted or killed by us. */
  death?: string;
  serverLost?: boolean;
}

export interface Limits {
  /** Milliseconds this cell may take. */
  cell?: number | undefined;
  /** Moment (Date.now()) at which the whole run must end. */
  end?: number | undefined;
  /** Milliseconds each step of stopping is given. Default 5,000. */
  grace?: number | undefined;
  signal?: AbortSignal | undefined;
}

type Reason = NonNullable<Settled["stopped"]>;

/** Resolves with the reason once the execution must stop; never, if nothing limits it. */
function mustStop(limits: Limits, off: AbortSignal): Promise<Reason> {
  return new Promise((done) => {
    const timers: NodeJS.Timeout[] = [];
    // setTimeout counts in 32 bits: a longer limit would fire at once.
    const after = (ms: number, why: Reason) => {
      if (ms < 2 ** 31) timers.push(setTimeout(done, Math.max(0, ms), why));
    };
    if (limits.cell !== undefined) after(limits.cell, "timeout");
    if (limits.end !== undefined) after(limits.end - Date.now(), "total-timeout");
    const cancel = () => done("cancelled");
    if (limits.signal?.aborted) cancel();
    limits.signal?.addEventListener("abort", cancel);
    off.addEventListener("abort", () => {
      for (const timer of timers) clearTimeout(timer);
      limits.signal?.removeEventListener("abort", cancel);
    });
  });
}

/** Wait for `execution` within `limits`, and stop it when they are passed. Never throws. */
export async function settle(
  kernel: Kernel,
  execution: Promise<ExecuteReply>,
  limits: Limits,
): Promise<Settled> {
  const off = new AbortController();
  const steps: Step[] = [];
  const ended = execution.then(
    (reply): Settled => ({ reply, steps }),
    (error): Settled => ({ steps, death: error.message, serverLost: error.serverLost === true }),
  );
  const first = await Promise.race([ended, mustStop(limits, off.signal)]);
  off.abort();
  if (typeof first !== "string") return first;
  const stopped = first;
  const grace = limits.grace ?? 5000;
  const within = () => Promise.race([ended, sleep(grace, undefined, { ref: false })]);

  steps.push("interrupt");
  await kernel.interrupt(grace).catch(() => {});
  const afterInterrupt = await within();
  if (afterInterrupt) return { ...afterInterrupt, stopped };

  if (stopped !== "cancelled") {
    steps.push("restart");
    const restarted = await kernel.restart(Math.max(grace, 15_000)).then(
      () => true,
      () => false,
    );
    if (restarted) return { steps, stopped, death: "the kernel ignored the interrupt and was restarted" };
  }
  steps.push("kill");
  await kernel.shutdown(grace);
  return { steps, stopped, death: "the kernel ignored the interrupt and was killed" };
}
