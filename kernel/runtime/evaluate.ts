// Runs cells. V8's own REPL mode gives them what a notebook needs: redeclaration of let, const and class,
// top-level await, closures that see reassigned variables, and the value of the last expression.
//
// Cells run on the main thread through an inspector session of the main thread itself. (Sent from the watcher
// thread, the evaluation would occupy the dispatcher that has to deliver the watcher's interrupt.) A cell ends
// when its promise settles, or when the watcher says it was interrupted: V8 drops a terminated promise silently,
// and a promise may never settle at all.

import { type Runtime, Session } from "node:inspector";
import { setImmediate as nextTurn } from "node:timers/promises";
import { emit, inCell, ownCell, writeText } from "./channel.ts";
import { describeError, plain } from "./errors.ts";
import { hasDisplay, toBundle } from "./format/index.ts";
import type { Command, ErrorContent, UserExpression } from "./messages.ts";
import { isCell, mapPosition, type Position, rememberSource } from "./sources.ts";

type Execute = Extract<Command, { type: "execute" }>;

interface Run {
  cell: number;
  silent: boolean;
  allowStdin: boolean;
  /** An exception in a callback of the cell while it ran: the cell has failed even if it comes to its end. */
  failure: ErrorContent | null;
  done: boolean;
}

type Outcome = { value: unknown } | { error: ErrorContent; thrown: unknown };

const session = new Session();
const runs = new Map<number, Run>();
const interruptedCells = new Set<number>();
let receiver = "";
let received: unknown;

export function startSession(): Session {
  session.connect();
  const take = Symbol.for("gradlab.kernel.take");
  (globalThis as any)[take] = (value: unknown) => {
    received = value;
  };
  session.post(
    "Runtime.evaluate",
    { expression: `globalThis[Symbol.for("gradlab.kernel.take")]` },
    (error, reply) => {
      if (error || !reply.result.objectId) throw new Error("the inspector does not answer");
      receiver = reply.result.objectId;
    },
  );
  delete (globalThis as any)[take];
  return session;
}

export function allowsStdin(cell: number): boolean {
  return runs.get(cell)?.allowStdin ?? false;
}

export async function execute(cell: number, command: Execute): Promise<void> {
  const run: Run = {
    cell,
    silent: command.silent,
    allowStdin: command.allowStdin,
    failure: null,
    done: false,
  };
  runs.set(cell, run);
  rememberSource(command.name, command.source, command.map);
  const started = performance.now();
  const outcome = await evaluate(cell, command.js, command.name);
  if (command.time)
    inCell(cell, () => writeText("stdout", `Time: ${duration(performance.now() - started)}\n`));
  if ("error" in outcome) {
    if (!run.silent) await showError(run, outcome.thrown);
    return finish(run, outcome.error);
  }
  // Rejections nobody handles are reported once the microtasks are through: let them count for this cell.
  await nextTurn();
  if (run.failure) return finish(run, run.failure, true);
  if (outcome.value !== undefined && !run.silent && !run.done) {
    try {
      const bundle = await inCell(cell, () => toBundle(outcome.value));
      if (!run.done) emit({ type: "result", ...bundle }, [], cell);
    } catch (error) {
      return finish(run, describeError(error));
    }
  }
  const expressions = await userExpressions(cell, command);
  if (run.done) return;
  run.done = true;
  runs.delete(cell);
  emit({ type: "done", status: "ok", expressions }, [], cell);
}

/** An error that can show itself (a picture of what went wrong) does so above its traceback. */
async function showError(run: Run, thrown: unknown): Promise<void> {
  if (!hasDisplay(thrown)) return;
  try {
    const { data, metadata } = await inCell(run.cell, () => toBundle(thrown));
    if (!run.done) emit({ type: "display", data, metadata, transient: {}, update: false }, [], run.cell);
  } catch {
    // The error itself is what matters.
  }
}

