/**
 * Readings of a graph before it is drawn: colour the separate paths out of a variable, or draw a whole
 * module as one box.
 */

import { labelTex } from "./escape.ts";
import type { GraphEdge, GraphNode, GraphSpec } from "./graph.ts";

import { palette } from "./palette.ts";

/**
 * Colours each use of a node apart, all the way to the end: the paths whose contributions the law of
 * total derivatives adds up. Where they have joined, an arrow has a line of each colour.
 * @example
 * ```ts
 * const spec = {
 *   nodes: ["W", "a", "b"].map((id) => ({ id, label: id, kind: "op" as const })),
 *   edges: [{ from: "W", to: "a" }, { from: "a", to: "b" }, { from: "W", to: "b" }],
 * };
 * colorPaths(spec, "W", ["red", "blue"]).edges.map((edge) => edge.color); // → [ 'red', 'red', 'blue' ]
 * ```
 */
export function colorPaths(spec: GraphSpec, id: string, colors: readonly string[] = palette): GraphSpec {
  if (!spec.nodes.some((node) => node.id === id)) throw new RangeError(`colorPaths(): no node "${id}".`);
  const uses = spec.edges.filter((edge) => edge.from === id && !edge.dashed);
  const paths = new Map<GraphEdge, Set<number>>();
  for (const [k, use] of uses.entries()) {
    const open = [use];
    const seen = new Set<GraphEdge>();
    for (let edge = open.pop(); edge; edge = open.pop()) {
      if (seen.has(edge)) continue;
      seen.add(edge);
      if (!paths.has(edge)) paths.set(edge, new Set());
      paths.get(edge)!.add(k);
      const head = edge.to;
      open.push(...spec.edges.filter((next) => next.from === head && !next.dashed));
    }
  }
  const edges = spec.edges.map((edge) => {
    const on = [...(paths.get(edge) ?? [])].sort((a, b) => a - b).map((k) => colors[k % colors.length]);
    if (on.length === 0 || uses.length < 2) return edge;
    return on.length === 1 ? { ...edge, color: on[0] } : { ...edge, colors: on };
  });
  return { ...spec, edges };
}

/**
 * Draws the nodes of a group (and of the groups inside it) as one box that keeps its arrows to the outside.
 * @example
 * ```ts
 * const spec = {
 *   nodes: ["x", "a", "b"].map((id) => ({ id, label: id, kind: "op" as const, ...(id === "x" ? {} : { group: "layer" }) })),
 *   edges: [{ from: "x", to: "a" }, { from: "a", to: "b" }],
 * };
 * collapseGroup(spec, "layer").nodes.length; // → 2
 * ```
 */
export function collapseGroup(spec: GraphSpec, path: string): GraphSpec {
  const inside = (node: GraphNode): boolean =>
    node.group === path || (node.group ?? "").startsWith(`${path}/`);
  const members = spec.nodes.filter(inside);
  if (members.length === 0) {
    const known = [...new Set(spec.nodes.flatMap((node) => (node.group ? [node.group] : [])))];
    throw new RangeError(`collapseGroup(): no group "${path}"; there are: ${known.join(", ") || "none"}.`);
  }
  const ids = new Set(members.map((node) => node.id));
  const id = `group:${path}`;
  const parts = path.split("/");
  const box: GraphNode = {
    id,
    label: labelTex(parts[parts.length - 1]),
    sub: `${members.length} nodes`,
    kind: members.some((node) => node.kind === "output") ? "output" : "op",
    group: parts.slice(0, -1).join("/") || undefined,
    retained: members.some((node) => node.retained),
  };
  const at = spec.nodes.findIndex(inside);
  const nodes = spec.nodes.flatMap((node, i) => (i === at ? [box] : ids.has(node.id) ? [] : [node]));
  const seen = new Set<string>();
  const edges = spec.edges.flatMap((edge) => {
    const [from, to] = [ids.has(edge.from) ? id : edge.from, ids.has(edge.to) ? id : edge.to];
    if (from === to) return [];
    const key = JSON.stringify([from, to, edge.color, edge.colors, edge.dashed]);
    if ((from === id || to === id) && seen.has(key)) return [];
    seen.add(key);
    return [{ ...edge, from, to }];
  });
  return { ...spec, nodes, edges };
}
