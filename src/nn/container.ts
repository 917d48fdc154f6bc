/**
 * Modules made of modules in a row.
 */

import { ArgumentError } from "../tensor/index.ts";
import { Module } from "./module.ts";

/**
 * Feeds each module's output to the next. State names are positions: `0.weight`, `2.bias`.
 * @example
 * ```ts
 * const net = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 3));
 * net.forward(zeros([5, 4])).shape; // → [ 5, 3 ]
 * Object.keys(net.stateDict()).join(", "); // → 0.weight, 0.bias, 2.weight, 2.bias
 * ```
 */
export class Sequential extends Module {
  readonly layers: readonly Module[];

  constructor(...layers: Module[]) {
    super();
    this.layers = layers;
    for (const [i, m] of layers.entries())
      if (!(m instanceof Module))
        throw new ArgumentError(`Sequential: argument ${i} is not a module; wrap functions in a Module.`);
  }

  override *namedChildren(): Generator<[string, Module]> {
    for (const [i, m] of this.layers.entries()) yield [String(i), m];
  }

  forward(x: any): any {
    return this.layers.reduce((h, layer) => layer.forward(h), x);
  }
}

/**
 * A list of modules that appear in the state as `0`, `1`, …; it has no forward of its own.
 * @example
 * ```ts
 * const list = new ModuleList([new Linear(2, 2), new Linear(2, 1)]);
 * Object.keys(list.stateDict()).join(", "); // → 0.weight, 0.bias, 1.weight, 1.bias
 * ```
 */
export class ModuleList extends Module {
  readonly items: Module[];

  constructor(items: readonly Module[] = []) {
    super();
    this.items = [...items];
  }

  override *namedChildren(): Generator<[string, Module]> {
    for (const [i, m] of this.items.entries()) yield [String(i), m];
  }

  [Symbol.iterator](): Iterator<Module> {
    return this.items[Symbol.iterator]();
  }

  forward(): never {
    throw new ArgumentError("ModuleList: it only holds modules; call them one by one, or use Sequential.");
  }
}
