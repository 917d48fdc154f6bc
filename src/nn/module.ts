/**
 * Modules: functions with parameters, nested in one another, named as in PyTorch.
 *
 * Nothing is registered: parameters and submodules are the object's own properties, found in the
 * order in which they were set. Names in `stateDict` are PyTorch's: camelCase becomes snake_case, so
 * `bn1.runningMean` is stored as `bn1.running_mean`, and weights travel both ways.
 */

import { currentTracer } from "../ops/index.ts";
import { ArgumentError, type DType, ShapeError, sameShape, shapeText, Tensor } from "../tensor/index.ts";
import { Parameter } from "./parameter.ts";

/** Tensors by PyTorch's names: `bn1.running_mean`. */
export type StateDict = Record<string, Tensor>;

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/**
 * A function with parameters. A subclass sets parameters and submodules as properties and writes `forward`.
 * @example
 * ```ts
 * class Residual extends Module {
 *   fc = new Linear(3, 3);
 *   forward(x: Tensor): Tensor {
 *     return this.fc.forward(x).relu().add(x);
 *   }
 * }
 * Object.keys(new Residual().stateDict()).join(", "); // → fc.weight, fc.bias
 * ```
 */
export abstract class Module {
  #training = true;
  readonly #readMode = (): boolean => this.#training;
  readonly #buffers = new Set<string>();

  abstract forward(...inputs: any[]): any;

