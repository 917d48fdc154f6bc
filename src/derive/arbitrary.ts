/**
 * An arbitrary differentiable function C(y), for results that must not depend on its form:
 * "how does the gradient change when the cost is 3C(y)?"
 *
 * In numbers it is a fixed smooth function with no special structure; in formulas it is C(y), and its
 * derivative ∂C/∂y.
 */

import { hvp } from "../autodiff/index.ts";
import { apply, concat, lift, reshape, slice, type TensorLike, withRecording } from "../ops/index.ts";
import { ArgumentError, type Op, rng, type Tensor, zerosLike } from "../tensor/index.ts";
import { texName } from "./names.ts";

/** Constants of the function with this name, for arguments of this size. */
function constants(name: string, size: number): { W: Tensor; a: Tensor; b: Tensor; c: Tensor } {
  let seed = 7;
  for (const letter of name) seed = (seed * 31 + letter.charCodeAt(0)) | 0;
  const r = rng(seed);
  return {
    W: r.normal([4, size], 0, 1 / Math.sqrt(Math.max(1, size))),
    a: r.normal([4]),
    b: r.uniform([size], 0.5, 1.5),
    c: r.uniform([4], 0, 3),
  };
}

/** Σ_k a_k sin(w_k·y + c_k) + ½ Σ b_i y_i²: no symmetry, and all derivatives. */
function value(name: string, y: Tensor): Tensor {
  const { W, a, b, c } = constants(name, y.size);
  const flat: Tensor = y.reshape([y.size]);
  return W.matmul(flat).add(c).sin().mul(a).sum().add(b.mul(flat.square()).sum().mul(0.5));
}

function derivative(name: string, y: Tensor): Tensor {
  const { W, a, b, c } = constants(name, y.size);
  const flat: Tensor = y.reshape([y.size]);
  return W.T.matmul(W.matmul(flat).add(c).cos().mul(a)).add(b.mul(flat)).reshape(y.shape);
}

interface Family {
  value: Op<null>;
  gradients: Op<null>[];
}

const families = new Map<string, Family>();

/** The operations of C and its partial derivatives, for a number of arguments. */
function family(name: string, count: number): Family {
  const key = `${name}/${count}`;
  let found = families.get(key);
  if (found) return found;
  const symbol = texName(name);
  const quiet = (f: () => Tensor): Tensor => withRecording(false, f);
  const whole = (ys: readonly Tensor[]): Tensor => concat(ys.map((y) => reshape(y, [y.size])));
  const part = (g: Tensor, ys: readonly Tensor[], i: number): Tensor => {
    const start = ys.slice(0, i).reduce((n, y) => n + y.size, 0);
    return reshape(slice(g, 0, start, start + ys[i].size), ys[i].shape);
  };
  const plain = (ys: readonly Tensor[]): Tensor[] => ys.map((y) => y.detach());
  /** H T for a direction T of argument j, read at argument i. */
  const second = (ys: readonly Tensor[], j: number, T: Tensor, i: number): Tensor =>
    quiet(() => {
      const parts = plain(ys);
      const way = whole(parts.map((y, k) => (k === j ? T.detach() : zerosLike(y))));
      return part(
        hvp((t) => value(name, t), whole(parts), way),
        parts,
        i,
      );
    });
  const gradients = Array.from(
    { length: count },
    (_, i): Op<null> => ({
      name: `∂${name}/${count}/${i}`,
      forward: (ys) => quiet(() => part(derivative(name, whole(plain(ys))), ys, i)),
      vjp: (j) => (G, ys) => second(ys, i, G, j),
      jvp: (j) => (T, ys) => second(ys, j, T, i),
      latex: (ys) => ({
        tex:
          ys[i].tex.length < 24
            ? `\\frac{\\partial ${symbol}}{\\partial ${ys[i].tex}}`
            : `\\nabla ${symbol}\\left(${ys.map((y) => y.tex).join(", ")}\\right)`,
        prec: 4,
      }),
      samples: () => [],
    }),
  );
  found = {
    value: {
      name: `arbitrary ${name}/${count}`,
      forward: (ys) => quiet(() => value(name, whole(plain(ys)))),
      vjp: (i) => (G, ys) => G.mul(apply(gradients[i], ys, null)),
      jvp: (i) => (T, ys) => T.mul(apply(gradients[i], ys, null)).sum(),
      latex: (ys) => ({ tex: `${symbol}\\left(${ys.map((y) => y.tex).join(", ")}\\right)`, prec: 5 }),
      samples: () => [],
    },
    gradients,
  };
  families.set(key, found);
  return found;
}

/**
 * C(y), or C(y₁, y₂, …): a scalar function of which nothing is known but that it is smooth.
 * @example
 * ```ts
 * // How do the gradients change when the cost is 3C(y)? Whatever C is:
 * const d = derive(({ x, b }) => arbitrary("C", x.add(b).named("y")).mul(3), {
 *   x: tensor([1, 2]),
 *   b: tensor([3, 4]),
 * });
 * d.gradient("b").formula; // → 3 \frac{\partial C}{\partial y}
 * ```
 */
export function arbitrary(name: string, ...ys: TensorLike[]): Tensor {
  if (ys.length === 0) throw new ArgumentError("arbitrary: give the function at least one argument.");
  const list = ys.map((y) => lift(y, "arbitrary"));
  return apply(family(name, list.length).value, list, null);
}

/**
 * ∂C/∂y of the arbitrary function of that name, in the shape of y.
 * @example
 * ```ts
 * const d = derive(({ b }) => arbitrary("C", b.mul(2).named("y")), { b: tensor([3, 4]) });
 * d.claim("b", ({ y }) => arbitraryGradient("C", y).mul(2)).ok; // → true
 * ```
 */
export function arbitraryGradient(name: string, y: TensorLike): Tensor {
  return apply(family(name, 1).gradients[0], [lift(y, "arbitraryGradient")], null);
}

/**
 * [∂C/∂y₁, ∂C/∂y₂, …] of an arbitrary function of several arguments.
 * @example
 * ```ts
 * const d = derive(({ a, b }) => arbitrary("C", a, b), { a: tensor([1, 2]), b: tensor(3) });
 * d.claim("b", ({ a, b }) => arbitraryGradients("C", a, b)[1]).ok; // → true
 * ```
 */
export function arbitraryGradients(name: string, ...ys: TensorLike[]): Tensor[] {
  const list = ys.map((y) => lift(y, "arbitraryGradients"));
  return list.map((_, i) => apply(family(name, list.length).gradients[i], list, null));
}

/** The name of the function that an operation computes, when it is an arbitrary one. */
export const arbitraryName = (op: string): string | undefined => /^arbitrary (.+)\/\d+$/.exec(op)?.[1];

/** The operation that computes ∂C/∂yᵢ. */
export const arbitraryPartial = (name: string, count: number, i: number): Op<null> =>
  family(name, count).gradients[i];
