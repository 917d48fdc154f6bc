/**
 * A formula as it was written, before its shapes are known to fit: what LaTeX parses to, and what a
 * formula in code is read as when its shapes clash. `settle` turns it into an expression, or says where
 * it does not go together.
 */

import { ShapeClash } from "../expr/build.ts";
import type { CallData, Expr } from "../expr/expr.ts";

export type Draft = { readonly at?: number; readonly end?: number } & (
  | { k: "expr"; e: Expr }
  | { k: "num"; value: number }
  | { k: "ones"; size?: number; row?: boolean }
  | { k: "eye" }
  | { k: "sum"; terms: Draft[] }
  | { k: "product"; factors: Draft[] }
  | { k: "had"; factors: Draft[] }
  | { k: "neg" | "t" | "inv" | "diag" | "trace" | "bars" | "logdet" | "norm2"; x: Draft }
  | { k: "pow"; x: Draft; n: number }
  | { k: "over"; x: Draft; y: Draft; elementwise: boolean }
  | { k: "fn"; name: string; x: Draft }
  | { k: "softmax"; x: Draft; data: (shape: readonly number[]) => CallData }
  | { k: "onehot"; x: Draft; rows: number; classes: number }
  | { k: "sumrows"; x: Draft; count: number }
  | { k: "mask"; x: Draft; data: (shape: readonly number[]) => CallData }
);

/** Where and why a draft's shapes do not go together. */
export class DraftClash extends ShapeClash {
  override name = "DraftClash";
  readonly draft: Draft;
  /** The parts, settled, in order, when the clash is in a product. */
  readonly parts: readonly Expr[];
  readonly reason: string;
  constructor(reason: string, draft: Draft, parts: readonly Expr[]) {
    super(reason);
    this.reason = reason;
    this.draft = draft;
    this.parts = parts;
  }
}

export type Shape2 = readonly [number, number];

/** Whether the size of what the draft denotes must come from its surroundings. */
export function flexible(d: Draft): boolean {
  switch (d.k) {
    case "ones":
      return d.size === undefined;
    case "eye":
      return true;
    case "neg":
    case "t":
    case "pow":
      return flexible(d.x);
    case "sum":
      return d.terms.every((x) => flexible(x) || isNumber(x)) && d.terms.some(flexible);
    case "had":
      return d.factors.every(flexible);
    case "product":
      return false;
    default:
      return false;
  }
}

export function isEye(d: Draft): boolean {
  return d.k === "eye" || ((d.k === "t" || d.k === "neg" || d.k === "pow") && isEye(d.x));
}

/** A product that begins or ends with ones, 1μᵀ, also takes a size from its surroundings. */
export function openEnded(d: Draft): boolean {
  if (d.k === "neg") return openEnded(d.x);
  if (d.k === "t") return openEnded(d.x);
  if (d.k !== "product") return false;
  return flexible(d.factors[0]) || flexible(d.factors[d.factors.length - 1]);
}

export const isNumber = (d: Draft): boolean =>
  d.k === "num" ||
  ((d.k === "neg" || d.k === "pow") && isNumber(d.x)) ||
  (d.k === "over" && isNumber(d.x) && isNumber(d.y));
