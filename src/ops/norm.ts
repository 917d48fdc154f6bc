/**
 * Normalisation over chosen axes, and batch and layer normalisation built on it.
 *
 * x̂ = (x − μ)/σ with σ = √(Var x + ε). Its Jacobian J = (I − 11ᵀ/m − x̂x̂ᵀ/m)/σ is symmetric, so vjp and
 * jvp are one operation: `normalizeGrad`.
 */

import { groupMoments, normalizeGroups, normalizeGroupsGrad } from "../kernels/index.ts";
import {
  ArgumentError,
  type Op,
  reserve,
  rng,
  ShapeError,
  sameShape,
  shapeText,
  sizeOf,
  Tensor,
  type TypedArray,
  toFloat,
} from "../tensor/index.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { apply, defineOp } from "./define.ts";
import { call, PREC, tex, wrap } from "./latex.ts";
import { permute, reshape } from "./layout.ts";
import { lift, type TensorLike } from "./lift.ts";
import { mean, sum, variance } from "./reduce.ts";
import { neg, sqrt } from "./unary.ts";

export interface Normalization {
  /** Axes over which mean and variance are taken, ascending. */
  axes: readonly number[];
  eps: number;
}

interface Groups {
  outer: number;
  groups: number;
  inner: number;
}

/** The data as [outer, groups, inner] when the kept axes lie side by side; null when they do not. */
function groupsOf(shape: readonly number[], axes: readonly number[]): Groups | null {
  const kept = [...shape.keys()].filter((d) => !axes.includes(d));
  if (kept.length === 0) return { outer: 1, groups: 1, inner: sizeOf(shape) };
  const [first, last] = [kept[0], kept[kept.length - 1]];
  if (last - first + 1 !== kept.length) return null;
  return {
    outer: sizeOf(shape.slice(0, first)),
    groups: sizeOf(shape.slice(first, last + 1)),
    inner: sizeOf(shape.slice(last + 1)),
  };
}

type Kernel = (inputs: TypedArray[], out: TypedArray, g: Groups) => void;

/** Runs a kernel on groups; axes that lie apart are first brought together. */
function overGroups(inputs: Tensor[], axes: readonly number[], kernel: Kernel): Tensor {
  const [x] = inputs;
  const dtype = toFloat(x.dtype);
  const seen = groupsOf(x.shape, axes);
  if (seen) {
    const out = reserve(dtype, x.size);
    kernel(
      inputs.map((t) => t.values()),
      out,
      seen,
    );
    return new Tensor(out, x.shape, dtype);
  }
  const order = [...x.shape.keys()].filter((d) => !axes.includes(d)).concat(axes);
  const moved = inputs.map((t) => permute(t.detach(), order).copy());
  const y = overGroups(
    moved,
    axes.map((_, i) => x.rank - axes.length + i),
    kernel,
  );
  const back = new Array<number>(x.rank);
  order.forEach((d, i) => {
    back[d] = i;
  });
  return permute(y, back);
}

const keep = { keepdim: true };
const samples = (): { inputs: Tensor[]; params: Normalization }[] => [
  { inputs: [rng(1).normal([4, 3])], params: { axes: [0], eps: 1e-5 } },
  { inputs: [rng(2).normal([2, 3, 2, 2])], params: { axes: [0, 2, 3], eps: 1e-3 } },
  { inputs: [rng(3).normal([2, 5])], params: { axes: [1], eps: 1e-5 } },
  { inputs: [rng(4).normal([2, 3, 4])], params: { axes: [1], eps: 1e-2 } },
];

export const normalizeOp: Op<Normalization> = defineOp<Normalization>({
  name: "normalize",
  forward: ([x], { axes, eps }) =>
    overGroups([x], axes, ([v], out, { outer, groups, inner }) =>
      normalizeGroups(v, out, outer, groups, inner, eps),
    ),
  vjp: [(G, [x], _, p) => apply(normalizeGradOp, [G, x], p)],
  jvp: [(T, [x], _, p) => apply(normalizeGradOp, [T, x], p)],
  latex: ([x]) => tex(`\\widehat{${x.tex}}`),
  samples,
});

/** J G = (G − mean G − x̂ ⊙ mean(G ⊙ x̂)) / σ. */
export const normalizeGradOp: Op<Normalization> = defineOp<Normalization>({
  name: "normalizeGrad",
  forward: (inputs, { axes, eps }) =>
    overGroups(inputs, axes, ([g, x], out, { outer, groups, inner }) =>
      normalizeGroupsGrad(g, x, out, outer, groups, inner, eps),
    ),
  vjp: [(H, [, x], _, p) => apply(normalizeGradOp, [H, x], p), (H, [G, x], _, p) => curvature(H, G, x, p)],
  jvp: [(T, [, x], _, p) => apply(normalizeGradOp, [T, x], p), (T, [G, x], _, p) => curvature(T, G, x, p)],
  latex: ([g, x]) => tex(`J_{\\widehat{${x.tex}}}\\, ${wrap(g, PREC.mul)}`, PREC.mul),
  samples: () =>
    samples().map(({ inputs: [x], params }) => ({ inputs: [rng(9).normal(x.shape), x], params })),
});

/** ∂⟨H, J(x) G⟩/∂x = −(x̂ ⟨H, J G⟩ + ⟨G, x̂⟩ J H + ⟨H, x̂⟩ J G) / (mσ), group by group; symmetric in G and H. */
function curvature(H: Tensor, G: Tensor, x: Tensor, p: Normalization): Tensor {
  const m = sizeOf(p.axes.map((d) => x.shape[d]));
  const normal = apply(normalizeOp, [x], p);
  const [JG, JH] = [G, H].map((t) => apply(normalizeGradOp, [t, x], p));
  const inner = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b), p.axes, keep);
  const sigma = sqrt(add(variance(x, p.axes, keep), p.eps));
  const total = add(mul(normal, inner(H, JG)), add(mul(inner(G, normal), JH), mul(inner(H, normal), JG)));
  return neg(div(total, mul(sigma, m)));
}

