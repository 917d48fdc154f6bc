/**
 * L-BFGS: quasi-Newton steps from the last few changes of gradient (Liu & Nocedal, 1989).
 *
 * The core works on one flat vector in double precision; `LBFGS` wraps it for parameters with PyTorch's
 * interface and decisions, `minimize` for a function of a tree of tensors.
 */

import { fillTree, leaves, type Tree, valueAndGrad } from "../autodiff/index.ts";
import { ArgumentError, isFloat, sizeOf, Tensor, type TypedArray } from "../tensor/index.ts";
import { type Point, strongWolfe } from "./wolfe.ts";

/** Settings of `LBFGS`; PyTorch's defaults. */
export interface LBFGSOptions {
  lr?: number;
  maxIter?: number;
  /** Evaluations of the function allowed in a step; 1.25 maxIter by default. */
  maxEval?: number;
  toleranceGrad?: number;
  toleranceChange?: number;
  historySize?: number;
  lineSearchFn?: "strongWolfe" | null;
}

type Evaluate = (x: Float64Array) => { f: number; g: Float64Array };

const dot = (a: Float64Array, b: Float64Array): number => {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return s;
};
const largest = (a: Float64Array): number => a.reduce((m, v) => Math.max(m, Math.abs(v)), 0);

/** Memory of the method: what one call of `advance` leaves to the next. */
class Memory {
  iterations = 0;
  direction: Float64Array | null = null;
  previous: Float64Array | null = null;
  t = 0;
  scale = 1;
  readonly pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];

  /** −H g by the two-loop recursion, after learning from the change of gradient since the last step. */
  descend(g: Float64Array, history: number): Float64Array {
    if (this.direction && this.previous) {
      const y = g.map((v, i) => v - (this.previous as Float64Array)[i]);
      const s = this.direction.map((v) => v * this.t);
      const ys = dot(y, s);
      if (ys > 1e-10) {
        if (this.pairs.length === history) this.pairs.shift();
        this.pairs.push({ s, y, rho: 1 / ys });
        this.scale = ys / dot(y, y);
      }
    }
    const d = g.map((v) => -v);
    const alpha = new Float64Array(this.pairs.length);
    for (let i = this.pairs.length - 1; i >= 0; i--) {
      const { s, y, rho } = this.pairs[i];
      alpha[i] = rho * dot(s, d);
      for (let j = 0; j < d.length; j++) d[j] -= alpha[i] * y[j];
    }
    for (let j = 0; j < d.length; j++) d[j] *= this.scale;
    this.pairs.forEach(({ s, y, rho }, i) => {
      const beta = alpha[i] - rho * dot(y, d);
      for (let j = 0; j < d.length; j++) d[j] += s[j] * beta;
    });
    return d;
  }
}

/** Up to maxIter iterations from x; returns where it stopped and the first value seen. */
function advance(evaluate: Evaluate, x: Float64Array, m: Memory, o: Required<LBFGSOptions>) {
  let { f, g } = evaluate(x);
  const first = f;
  let evaluations = 1;
  let converged = largest(g) <= o.toleranceGrad;
  for (let n = 0; n < o.maxIter && !converged; n++) {
    const fresh = m.iterations++ === 0;
    const d = m.descend(g, o.historySize);
    m.previous = g;
    const before = f;
    m.direction = d;
    m.t = fresh ? Math.min(1, 1 / g.reduce((s, v) => s + Math.abs(v), 0)) * o.lr : o.lr;
    const slope = dot(g, d);
    if (slope > -o.toleranceChange) {
      // No step along d can change f by more than the tolerance.
      converged ||= o.lineSearchFn !== null && slope <= o.toleranceChange;
      break;
    }
    const origin = x;
    const along = (t: number): Float64Array => origin.map((v, i) => v + t * d[i]);
    if (o.lineSearchFn) {
      const at = (t: number): Point => {
        const e = evaluate(along(t));
        return { t, f: e.f, g: e.g, slope: dot(e.g, d) };
      };
      const found = strongWolfe(at, { t: 0, f, g, slope }, m.t, largest(d));
      m.t = found.t;
      f = found.f;
      g = found.g;
      evaluations += found.evaluations;
      x = along(m.t);
    } else {
      x = along(m.t);
      // The last point of a call is not evaluated: the next call starts with it.
      if (n + 1 < o.maxIter) {
        ({ f, g } = evaluate(x));
        evaluations++;
      }
    }
    converged = largest(g) <= o.toleranceGrad;
    if (evaluations >= o.maxEval) break;
    if (largest(d) * m.t <= o.toleranceChange || Math.abs(f - before) < o.toleranceChange) {
      converged ||= o.lineSearchFn !== null;
      break;
    }
  }
  return { x, f, g, first, evaluations, converged };
}

function settings(o: LBFGSOptions): Required<LBFGSOptions> {
  const maxIter = o.maxIter ?? 20;
  return {
    lr: 1,
    maxEval: Math.floor((maxIter * 5) / 4),
    toleranceGrad: 1e-7,
    toleranceChange: 1e-9,
    historySize: 100,
    lineSearchFn: null,
    ...o,
    maxIter,
  };
}

