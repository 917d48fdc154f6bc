/**
 * An arbitrary differentiable function C(y), for results that must not depend on its form:
 * "how does the gradient change when the cost is 3C(y)?"
 *
 * In numbers it is a fixed smooth function with no special structure; in formulas it is C(y), and its
 * derivative ∂C/∂y.
 */

import { hvp } from "../autodiff/index.ts";
import { apply, lift, type TensorLike, withRecording } from "../ops/index.ts";
import { type Op, rng, type Tensor } from "../tensor/index.ts";
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

const ops = new Map<string, { value: Op<null>; gradient: Op<null> }>();

function pair(name: string): { value: Op<null>; gradient: Op<null> } {
  let found = ops.get(name);
  if (found) return found;
  const symbol = texName(name);
  const quiet = (f: () => Tensor): Tensor => withRecording(false, f);
  const gradient: Op<null> = {
    name: `∂${name}`,
    forward: ([y]) => quiet(() => derivative(name, y.detach())),
    vjp: [(G, [y]) => quiet(() => hvp((t) => value(name, t), y.detach(), G.detach()))],
    jvp: [(T, [y]) => quiet(() => hvp((t) => value(name, t), y.detach(), T.detach()))],
    latex: ([y]) => ({
      tex:
        y.tex.length < 24
          ? `\\frac{\\partial ${symbol}}{\\partial ${y.tex}}`
          : `\\nabla ${symbol}\\left(${y.tex}\\right)`,
      prec: 4,
    }),
    samples: () => [],
  };
  const whole: Op<null> = {
    name: `arbitrary ${name}`,
    forward: ([y]) => quiet(() => value(name, y.detach())),
    vjp: [(G, [y]) => G.mul(apply(gradient, [y], null))],
    jvp: [(T, [y]) => T.mul(apply(gradient, [y], null)).sum()],
    latex: ([y]) => ({ tex: `${symbol}\\left(${y.tex}\\right)`, prec: 5 }),
    samples: () => [],
  };
  ops.set(name, (found = { value: whole, gradient }));
  return found;
}

/** C(y): a scalar function of which nothing is known but that it is smooth. */
export function arbitrary(name: string, y: TensorLike): Tensor {
  return apply(pair(name).value, [lift(y, "arbitrary")], null);
}

/** ∂C/∂y of the arbitrary function of that name, in the shape of y. */
export function arbitraryGradient(name: string, y: TensorLike): Tensor {
  return apply(pair(name).gradient, [lift(y, "arbitraryGradient")], null);
}