  /** Whether layers such as dropout and batch normalisation behave as in training. */
  get training(): boolean {
    // A compiled function that asked is recorded again when the answer changes.
    currentTracer()?.guard(this.#readMode);
    return this.#training;
  }

  set training(mode: boolean) {
    this.#training = mode;
  }

  /** Keeps a tensor that is part of the state but not learnt, under the given property. */
  protected registerBuffer(name: string, value: Tensor | null): void {
    if (value) this.#buffers.add(name);
    (this as Record<string, unknown>)[name] = value;
  }

  /** Submodules by property name; arrays of modules by index, `layers.0`. */
  *namedChildren(): Generator<[string, Module]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Module) yield [snake(name), value];
      else if (Array.isArray(value))
        for (const [i, m] of value.entries()) if (m instanceof Module) yield [`${snake(name)}.${i}`, m];
    }
  }

  /** This module and all below it, with their dotted names ("" for this one). */
  *namedModules(prefix = ""): Generator<[string, Module]> {
    yield [prefix, this];
    for (const [name, m] of this.namedChildren()) yield* m.namedModules(prefix ? `${prefix}.${name}` : name);
  }

  /** Properties of this module alone that hold parameters, or buffers. */
  *#own(kind: "parameter" | "buffer"): Generator<[string, Tensor]> {
    for (const [name, value] of Object.entries(this)) {
      if (!(value instanceof Tensor)) continue;
      if (kind === "buffer" ? this.#buffers.has(name) : value instanceof Parameter) yield [name, value];
    }
  }

  *namedParameters(): Generator<[string, Parameter]> {
    const seen = new Set<Tensor>();
    for (const [path, m] of this.namedModules())
      for (const [name, p] of m.#own("parameter"))
        if (!seen.has(p)) {
          seen.add(p);
          yield [path ? `${path}.${snake(name)}` : snake(name), p as Parameter];
        }
  }

  /** Everything learnt, in PyTorch's order; a parameter shared by two modules appears once. */
  parameters(): Parameter[] {
    return [...this.namedParameters()].map(([, p]) => p);
  }

  *namedBuffers(): Generator<[string, Tensor]> {
    for (const [path, m] of this.namedModules())
      for (const [name, b] of m.#own("buffer")) yield [path ? `${path}.${snake(name)}` : snake(name), b];
  }

  /** Parameters and buffers by PyTorch's names; the tensors themselves, not copies. */
  stateDict(): StateDict {
    const out: StateDict = {};
    for (const [path, m] of this.namedModules())
      for (const kind of ["parameter", "buffer"] as const)
        for (const [name, t] of m.#own(kind)) out[path ? `${path}.${snake(name)}` : snake(name)] = t;
    return out;
  }

  /**
   * Overwrites parameters and buffers with the given values.
   * @throws ArgumentError naming what is missing or not known, unless `strict` is false
   * @throws ShapeError when a shape differs
   */
  loadStateDict(state: StateDict, { strict = true }: { strict?: boolean } = {}): this {
    const mine = this.stateDict();
    const missing = Object.keys(mine).filter((k) => !(k in state));
    const unknown = Object.keys(state).filter((k) => !(k in mine));
    if (strict && missing.length + unknown.length > 0)
      throw new ArgumentError(
        `loadStateDict: ${missing.length > 0 ? `missing ${missing.join(", ")}` : ""}` +
          `${missing.length > 0 && unknown.length > 0 ? "; " : ""}${unknown.length > 0 ? `not known ${unknown.join(", ")}` : ""}. ` +
          "Build the same layers under the same names, or pass { strict: false }.",
      );
    for (const [name, t] of Object.entries(mine)) {
      const value = state[name];
      if (!value) continue;
      if (!sameShape(value.shape, t.shape))
        throw new ShapeError(
          `loadStateDict: ${name} is ${shapeText(t.shape)} here and ${shapeText(value.shape)} in the given state.`,
        );
      t.assign(value);
    }
    return this;
  }

  train(mode = true): this {
    for (const [, m] of this.namedModules()) m.training = mode;
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  zeroGrad(): void {
    for (const p of this.parameters()) p.grad = null;
  }

  /** Changes the element type of parameters and floating-point buffers, e.g. to float64 for gradient checks. */
  to(dtype: DType): this {
    for (const [, m] of this.namedModules()) {
      const slots = m as unknown as Record<string, Tensor>;
      for (const [name, p] of [...m.#own("parameter")]) slots[name] = new Parameter(converted(p, dtype));
      for (const [name, b] of [...m.#own("buffer")])
        if (b.dtype !== "int32" && b.dtype !== "bool") slots[name] = converted(b, dtype);
    }
    return this;
  }

  /** Calls `fn` on this module and all below it. */
  apply(fn: (m: Module) => void): this {
    for (const [, m] of this.namedModules()) fn(m);
    return this;
  }

  /** The settings shown between the parentheses of the printed form. */
  protected extra(): string {
    return "";
  }

  toString(): string {
    const children = [...this.namedChildren()];
    const head = this.constructor.name;
    if (children.length === 0) return `${head}(${this.extra()})`;
    const lines = children.map(([name, m]) => `  (${name}): ${m.toString().replaceAll("\n", "\n  ")}`);
    return `${head}(\n${lines.join("\n")}\n)`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
  }
}

function converted(t: Tensor, dtype: DType): Tensor {
  const data = dtype === "float32" ? Float32Array.from(t.values()) : Float64Array.from(t.values());
  const out = new Tensor(data, t.shape, dtype);
  out.name = t.name;
  return out;
}

/**
 * Runs `module.forward(...inputs)` with the given tensors in place of its parameters, so that a module
 * can be differentiated as a function of them: `grad((p) => loss(functionalCall(model, p, x)))(params)`.
 * @param params by the names of `namedParameters`; those left out keep their own values
 * @example
 * ```ts
 * const model = new Linear(2, 1);
 * const params = { weight: tensor([[1, 2]]), bias: tensor([3]) };
 * functionalCall(model, params, tensor([[10, 20]])); // → tensor([[53]], shape=[1, 1], float64)
 * ```
 */
export function functionalCall(module: Module, params: StateDict, ...inputs: any[]): any {
  const slots: { at: Record<string, unknown>; key: string; before: unknown }[] = [];
  const left = new Set(Object.keys(params));
  const shared = new Map<Tensor, Tensor>();
  for (const [name, p] of module.namedParameters())
    if (name in params) {
      shared.set(p, params[name]);
      left.delete(name);
    }
  if (left.size > 0)
    throw new ArgumentError(
      `functionalCall: ${module.constructor.name} has no parameter ${[...left].join(", ")}; ` +
        `it has ${[...module.namedParameters()].map(([n]) => n).join(", ")}.`,
    );
  for (const [, m] of module.namedModules())
    for (const [key, value] of Object.entries(m)) {
      const given = value instanceof Tensor ? shared.get(value) : undefined;
      if (given) slots.push({ at: m as unknown as Record<string, unknown>, key, before: value });
    }
  try {
    for (const s of slots) s.at[s.key] = shared.get(s.before as Tensor);
    return module.forward(...inputs);
  } finally {
    for (const s of slots) s.at[s.key] = s.before;
  }
}
