/**
 * A plan: one recording turned into a WebAssembly function over buffers laid out beforehand.
 *
 * Running it copies the arguments in, makes one call, and copies the results out. Nothing is allocated
 * in WebAssembly memory after the plan is built.
 */

import { special } from "../../kernels/index.ts";
import { Code, I32, ModuleBuilder, type Signature, type WasmType } from "../../kernels/wasm/emit/index.ts";
import type { Engine } from "../../kernels/wasm/engine.ts";
import { moveIn, releaseWith } from "../../kernels/wasm/home.ts";
import { bytesOf } from "../../kernels/wasm/memory.ts";
import { ArgumentError, Tensor, type TypedArray } from "../../tensor/index.ts";
import { leaves, mapTree } from "../tree.ts";
import { Graph, type Value } from "./graph.ts";
import { type Functions, loopCode } from "./loop/index.ts";
import { lower } from "./lower.ts";
import { buildNest, type Term } from "./nest.ts";
import { type Recorded, type Recording, Traced } from "./record.ts";
import { type Argument, Schedule, type Step } from "./schedule.ts";
import { plan as layOut, type Store } from "./stores.ts";

const JAVASCRIPT: Record<string, (...args: number[]) => number> = {
  ...special,
  sin: Math.sin,
  cos: Math.cos,
  log1p: Math.log1p,
  expm1: Math.expm1,
  pow: Math.pow,
};

interface Drawn {
  recorded: Recorded;
  draw: () => Tensor;
  /** Null when nothing reads the value; it is drawn all the same, since drawing may count or advance a stream. */
  view: TypedArray | null;
}

export class Plan {
  /** Bytes of the plan's own block: inputs, results, constants and temporary buffers. */
  readonly bytes: number;
  readonly steps: number;
  /** Element operations by JavaScript functions in the middle of the plan: slow ones. */
  readonly hostOperations: readonly string[];
  /** The steps in words, for the curious. */
  readonly listing: readonly string[];
  readonly #run: () => number;
  #alone: (() => number)[] = [];
  readonly #arguments: { index: number; view: TypedArray }[] = [];
  readonly #host: Drawn[] = [];
  readonly #results: { view: TypedArray; like: Recorded }[] = [];
  readonly #outputs: unknown;
  readonly #checks: string[] = [];
  /** Storage that must not be collected while the plan lives. */
  readonly #held: TypedArray[] = [];

