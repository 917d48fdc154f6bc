/**
 * Recording one call of a function: every operation it applies, including those under noGrad, and every
 * in-place update.
 *
 * The function runs once on stand-ins. A stand-in knows its shape and element type but refuses to show
 * values, so code whose course depends on numbers fails with a clear message instead of being frozen
 * into the plan.
 */

import { isRecording, type Tracer, withTracer } from "../../ops/index.ts";
import {
  ArgumentError,
  type DType,
  interception,
  Node,
  type Op,
  sameShape,
  sizeOf,
  stridesOf,
  Tensor,
  type TypedArray,
} from "../../tensor/index.ts";

/** Where a recorded value comes from. */
export type Source =
  | { kind: "operation" }
  /** The n-th tensor among the call's arguments. */
  | { kind: "argument"; index: number }
  /** A tensor that the function found in its surroundings: read afresh at every replay. */
  | { kind: "captured"; tensor: Tensor }
  /** A number written in the code. */
  | { kind: "literal"; value: number }
  /** Asked from JavaScript before every replay. */
  | { kind: "host"; draw: () => Tensor };

/** One recorded value. Ids grow with time. */
export interface Recorded {
  readonly id: number;
  readonly source: Source;
  readonly op: Op | null;
  readonly inputs: readonly Recorded[];
  readonly params: any;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** What the recording itself computed. */
  readonly real: Tensor;
}

const WHY =
  "compile: the recorded function reads the value of a tensor (item, at, values, toArray, printing …), " +
  "which is known only when the plan runs. Return the tensor and read it outside, choose with where() " +
  "instead of if, or leave that part out of the compiled function.";

/** A stand-in for a value that the plan will compute. */
export class Traced extends Tensor {
  declare readonly recorded: Recorded;

  static of(recorded: Recorded): Traced {
    const t = Object.create(Traced.prototype) as any;
    t.shape = recorded.shape;
    t.dtype = recorded.dtype;
    t.strides = stridesOf(recorded.shape);
    t.offset = 0;
    t.size = sizeOf(recorded.shape);
    t.node = null;
    t.grad = null;
    t.name = undefined;
    t.recorded = recorded;
    return t;
  }

  override get hasValues(): boolean {
    return false;
  }
  override detach(): Traced {
    const out = Traced.of(this.recorded);
    out.name = this.name;
    return out;
  }
  override copy(): Traced {
    return Traced.of(this.recorded);
  }
  override assign(): never {
    throw new ArgumentError(
      "compile: assign() on a value computed inside the function, or on an argument. Update tensors that live " +
        "outside (parameters, buffers), or return the new value.",
    );
  }
}
Object.defineProperty(Traced.prototype, "data", {
  get(): never {
    throw new ArgumentError(WHY);
  },
});

export interface Recording {
  outputs: unknown;
  /** Every value, oldest first. */
  values: readonly Recorded[];
  /** Tensors updated in place, with their final value. */
  updates: readonly { target: Tensor; value: Recorded }[];
  /** Values outside tensors that steered the recording, as they were. */
  guards: readonly { read: () => unknown; value: unknown }[];
}

export class Recorder implements Tracer {
  readonly values: Recorded[] = [];
  readonly guards: { read: () => unknown; value: unknown }[] = [];
  readonly #guarded = new Set<unknown>();
  readonly #literals = new Set<Tensor>();
  /** By storage: the value that a captured tensor's storage now holds. */
  readonly #held = new Map<TypedArray, { tensor: Tensor; value: Recorded; updated: boolean }>();
  readonly #gradients = new Map<Tensor, Tensor | null>();

  #add(source: Source, op: Op | null, inputs: readonly Recorded[], params: unknown, real: Tensor): Recorded {
    const made: Recorded = {
      id: this.values.length,
      source,
      op,
      inputs,
      params,
      shape: real.shape,
      dtype: real.dtype,
      real,
    };
    this.values.push(made);
    return made;
  }

  argument(tensor: Tensor, index: number): Traced {
    const t = Traced.of(this.#add({ kind: "argument", index }, null, [], null, tensor.detach()));
    t.name = tensor.name;
    return t;
  }

  literal(t: Tensor): void {
    this.#literals.add(t);
  }

  guard(read: () => unknown): void {
    const key = read();
    if (this.#guarded.has(read)) return;
    this.#guarded.add(read);
    this.guards.push({ read, value: key });
  }

  /** The recorded value behind a tensor that an operation was given. */
  valueOf(t: Tensor): Recorded {
    if (t instanceof Traced) return t.recorded;
    if (this.#literals.has(t) && t.size === 1)
      return this.#add({ kind: "literal", value: t.data[t.offset] }, null, [], null, t);
    const held = this.#held.get(t.data);
    if (held) {
      if (sameShape(held.tensor.shape, t.shape) && held.tensor.offset === t.offset) return held.value;
      if (held.updated)
        throw new ArgumentError(
          `compile: a view of shape [${t.shape.join(", ")}] is read of a tensor that was updated earlier in the same function; ` +
            "take the view from the updated tensor inside the function.",
        );
    }
    const value = this.#add({ kind: "captured", tensor: t }, null, [], null, t.detach());
    if (!held) this.#held.set(t.data, { tensor: t, value, updated: false });
    if (t.node && t.node.inputs.length === 0 && !this.#gradients.has(t)) this.#gradients.set(t, t.grad);
    return value;
  }

  apply(op: Op, inputs: Tensor[], params: any): Tensor {
    const foldable = op.name !== "host" && inputs.length > 0 && inputs.every((t) => this.#literals.has(t));
    const recorded = foldable ? [] : inputs.map((t) => this.valueOf(t));
    const real = withTracer(null, () => op.forward(foldable ? inputs : recorded.map((r) => r.real), params));
    if (foldable) {
      if (real.size === 1) this.#literals.add(real);
      return real;
    }
    const source: Source = op.name === "host" ? { kind: "host", draw: params.draw } : { kind: "operation" };
    const out = Traced.of(
      op.name === "identity" ? recorded[0] : this.#add(source, op, recorded, params, real),
    );
    if (isRecording() && inputs.some((t) => t.node !== null)) out.node = new Node(op, inputs, params);
    return out;
  }

  #assign(target: Tensor, values: Tensor): void {
    const value = this.valueOf(values);
    const before = this.#held.get(target.data);
    if (before && !sameShape(before.tensor.shape, target.shape))
      throw new ArgumentError(
        "compile: a part or reshaped view of a tensor is updated; update the whole tensor instead.",
      );
    this.#held.set(target.data, { tensor: target, value, updated: true });
  }

  /** Runs `fn` under this recorder. */
  run(fn: () => unknown): Recording {
    const before = interception.assign;
    interception.assign = (target, values) => this.#assign(target, values);
    try {
      const outputs = withTracer(this, fn);
      return {
        outputs,
        values: this.values,
        updates: [...this.#held.values()]
          .filter((h) => h.updated)
          .map(({ tensor, value }) => ({ target: tensor, value })),
        guards: this.guards,
      };
    } finally {
      interception.assign = before;
      this.#forgetGradients();
    }
  }

  /** Gradients left on outside leaves are stand-ins; nobody may find them there. */
  #forgetGradients(): void {
    for (const [leaf, before] of this.#gradients) {
      if (!(leaf.grad instanceof Traced)) continue;
      leaf.grad = null;
      if (before)
        throw new ArgumentError(
          "compile: gradients from before the call would be added to those computed inside. " +
            "Call zeroGrad() inside the function, before backward().",
        );
    }
  }
}
