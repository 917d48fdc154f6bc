/**
 * Gradient steps on plain tensors, or arrays and objects of tensors, without an optimiser object.
 */

import { fillTree, leaves, type Tree } from "../autodiff/index.ts";
import { noGrad } from "../ops/index.ts";
import { ArgumentError, ShapeError, sameShape, shapeText } from "../tensor/index.ts";

/**
 * One step of gradient descent, θ − η ∇L, as new tensors; the old ones stay as they are.
 * @param params a tensor, or nested arrays and objects of tensors
 * @param grads of the same structure, as `grad` and `valueAndGrad` give them
 * @param lr the step size η
 * @example
 * ```ts
 * const f = ({ w, b }: { w: Tensor; b: Tensor }) => w.mul(3).add(b).sum().square();
 * let p = { w: tensor([1]), b: tensor([0]) };
 * p = sgd(p, grad(f)(p), 0.01);
 * p.w; // → tensor([0.82], shape=[1], float64)
 * ```
 */
export function sgd<T extends Tree>(params: T, grads: Tree, lr: number): T {
  const p = leaves(params);
  const g = leaves(grads);
  if (p.length !== g.length)
    throw new ArgumentError(
      `sgd: ${p.length} parameters but ${g.length} gradients; give the whole gradient.`,
    );
  return noGrad(() =>
    fillTree(
      params,
      p.map((x, i) => {
        if (!sameShape(x.shape, g[i].shape))
          throw new ShapeError(
            `sgd: parameter ${i} has shape ${shapeText(x.shape)}, its gradient ${shapeText(g[i].shape)}.`,
          );
        return x.sub(g[i].mul(lr)).detach();
      }),
    ),
  );
}
