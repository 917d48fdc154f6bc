// @jupyterlab/services writes its connection diary to the console, where it
// would tear the progress display and dirty machine-readable output. While a
// kernel is connected those lines (and only those) are held back.
import type { KernelConnection } from "@jupyterlab/services/lib/kernel/default.js";

const DIARY = /^(Starting WebSocket|Connection lost, reconnecting|Kernel: |Error: Canceled|Canceling)/;

const methods = ["debug", "warn", "error", "log", "info"] as const;

let users = 0;
let restore: (() => void) | undefined;

/** Hold back the diary until the returned function is called. */
export function quiet(): () => void {
  if (users++ === 0) {
    const kept = methods.map((name) => [name, console[name]] as const);
    for (const [name, write] of kept) {
      console[name] = (...args: unknown[]) => {
        if (!DIARY.test(String(args[0]))) write.apply(console, args);
      };
    }
    restore = () => {
      for (const [name, write] of kept) console[name] = write;
    };
  }
  let released = false;
  return () => {
    if (released) return;
    released = true;
    if (--users === 0) restore?.();
  };
}

/**
 * When a kernel dies the connection leaves promises that nobody can catch, and
 * an uncaught rejection would end this process. They are left pending instead:
 * death is noticed by the status, and by asking the server.
 */
export function tame(connection: KernelConnection, restarting: () => boolean): void {
  const forever = new Promise<never>(() => {});
  const info = connection.requestKernelInfo.bind(connection);
  connection.requestKernelInfo = () => info().catch(() => forever);
  const reconnect = connection.reconnect.bind(connection);
  connection.reconnect = () =>
    reconnect().catch((error) => {
      if (restarting()) throw error;
      return forever;
    });
}
