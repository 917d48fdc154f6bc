/**
 * Activations as layers, and dropout.
 */

import { fromHost } from "../ops/host.ts";
import { gelu, logSoftmax, relu, reshape, sigmoid, silu, softmax, softplus, tanh } from "../ops/index.ts";
import { ArgumentError, normalizeAxis, type Random, type Tensor } from "../tensor/index.ts";
import { defaultStream } from "./init.ts";
import { Module } from "./module.ts";

/**
 * max(x, 0).
 * @example
 * ```ts
 * new ReLU().forward(tensor([-1, 2])); // → tensor([0, 2], shape=[2], float64)
 * ```
 */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/**
 * x Φ(x), the exact form.
 * @example
 * ```ts
 * new GELU().forward(tensor([-1, 0, 1])); // → tensor([-0.1587,  0.0000,  0.8413], shape=[3], float64)
 * ```
 */
export class GELU extends Module {
  forward(x: Tensor): Tensor {
    return gelu(x);
  }
}

/**
 * x σ(x), also called Swish.
 * @example
 * ```ts
 * new SiLU().forward(tensor([-1, 0, 1])); // → tensor([-0.2689,  0.0000,  0.7311], shape=[3], float64)
 * ```
 */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return silu(x);
  }
}

export { SiLU as Swish };

/**
 * 1/(1 + e⁻ˣ).
 * @example
 * ```ts
 * new Sigmoid().forward(tensor([-1, 0, 1])); // → tensor([0.2689, 0.5000, 0.7311], shape=[3], float64)
 * ```
 */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/**
 * tanh x.
 * @example
 * ```ts
 * new Tanh().forward(tensor([-1, 0, 1])); // → tensor([-0.7616,  0.0000,  0.7616], shape=[3], float64)
 * ```
 */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/**
 * log(1 + eˣ).
 * @example
 * ```ts
 * new Softplus().forward(tensor([-1, 0, 1])); // → tensor([0.3133, 0.6931, 1.3133], shape=[3], float64)
 * ```
 */
export class Softplus extends Module {
  forward(x: Tensor): Tensor {
    return softplus(x);
  }
}

/**
 * e^{xᵢ} / Σⱼ e^{xⱼ} along an axis, the last by default.
 * @example
 * ```ts
 * new Softmax().forward(tensor([0, 0])); // → tensor([0.5, 0.5], shape=[2], float64)
 * ```
 */
export class Softmax extends Module {
  readonly dim: number;
  constructor(dim = -1) {
    super();
    this.dim = dim;
  }
  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }
}

/**
 * xᵢ − log Σⱼ e^{xⱼ} along an axis, the last by default.
 * @example
 * ```ts
 * new LogSoftmax().forward(tensor([0, 0])); // → tensor([-0.6931, -0.6931], shape=[2], float64)
 * ```
 */
export class LogSoftmax extends Module {
  readonly dim: number;
  constructor(dim = -1) {
    super();
    this.dim = dim;
  }
  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }
}

/**
 * Its input, unchanged: a place holder where a layer may stand.
 * @example
 * ```ts
 * new Identity().forward(tensor([1, 2])); // → tensor([1, 2], shape=[2], float64)
 * ```
 */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/**
 * Axes from `startDim` to `endDim` joined into one; the batch axis stays by default.
 * @example
 * ```ts
 * new Flatten().forward(zeros([5, 1, 8, 8])).shape; // → [ 5, 64 ]
 * ```
 */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;
  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }
  forward(x: Tensor): Tensor {
    const first = normalizeAxis(this.startDim, x.rank, "Flatten");
    const last = normalizeAxis(this.endDim, x.rank, "Flatten");
    const joined = x.shape.slice(first, last + 1).reduce((a, b) => a * b, 1);
    return reshape(x, [...x.shape.slice(0, first), joined, ...x.shape.slice(last + 1)]);
  }
}

/**
 * In training, each entry becomes 0 with probability p and is divided by 1 − p otherwise; in eval mode
 * nothing happens.
 * @example
 * ```ts
 * dropout(ones([6]), 0.5, { rng: rng(1) }); // → tensor([0, 0, 2, 0, 0, 2], shape=[6], float64)
 * ```
 */
export function dropout(x: Tensor, p = 0.5, o: { training?: boolean; rng?: Random } = {}): Tensor {
  if (!(p >= 0 && p <= 1)) throw new ArgumentError(`dropout: p must be a probability from 0 to 1; got ${p}.`);
  if (!(o.training ?? true) || p === 0) return x;
  if (p === 1) return x.mul(0);
  const mask = fromHost(() => {
    const kept = (o.rng ?? defaultStream()).bernoulli(x.shape, 1 - p, { dtype: x.dtype });
    for (let i = 0; i < kept.size; i++) kept.data[i] /= 1 - p;
    return kept;
  });
  return x.mul(mask);
}

/**
 * `dropout` as a layer: acts in training mode only. Without `rng` it draws from the stream of `manualSeed`.
 * @example
 * ```ts
 * const layer = new Dropout(0.5);
 * layer.eval();
 * layer.forward(ones([3])); // → tensor([1, 1, 1], shape=[3], float64)
 * ```
 */
export class Dropout extends Module {
  readonly p: number;
  readonly rng: Random | undefined;
  constructor(p = 0.5, o: { rng?: Random } = {}) {
    super();
    this.p = p;
    this.rng = o.rng;
  }
  forward(x: Tensor): Tensor {
    return dropout(x, this.p, { training: this.training, rng: this.rng });
  }
  protected override extra(): string {
    return `p=${this.p}`;
  }
}