  constructor(engine: Engine, recording: Recording) {
    const graph = new Graph();
    const { values, effects } = lower(recording.values, graph);
    const traced = leaves(recording.outputs).filter((t): t is Traced => t instanceof Traced);
    const wanted = [...new Set(traced.map((t) => t.recorded))];
    const updates = recording.updates.map(({ target, value }) => ({
      target,
      value: values.get(value) as Value,
    }));
    const schedule = new Schedule(graph, [
      ...wanted.map((r) => values.get(r) as Value),
      ...updates.map((u) => u.value),
      ...effects,
    ]);

    // Everything that lives outside the scratch area gets an address first.
    const own: { store: Store; ready: (address: number) => void }[] = [];
    const bySource = new Map<TypedArray, Store>();
    const views = new Map<Recorded, TypedArray>();
    for (const [value, store] of schedule.sources) {
      const { source } = (value.def as { recorded: Recorded }).recorded;
      if (source.kind === "captured") {
        const { address, storage } = moveIn(engine, source.tensor);
        store.address = address;
        this.#held.push(storage);
        bySource.set(source.tensor.data, store);
        continue;
      }
      const { recorded } = value.def as { recorded: Recorded };
      own.push({
        store,
        ready: (address) => {
          const view = engine.arena.view(store.dtype, address, store.bytes / bytesOf(store.dtype));
          if (source.kind === "argument") this.#arguments.push({ index: source.index, view });
          else views.set(recorded, view);
        },
      });
    }
    const results = wanted.map((r) => {
      const store = schedule.stores.make(r.shape, r.dtype, [...r.shape.keys()], 0);
      own.push({
        store,
        ready: (address) => {
          const view = engine.arena.view(r.dtype, address, store.bytes / bytesOf(r.dtype));
          this.#results.push({ view, like: r });
        },
      });
      return { value: values.get(r) as Value, store };
    });
    schedule.finish(
      results,
      updates.map(({ target, value }) => {
        const { address, storage } = moveIn(engine, target);
        this.#held.push(storage);
        const store =
          bySource.get(target.data) ??
          schedule.stores.make(target.shape, target.dtype, [...target.shape.keys()], address);
        return { value, store };
      }),
    );
    schedule.live();

    const temporary = layOut(schedule.stores.list);
    let bytes = temporary.bytes;
    const reserve = (size: number): number => {
      const at = bytes;
      bytes += Math.ceil(size / 64) * 64;
      return at;
    };
    const owned = own.map(({ store, ready }) => ({ store, ready, at: reserve(store.bytes) }));
    const constants: { data: Int32Array | Float32Array | Float64Array; at: number }[] = [];
    let scratch = 0;
    for (const step of schedule.steps)
      if (step.kind === "call")
        for (const a of step.args) {
          if (typeof a !== "object") continue;
          if ("scratch" in a) scratch = Math.max(scratch, a.scratch);
          if ("constant" in a) constants.push({ data: a.constant, at: reserve(a.constant.byteLength) });
        }
    const scratchAt = reserve(scratch);

    const block = engine.arena.allocate(bytes);
    releaseWith(engine, this, block);
    this.bytes = block.bytes;
    for (const { store, ready, at } of owned) {
      store.address = block.address + at;
      ready(store.address);
    }
    for (const recorded of recording.values)
      if (recorded.source.kind === "host")
        this.#host.push({ recorded, draw: recorded.source.draw, view: views.get(recorded) ?? null });
    const constantAt = new Map<unknown, number>();
    for (const { data, at } of constants) {
      const type = data.constructor as Float32ArrayConstructor;
      new type(engine.arena.memory.buffer, block.address + at, data.length).set(data);
      constantAt.set(data, block.address + at);
    }
    const address = (s: Store): number => s.address ?? block.address + (temporary.offsets.get(s) as number);
    const place = (a: Argument): number => {
      if (typeof a === "number") return a;
      if ("scratch" in a) return block.address + scratchAt;
      if ("constant" in a) return constantAt.get(a.constant) as number;
      return address(a.store) + a.offset * bytesOf(a.store.dtype);
    };

    this.steps = schedule.steps.length;
    this.hostOperations = schedule.steps.flatMap((s) => (s.kind === "host" ? [hostName(s)] : []));
    this.listing = schedule.steps.map(listing);
    this.#run = this.#assemble(engine, schedule.steps, address, place);
    this.#outputs = recording.outputs;
  }

