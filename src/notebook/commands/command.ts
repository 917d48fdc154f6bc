// What the commands of the command line share: their shape, their options'
// types, and a signal for Ctrl-C. The first Ctrl-C asks for an orderly end, the
// second ends at once (the server we started follows, its guard sees to that).
import { NotebookError } from "../format/types.ts";
import { parseDuration } from "../report/text.ts";

export interface Command {
  /** One line for the list of commands. */
  summary: string;
  usage: string;
  /** @returns the exit status */
  run(args: string[]): Promise<number>;
}

/** A mistake on the command line; shown with a pointer to --help. */
export class UsageError extends NotebookError {
  override name = "UsageError";
}

export function needDuration(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0)
    throw new UsageError(`--${name} ${text}: expected a time such as 30s, 5m or 2h`);
  return ms;
}

export function needNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new UsageError(`--${name} ${text}: expected a number`);
  return value;
}

export interface Stop {
  signal: AbortSignal;
  release(): void;
}

/** Aborts on SIGINT, SIGTERM or SIGHUP; a second one exits at once. */
export function stopSignal(onFirst: () => void = () => {}): Stop {
  const controller = new AbortController();
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  const handler = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(signals[name as keyof typeof signals]);
    onFirst();
    controller.abort(new NotebookError(`stopped by ${name}`));
  };
  for (const name of Object.keys(signals)) process.on(name as NodeJS.Signals, handler);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of Object.keys(signals)) process.off(name as NodeJS.Signals, handler);
    },
  };
}
