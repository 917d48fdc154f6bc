/**
 * Training a classifier: epochs of compiled steps, errors on both sets, early stopping, checkpoints.
 */

import { compile } from "../autodiff/index.ts";
import { CrossEntropyLoss, Dropout, type Module, manualSeed } from "../nn/index.ts";
import { noGrad, take } from "../ops/index.ts";
import { type Optimizer, SGD } from "../optim/index.ts";
import { ArgumentError, arange, type Tensor } from "../tensor/index.ts";
import { DataLoader, epochStream, type LoaderOptions } from "./batches.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";

/** Examples and their labels, integers from 0. */
export interface Examples {
  x: Tensor;
  y: Tensor;
}

/** What was measured after an epoch. */
export interface EpochRecord {
  /** 1 after the first epoch. */
  epoch: number;
  /** Mean loss over the epoch's batches, while the parameters moved. */
  batchLoss: number;
  /** Mean loss and share of wrong answers afterwards, in eval mode. */
  trainLoss: number;
  trainError: number;
  testLoss: number;
  testError: number;
}

/** A bar to follow: `progress` of the viz room fits. */
export type FollowProgress = (
  total: number,
  o: { label: string },
) => Iterable<number> & { note?(values: any): unknown };

/** Settings of `trainClassifier`. */
export interface TrainOptions extends LoaderOptions {
  train: Examples;
  test?: Examples;
  epochs: number;
  /** Default SGD with the given `lr`. */
  optimizer?: Optimizer;
  /** Step size of the default optimiser. Default 0.1. */
  lr?: number;
  /** Mean loss of logits [N, C] and labels [N]. Default CrossEntropyLoss. */
  loss?: Module;
  /** Called after each epoch, with `step()`. */
  scheduler?: { step(): void };
  /** Measure the errors every so many epochs (and after the last). Default 1. */
  evaluateEvery?: number;
  /** Stop when the test loss (else the training loss) has not improved for so many measurements. */
  patience?: number;
  /** Keep the run in this file and, if it exists already, go on from it. */
  checkpoint?: { path: string; every?: number };
  progress?: FollowProgress;
  label?: string;
  /** After each measurement; return false to stop. */
  onRecord?: (record: EpochRecord, history: readonly EpochRecord[]) => boolean | undefined;
}

/** What `trainClassifier` gives. */
export interface TrainResult {
  history: EpochRecord[];
  epochs: number;
  stoppedEarly: boolean;
  seconds: number;
}

/**
 * Loss and share of wrong answers of a classifier over a whole set, in eval mode, in chunks.
 * The returned function can be called again after the parameters have changed.
 * @example
 * ```ts
 * manualSeed(1);
 * const model = new Linear(2, 2);
 * const measure = evaluator(model, { x: zeros([4, 2], { dtype: "float32" }), y: tensor([0, 1, 0, 1]) });
 * measure().error; // → 0.5
 * ```
 */
export function evaluator(
  model: Module,
  data: Examples,
  loss: Module = new CrossEntropyLoss(),
): () => { loss: number; error: number } {
  const n = data.x.shape[0];
  const chunks = Array.from({ length: Math.ceil(n / 256) }, (_, i) =>
    arange(i * 256, Math.min(n, (i + 1) * 256), 1, { dtype: "int32" }),
  );
  const measure = compile((index: Tensor) =>
    noGrad(() => {
      const [x, y] = [take(data.x, index), take(data.y, index)];
      const logits: Tensor = model.forward(x);
      return { loss: loss.forward(logits, y) as Tensor, wrong: logits.argmax(1).notEqual(y).sum() };
    }),
  );
  return () => {
    const modes = [...model.namedModules()].map(([, m]) => [m, m.training] as const);
    model.eval();
    let total = 0;
    let wrong = 0;
    for (const index of chunks) {
      const m = measure(index);
      total += m.loss.item() * index.size;
      wrong += m.wrong.item();
    }
    for (const [m, training] of modes) m.training = training;
    return { loss: total / n, error: wrong / n };
  };
}

/**
 * Trains a model to classify: logits = model.forward(x), compared with the labels by a loss.
 *
 * Each step is compiled. The order of examples depends on `seed` and the epoch alone, so a run that is
 * interrupted and resumed from its checkpoint gives the same bits as one that is not.
 * @throws ArgumentError when the data does not fit together or the loss is not finite
 * @example
 * ```ts
 * const { data, target } = makeMoons({ samples: 100, noise: 0.1, seed: 1 });
 * manualSeed(1);
 * const model = new MLP([2, 16, 2]);
 * const { history } = trainClassifier(model, { train: { x: data.astype("float32"), y: target }, epochs: 20, batchSize: 20 });
 * history.length; // → 20
 * ```
 */
