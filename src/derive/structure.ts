/**
 * Which recorded results are quantities in their own right, and how each follows from the earlier ones.
 *
 * Where people name results, the derivation goes from name to name, as on a sheet. Without names every
 * operation is a step, except those a reader would not count: transposes, reshapes, factors, a square
 * that is summed at once.
 */

import type { Node, Tensor } from "../tensor/index.ts";
import { constant, sym } from "./expr/build.ts";
import type { Expr } from "./expr/expr.ts";
import { literal, Reader } from "./expr/from-trace.ts";
import type { Study } from "./study.ts";

export type Detail = "names" | "operations";

export interface Quantity {
  readonly name: string;
  readonly kind: "input" | "constant" | "intermediate" | "output" | "aside";
  /** As recorded at the given point. */
  readonly tensor: Tensor;
  /** Names of the quantities it is computed from, in order of appearance. */
  readonly from: readonly string[];
  /** Its definition by them; absent for inputs. */
  readonly definition: Expr | undefined;
  /** Whether the name is the user's. */
  readonly named: boolean;
}

const SILENT = new Set(["permute", "reshape", "broadcastTo", "neg", "identity"]);

export class Structure {
  readonly study: Study;
  readonly detail: Detail;
  /** In order of time: inputs, results, the output; then named results beside the path. */
  readonly quantities: ReadonlyMap<string, Quantity>;
  /** Symbol of each quantity's node. */
  readonly symbols: ReadonlyMap<Node, Expr>;
  /** Unnamed arrays met in the code: their symbols' names and values. */
  readonly literals = new Map<string, Tensor>();

  constructor(study: Study, detail?: Detail) {
    this.study = study;
    const { trace } = study;
    const path = ancestors(trace.output);
    const namedNodes = new Map<Node, string>();
    for (const [name, t] of trace.named) if (t.node) namedNodes.set(t.node, name);
    const onPath = [...namedNodes.keys()].some((n) => path.has(n));
    this.detail = detail ?? (onPath ? "names" : "operations");
    const users = consumers(path);
    const symbols = new Map<Node, Expr>();
    const quantities = new Map<string, Quantity>();
    const nameOf = new Map<Node, string>();
    for (const [name, t] of Object.entries(trace.inputs)) {
      symbols.set(t.node as Node, sym(name, t.shape));
      nameOf.set(t.node as Node, name);
    }
    const taken = new Set([...Object.keys(trace.inputs), ...trace.named.keys(), trace.outputName]);
    let next = 1;
    const chosen: { name: string; t: Tensor; kind: Quantity["kind"]; named: boolean }[] = [];
    trace.results.forEach((t, at) => {
      const node = t.node as Node;
      if (symbols.has(node) || !path.has(node)) return;
      const isOutput = node === trace.output.node;
      const given = namedNodes.get(node);
      if (!isOutput && given === undefined && !this.counts(node, users.get(node) ?? [])) return;
      let name = isOutput ? trace.outputName : (given as string);
      if (!isOutput && given === undefined) {
        while (taken.has(`v_${next}`)) next++;
        name = `v_${next}`;
        taken.add(name);
      }
      symbols.set(node, sym(name, t.shape));
      nameOf.set(node, name);
      if (!isOutput) study.shown.set(name, at);
      chosen.push({
        name,
        t,
        kind: isOutput ? "output" : "intermediate",
        // A loss is a symbol of its own only where somebody named it.
        named: isOutput ? !study.anonymousLoss : given !== undefined,
      });
    });
    for (const [name, t] of trace.named) {
      const node = t.node as Node;
      if (path.has(node)) continue;
      symbols.set(node, sym(name, t.shape));
      nameOf.set(node, name);
      chosen.push({ name, t, kind: "aside", named: true });
    }
    this.symbols = symbols;
    for (const [name, t] of Object.entries(trace.inputs))
      quantities.set(name, {
        name,
        kind: study.constants.has(name) ? "constant" : "input",
        tensor: t,
        from: [],
        definition: undefined,
        named: true,
      });
    for (const c of chosen) {
      const node = c.t.node as Node;
      const others = new Map(symbols);
      others.delete(node);
      const definition = this.reader(others).read(c.t);
      quantities.set(c.name, { ...c, tensor: c.t, definition, from: argumentsOf(node, others, nameOf) });
    }
    this.quantities = quantities;
  }

  /** Reads recorded tensors as expressions, down to the given symbols. */
  reader(nodes: ReadonlyMap<Node, Expr> = this.symbols): Reader {
    return new Reader({ nodes, constants: (t) => this.literal(t) });
  }

  /** A constant of the code; an unnamed array gets a symbol. */
  literal(t: Tensor): Expr {
    const e = literal(t);
    if (e.kind !== "const" || !e.tensor) return e;
    if (t.name) {
      this.literals.set(t.name, t);
      return constant(t, t.name);
    }
    for (const [name, known] of this.literals) if (known === t) return constant(t, name);
    const name = `C_${this.literals.size + 1}`;
    this.literals.set(name, t);
    return constant(t, name);
  }

  /** The names whose total derivative the backward pass finds. */
  get differentiated(): Quantity[] {
    return [...this.quantities.values()].filter((q) => q.kind !== "aside" && q.kind !== "constant");
  }

  private counts(node: Node, users: readonly Node[]): boolean {
    const several = users.length > 1 && !SILENT.has(node.op.name);
    if (this.detail === "names") return several && !this.cheap(node);
    if (SILENT.has(node.op.name)) return false;
    if (scaled(node)) return several;
    const square = node.op.name === "square" || (node.op.name === "mul" && node.inputs[0] === node.inputs[1]);
    if (square && users.length === 1 && users[0].op.name === "sum") return false;
    return true;
  }

  /** Repeating it costs a reader nothing. */
  private cheap(node: Node): boolean {
    return scaled(node) && node.inputs.some((x) => x.node && this.study.trace.inputs[x.name ?? ""] === x);
  }
}

/** A number times, plus, or divided into something. */
function scaled(node: Node): boolean {
  return (
    ["mul", "div", "add", "sub"].includes(node.op.name) && node.inputs.some((x) => !x.node && x.size === 1)
  );
}

export function ancestors(t: Tensor): Set<Node> {
  const seen = new Set<Node>();
  const stack: Tensor[] = [t];
  while (stack.length > 0) {
    const x = stack.pop() as Tensor;
    if (!x.node || seen.has(x.node)) continue;
    seen.add(x.node);
    stack.push(...x.node.inputs);
  }
  return seen;
}

function consumers(path: ReadonlySet<Node>): Map<Node, Node[]> {
  const users = new Map<Node, Node[]>();
  for (const node of path)
    for (const x of new Set(node.inputs.map((t) => t.node)))
      if (x) users.set(x, [...(users.get(x) ?? []), node]);
  return users;
}

/** The symbols a result's own block reads, in order of appearance. */
function argumentsOf(
  node: Node,
  symbols: ReadonlyMap<Node, Expr>,
  nameOf: ReadonlyMap<Node, string>,
): string[] {
  const found: string[] = [];
  const seen = new Set<Node>();
  const visit = (n: Node): void => {
    if (seen.has(n)) return;
    seen.add(n);
    const name = symbols.has(n) ? nameOf.get(n) : undefined;
    if (name !== undefined) {
      found.push(name);
      return;
    }
    for (const x of n.inputs) if (x.node) visit(x.node);
  };
  seen.add(node);
  for (const x of node.inputs) if (x.node) visit(x.node);
  return found;
}
