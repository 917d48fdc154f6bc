/**
 * The law of total derivatives: the gradient of a variable is the sum over all paths from it to the loss.
 */

import type { Structure } from "./structure.ts";

/** All paths from the output back to a quantity, as lists of names that begin with the output. */
export function pathsTo(s: Structure, name: string, limit = 64): string[][] {
  const output = s.study.trace.outputName;
  const users = new Map<string, string[]>();
  for (const q of s.quantities.values())
    if (q.kind !== "aside") for (const from of q.from) users.set(from, [...(users.get(from) ?? []), q.name]);
  const found: string[][] = [];
  const walk = (at: string, tail: string[]): void => {
    if (found.length >= limit) return;
    if (at === output) {
      found.push([at, ...tail]);
      return;
    }
    for (const user of users.get(at) ?? []) walk(user, [at, ...tail]);
  };
  walk(name, []);
  return found;
}
