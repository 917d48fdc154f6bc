/**
 * The computation graph of a derivation, for drawing: each quantity with its definition, shape, value and
 * gradient; the paths to one variable in colours of their own.
 */

import type { Tensor } from "../tensor/index.ts";
import type { GraphSpec } from "../viz/graph.ts";
import type { Derivation } from "./derive.ts";
import { num, replace } from "./expr/build.ts";
import { printExpr } from "./expr/print.ts";
import { pathsTo } from "./paths.ts";
import { spaceTex } from "./show.ts";
import type { Quantity } from "./structure.ts";
import { barOf } from "./study.ts";
import { gradientTex, symbolsFor } from "./symbols.ts";

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
}

export const PATH_COLORS = ["#c2410c", "#1d4ed8", "#15803d", "#7e22ce", "#b45309", "#0f766e"];

export function graphSpec(d: Derivation, o: GraphOptions = {}): GraphSpec {
  const symbols = symbolsFor(d.naming);
  const all = [...d.structure.quantities.values()].filter((q) => q.kind !== "aside");
  const used = new Set(all.flatMap((q) => q.from));
  const shown = all.filter((q) => q.definition || used.has(q.name));
  const retained = d.retained();
  const highlighted =
    o.highlight === false ? undefined : (o.highlight ?? d.study.variables.find((v) => severalPaths(d, v)));
  const colors = new Map<string, string>();
  if (highlighted !== undefined)
    pathsTo(d.structure, highlighted).forEach((path, i) => {
      for (let k = 0; k + 1 < path.length; k++) {
        const key = `${path[k + 1]}>${path[k]}`;
        if (!colors.has(key)) colors.set(key, PATH_COLORS[i % PATH_COLORS.length]);
      }
    });
  const values = o.values ?? shown.length <= 24;
  const local = o.local ?? shown.length <= 16;
  const here = d.study.here;
  return {
    ...(o.direction ? { direction: o.direction } : {}),
    nodes: shown.map((q) => {
      const definition = q.definition && printExpr(q.definition, symbols);
      const gradient = here.gradients.get(q.name);
      return {
        id: q.name,
        label: definition && definition.length < 140 ? `${symbols(q.name)} = ${definition}` : symbols(q.name),
        sub: spaceTex(q.tensor.shape),
        ...(values ? { value: summary(q.tensor) } : {}),
        ...(values && gradient && q.kind !== "constant"
          ? { gradient: `${gradientTex(d.naming, q.name)} = ${summaryTex(gradient)}` }
          : {}),
        kind: q.kind === "intermediate" ? "op" : (q.kind as "input" | "constant" | "output"),
        retained: retained.has(q.name),
      };
    }),
    edges: shown.flatMap((q) =>
      q.from.flatMap((from) => {
        // A quantity used twice in one block has two edges: two paths.
        const step = d.steps.find((s) => s.of.name === q.name);
        const uses =
          from === highlighted || local
            ? (step?.contributions.find((c) => c.to === from)?.uses.length ?? 1)
            : 1;
        return Array.from({ length: Math.min(uses, 4) }, (_, k) => {
          const color =
            uses > 1 && from === highlighted
              ? PATH_COLORS[k % PATH_COLORS.length]
              : colors.get(`${from}>${q.name}`);
          const label = local ? localTex(d, q, from, k) : undefined;
          return { from, to: q.name, ...(color ? { color } : {}), ...(label ? { label } : {}) };
        });
      }),
    ),
  };
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
  return printExpr(d.tidy(raw), (name) => (name === bar ? "\\bullet" : symbols(name)));
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
  return `${short(Math.min(...v))} … ${short(Math.max(...v))}`;
}

function summaryTex(t: Tensor): string {
  return `\\text{${summary(t)}}`;
}
