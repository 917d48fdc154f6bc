/**
 * Formulas whose shapes do not go together, or whose shape is not the variable's.
 */

import { sameShape, shapeText } from "../../tensor/index.ts";
import type { Formula } from "../claim.ts";
import type { Derivation } from "../derive.ts";
import { printExpr } from "../expr/print.ts";
import { symbolsFor } from "../symbols.ts";
import type { Diagnosis } from "./index.ts";
import type { ReadClaim } from "./read.ts";

export function shapeDiagnosis(
  d: Derivation<any>,
  name: string,
  _formula: Formula,
  read: ReadClaim,
): Diagnosis | undefined {
  const q = d.structure.quantities.get(name)!;
  if (read.clash)
    return {
      kind: "shape",
      kinds: ["shape"],
      sentence: `The shapes in your formula do not go together. ${read.clash}`,
    };
  if (read.shape && !sameShape(read.shape, q.tensor.shape)) {
    const tex = read.expr ? ` $${printExpr(read.expr, symbolsFor(d.naming))}$` : "";
    return {
      kind: "shape",
      kinds: ["shape"],
      sentence:
        `Your formula${tex} has shape ${shapeText(read.shape)}, but the gradient has the shape of ` +
        `$${symbolsFor(d.naming)(name)}$, ${shapeText(q.tensor.shape)}.`,
    };
  }
  return undefined;
}
