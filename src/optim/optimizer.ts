/**
 * What all optimisers share: groups of parameters with their settings, and state beside each parameter.
 *
 * Steps are written in tensor operations and `assign`, and read numbers that may change (learning rate,
 * bias corrections) through `hostNumber`, so that `compile` can replay a whole training step.
 */

import { hostNumber } from "../ops/host.ts";
import { noGrad } from "../ops/index.ts";
import { ArgumentError, type DType, Tensor, zerosLike } from "../tensor/index.ts";

/** Parameters with settings of their own. */
export interface Group {
  params: Tensor[];
  lr: number;
  [setting: string]: any;
}

/** Parameters alone, or groups with settings of their own. */
export type Params = Iterable<Tensor> | Iterable<Partial<Group> & { params: Iterable<Tensor> }>;

/** An optimiser's settings and state, to keep and to load. */
export interface OptimizerState {
  groups: Record<string, unknown>[];
  /** For each parameter, in order, its tensors by name. */
  tensors: Record<string, Tensor>[];
}

/**
 * What all optimisers share: groups of parameters with settings, state by parameter, `zeroGrad` and `step`.
 * @example
 * ```ts
 * const w = new Parameter(tensor([1, 2]));
 * const optimizer = new SGD([{ params: [w], lr: 0.5 }], { lr: 0.1 });
 * optimizer.paramGroups[0].lr; // → 0.5
 * ```
 */
export abstract class Optimizer {
  readonly paramGroups: Group[];
  /** Tensors kept for each parameter: momentum, squared gradients … */
  readonly state = new Map<Tensor, Record<string, Tensor>>();

  constructor(params: Params, defaults: Omit<Group, "params">) {
    const list = [...(params as Iterable<Tensor | Partial<Group>>)];
    const name = new.target.name;
    if (list.length === 0)
      throw new ArgumentError(`${name}: there is nothing to optimise; pass model.parameters().`);
    const { lr } = defaults;
    if (!(lr >= 0)) throw new ArgumentError(`${name}: the learning rate must not be negative; got ${lr}.`);
    this.paramGroups =
      list[0] instanceof Tensor
        ? [{ ...defaults, params: list as Tensor[] } as Group]
        : list.map(
            (g) => ({ ...defaults, ...g, params: [...((g as Partial<Group>).params ?? [])] }) as Group,
          );
    for (const p of this.paramGroups.flatMap((g) => g.params))
      if (!p.node)
        throw new ArgumentError(
          `${name}: a tensor of shape [${p.shape.join(", ")}] does not collect gradients; make it with requiresGrad() or as a Parameter.`,
        );
  }

  /** Forgets the gradients, so that the next backward pass starts from nothing. */
  zeroGrad(): void {
    for (const g of this.paramGroups) for (const p of g.params) p.grad = null;
  }

  /** Moves every parameter that has a gradient. */
  step(): void {
    noGrad(() => {
      for (const group of this.paramGroups) this.update(group, new Numbers(group));
    });
  }

  protected abstract update(group: Group, numbers: Numbers): void;

  /** The named tensor beside p, zeros at first. */
  protected slot(p: Tensor, name: string): Tensor {
    let slots = this.state.get(p);
    if (!slots) this.state.set(p, (slots = {}));
    return (slots[name] ??= zerosLike(p));
  }

  /** Settings and tensors, to resume from later; copies. */
  stateDict(): OptimizerState {
    return {
      groups: this.paramGroups.map(({ params, ...settings }) => ({ ...settings, params: params.length })),
      tensors: this.paramGroups.flatMap((g) =>
        g.params.map((p) =>
          Object.fromEntries(Object.entries(this.state.get(p) ?? {}).map(([k, t]) => [k, t.copy()])),
        ),
      ),
    };
  }

  loadStateDict(state: OptimizerState): void {
    const params = this.paramGroups.flatMap((g) => g.params);
    if (state.groups.length !== this.paramGroups.length || state.tensors.length !== params.length)
      throw new ArgumentError(
        `loadStateDict: the state holds ${state.groups.length} groups of ${state.tensors.length} parameters; ` +
          `this optimiser has ${this.paramGroups.length} of ${params.length}.`,
      );
    state.groups.forEach(({ params: _, ...settings }, i) => {
      Object.assign(this.paramGroups[i], settings);
    });
    params.forEach((p, i) => {
      for (const [name, t] of Object.entries(state.tensors[i])) this.slot(p, name).assign(t);
    });
  }
}

/** Numbers of a step as scalars of the element type asked for, each read once a step. */
export class Numbers {
  readonly group: Group;
  readonly #made = new Map<string, Tensor>();
  constructor(group: Group) {
    this.group = group;
  }
  get(name: string, dtype: DType, read: (group: Group) => number): Tensor {
    const key = `${name} ${dtype}`;
    let t = this.#made.get(key);
    if (!t) this.#made.set(key, (t = hostNumber(() => read(this.group), dtype)));
    return t;
  }
}
