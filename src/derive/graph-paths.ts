/**
 * Colours for the paths to a variable, all the way from its uses to the loss; and variables drawn more
 * than once where one box would be the middle of a star.
 */

import type { Derivation } from "./derive.ts";
import type { Quantity } from "./structure.ts";

export const PATH_COLORS = ["#c2410c", "#1d4ed8", "#15803d", "#7e22ce", "#b45309", "#0f766e"];

/** How often a block uses a quantity; 4 stand for more. */
export function usesIn(d: Derivation, q: Quantity, from: string): number {
  const c = d.steps.find((s) => s.of.name === q.name)?.contributions.find((x) => x.to === from);
  return Math.min(c?.uses.length ?? 1, 4);
}

export interface PathColors {
  /** The colours of the arrow from one quantity to another; of its k-th use where it leaves the variable. */
  of(from: string, to: string, use: number): readonly string[];
}

/** Each use of a variable in a colour of its own; one colour for all where there are too many to tell apart. */
export function pathColors(d: Derivation, shown: readonly Quantity[], name: string | undefined): PathColors {
  const uses: { to: string; k: number }[] = [];
  for (const q of shown)
    if (name !== undefined && q.from.includes(name))
      for (let k = 0; k < usesIn(d, q, name); k++) uses.push({ to: q.name, k });
  const color = (i: number): string => PATH_COLORS[uses.length > PATH_COLORS.length ? 1 : i];
  const passing = new Map<string, Set<number>>();
  for (const q of shown) {
    const own = new Set<number>();
    uses.forEach((use, i) => {
      if (use.to === q.name) own.add(i);
    });
    for (const from of q.from) for (const i of passing.get(from) ?? []) own.add(i);
    passing.set(q.name, own);
  }
  return {
    of: (from, to, use) => {
      const on =
        from === name
          ? uses.flatMap((u, i) => (u.to === to && u.k === use ? [i] : []))
          : [...(passing.get(from) ?? [])].sort((a, b) => a - b);
      return [...new Set(on.map(color))];
    },
  };
}

/** In a large drawing, an input used in many places stands beside each of them. */
export function copies(shown: readonly Quantity[], large: number): ReadonlySet<string> {
  if (shown.length < large) return new Set();
  const many = (q: Quantity): boolean => shown.filter((x) => x.from.includes(q.name)).length > 3;
  return new Set(shown.filter((q) => !q.definition && many(q)).map((q) => q.name));
}

/** The name of the copy of an input that stands beside a result. */
export const copyId = (name: string, beside: string): string => `${name}→${beside}`;

/**
 * The group of each quantity: the one it is listed in; an input goes where all that use it are.
 */
export function groupsOf(
  shown: readonly Quantity[],
  groups: Readonly<Record<string, readonly string[]>>,
): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const [group, names] of Object.entries(groups)) for (const name of names) out.set(name, group);
  for (const q of shown) {
    if (q.definition || out.has(q.name)) continue;
    const users = new Set(shown.filter((x) => x.from.includes(q.name)).map((x) => out.get(x.name)));
    const [only] = users;
    if (users.size === 1 && only !== undefined) out.set(q.name, only);
  }
  return out;
}
