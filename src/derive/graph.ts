/**
 * The computation graph of a derivation, for drawing: each quantity with its definition, shape, value and
 * gradient; the paths to one variable in colours of their own.
 */

import { ArgumentError, type Tensor } from "../tensor/index.ts";
import type { GraphEdge, GraphNode, GraphSpec } from "../viz/graph.ts";
import { collapseGroup } from "../viz/graph-edit.ts";
import type { Derivation } from "./derive.ts";
import { num, replace } from "./expr/build.ts";
import { printExpr } from "./expr/print.ts";
import { copies, copyId, groupsOf, pathColors, usesIn } from "./graph-paths.ts";
import { pathsTo } from "./paths.ts";
import { spaceTex } from "./show.ts";
import type { Quantity } from "./structure.ts";
import { barOf } from "./study.ts";
import { gradientTex, symbolsFor } from "./symbols.ts";

/** What a drawing of the computation graph shows. */
export interface GraphOptions {
  /** The variable whose paths are coloured; by default the first with more than one path. false: none. */
  highlight?: string | false;
  /** Write values and gradients into the nodes. Default: when all of them are short. */
  values?: boolean;
  /**
   * Write on each arrow the local derivative: by what a gradient is multiplied on its way back, • being what
   * arrives. Default: in graphs of up to 16 quantities.
   */
  local?: boolean;
  direction?: "LR" | "TB";
  /** Modules, drawn as frames: `{ encoder: ["Z1", "H1"] }`. Inputs that only a module uses belong to it. */
  groups?: Readonly<Record<string, readonly string[]>>;
  /** Modules drawn as one box each; true: all. */
  collapse?: readonly string[] | true;
}

/** From this many boxes on, values go and inputs used in many places are drawn beside each. */
const LARGE = 24;

export function graphSpec(d: Derivation, o: GraphOptions = {}): GraphSpec {
  const symbols = symbolsFor(d.naming);
  const all = [...d.structure.quantities.values()].filter((q) => q.kind !== "aside");
  const used = new Set(all.flatMap((q) => q.from));
  const shown = all.filter((q) => q.definition || used.has(q.name));
  const retained = d.retained();
  const highlighted =
    o.highlight === false ? undefined : (o.highlight ?? d.study.variables.find((v) => severalPaths(d, v)));
  if (highlighted !== undefined && !all.some((q) => q.name === highlighted))
    throw new ArgumentError(
      `graph: there is no "${highlighted}" to highlight; there are ${all.map((q) => q.name).join(", ")}.`,
    );
  const colors = pathColors(d, shown, highlighted);
  const repeated = copies(shown, LARGE + 1);
  const groups = groupsOf(shown, o.groups ?? {});
  const values = o.values ?? shown.length <= LARGE;
  const local = o.local ?? shown.length <= 16;
  const here = d.study.here;
  const nodes = shown.flatMap((q): GraphNode[] => {
    const definition = q.definition && printExpr(q.definition, symbols);
    const gradient = here.gradients.get(q.name);
    const group = groups.get(q.name);
    const node: GraphNode = {
      id: q.name,
      label: definition && definition.length < 140 ? `${symbols(q.name)} = ${definition}` : symbols(q.name),
      sub: spaceTex(q.tensor.shape),
      ...(values ? { value: summary(q.tensor) } : {}),
      ...(values && gradient && q.kind !== "constant"
        ? { gradient: `${gradientTex(d.naming, q.name)} = ${summaryTex(gradient)}` }
        : {}),
      kind: q.kind === "intermediate" ? "op" : (q.kind as "input" | "constant" | "output"),
      retained: retained.has(q.name),
      ...(group === undefined ? {} : { group }),
    };
    if (!repeated.has(q.name)) return [node];
    return shown
      .filter((x) => x.from.includes(q.name))
      .map((x) => {
        const own = groups.get(x.name);
        return { ...node, id: copyId(q.name, x.name), ...(own === undefined ? {} : { group: own }) };
      });
  });
  const edges = shown.flatMap((q) =>
    q.from.flatMap((from) =>
      // A quantity used twice in one block has two edges: two paths.
      Array.from({ length: from === highlighted || local ? usesIn(d, q, from) : 1 }, (_, k): GraphEdge => {
        const on = colors.of(from, q.name, k);
        const label = local ? localTex(d, q, from, k) : undefined;
        return {
          from: repeated.has(from) ? copyId(from, q.name) : from,
          to: q.name,
          ...(on.length === 1 ? { color: on[0] } : on.length > 1 ? { colors: on } : {}),
          ...(label ? { label } : {}),
        };
      }),
    ),
  );
  const spec: GraphSpec = { ...(o.direction ? { direction: o.direction } : {}), nodes, edges };
  const closed = o.collapse === true ? Object.keys(o.groups ?? {}) : (o.collapse ?? []);
  return closed.reduce((now, group) => collapseGroup(now, group), spec);
}

/** ∂q/∂from as it acts: the factor where q is a scalar, else the product with what arrives. */
function localTex(d: Derivation, q: Quantity, from: string, use: number): string | undefined {
  const c = d.steps.find((s) => s.of.name === q.name)?.contributions.find((x) => x.to === from);
  const raw = c?.uses[use];
  if (!raw || raw.weight > 40) return undefined;
  const symbols = symbolsFor(d.naming);
  const bar = barOf(q.name);
  if (q.tensor.rank === 0)
    return printExpr(
      d.tidy(replace(raw, (e) => (e.kind === "sym" && e.name === bar ? num(1) : undefined))),
      symbols,
    );
  return printExpr(d.tidy(raw), (name) => (name === bar ? "{\\bullet}" : symbols(name)));
}

function severalPaths(d: Derivation, name: string): boolean {
  if (pathsTo(d.structure, name, 2).length > 1) return true;
  return d.steps.some((s) => s.contributions.some((c) => c.to === name && c.uses.length > 1));
}

const short = (x: number): string => shortened(x).replace("-", "−");
const shortened = (x: number): string => {
  if (!Number.isFinite(x)) return String(x);
  if (Number.isInteger(x) && Math.abs(x) < 1e5) return String(x);
  const a = Math.abs(x);
  return a >= 1e5 || a < 1e-3 ? x.toExponential(1) : String(+x.toPrecision(3));
};

/** A value in a few characters: the number, the entries, or their range. */
export function summary(t: Tensor): string {
  const v = Array.from(t.values() as ArrayLike<number>);
  if (t.rank === 0) return short(v[0]);
  if (t.rank === 1 && v.length <= 4) return `(${v.map(short).join(", ")})`;
  if (t.rank === 2 && v.length <= 6)
    return `[${t
      .toArray()
      .map((row: number[]) => row.map(short).join(" "))
      .join("; ")}]`;
  const [least, most] = [short(Math.min(...v)), short(Math.max(...v))];
  return least === most ? `all ${least}` : `${least} … ${most}`;
}

function summaryTex(t: Tensor): string {
  return `\\text{${summary(t)}}`;
}
