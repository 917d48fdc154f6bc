/**
 * Activations as layers, and dropout.
 */

import { fromHost } from "../ops/host.ts";
import { gelu, logSoftmax, relu, reshape, sigmoid, silu, softmax, softplus, tanh } from "../ops/index.ts";
import { ArgumentError, normalizeAxis, type Random, type Tensor } from "../tensor/index.ts";
import { defaultStream } from "./init.ts";
import { Module } from "./module.ts";

/** max(x, 0). */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/** x Φ(x), the exact form. */
export class GELU extends Module {
  forward(x: Tensor): Tensor {
    return gelu(x);
  }
}

/** x σ(x), also called Swish. */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return silu(x);
  }
}

export { SiLU as Swish };

/** 1/(1 + e⁻ˣ). */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** log(1 + eˣ). */
export class Softplus extends Module {
  forward(x: Tensor): Tensor {
    return softplus(x);
  }
}

/** Softmax along an axis, the last by default. */
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

/** The logarithm of the softmax along an axis, the last by default. */
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

export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** Axes from `startDim` to `endDim` joined into one; the batch axis stays by default. */
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