  /** Writes the module: one function a step, and `run`, which calls them in order. */
  #assemble(
    engine: Engine,
    steps: readonly Step[],
    address: (s: Store) => number,
    place: (a: Argument) => number,
  ): () => number {
    // Imports must be known before the first function, so loops are written twice: first only to see what they call.
    const imports = new Map<string, { module: string; name: string; signature: Signature }>();
    const find =
      (builder: ModuleBuilder | null): Functions["find"] =>
      (module, name, signature) => {
        imports.set(`${module}.${name}`, { module, name, signature });
        return builder ? builder.import(module, name, signature) : 0;
      };
    const write = (step: Step, at: number, functions: Functions, code: Code): void => {
      if (step.kind === "call") {
        for (const a of step.args) code.i32(place(a));
        const results: WasmType[] = step.checks === undefined ? [] : [I32];
        const params = step.args.map((): WasmType => I32);
        code.call(functions.find("kernels", step.fn, { params, results }));
        if (step.checks !== undefined) {
          this.#checks[at] = step.checks;
          code.when(() => code.i32(at + 1).return());
        }
      } else if (step.kind === "clear") code.i32(address(step.store)).i32(0).i32(step.store.bytes).fill();
      else if (step.kind === "host")
        code.i32(at).call(functions.find("host" as "math", "call", { params: [I32], results: [] }));
    };
    const loop = (step: Step, functions: Functions): Code | null => {
      if (step.kind !== "loop") return null;
      if (step.shape.includes(0) && step.results.every((r) => !r.reduce)) return new Code();
      const nest = buildNest(step.shape, step.order, step.reduced, step.terms.list, step.results);
      return loopCode(nest, functions, address);
    };
    const { fused } = engine;
    const look = { fused, find: find(null) };
    steps.forEach((step, i) => {
      if (!loop(step, look)) write(step, i, look, new Code());
    });
    const builder = new ModuleBuilder();
    for (const f of imports.values()) builder.import(f.module, f.name, f.signature);
    const functions = { fused, find: find(builder) };
    const run = new Code();
    const alone = { params: [], results: [I32] } as const;
    steps.forEach((step, i) => {
      const body = loop(step, functions);
      let at: number;
      if (body) {
        at = builder.function(body, { params: [], results: [] });
        run.call(at);
        at = builder.function(new Code().call(at).i32(0), alone);
      } else {
        write(step, i, functions, run);
        const one = new Code();
        write(step, i, functions, one);
        at = builder.function(one.i32(0), alone);
      }
      // Each step by itself as well, to be timed.
      builder.export(`step${i}`, at);
    });
    run.i32(0);
    builder.export("run", builder.function(run, { params: [], results: [I32] }));
    const module = new WebAssembly.Module(builder.encode(engine.arena.maximumPages));
    const instance = new WebAssembly.Instance(module, {
      env: { memory: engine.arena.memory },
      kernels: engine.exports as unknown as WebAssembly.ModuleImports,
      math: JAVASCRIPT as unknown as WebAssembly.ModuleImports,
      host: { call: (i: number) => this.#callHost(engine, steps[i], address) },
    });
    this.#alone = steps.map((_, i) => instance.exports[`step${i}`] as () => number);
    return instance.exports.run as () => number;
  }

  /** Microseconds of each step on what the buffers hold now, the quickest of many; tensors outside are as before afterwards. */
  profile(milliseconds = 10): { step: string; microseconds: number }[] {
    const before = this.#held.map((t) => t.slice());
    const rows = this.listing.map((step, i) => {
      let best = Number.POSITIVE_INFINITY;
      let rounds = 1;
      const end = performance.now() + milliseconds;
      while (performance.now() < end) {
        const start = performance.now();
        for (let r = 0; r < rounds; r++) this.#alone[i]();
        const took = (performance.now() - start) * 1000;
        // Rounds too short for the clock are made longer.
        if (took < 20) rounds *= 2;
        else best = Math.min(best, took / rounds);
      }
      return { step, microseconds: best };
    });
    before.forEach((t, i) => {
      this.#held[i].set(t as any);
    });
    return rows;
  }

  /** Runs an operation's own forward function on the plan's buffers. */
  #callHost(engine: Engine, step: Step, address: (s: Store) => number): void {
    if (step.kind !== "host") return;
    const { op, params } = (step.value.def as { params: any }).params;
    const inputs = step.args.map(({ store, at, shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const start = address(store) + at.offset * bytesOf(store.dtype);
      return new Tensor(engine.arena.view(store.dtype, start, size), shape, store.dtype);
    });
    const y: Tensor = op.forward(inputs, params);
    engine.arena.view(step.out.dtype, address(step.out), y.size).set(y.values());
  }

  /**
   * Computes the results for these arguments and updates state in place.
   * @param drawn host values that were asked for already: those of the recording, for its own call
   */
  run(args: readonly Tensor[], drawn = false): unknown {
    for (const { index, view } of this.#arguments) view.set(args[index].values());
    for (const { recorded, draw, view } of this.#host) {
      const t = drawn ? recorded.real : draw();
      if (!view) continue;
      if (t.size !== view.length)
        throw new ArgumentError(
          `compile: a value drawn from outside has ${t.size} elements now and had ${view.length} when the function was recorded; its shape must stay.`,
        );
      view.set(t.values());
    }
    const failed = this.#run();
    if (failed > 0) throw new ArgumentError(this.#checks[failed - 1]);
    const made = new Map<Recorded, Tensor>();
    for (const { view, like } of this.#results)
      made.set(like, new Tensor(view.slice(), like.shape, like.dtype));
    if (this.#outputs instanceof Traced) return made.get(this.#outputs.recorded);
    return mapTree(this.#outputs as any, (t) => (t instanceof Traced ? made.get(t.recorded) : t));
  }
}

/** A step in a line: what it walks over and writes, or which kernel it calls. */
function listing(step: Step): string {
  if (step.kind === "call") return step.fn;
  if (step.kind === "clear") return `clear [${step.store.shape.join(", ")}]`;
  if (step.kind === "host") return `host ${hostName(step)}`;
  const text = (t: Term): string =>
    t.kind === "literal"
      ? String(t.value)
      : t.kind === "load"
        ? `b${t.store?.id}`
        : t.kind === "iota"
          ? "i"
          : `${t.fn}(${t.args.map(text).join(", ")})`;
  const over = `[${step.order.map((d) => `${step.shape[d]}${step.reduced.includes(d) ? "↓" : ""}`).join(", ")}]`;
  return `${over} ${step.results.map((r) => `b${r.store.id} = ${r.reduce ?? ""}${r.reduce ? " " : ""}${text(r.term)}`).join("; ")}`;
}

function hostName(step: Step): string {
  return step.kind === "host" ? (step.value.def as { params: any }).params.op.name : "";
}
