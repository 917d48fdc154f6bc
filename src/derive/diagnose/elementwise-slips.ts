/**
 * Slips in sums, elementwise products, powers and functions: a term or factor left out, a sign, the
 * derivative of another activation, the wrong mask.
 */

import { add, call, fn, had, mul, neg, ones, pow, sub, transpose } from "../expr/build.ts";
import type { Expr } from "../expr/expr.ts";
import { attempt, type Make, type Slip, withPart } from "./slips.ts";

export function elementwise(e: Expr, make: Make): (Slip | undefined)[] {
  const list: (Slip | undefined)[] = [];
  switch (e.kind) {
    case "add":
      // 1 − y² is the derivative of tanh, y(1 − y) that of σ.
      if (
        e.args.length === 2 &&
        e.args.some((a) => a.kind === "ones" || (a.kind === "num" && a.value === 1))
      ) {
        const y = negatedSquare(e.args.find((a) => a.kind !== "ones" && a.kind !== "num"));
        if (y) list.push(make("activation", () => had([y, sub(ones(y.shape), y)])));
      }
      e.args.forEach((t, i) => {
        list.push(
          withPart(
            make("dropped term", () => add(e.args.toSpliced(i, 1))),
            t,
          ),
        );
        list.push(
          withPart(
            make("sign", () => add(e.args.with(i, neg(t)))),
            t,
          ),
        );
      });
      break;
    case "had":
      for (const y of e.args) {
        const other = sub(ones(y.shape), y);
        const at = e.args.findIndex((a) => a.canon === other.canon);
        if (at >= 0)
          list.push(
            withBoth(
              make("activation", () =>
                had([...e.args.filter((a, k) => a !== y && k !== at), sub(ones(y.shape), pow(y, 2))]),
              ),
              had([y, other]),
              sub(ones(y.shape), pow(y, 2)),
            ),
          );
      }
      e.args.forEach((f, i) => {
        const rest = e.args.toSpliced(i, 1);
        list.push(
          withPart(
            make("dropped factor", () => had(rest)),
            f,
          ),
        );
        // Two factors left out together, such as σ(1 − σ).
        for (let j = i + 1; j < e.args.length && e.args.length > 2; j++)
          list.push(
            withPart(
              make("dropped factor", () => had(e.args.filter((_, k) => k !== i && k !== j))),
              attempt(() => had([f, e.args[j]])) ?? f,
            ),
          );
        if (e.args.length === 2) {
          const other = rest[0];
          list.push(make("matrix for elementwise product", () => mul([f, other])));
          list.push(make("matrix for elementwise product", () => mul([f, transpose(other)])));
          list.push(make("matrix for elementwise product", () => mul([transpose(f), other])));
        }
      });
      break;
    case "pow":
      for (const n of [1, -e.value, e.value + 1, e.value - 1, e.value * 2, e.value / 2])
        if (n !== e.value && n !== 0) list.push(make("power", () => pow(e.args[0], n)));
      break;
    case "fn":
      list.push(make("function", () => e.args[0]));
      list.push(make("function", () => fn(e.name, neg(e.args[0]))));
      if (e.name === "sigmoid") list.push(make("function", () => had([e, sub(ones(e.shape), e)])));
      if (e.name === "tanh") list.push(make("function", () => sub(ones(e.shape), pow(e, 2))));
      for (const other of ["sigmoid", "tanh", "exp", "log", "relu", "softplus"])
        if (other !== e.name) list.push(make("function", () => fn(other, e.args[0])));
      break;
    case "call":
      list.push(...comparisons(e, make));
      break;
    default:
      break;
  }
  return list;
}

/** y of −y². */
function negatedSquare(e: Expr | undefined): Expr | undefined {
  if (e?.kind !== "mul" || !e.args.some((a) => a.kind === "num" && a.value === -1)) return undefined;
  const rest = e.args.filter((a) => a.kind !== "num");
  return rest.length === 1 && rest[0].kind === "pow" && rest[0].value === 2 ? rest[0].args[0] : undefined;
}

function withBoth(s: Slip | undefined, before: Expr, after: Expr): Slip | undefined {
  return s && { ...s, before, after };
}

const OPPOSITE: Record<string, string> = {
  greater: "less",
  less: "greater",
  greaterEqual: "lessEqual",
  lessEqual: "greaterEqual",
};

function comparisons(e: Expr, make: Make): (Slip | undefined)[] {
  const { op, params } = e.call!;
  const list: (Slip | undefined)[] = [];
  if (OPPOSITE[op.name]) {
    list.push(make("comparison", () => sub(ones(e.shape), e)));
    list.push(make("comparison", () => e.args[0]));
    list.push(make("comparison", () => fn("relu", e.args[0])));
  }
  if (op.name === "softmax" && e.call!.argShapes[0].length === 2)
    list.push(
      make("axis", () => {
        const axis = 1 - params.axis;
        return rebuildCall(e, { axis });
      }),
    );
  return list;
}

function rebuildCall(e: Expr, params: unknown): Expr {
  return call({ ...e.call!, params }, e.args);
}
