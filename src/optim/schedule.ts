/**
 * Learning rates that change with the epoch: call `step()` after each one.
 *
 * Each schedule is a formula of the epoch number, so a run can be resumed at any point; PyTorch's
 * chained forms give the same numbers.
 */

import { ArgumentError } from "../tensor/index.ts";
import type { Optimizer } from "./optimizer.ts";

/**
 * What all schedules share: `step()` after each epoch sets the learning rate of every group.
 * @example
 * ```ts
 * const optimizer = new SGD([new Parameter(tensor([1]))], { lr: 1 });
 * const scheduler = new StepLR(optimizer, { stepSize: 1, gamma: 0.5 });
 * scheduler.step();
 * scheduler.getLastLr()[0].toFixed(4); // → 0.5000
 * ```
 */
export abstract class Scheduler {
  readonly optimizer: Optimizer;
  /** The learning rates the schedule starts from. */
  readonly baseLrs: readonly number[];
  lastEpoch = 0;

  constructor(optimizer: Optimizer) {
    this.optimizer = optimizer;
    this.baseLrs = optimizer.paramGroups.map((g) => g.lr);
  }

  /** Factor or value of the learning rate at an epoch. */
  protected abstract at(epoch: number, base: number): number;

  /** Sets the learning rates of the epoch; constructors call it for epoch 0. */
  protected set(): void {
    this.optimizer.paramGroups.forEach((g, i) => {
      g.lr = this.at(this.lastEpoch, this.baseLrs[i]);
    });
  }

  step(): void {
    this.lastEpoch++;
    this.set();
  }

  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((g) => g.lr);
  }

  stateDict(): { lastEpoch: number } {
    return { lastEpoch: this.lastEpoch };
  }

  loadStateDict({ lastEpoch }: { lastEpoch: number }): void {
    this.lastEpoch = lastEpoch;
    this.set();
  }
}

/**
 * The base rate times a function of the epoch.
 * @example
 * ```ts
 * const optimizer = new SGD([new Parameter(tensor([1]))], { lr: 1 });
 * const scheduler = new LambdaLR(optimizer, (epoch) => 0.95 ** epoch);
 * for (let epoch = 0; epoch < 2; epoch++) scheduler.step();
 * scheduler.getLastLr()[0].toFixed(4); // → 0.9025
 * ```
 */
export class LambdaLR extends Scheduler {
  readonly lambda: (epoch: number) => number;
  constructor(optimizer: Optimizer, lambda: (epoch: number) => number) {
    super(optimizer);
    this.lambda = lambda;
    this.set();
  }
  protected at(epoch: number, base: number): number {
    return base * this.lambda(epoch);
  }
}

/**
 * Multiplied by gamma every `stepSize` epochs.
 * @example
 * ```ts
 * const optimizer = new SGD([new Parameter(tensor([1]))], { lr: 1 });
 * const scheduler = new StepLR(optimizer, { stepSize: 10, gamma: 0.1 });
 * for (let epoch = 0; epoch < 10; epoch++) scheduler.step();
 * scheduler.getLastLr()[0].toFixed(4); // → 0.1000
 * ```
 */
export class StepLR extends Scheduler {
  readonly stepSize: number;
  readonly gamma: number;
  constructor(optimizer: Optimizer, { stepSize, gamma = 0.1 }: { stepSize: number; gamma?: number }) {
    super(optimizer);
    if (!(stepSize >= 1)) throw new ArgumentError(`StepLR: stepSize must be at least 1; got ${stepSize}.`);
    this.stepSize = stepSize;
    this.gamma = gamma;
  }
  protected at(epoch: number, base: number): number {
    return base * this.gamma ** Math.floor(epoch / this.stepSize);
  }
}

/**
 * Multiplied by gamma at each of the given epochs.
 * @example
 * ```ts
 * const optimizer = new SGD([new Parameter(tensor([1]))], { lr: 1 });
 * const scheduler = new MultiStepLR(optimizer, { milestones: [2, 4], gamma: 0.5 });
 * for (let epoch = 0; epoch < 4; epoch++) scheduler.step();
 * scheduler.getLastLr()[0].toFixed(4); // → 0.2500
 * ```
 */
export class MultiStepLR extends Scheduler {
  readonly milestones: readonly number[];
  readonly gamma: number;
  constructor(
    optimizer: Optimizer,
    { milestones, gamma = 0.1 }: { milestones: readonly number[]; gamma?: number },
  ) {
    super(optimizer);
    this.milestones = milestones;
    this.gamma = gamma;
  }
  protected at(epoch: number, base: number): number {
    return base * this.gamma ** this.milestones.filter((m) => m <= epoch).length;
  }
}

