/**
 * Where the boxes and arrows of a graph go: Graphviz's `dot`, compiled to WebAssembly.
 *
 * Graphviz is told only sizes, and asked only for places. What a box holds and how it is drawn is
 * graph.ts's business, so no label ever passes through Graphviz's fonts.
 */

import type { Viz } from "@viz-js/viz";

export interface Size {
  width: number;
  height: number;
}

export interface LayoutInput {
  nodes: (Size & { group?: string })[];
  /** Indices of nodes. `loose` edges are drawn but do not decide ranks. */
  edges: { from: number; to: number; label?: Size; loose?: boolean }[];
  /** Title sizes by group path. */
  groups: Map<string, Size>;
  direction: "LR" | "TB";
}

export interface Place {
  x: number;
  y: number;
}

export interface LayoutResult extends Size {
  /** Centres of boxes, y downwards. */
  nodes: Place[];
  /** A start point and then groups of three Bézier points; where the arrow points; where the label goes. */
  edges: { points: Place[]; tip: Place; label?: Place }[];
  groups: { path: string; x: number; y: number; width: number; height: number }[];
}

const manyNodes = 24;

let loading: Promise<Viz> | undefined;

export async function layoutGraph(input: LayoutInput): Promise<LayoutResult> {
  loading ??= import("@viz-js/viz").then((module) => module.instance());
  const viz = await loading;
  const result = viz.render(toDot(input), { format: "json" });
  if (result.status !== "success")
    throw new Error(`The graph could not be laid out: ${result.errors.map((e) => e.message).join("; ")}`);
  return readLayout(JSON.parse(result.output), input);
}

function toDot(input: LayoutInput): string {
  const inch = (px: number): string => (px / 72).toFixed(4);
  const lines = [
    "digraph {",
    `graph [rankdir=${input.direction}, nodesep=0.3, ranksep=0.38, margin=0, pad=0]`,
    `node [shape=box, fixedsize=true, label=""]`,
    "edge [arrowsize=0.7]",
  ];
  const tree: GroupTree = { nodes: [], children: new Map() };
  for (const [i, node] of input.nodes.entries()) {
    lines.push(`n${i} [width=${inch(node.width)}, height=${inch(node.height)}]`);
    let at = tree;
    for (const part of (node.group ?? "").split("/").filter(Boolean)) {
      if (!at.children.has(part)) at.children.set(part, { nodes: [], children: new Map() });
      at = at.children.get(part)!;
    }
    at.nodes.push(i);
  }
  let count = 0;
  const writeGroup = (path: string, group: GroupTree): void => {
    const title = input.groups.get(path);
    lines.push(`subgraph cluster_${count++} {`, `id=${quote(path)}; margin=9; labeljust=l`);
    if (title) lines.push(`label=${spaceFor(title)}`);
    lines.push(group.nodes.map((i) => `n${i};`).join(" "), ...beside(group.nodes));
    for (const [child, sub] of group.children) writeGroup(`${path}/${child}`, sub);
    lines.push("}");
  };
  // In a large graph a parameter stands beside the one operation that uses it, not above it: fewer rows,
  // and frames that follow each other do not have to stand side by side.
  const uses = input.nodes.map((_, i) => input.edges.filter((edge) => edge.from === i));
  const inputs = input.nodes.map((_, i) => input.edges.filter((edge) => edge.to === i).length);
  const beside = (members: number[]): string[] =>
    input.nodes.length < manyNodes
      ? []
      : members.flatMap((i) => {
          const target = uses[i].length === 1 && inputs[i] === 0 ? uses[i][0].to : -1;
          return members.includes(target) && inputs[target] > 1 ? [`{rank=same; n${i}; n${target};}`] : [];
        });
  lines.push(...beside(tree.nodes));
  for (const [name, group] of tree.children) writeGroup(name, group);
  for (const [k, edge] of input.edges.entries()) {
    const label = edge.label ? `, label=${spaceFor(edge.label)}` : "";
    lines.push(`n${edge.from} -> n${edge.to} [id=e${k}${edge.loose ? ", constraint=false" : ""}${label}]`);
  }
  lines.push("}");
  return lines.join("\n");
}

interface GroupTree {
  nodes: number[];
  children: Map<string, GroupTree>;
}

/** An empty label of a given size: Graphviz only has to leave the room. */
function spaceFor(size: Size): string {
  const [w, h] = [Math.ceil(size.width), Math.ceil(size.height)];
  return `<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0" FIXEDSIZE="TRUE" WIDTH="${w}" HEIGHT="${h}"><TR><TD></TD></TR></TABLE>>`;
}

function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function readLayout(json: any, input: LayoutInput): LayoutResult {
  const [, , width, height] = String(json.bb).split(",").map(Number);
  const place = (text: string): Place => {
    const [x, y] = text.split(",").map(Number);
    return { x, y: height - y };
  };
  const nodes: Place[] = new Array(input.nodes.length);
  const edges: LayoutResult["edges"] = new Array(input.edges.length);
  const groups: LayoutResult["groups"] = [];
  for (const object of json.objects ?? []) {
    if (object.name.startsWith("cluster_")) {
      const [x0, y0, x1, y1] = String(object.bb).split(",").map(Number);
      groups.push({ path: object.id, x: x0, y: height - y1, width: x1 - x0, height: y1 - y0 });
    } else if (object.pos !== undefined) nodes[Number(object.name.slice(1))] = place(object.pos);
  }
  for (const edge of json.edges ?? []) {
    const parts = String(edge.pos).split(" ");
    const tip = parts[0].startsWith("e,") ? place(parts.shift()!.slice(2)) : undefined;
    const points = parts.map(place);
    edges[Number(edge.id.slice(1))] = {
      points,
      tip: tip ?? points[points.length - 1],
      label: edge.lp ? place(edge.lp) : undefined,
    };
  }
  return { width, height, nodes, edges, groups };
}