export function trainClassifier(model: Module, o: TrainOptions): TrainResult {
  const started = performance.now();
  const { train, test, epochs, evaluateEvery = 1, seed = 0 } = o;
  if (!Number.isInteger(epochs) || epochs < 0)
    throw new ArgumentError(`trainClassifier: epochs must be a whole number; got ${epochs}.`);
  const loader = new DataLoader(train.x, train.y, { batchSize: 128, ...o });
  const optimizer = o.optimizer ?? new SGD(model.parameters(), { lr: o.lr ?? 0.1 });
  const loss = o.loss ?? new CrossEntropyLoss();
  const step = compile((index: Tensor) => {
    optimizer.zeroGrad();
    const value: Tensor = loss.forward(model.forward(take(train.x, index)), take(train.y, index));
    value.backward();
    optimizer.step();
    return value.detach();
  });
  const onTrain = evaluator(model, train, loss);
  const onTest = test && evaluator(model, test, loss);
  const drawsMasks = [...model.namedModules()].some(([, m]) => m instanceof Dropout && !m.rng);

  const settings = { seed, batchSize: loader.batchSize, examples: train.x.shape[0] };
  const saved = o.checkpoint && loadCheckpoint(o.checkpoint.path, model, optimizer);
  if (saved && JSON.stringify(saved.settings) !== JSON.stringify(settings))
    throw new ArgumentError(
      `trainClassifier: ${o.checkpoint?.path} belongs to a run with ${JSON.stringify(saved.settings)}, this one has ` +
        `${JSON.stringify(settings)}. Use another path or remove the file.`,
    );
  const history: EpochRecord[] = (saved?.history as EpochRecord[] | undefined) ?? [];
  let epoch = (saved?.epoch as number | undefined) ?? 0;
  let stoppedEarly = saved?.stoppedEarly === true;
  for (let i = 0; i < epoch; i++) o.scheduler?.step();
  const save = (): void => {
    if (o.checkpoint)
      saveCheckpoint(o.checkpoint.path, model, optimizer, { settings, epoch, history, stoppedEarly });
  };

  const measure = (batchLoss: number): EpochRecord => {
    const [a, b] = [onTrain(), onTest?.()];
    return {
      epoch,
      batchLoss,
      trainLoss: a.loss,
      trainError: a.error,
      testLoss: b?.loss ?? Number.NaN,
      testError: b?.error ?? Number.NaN,
    };
  };

  const bar = o.progress?.(epochs, { label: o.label ?? "training" });
  const rounds = bar ?? Array.from({ length: epochs }, (_, i) => i);
  for (const round of rounds) {
    // A resumed run's bar passes over what was done before.
    if (round < epoch || stoppedEarly) continue;
    model.train();
    if (drawsMasks) manualSeed(epochStream(seed, epoch).split().seed);
    let total = 0;
    for (const index of loader.indices(epoch)) total += step(index).item() * index.size;
    const batchLoss = total / train.x.shape[0];
    if (!Number.isFinite(batchLoss))
      throw new ArgumentError(
        `trainClassifier: the loss became ${batchLoss} in epoch ${epoch + 1}. Try a smaller learning rate.`,
      );
    epoch++;
    o.scheduler?.step();
    if (epoch % evaluateEvery === 0 || epoch === epochs) {
      const record = measure(batchLoss);
      history.push(record);
      bar?.note?.({ loss: record.trainLoss, error: record.trainError, test: record.testError });
      stoppedEarly =
        o.onRecord?.(record, history) === false || stalled(history, o.patience, test !== undefined);
    }
    if (o.checkpoint && (epoch % (o.checkpoint.every ?? 50) === 0 || epoch === epochs || stoppedEarly))
      save();
  }
  model.eval();
  return { history, epochs: epoch, stoppedEarly, seconds: (performance.now() - started) / 1000 };
}

function stalled(history: readonly EpochRecord[], patience: number | undefined, tested: boolean): boolean {
  if (patience === undefined || history.length <= patience) return false;
  const losses = history.map((r) => (tested ? r.testLoss : r.trainLoss));
  const best = Math.min(...losses.slice(0, -patience));
  return losses.slice(-patience).every((v) => v >= best);
}
