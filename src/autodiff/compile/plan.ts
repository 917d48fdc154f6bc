/**
 * A plan: one recording turned into a WebAssembly function over buffers laid out beforehand.
 *
 * Running it copies the arguments in, makes one call, and copies the results out. Nothing is allocated
 * in WebAssembly memory after the plan is built.
 */

import type { Engine } from "../../kernels/wasm/engine.ts";
import { moveIn, releaseWith } from "../../kernels/wasm/home.ts";
import { copyArray } from "../../kernels/wasm/room.ts";
import { ArgumentError, reserve, Tensor, type TypedArray } from "../../tensor/index.ts";
import { leaves, mapTree } from "../tree.ts";
import { type Assembled, assemble } from "./assemble.ts";
import { deliver } from "./deliver.ts";
import type { Value } from "./graph.ts";
import { lower } from "./lower/index.ts";
import { Placement } from "./placement.ts";
import { type Recorded, type Recording, Traced } from "./record.ts";
import { Schedule } from "./schedule.ts";
import { hostName, inWords } from "./steps.ts";
import type { Store } from "./stores.ts";

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
  readonly hostOperations: readonly string[];
  readonly listing: readonly string[];
  readonly #code: Assembled;
  readonly #arguments: { index: number; view: TypedArray }[] = [];
  readonly #drawn: Drawn[] = [];
  readonly #results: { view: TypedArray; like: Recorded }[];
  readonly #outputs: unknown;
  readonly #checks: (string | undefined)[];
  /** Storage that must not be collected while the plan lives. */
  readonly #held: TypedArray[] = [];

  constructor(engine: Engine, recording: Recording) {
    const { values, effects } = lower(recording.values);
    const lowered = (r: Recorded): Value => values.get(r) as Value;
    const traced = leaves(recording.outputs).filter((t): t is Traced => t instanceof Traced);
    const wanted = [...new Set(traced.map((t) => t.recorded))];
    const schedule = new Schedule([
      ...wanted.map(lowered),
      ...recording.updates.map((u) => lowered(u.value)),
      ...effects,
    ]);
    const { steps, stores } = schedule;

    const home = (t: Tensor): { address: number; storage: TypedArray } => {
      const found = moveIn(engine, t);
      this.#held.push(found.storage);
      return found;
    };
    const inputs = new Map<Recorded, Store>();
    const captured = new Map<TypedArray, Store>();
    for (const [value, store] of schedule.sources) {
      const { recorded } = value.def as { recorded: Recorded };
      const { source } = recorded;
      if (source.kind === "captured") {
        store.address = home(source.tensor).address;
        captured.set(source.tensor.data, store);
      } else inputs.set(recorded, store);
    }
    const results = wanted.map((like) => ({ like, store: stores.external(like.shape, like.dtype) }));
    deliver(
      schedule,
      results.map(({ like, store }) => ({ value: lowered(like), store })),
      recording.updates.map(({ target, value }) => {
        const { address } = home(target);
        const store = captured.get(target.data) ?? stores.external(target.shape, target.dtype, address);
        return { value: lowered(value), store };
      }),
    );

    const own = [...inputs.values(), ...results.map((r) => r.store)];
    const place = new Placement(engine, steps, stores.list, own);
    releaseWith(engine, this, place.block);
    for (const [recorded, store] of inputs)
      if (recorded.source.kind === "argument")
        this.#arguments.push({ index: recorded.source.index, view: place.view(store) });
    for (const recorded of recording.values) {
      if (recorded.source.kind !== "host") continue;
      const store = inputs.get(recorded);
      this.#drawn.push({ recorded, draw: recorded.source.draw, view: store ? place.view(store) : null });
    }
    this.#results = results.map(({ like, store }) => ({ like, view: place.view(store) }));
    this.#outputs = recording.outputs;
    this.#checks = steps.map((s) => (s.kind === "call" ? s.checks : undefined));
    this.#code = assemble(engine, steps, place);
    this.bytes = place.block.bytes;
    this.steps = steps.length;
    this.hostOperations = steps.filter((s) => s.kind === "host").map(hostName);
    this.listing = steps.map(inWords);
  }

  /**
   * Computes the results for these arguments and updates state in place.
   * @param first whether this is the recorded call itself, whose host values were drawn already
   */
  run(args: readonly Tensor[], first = false): unknown {
    for (const { index, view } of this.#arguments) copyArray(args[index].values(), view);
    for (const { recorded, draw, view } of this.#drawn) {
      const t = first ? recorded.real : draw();
      if (!view) continue;
      if (t.size !== view.length)
        throw new ArgumentError(
          `compile: a value drawn from outside has ${t.size} elements now and had ${view.length} when the function was recorded; its shape must stay.`,
        );
      copyArray(t.values(), view);
    }
    const failed = this.#code.run();
    if (failed > 0) throw new ArgumentError(this.#checks[failed - 1] as string);
    const made = new Map<Recorded, Tensor>();
    for (const { view, like } of this.#results) {
      const data = reserve(like.dtype, view.length);
      copyArray(view, data);
      made.set(like, new Tensor(data, like.shape, like.dtype));
    }
    if (this.#outputs instanceof Traced) return made.get(this.#outputs.recorded);
    return mapTree(this.#outputs as any, (t) => (t instanceof Traced ? made.get(t.recorded) : t));
  }

  /** Microseconds of each step on what the buffers hold now, the quickest of many; tensors outside are as before afterwards. */
  profile(milliseconds = 10): { step: string; microseconds: number }[] {
    const before = this.#held.map((t) => t.slice());
    const rows = this.listing.map((step, i) => ({
      step,
      microseconds: quickest(this.#code.alone[i], milliseconds),
    }));
    before.forEach((t, i) => {
      this.#held[i].set(t as any);
    });
    return rows;
  }
}

/** Microseconds of a call at best. */
function quickest(call: () => unknown, milliseconds: number): number {
  let best = Number.POSITIVE_INFINITY;
  let rounds = 1;
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    const start = performance.now();
    for (let r = 0; r < rounds; r++) call();
    const took = (performance.now() - start) * 1000;
    // Rounds too short for the clock are made longer.
    if (took < 20) rounds *= 2;
    else best = Math.min(best, took / rounds);
  }
  return best;
}