function finish(run: Run, error: ErrorContent, shown = false): void {
  if (run.done) return;
  run.done = true;
  runs.delete(run.cell);
  if (!run.silent && !shown) emit({ type: "error", ...error }, [], run.cell);
  emit({ type: "done", status: "error", ...error }, [], run.cell);
}

export function hasRuns(which: (cell: number) => boolean): boolean {
  return runs.keys().some(which);
}

/** Gives up the cells up to this number; what they executed has been ended before. */
export function cancelRuns(upTo: number): void {
  for (const run of [...runs.values()]) {
    if (run.cell > upTo) continue;
    interruptedCells.add(run.cell);
    finish(run, plain("Interrupted", "the cell was interrupted; its variables are kept"));
  }
}

class Interrupted extends Error {}

/**
 * Every `await` of a cell passes through here when it goes on: a promise that settles after the cell was
 * interrupted must not let the rest of the cell run. (Its `finally` blocks do.)
 */
export function live<T>(value: T): T {
  if (interruptedCells.size > 0 && interruptedCells.has(ownCell() ?? 0)) throw new Interrupted("interrupted");
  return value;
}

/** An exception in a callback, or a rejection nobody handled. */
export function uncaught(cell: number, error: unknown): void {
  if (error instanceof Interrupted) return;
  const content = describeError(error);
  const run = runs.get(cell);
  if (run?.silent !== true) emit({ type: "error", ...content }, [], cell);
  if (run) run.failure ??= content;
}

function evaluate(cell: number, js: string, name: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const group = `cell ${cell}`;
    const settle = (error: Error | null, reply: Runtime.EvaluateReturnType): void => {
      // An error of the protocol itself means that the evaluation was terminated: `cancelRuns` speaks then.
      if (error) return;
      const details = reply.exceptionDetails;
      if (details) {
        const thrown = take(details.exception ?? { type: "undefined" });
        const content = inCell(cell, () => describeError(thrown, positionOf(details, name)));
        resolve({ error: content, thrown });
      } else resolve({ value: take(reply.result) });
      session.post("Runtime.releaseObjectGroup", { objectGroup: group });
    };
    const expression = `${js}\n//# sourceURL=${name}`;
    const request = { expression, replMode: true, awaitPromise: true, objectGroup: group, silent: true };
    inCell(cell, () => session.post("Runtime.evaluate", request, settle));
  });
}

/** The value behind a remote object: this thread's own inspector session hands it to a function of ours. */
function take(remote: Runtime.RemoteObject): unknown {
  if (remote.objectId === undefined && remote.unserializableValue === undefined) return remote.value;
  const argument = remote.objectId
    ? { objectId: remote.objectId }
    : { unserializableValue: remote.unserializableValue! };
  session.post("Runtime.callFunctionOn", {
    objectId: receiver,
    functionDeclaration: "function (value) { this(value) }",
    arguments: [argument],
  });
  const value = received;
  received = undefined;
  return value;
}

function positionOf(details: Runtime.ExceptionDetails, name: string): Position | null {
  const file = details.url && isCell(details.url) ? details.url : name;
  const at = { name: file, line: details.lineNumber + 1, column: details.columnNumber + 1 };
  return isCell(file) ? mapPosition(at) : null;
}

async function userExpressions(cell: number, command: Execute): Promise<Record<string, UserExpression>> {
  const out: Record<string, UserExpression> = {};
  for (const [key, error] of command.expressionErrors) out[key] = { status: "error", ...error };
  for (const [key, js] of command.expressions) {
    const outcome = await evaluate(cell, js, command.name);
    try {
      if ("error" in outcome) out[key] = { status: "error", ...outcome.error };
      else out[key] = { status: "ok", ...(await inCell(cell, () => toBundle(outcome.value))) };
    } catch (error) {
      out[key] = { status: "error", ...describeError(error) };
    }
  }
  return out;
}

function duration(ms: number): string {
  if (ms < 1000) return `${ms.toPrecision(3)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toPrecision(3)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