/** Mean and biased variance over the axes, kept with size 1; for running statistics, so without gradient. */
export const momentsOp: Op<{ axes: readonly number[] }> = defineOp<{ axes: readonly number[] }>({
  name: "moments",
  forward: ([x], { axes }) => {
    const dtype = toFloat(x.dtype);
    const g = groupsOf(x.shape, axes);
    const shape = [2, ...x.shape.map((n, d) => (axes.includes(d) ? 1 : n))];
    const out = reserve(dtype, sizeOf(shape));
    if (g) {
      const { mean: mu, variance: v } = groupMoments(x.values(), g.outer, g.groups, g.inner);
      out.set(mu);
      out.set(v, g.groups);
    } else {
      out.set(mean(x.detach(), axes).values());
      out.set(variance(x.detach(), axes).values(), out.length / 2);
    }
    return new Tensor(out, shape, dtype);
  },
  latex: call("\\operatorname{moments}"),
  samples: () => samples().map(({ inputs, params }) => ({ inputs, params: { axes: params.axes } })),
});

/**
 * (x − mean) / √(variance + eps) over the given axes.
 * @example
 * ```ts
 * normalize([1, 2, 3], [0]); // → tensor([-1.2247,  0.0000,  1.2247], shape=[3], float64)
 * ```
 */
export function normalize(x: TensorLike, axes: readonly number[], eps = 1e-5): Tensor {
  const t = lift(x, "normalize");
  return apply(normalizeOp, [t], { axes: [...axes].sort((a, b) => a - b), eps });
}

/** Settings of batch normalisation, as in PyTorch. */
export interface BatchNormOptions {
  /** Normalise by the batch's own statistics (and update the running ones); else by the running ones. */
  training?: boolean;
  momentum?: number;
  eps?: number;
}

/**
 * Batch normalisation over every axis but the second: γ (x − μ)/√(σ² + ε) + β, as PyTorch's batch_norm.
 * In training the running statistics, if given, become (1 − momentum)·old + momentum·new, with the
 * unbiased variance, in place.
 * @param x [N, C] or [N, C, …]
 * @throws ShapeError when a parameter has not one entry a channel; ArgumentError when there is one value a
 *   channel to train on.
 * @example
 * ```ts
 * batchNorm([[1, 10], [3, 30]], null, null, null, null, { eps: 0 }); // → [[-1,-1],[1,1]]
 * ```
 */
export function batchNorm(
  x: TensorLike,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  { training = false, momentum = 0.1, eps = 1e-5 }: BatchNormOptions = {},
): Tensor {
  const t = lift(x, "batchNorm");
  if (t.rank < 2)
    throw new ShapeError(`batchNorm: expected [N, C] or [N, C, …]; got shape ${shapeText(t.shape)}.`);
  const C = t.shape[1];
  for (const [name, p] of Object.entries({ runningMean, runningVar, weight, bias }))
    if (p && !sameShape(p.shape, [C]))
      throw new ShapeError(
        `batchNorm: ${name} has shape ${shapeText(p.shape)}; the ${C} channels of x need [${C}].`,
      );
  const axes = [...t.shape.keys()].filter((d) => d !== 1);
  const wide = (p: Tensor): Tensor => reshape(p, [C, ...t.shape.slice(2).map(() => 1)]);
  let y: Tensor;
  if (training || !runningMean || !runningVar) {
    const m = t.size / C;
    if (training && m <= 1)
      throw new ArgumentError(
        `batchNorm: one value a channel (shape ${shapeText(t.shape)}) has no variance to train on; use a larger batch or eval().`,
      );
    y = apply(normalizeOp, [t], { axes, eps });
    if (training && runningMean && runningVar)
      updateRunning(apply(momentsOp, [t.detach()], { axes }), runningMean, runningVar, momentum, m);
  } else y = div(sub(t, wide(runningMean)), sqrt(add(wide(runningVar), eps)));
  if (weight) y = mul(y, wide(weight));
  return bias ? add(y, wide(bias)) : y;
}

function updateRunning(moments: Tensor, meanOut: Tensor, varOut: Tensor, momentum: number, m: number): void {
  const [mu, v] = [0, 1].map((i) => reshape(moments.slice(0, i, i + 1), [-1]));
  meanOut.assign(add(mul(meanOut, 1 - momentum), mul(mu, momentum)));
  varOut.assign(add(mul(varOut, 1 - momentum), mul(v, (momentum * m) / (m - 1))));
}

/**
 * Layer normalisation over the last axes, of the given shape: γ (x − μ)/√(σ² + ε) + β.
 * @throws ShapeError when x does not end in the given shape.
 * @example
 * ```ts
 * layerNorm([[1, 3], [10, 30]], [2], null, null, 0); // → [[-1,1],[-1,1]]
 * ```
 */
export function layerNorm(
  x: TensorLike,
  normalizedShape: readonly number[],
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  eps = 1e-5,
): Tensor {
  const t = lift(x, "layerNorm");
  const lead = t.rank - normalizedShape.length;
  if (lead < 0 || !sameShape(t.shape.slice(lead), normalizedShape))
    throw new ShapeError(
      `layerNorm: the input ${shapeText(t.shape)} must end in ${shapeText(normalizedShape)}.`,
    );
  const axes = normalizedShape.map((_, i) => lead + i);
  let y = apply(normalizeOp, [t], { axes, eps });
  if (weight) y = mul(y, weight);
  return bias ? add(y, bias) : y;
}