/**
 * Multiplied by gamma every epoch.
 * @example
 * ```ts
 * const optimizer = new SGD([new Parameter(tensor([1]))], { lr: 1 });
 * const scheduler = new ExponentialLR(optimizer, { gamma: 0.9 });
 * for (let epoch = 0; epoch < 3; epoch++) scheduler.step();
 * scheduler.getLastLr()[0].toFixed(4); // → 0.7290
 * ```
 */
export class ExponentialLR extends Scheduler {
  readonly gamma: number;
  constructor(optimizer: Optimizer, { gamma }: { gamma: number }) {
    super(optimizer);
    this.gamma = gamma;
  }
  protected at(epoch: number, base: number): number {
    return base * this.gamma ** epoch;
  }
}

/**
 * From the base rate to etaMin and back along a cosine of half period tMax.
 * @example
 * ```ts
 * const optimizer = new SGD([new Parameter(tensor([1]))], { lr: 1 });
 * const scheduler = new CosineAnnealingLR(optimizer, { tMax: 10 });
 * for (let epoch = 0; epoch < 5; epoch++) scheduler.step();
 * scheduler.getLastLr()[0].toFixed(4); // → 0.5000
 * ```
 */
export class CosineAnnealingLR extends Scheduler {
  readonly tMax: number;
  readonly etaMin: number;
  constructor(optimizer: Optimizer, { tMax, etaMin = 0 }: { tMax: number; etaMin?: number }) {
    super(optimizer);
    this.tMax = tMax;
    this.etaMin = etaMin;
  }
  protected at(epoch: number, base: number): number {
    return this.etaMin + ((base - this.etaMin) * (1 + Math.cos((Math.PI * epoch) / this.tMax))) / 2;
  }
}

/**
 * A factor that goes linearly from startFactor to endFactor in `totalIters` epochs, then stays.
 * @example
 * ```ts
 * const optimizer = new SGD([new Parameter(tensor([1]))], { lr: 1 });
 * const scheduler = new LinearLR(optimizer, { startFactor: 0.5, totalIters: 4 });
 * for (let epoch = 0; epoch < 2; epoch++) scheduler.step();
 * scheduler.getLastLr()[0].toFixed(4); // → 0.7500
 * ```
 */
export class LinearLR extends Scheduler {
  readonly startFactor: number;
  readonly endFactor: number;
  readonly totalIters: number;
  constructor(optimizer: Optimizer, { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = {}) {
    super(optimizer);
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.totalIters = totalIters;
    this.set();
  }
  protected at(epoch: number, base: number): number {
    const t = Math.min(epoch, this.totalIters) / this.totalIters;
    return base * (this.startFactor + (this.endFactor - this.startFactor) * t);
  }
}

/** Settings of `ReduceLROnPlateau`; PyTorch's defaults. */
export interface PlateauOptions {
  mode?: "min" | "max";
  factor?: number;
  patience?: number;
  threshold?: number;
  cooldown?: number;
  minLr?: number;
}

/**
 * Multiplied by `factor` when a measured value has not improved (by a relative threshold) for `patience` epochs.
 * @example
 * ```ts
 * const optimizer = new SGD([new Parameter(tensor([1]))], { lr: 1 });
 * const scheduler = new ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5 });
 * for (const loss of [3, 2, 2, 2]) scheduler.step(loss);
 * optimizer.paramGroups[0].lr; // → 0.5
 * ```
 */
export class ReduceLROnPlateau {
  readonly optimizer: Optimizer;
  readonly options: Required<PlateauOptions>;
  best: number;
  badEpochs = 0;
  cooling = 0;

  constructor(optimizer: Optimizer, o: PlateauOptions = {}) {
    this.optimizer = optimizer;
    this.options = { mode: "min", factor: 0.1, patience: 10, threshold: 1e-4, cooldown: 0, minLr: 0, ...o };
    this.best = this.options.mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  step(value: number): void {
    const { mode, factor, patience, threshold, cooldown, minLr } = this.options;
    const better = mode === "min" ? value < this.best * (1 - threshold) : value > this.best * (1 + threshold);
    if (better || !Number.isFinite(this.best)) {
      this.best = value;
      this.badEpochs = 0;
    } else this.badEpochs++;
    if (this.cooling > 0) {
      this.cooling--;
      this.badEpochs = 0;
    }
    if (this.badEpochs <= patience) return;
    for (const g of this.optimizer.paramGroups) g.lr = Math.max(g.lr * factor, minLr);
    this.cooling = cooldown;
    this.badEpochs = 0;
  }
}
