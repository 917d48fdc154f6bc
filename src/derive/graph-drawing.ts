/**
 * The drawing of a computation graph, made when it is shown.
 */

import type { GraphSpec } from "../viz/graph.ts";

/**
 * A graph that displays itself as SVG, and as text where nothing can draw.
 * @example
 * ```ts
 * const d = derive(({ W, x }) => W.matmul(x).named("y"), { W: eye(2), x: tensor([1, 2]) });
 * const drawing = d.graph({ values: false, local: false });
 * drawing.spec.nodes.map((n) => n.id); // → [ 'W', 'x', 'y' ]
 * (await drawing.svg()).startsWith("<svg"); // → true
 * ```
 */
export class GraphDrawing {
  readonly spec: GraphSpec;
  constructor(spec: GraphSpec) {
    this.spec = spec;
  }

  async svg(): Promise<string> {
    // Loaded when something is drawn: the maths fonts are large.
    const { drawGraph } = await import("../viz/graph.ts");
    return drawGraph(this.spec);
  }

  toString(): string {
    return this.spec.nodes
      .map((n) => {
        const from = this.spec.edges.filter((e) => e.to === n.id).map((e) => e.from);
        return `${n.id}${from.length > 0 ? ` <- ${from.join(", ")}` : ""}   ${n.sub ?? ""}`;
      })
      .join("\n");
  }

  [Symbol.for("Jupyter.display")](): Promise<Record<string, string>> {
    return this.bundle();
  }

  async bundle(): Promise<Record<string, string>> {
    return { "image/svg+xml": await this.svg(), "text/plain": this.toString() };
  }
}
