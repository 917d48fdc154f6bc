/**
 * Transposes, inverses, diagonals, traces and determinants, pushed inwards to where they read best.
 */

import { eye, isZero, num, ones, ShapeClash, zeros } from "./atoms.ts";
import { fn, pow } from "./elementwise.ts";
import { type Expr, intern } from "./expr.ts";
import { add, mul } from "./products.ts";

export function transpose(e: Expr): Expr {
  if (e.shape.length !== 2 || e.isScalar) return e;
  const shape = [e.cols, e.rows];
  switch (e.kind) {
    case "t":
      return e.args[0];
    case "ones":
      return ones(shape);
    case "zeros":
      return zeros(shape);
    case "eye":
    case "diag":
      return e;
    case "inv":
      return inv(transpose(e.args[0]));
    case "mul":
      return mul([
        ...e.args.filter((a) => a.isScalar),
        ...e.args
          .filter((a) => !a.isScalar)
          .reverse()
          .map(transpose),
      ]);
    case "pow":
    case "fn": {
      // (1 ⊘ √(vᵀ))ᵀ is 1 ⊘ √v.
      if (!turnsInside(e.args[0])) return intern("t", [e], shape);
      const x = transpose(e.args[0]);
      return e.kind === "pow" ? pow(x, e.value) : fn(e.name, x);
    }
    default:
      return intern("t", [e], shape);
  }
}

const turnsInside = (e: Expr): boolean =>
  e.kind === "t" || ((e.kind === "pow" || e.kind === "fn") && turnsInside(e.args[0]));

function needSquare(e: Expr, what: string): void {
  if (e.shape.length === 2 && e.rows !== e.cols)
    throw new ShapeClash(`The ${what} of a matrix of shape [${e.shape}] reached the expression builder.`);
}

export function inv(e: Expr): Expr {
  needSquare(e, "inverse");
  if (e.isScalar) return pow(e, -1);
  if (e.kind === "inv") return e.args[0];
  if (e.kind === "eye") return e;
  if (e.kind === "diag") return diag(pow(e.args[0], -1));
  if (e.kind === "mul" && e.args[0].isScalar) {
    const rest = e.args.filter((a) => !a.isScalar);
    return mul([...e.args.filter((a) => a.isScalar).map((a) => pow(a, -1)), inv(mul(rest))]);
  }
  return intern("inv", [e], e.shape);
}

/** The diagonal matrix of a column. */
export function diag(v: Expr): Expr {
  if (v.isScalar) return v;
  if (v.kind === "ones") return eye(v.rows);
  if (isZero(v)) return zeros([v.rows, v.rows]);
  if (v.kind === "mul" && v.args[0].isScalar)
    return mul([...v.args.filter((a) => a.isScalar), diag(mul(v.args.filter((a) => !a.isScalar)))]);
  return intern("diag", [v], [v.rows, v.rows]);
}

/** The diagonal of a matrix, as a column. */
export function diagof(m: Expr): Expr {
  if (m.isScalar) return m;
  if (m.kind === "diag") return m.args[0];
  if (m.kind === "eye") return ones([m.rows, 1]);
  if (m.kind === "mul" && m.args[0].isScalar)
    return mul([...m.args.filter((a) => a.isScalar), diagof(mul(m.args.filter((a) => !a.isScalar)))]);
  return intern("diagof", [m], [m.rows, 1]);
}

export function trace(m: Expr): Expr {
  needSquare(m, "trace");
  if (m.isScalar) return m;
  if (m.kind === "eye") return num(m.rows);
  if (m.kind === "t") return trace(m.args[0]);
  if (m.kind === "add") return add(m.args.map(trace));
  if (m.kind === "diag") return mul([ones([1, m.rows]), m.args[0]]);
  if (m.kind === "mul") {
    const scalars = m.args.filter((a) => a.isScalar);
    const chain = m.args.filter((a) => !a.isScalar);
    if (scalars.length > 0) return mul([...scalars, trace(mul(chain))]);
    const cut = chain.findIndex((e) => e.rows === 1);
    if (cut > 0) return mul([...chain.slice(cut), ...chain.slice(0, cut)]);
  }
  return intern("trace", [m], [1, 1]);
}

export function det(m: Expr): Expr {
  needSquare(m, "determinant");
  return m.isScalar ? m : intern("det", [m], [1, 1]);
}

export function logdet(m: Expr): Expr {
  needSquare(m, "determinant");
  return m.isScalar ? fn("log", m) : intern("logdet", [m], [1, 1]);
}
