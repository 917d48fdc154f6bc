// Interrupts, as seen by the main thread. The watcher thread has `interrupt` evaluated here through the
// inspector, which works in the midst of whatever JavaScript is running; the stack then tells what that is.
//
// Only code of the cells may be ended: a termination that hits the kernel's own JavaScript (or Node's, on its way
// to ours) would lose a command or an output. It is therefore asked for right here, while the stack is known,
// and not from the other thread, where it could strike a moment later.

import type { Session } from "node:inspector";
import { cancelRuns, hasRuns } from "./evaluate.ts";
import { shellsInterrupted } from "./shell.ts";

/** How the watcher's evaluation calls itself in the stack (watcher.ts). */
const MARK = "kernel:interrupt";

/** "settled": all is done. "ended": a cell's code was ended; look again. "wait": not now; look again soon. */
export type Step = "settled" | "ended" | "wait";

const KERNEL = new URL(".", import.meta.url).href;
const CHANNEL = new URL("./channel.ts", import.meta.url).href;

/** Interrupts the executions up to number `upTo`: what began later was not meant. */
export function interrupt(session: Session, upTo: number): Step {
  const meant = hasRuns((cell) => cell <= upTo);
  if (!meant && hasRuns(() => true)) return "settled";
  const running = whatRuns();
  if (running === "kernel") return "wait";
  if (running === "cell") {
    session.post("Runtime.terminateExecution");
    return meant ? "ended" : "settled";
  }
  shellsInterrupted();
  cancelRuns(upTo);
  return "settled";
}

/** What the evaluation that brought us here has cut into. */
function whatRuns(): "nothing" | "cell" | "kernel" {
  const files = stackFiles();
  const below = files.slice(files.indexOf(MARK) + 1);
  if (below.length === 0) return "nothing";
  const cell = below.findIndex(isOfCells);
  // Output under way is never torn.
  if (cell < 0 || below.slice(0, cell).includes(CHANNEL)) return "kernel";
  return "cell";
}

function isOfCells(file: string): boolean {
  return file !== "" && !file.startsWith("node:") && !file.startsWith(KERNEL);
}

function stackFiles(): string[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  let files: string[] = [];
  try {
    Error.stackTraceLimit = 200;
    Error.prepareStackTrace = (_, sites) => {
      files = sites.map((site) => site.getFileName() || site.getScriptNameOrSourceURL() || "");
    };
    void new Error().stack;
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
  return files;
}
