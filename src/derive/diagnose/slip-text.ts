/**
 * A slip in words: the class of mistake, and the clause that says what stands where what belongs.
 */

import type { Expr } from "../expr/expr.ts";
import { type Context, show } from "./context.ts";
import type { Slip } from "./slips.ts";

/** The name of the mistake in the claim, when the slip was made on the truth, or undone on the claim. */
export function kindOf(s: Slip, whose: "truth" | "claim"): string {
  switch (s.kind) {
    case "dropped term":
      return whose === "truth" ? "missing term" : "extra term";
    case "dropped factor":
      return whose === "truth" ? "missing factor" : "extra factor";
    case "elementwise for matrix product":
      return whose === "truth" ? "elementwise product" : "matrix product";
    case "matrix for elementwise product":
      return whose === "truth" ? "matrix product" : "elementwise product";
    case "quantity":
      return "wrong quantity";
    case "comparison":
      return "mask";
    case "activation":
      return "activation derivative";
    default:
      return s.kind;
  }
}

/** What went wrong, as a clause that begins a sentence. */
export function slipText(c: Context, s: Slip, whose: "truth" | "claim"): string {
  const [wrong, right] = whose === "truth" ? [s.after, s.before] : [s.before, s.after];
  const w = wrong ? show(c, wrong) : "";
  const r = right ? show(c, right) : "";
  switch (s.kind) {
    case "sign":
      return `The sign of ${show(c, s.before)} is wrong`;
    case "dropped term":
      return whose === "truth"
        ? `The term ${show(c, s.before)} is missing`
        : `The term ${show(c, s.before)} does not belong there`;
    case "dropped factor":
    case "factor":
      return whose === "truth"
        ? `The factor ${show(c, s.before)} is missing`
        : `The factor ${show(c, s.before)} does not belong there`;
    case "transpose":
      return `A transpose is ${w.length < r.length ? "missing" : "wrong"}: ${w} should be ${r}`;
    case "order":
      return `The order of a product is wrong: ${w} should be ${r} (matrix products do not commute)`;
    case "elementwise for matrix product":
    case "matrix for elementwise product":
      return kindOf(s, whose) === "elementwise product"
        ? `An elementwise product stands where a matrix product belongs: ${w} should be ${r}`
        : `A matrix product stands where an elementwise product belongs: ${w} should be ${r}`;
    case "inverse":
      return `An inverse is ${w.length < r.length ? "missing" : "wrong"}: ${w} should be ${r}`;
    case "power": {
      const plain = whose === "truth" ? s.before : s.after;
      const turned = (x: Expr | undefined, y: Expr | undefined): boolean =>
        y?.kind === "pow" && y.value === -1 && y.args[0] === x;
      if (turned(s.before, s.after)) {
        const [x, divides] = [show(c, s.before), whose === "truth"];
        return divides ? `${x} divides where it should multiply` : `${x} multiplies where it should divide`;
      }
      if (turned(s.after, s.before)) {
        const x = show(c, s.after as Expr);
        return plain === s.before
          ? `${x} multiplies where it should divide`
          : `${x} divides where it should multiply`;
      }
      return `A power is wrong: ${w} should be ${r}`;
    }
    case "quantity":
      return `The wrong quantity stands in the formula: ${w} should be ${r}`;
    case "comparison":
      return `The mask is wrong: ${w} should be ${r}${/ReLU/.test(w) ? " (the derivative of ReLU is 0 or 1)" : ""}`;
    case "axis":
      return `The sum runs over the wrong axis: ${w} should be ${r}`;
    case "activation":
      return `The derivative of another function is taken: ${w} should be ${r}`;
    default:
      return `Instead of ${w} it should be ${r}`;
  }
}
