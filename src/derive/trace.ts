/**
 * Running the function once on named inputs, and keeping every recorded result with its name.
 */

import { traced } from "../autodiff/index.ts";
import { apply, leaf, watching } from "../ops/index.ts";
import { ArgumentError, type Node, Tensor } from "../tensor/index.ts";

export type Inputs = Record<string, Tensor | number>;
export type Values = Record<string, Tensor>;
export type Fn = (inputs: any) => unknown;

export interface Trace {
  /** Traced leaves, by name. */
  inputs: Values;
  output: Tensor;
  outputName: string;
  /** Named results, in order of time (inputs and the output not among them). */
  named: Map<string, Tensor>;
  /** Recorded results, in order of time. */
  results: Tensor[];
}

/** Records f at the given values. `of` says which returned tensor is differentiated. */
export function run(f: Fn, values: Values, of?: string): Trace {
  return traced(() => {
    const inputs: Values = {};
    for (const [name, t] of Object.entries(values)) {
      inputs[name] = leaf(t);
      inputs[name].name = name;
    }
    const watched: Tensor[] = [];
    const returned = watching(
      (y) => watched.push(y),
      () => f({ ...inputs }),
    );
    const { output, outputName, others } = pickOutput(returned, of, inputs);
    const named = nameResults(inputs, output, others, watched);
    return { inputs, output, outputName, named, results: watched.filter((t) => t.node) };
  });
}

function pickOutput(
  returned: unknown,
  of: string | undefined,
  inputs: Values,
): { output: Tensor; outputName: string; others: [string, Tensor][] } {
  if (returned instanceof Tensor) {
    const fallback = returned.size === 1 && returned.rank === 0 ? ["L", "loss", "J"] : ["y", "f", "out"];
    const own = returned.name && !(returned.name in inputs) ? returned.name : undefined;
    return {
      output: returned,
      outputName: of ?? own ?? fallback.find((n) => !(n in inputs)) ?? "out",
      others: [],
    };
  }
  if (returned === null || typeof returned !== "object" || returned instanceof Promise)
    throw new ArgumentError(
      `derive: the function must return a tensor, or an object of named tensors; it returned ${
        returned instanceof Promise
          ? "a promise (it must not be async)"
          : returned === undefined
            ? "nothing (is a return missing?)"
            : typeof returned
      }.`,
    );
  const entries = Object.entries(returned as object).filter(
    (e): e is [string, Tensor] => e[1] instanceof Tensor,
  );
  const scalars = entries.filter(([, t]) => t.rank === 0);
  const chosen =
    (of !== undefined && entries.find(([n]) => n === of)) ||
    (of === undefined &&
      (entries.find(([n]) => n === "L" || n === "loss") ||
        (scalars.length === 1 ? scalars[0] : undefined) ||
        (entries.length === 1 ? entries[0] : undefined)));
  if (!chosen)
    throw new ArgumentError(
      `derive: the function returned ${entries.map(([n]) => `"${n}"`).join(", ")}` +
        (of === undefined
          ? '; say which one to differentiate with the option { of: "…" }.'
          : `, but no tensor "${of}", which { of } asks for.`),
    );
  return { output: chosen[1], outputName: chosen[0], others: entries.filter((e) => e !== chosen) };
}

function nameResults(
  inputs: Values,
  output: Tensor,
  others: [string, Tensor][],
  watched: readonly Tensor[],
): Map<string, Tensor> {
  const leaves = new Set<Node>();
  for (const [name, t] of Object.entries(inputs)) {
    t.name = name;
    leaves.add(t.node as Node);
  }
  const found: [string, Tensor][] = [];
  const seen = new Set<Node | null>([output.node, ...leaves]);
  for (const t of watched) {
    if (!t.node || seen.has(t.node)) continue;
    const name = others.find(([, o]) => o === t)?.[0] ?? t.name;
    if (name === undefined) continue;
    seen.add(t.node);
    found.push([name, t]);
  }
  const named = new Map<string, Tensor>();
  for (const [name, t] of found) {
    if (name in inputs)
      throw new ArgumentError(`derive: an intermediate result is named "${name}", which is an input's name.`);
    let free = name;
    for (let i = 2; named.has(free); i++) free = `${name}_${i}`;
    named.set(free, t);
  }
  return named;
}

/** Computes `t` again with some of the tensors it came from replaced. */
export function replay(t: Tensor, replaced: ReadonlyMap<Node, Tensor>): Tensor {
  const known = new Map<Node, Tensor>(replaced);
  const pending: Tensor[] = [t];
  while (pending.length > 0) {
    const top = pending[pending.length - 1];
    const node = top.node;
    if (!node || known.has(node)) {
      pending.pop();
      continue;
    }
    const missing = node.inputs.filter((x) => x.node && !known.has(x.node));
    if (missing.length > 0) {
      pending.push(...missing);
      continue;
    }
    pending.pop();
    known.set(
      node,
      node.inputs.length === 0
        ? top
        : apply(
            node.op,
            node.inputs.map((x) => (x.node ? (known.get(x.node) as Tensor) : x)),
            node.params,
          ),
    );
  }
  return t.node ? (known.get(t.node) as Tensor) : t;
}

/** Computes `t` again, asking for a replacement at every single place where a boundary tensor is used. */
export function replayUses(t: Tensor, boundary: ReadonlySet<Node>, use: (x: Tensor) => Tensor): Tensor {
  const known = new Map<Node, Tensor>();
  const pending: Tensor[] = [t];
  while (pending.length > 0) {
    const top = pending[pending.length - 1];
    const node = top.node;
    if (!node || known.has(node)) {
      pending.pop();
      continue;
    }
    const missing = node.inputs.filter((x) => x.node && !known.has(x.node) && !boundary.has(x.node));
    if (missing.length > 0) {
      pending.push(...missing);
      continue;
    }
    pending.pop();
    const inputs = node.inputs.map((x) =>
      x.node ? (boundary.has(x.node) ? use(x) : (known.get(x.node) as Tensor)) : x,
    );
    known.set(node, node.inputs.length === 0 ? top : apply(node.op, inputs, node.params));
  }
  return t.node ? (known.get(t.node) as Tensor) : t;
}
