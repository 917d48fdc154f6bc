/**
 * `compile(fn)`: record one call, plan it, replay it.
 */

import { engine } from "../../kernels/index.ts";
import { currentTracer } from "../../ops/index.ts";
import { ArgumentError, Tensor } from "../../tensor/index.ts";
import { mapTree, type Tree } from "../tree.ts";
import { Plan } from "./plan.ts";
import { Recorder, type Recording } from "./record.ts";

/** A compiled function, with what is known of its plans. */
export interface Compiled<A extends Tree[], R> {
  (...args: A): R;
  /** One entry for each combination of shapes, element types, other arguments and modes met so far. */
  readonly plans: readonly PlanSummary[];
}

/** What one plan of a compiled function does, how much memory it uses, and how long its steps take. */
export interface PlanSummary {
  /** Loops and kernel calls in one replay. */
  steps: number;
  /** Bytes of WebAssembly memory that the plan holds. */
  bytes: number;
  /** Operations that run as JavaScript in the middle of the plan: slow ones. */
  hostOperations: readonly string[];
  /** The steps in words: what each walks over, reads (b…) and writes. */
  listing: readonly string[];
  /** Microseconds that each step takes at best, measured now for some milliseconds each. */
  profile(milliseconds?: number): { step: string; microseconds: number }[];
}

interface Entry {
  /** Shape and type of each tensor, and everything else in the arguments. */
  signature: readonly unknown[];
  guards: Recording["guards"];
  plan: Plan;
}

/** Tensors of the arguments, and a flat description of all that a plan depends on. */
function describe(args: readonly Tree[], tensors: Tensor[], signature: unknown[]): void {
  const visit = (x: any): void => {
    if (x instanceof Tensor) {
      tensors.push(x);
      signature.push(x.dtype, x.shape.length);
      for (let i = 0; i < x.shape.length; i++) signature.push(x.shape[i]);
    } else if (Array.isArray(x)) {
      signature.push("[", x.length);
      for (const v of x) visit(v);
    } else if (x !== null && typeof x === "object" && isPlain(x)) {
      for (const key of Object.keys(x)) {
        signature.push(key);
        visit(x[key]);
      }
      signature.push("}");
    } else signature.push(x);
  };
  for (const a of args) visit(a);
}

function isPlain(x: object): boolean {
  const proto = Object.getPrototypeOf(x);
  return proto === Object.prototype || proto === null;
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/** So many plans are kept; the oldest goes first. */
const MOST = 64;
const MANY = 16;

function keep(entries: Entry[], entry: Entry): void {
  entries.push(entry);
  if (entries.length > MOST) entries.shift();
  if (entries.length === MANY)
    process.emitWarning(
      `A compiled function has been recorded ${MANY} times. Shapes, plain arguments and training modes are part of a plan: ` +
        "pass numbers that change as tensors, and keep batches of one size.",
      { code: "GRADLAB_MANY_PLANS" },
    );
}

/**
 * A function that computes what `fn` computes, much faster when called often with the same shapes.
 *
 * The first call with new shapes records `fn` once and plans it: dead work removed, chains of elementwise
 * operations fused, buffers laid out in one WebAssembly memory; later calls replay the plan. Parameters,
 * running statistics and optimiser state that `fn` updates are updated in place; tensors it reads from
 * outside are read afresh at every call. JavaScript in `fn` runs only while recording: numbers that
 * change (a learning rate of your own) go through `hostNumber`, random masks through `fromHost`.
 * A change of shape, of another argument, or of a module's training mode makes another plan.
 *
 * Without the WebAssembly kernels `fn` itself is called.
 * @throws ArgumentError when `fn` looks at a value that is not computed yet (`item()`, `if` on a tensor)
 * @example
 * ```ts
 * const square = compile((x: Tensor) => x.square().sum());
 * square(tensor([1, 2])).item(); // → 5
 * square(tensor([1, 2, 3])).item(); // → 14
 * square.plans.length; // → 2
 * ```
 */
export function compile<A extends Tree[], R>(fn: (...args: A) => R): Compiled<A, R> {
  if (typeof fn !== "function") throw new ArgumentError("compile: give the function to compile.");
  const entries: Entry[] = [];
  let latest: Entry | undefined;
  const fits = (e: Entry, signature: readonly unknown[]): boolean =>
    same(e.signature, signature) && e.guards.every((g) => g.read() === g.value);

  const compiled = (...args: A): R => {
    const e = engine();
    if (!e || currentTracer() !== null) return fn(...args);
    const tensors: Tensor[] = [];
    const signature: unknown[] = [];
    describe(args, tensors, signature);
    if (latest && fits(latest, signature)) return latest.plan.run(tensors) as R;
    latest = entries.find((x) => fits(x, signature));
    if (latest) return latest.plan.run(tensors) as R;
    const recorder = new Recorder();
    let index = 0;
    const stand = mapTree(args as Tree, (t) => recorder.argument(t, index++)) as A;
    const recording = recorder.run(() => refuseAsync(fn(...stand)));
    const plan = new Plan(e, recording);
    latest = { signature, guards: recording.guards, plan };
    keep(entries, latest);
    return plan.run(tensors, true) as R;
  };
  return Object.defineProperty(compiled, "plans", {
    get: () => entries.map(({ plan }) => plan),
  }) as Compiled<A, R>;
}

function refuseAsync<T>(value: T): T {
  if (value instanceof Promise)
    throw new ArgumentError("compile: the function must not be async; await outside and pass tensors in.");
  return value;
}