function flatten(tensors: readonly (Tensor | null)[], sizes: readonly number[]): Float64Array {
  const out = new Float64Array(sizes.reduce((a, b) => a + b, 0));
  let at = 0;
  tensors.forEach((t, i) => {
    if (t) out.set(t.values() as TypedArray, at);
    at += sizes[i];
  });
  return out;
}

/**
 * torch.optim.LBFGS: `step(closure)` makes up to maxIter iterations; the closure clears gradients, computes the loss,
 * calls backward and returns it.
 * @example
 * ```ts
 * const x = new Parameter(tensor([3, -2]));
 * const optimizer = new LBFGS([x], { lineSearchFn: "strongWolfe" });
 * optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = x.sub([1, 1]).square().sum();
 *   loss.backward();
 *   return loss;
 * });
 * x; // → tensor([1, 1], shape=[2], float64)
 * ```
 */
export class LBFGS {
  readonly params: readonly Tensor[];
  readonly options: Required<LBFGSOptions>;
  readonly #memory = new Memory();

  constructor(params: Iterable<Tensor>, o: LBFGSOptions = {}) {
    this.params = [...params];
    this.options = settings(o);
    if (this.params.length === 0) throw new ArgumentError("LBFGS: there is nothing to optimise.");
  }

  zeroGrad(): void {
    for (const p of this.params) p.grad = null;
  }

  /** @returns the loss before the step */
  step(closure: () => Tensor): number {
    const sizes = this.params.map((p) => p.size);
    const put = (x: Float64Array): void => {
      let at = 0;
      for (const p of this.params) {
        p.data.set(x.subarray(at, at + p.size), p.offset);
        at += p.size;
      }
    };
    const evaluate: Evaluate = (x) => {
      put(x);
      const f = closure().item();
      return {
        f,
        g: flatten(
          this.params.map((p) => p.grad),
          sizes,
        ),
      };
    };
    const result = advance(evaluate, flatten(this.params, sizes), this.#memory, this.options);
    put(result.x);
    return result.first;
  }
}

/** Settings of `minimize`. */
export interface MinimizeOptions extends LBFGSOptions {
  /** Called after each iteration with its number and value; return false to stop. */
  onIteration?: (iteration: number, value: number) => boolean | undefined;
}

/**
 * Minimises a scalar function of a tensor, or of arrays and objects of float tensors, by L-BFGS with a
 * strong-Wolfe line search.
 * @example
 * ```ts
 * const { params, converged } = minimize((x: Tensor) => x.sub([1, 2]).square().sum(), tensor([0, 0]));
 * params; // → tensor([1, 2], shape=[2], float64)
 * converged; // → true
 * ```
 */
export function minimize<T extends Tree>(
  f: (params: T) => Tensor,
  start: T,
  o: MinimizeOptions = {},
): {
  params: T;
  value: number;
  iterations: number;
  evaluations: number;
  converged: boolean;
  history: number[];
} {
  const given = leaves(start);
  if (given.length === 0 || given.some((t) => !isFloat(t.dtype)))
    throw new ArgumentError("minimize: give one or more floating-point tensors to start from.");
  const sizes = given.map((t) => sizeOf(t.shape));
  const rebuild = (x: Float64Array): T => {
    let at = 0;
    return fillTree(
      start,
      given.map((t) => {
        const data = t.dtype === "float32" ? Float32Array : Float64Array;
        const part = data.from(x.subarray(at, (at += t.size)));
        const made = new Tensor(part, t.shape, t.dtype);
        made.name = t.name;
        return made;
      }),
    );
  };
  const both = valueAndGrad(f as (...a: Tree[]) => Tensor);
  const evaluate: Evaluate = (x) => {
    const { value, grad } = both(rebuild(x));
    return { f: value.item(), g: flatten(leaves(grad), sizes) };
  };
  const maxIter = o.maxIter ?? 200;
  const options = settings({
    historySize: 10,
    lineSearchFn: "strongWolfe",
    toleranceChange: 1e-14,
    ...o,
    maxIter: 1,
  });
  options.maxEval = Number.POSITIVE_INFINITY;
  // Each iteration is a call of its own that starts where the last one ended, so its point is remembered.
  let last: { x: Float64Array; f: number; g: Float64Array } | null = null;
  let evaluations = 0;
  const once: Evaluate = (x) => {
    if (last && x === last.x) return { f: last.f, g: last.g };
    evaluations++;
    return evaluate(x);
  };
  const memory = new Memory();
  const history: number[] = [];
  let x = flatten(given, sizes);
  let value = Number.NaN;
  let converged = false;
  let iterations = 0;
  while (iterations < maxIter && !converged) {
    const before = memory.iterations;
    const result = advance(once, x, memory, options);
    if (iterations === 0) history.push(result.first);
    last = result;
    x = result.x;
    value = result.f;
    converged = result.converged;
    if (memory.iterations === before) break;
    iterations++;
    history.push(value);
    if (o.onIteration?.(iterations, value) === false) break;
    if (result.x === x && Math.abs(value - history[history.length - 2]) === 0) break;
  }
  return { params: rebuild(x), value, iterations, evaluations, converged, history };
}
