/**
 * The WebAssembly module of a plan: a function for each loop, and `run`, which does all steps in order.
 */

import { special } from "../../kernels/index.ts";
import { Code, I32, ModuleBuilder, type Signature, type WasmType } from "../../kernels/wasm/emit/index.ts";
import type { Engine } from "../../kernels/wasm/engine.ts";
import { tidied } from "../../kernels/wasm/wide.ts";
import { Tensor } from "../../tensor/index.ts";
import { type Functions, loopCode } from "./loop/index.ts";
import { buildNest } from "./nest.ts";
import type { Placement } from "./placement.ts";
import type { Step } from "./steps.ts";

/** Functions of numbers that the kernels lack. */
const JAVASCRIPT: Record<string, (...args: number[]) => number> = {
  ...special,
  sin: Math.sin,
  cos: Math.cos,
  log1p: Math.log1p,
  expm1: Math.expm1,
  pow: Math.pow,
};

export interface Assembled {
  /** Does all steps; 0, or 1 + the step whose check failed. */
  run: () => number;
  /** Each step by itself. */
  alone: (() => number)[];
}

export function assemble(engine: Engine, steps: readonly Step[], place: Placement): Assembled {
  // Imports must be known before the first function, so everything is written twice: first to see what it calls.
  const imports = new Map<string, [string, string, Signature]>();
  write(steps, place, engine.fused, new ModuleBuilder(), (module, name, signature) => {
    imports.set(`${module}.${name}`, [module, name, signature]);
    return 0;
  });
  const builder = new ModuleBuilder();
  for (const f of imports.values()) builder.import(...f);
  write(steps, place, engine.fused, builder, (...f) => builder.import(...f));
  const module = new WebAssembly.Module(builder.encode(engine.arena.maximumPages));
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory: engine.arena.memory },
    kernels: engine.imports as unknown as WebAssembly.ModuleImports,
    math: JAVASCRIPT as unknown as WebAssembly.ModuleImports,
    host: { call: (i: number) => callHost(steps[i], place) },
  });
  const fn = (name: string): (() => number) => exports[name] as () => number;
  const run = fn("run");
  return { run: engine.wide ? tidied(run) : run, alone: steps.map((_, i) => fn(`step${i}`)) };
}

/** Writes all functions; imports are added to the builder by `find`. */
function write(
  steps: readonly Step[],
  place: Placement,
  fused: boolean,
  builder: ModuleBuilder,
  find: Functions["find"],
): void {
  const functions: Functions = { fused, find };
  const bodies = steps.map((step) => body(step, functions, place));
  const run = new Code();
  steps.forEach((step, i) => {
    const alone = new Code();
    const loop = bodies[i] && builder.function(bodies[i], { params: [], results: [] });
    for (const code of [run, alone])
      if (loop !== null) code.call(loop);
      else call(step, i, functions, place, code);
    builder.export(`step${i}`, builder.function(alone.i32(0), { params: [], results: [I32] }));
  });
  builder.export("run", builder.function(run.i32(0), { params: [], results: [I32] }));
}

function body(step: Step, functions: Functions, place: Placement): Code | null {
  if (step.kind !== "loop") return null;
  if (step.shape.includes(0) && step.results.every((r) => !r.reduce)) return new Code();
  const nest = buildNest(step.shape, step.order, step.reduced, step.terms.list, step.results);
  return loopCode(nest, functions, (s) => place.address(s));
}

function call(step: Step, at: number, functions: Functions, place: Placement, code: Code): void {
  if (step.kind === "call") {
    for (const a of step.args) code.i32(place.argument(a));
    const results: WasmType[] = step.checks === undefined ? [] : [I32];
    const params = step.args.map((): WasmType => I32);
    code.call(functions.find("kernels", step.fn, { params, results }));
    if (step.checks !== undefined) code.when(() => code.i32(at + 1).return());
  } else if (step.kind === "clear") code.i32(place.address(step.store)).i32(0).i32(step.store.bytes).fill();
  else if (step.kind === "host")
    code.i32(at).call(functions.find("host", "call", { params: [I32], results: [] }));
}

/** Runs an operation's own forward function on the plan's buffers. */
function callHost(step: Step, place: Placement): void {
  if (step.kind !== "host") return;
  const { op, params } = (step.value.def as { params: any }).params;
  const inputs = step.args.map(({ store, at, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return new Tensor(place.view(store, at.offset, size), shape, store.dtype);
  });
  const y: Tensor = op.forward(inputs, params);
  place.view(step.out).set(y.values());
}
