/**
 * Where a GP-LVM's fit begins, and which hyperparameters it moves.
 *
 * Latent points start as principal scores, each dimension in units of its own spread: right for the linear
 * kernel, and near enough for others that the fit unfolds what is curved instead of tangling it.
 */

import { pcaScores } from "../models/pca.ts";
import { ArgumentError, type Random, rng, ShapeError, shapeText, Tensor, tensor } from "../tensor/index.ts";
import type { GPLVMOptions } from "./gplvm.ts";
import { Kernel, type KernelParameters } from "./kernels.ts";

/** Refuses options that are none of the known ones. */
export function checkOptions(o: GPLVMOptions): void {
  const oneOf = (name: keyof GPLVMOptions, known: readonly string[]): void => {
    const given = o[name];
    if (given === undefined || known.includes(given as string)) return;
    if (name === "kernel" && given instanceof Kernel) return;
    if (name === "initX" && given instanceof Tensor) return;
    const words = known.map((k) => `"${k}"`).join(" or ");
    const other = name === "kernel" ? ", or a Kernel" : name === "initX" ? ", or a tensor [N, Q]" : "";
    throw new ArgumentError(`GPLVM: ${name} must be ${words}${other}; got ${String(given)}.`);
  };
  oneOf("kernel", ["linear", "rbf"]);
  oneOf("objective", ["ml", "map"]);
  oneOf("optimizer", ["lbfgs", "adam"]);
  oneOf("initX", ["pca", "random"]);
  for (const name of ["latentDim", "maxIter"] as const) {
    const given = o[name];
    if (given !== undefined && (!Number.isInteger(given) || given < 1))
      throw new ArgumentError(`GPLVM: ${name} must be a positive integer; got ${given}.`);
  }
  if (o.ard && o.kernel !== undefined && o.kernel !== "rbf")
    throw new ArgumentError('GPLVM: ard belongs to kernel "rbf"; give other kernels a list of lengthscales.');
  if (o.ard && o.objective === "map")
    throw new ArgumentError(
      'GPLVM: with objective "map" the lengthscales are held, since X itself takes their place; use ard with "ml".',
    );
}

/** X at the start, [N, Q], for centred Y [N, D]. */
export function startPoints(Y: Tensor, Q: number, o: GPLVMOptions): Tensor {
  const { initX = "pca", randomState = 0 } = o;
  const [N, D] = Y.shape;
  if (initX instanceof Tensor) {
    if (shapeText(initX.shape) !== shapeText([N, Q]))
      throw new ShapeError(
        `GPLVM: initX has shape ${shapeText(initX.shape)}; expected ${shapeText([N, Q])}.`,
      );
    return initX.detach();
  }
  const stream: Random = typeof randomState === "number" ? rng(randomState) : randomState;
  if (initX === "random") return stream.normal([N, Q]) as Tensor;
  const scores = pcaScores(Y, Math.min(Q, D, N));
  const known = scores.shape[1];
  const spread = scores.square().mean(0, { keepdim: true }).sqrt().maximum(1e-12);
  const values = scores.div(spread).values();
  const X = new Float64Array(N * Q);
  // Dimensions that Y does not have begin as a little noise.
  for (let i = 0; i < N * Q; i++) {
    const [n, q] = [Math.floor(i / Q), i % Q];
    X[i] = q < known ? values[n * known + q] : 0.1 * stream.gaussian();
  }
  return new Tensor(X, [N, Q], "float64");
}

/** Hyperparameters at the start, by name: the kernel's, and beta. */
export function startHyperparameters(
  Y: Tensor,
  Q: number,
  o: GPLVMOptions,
  kernel: Kernel,
): KernelParameters {
  const variance = Math.max(Y.square().mean().item(), 1e-12);
  const own: KernelParameters =
    o.kernel === "linear"
      ? { alpha: tensor(variance / Q) as Tensor }
      : o.kernel instanceof Kernel
        ? kernel.parameters
        : {
            variance: tensor(variance) as Tensor,
            lengthscale: tensor(o.ard ? new Array(Q).fill(1) : 1) as Tensor,
          };
  const values: KernelParameters = { ...own, beta: tensor(10 / variance) as Tensor };
  for (const [name, v] of Object.entries(o.hyperparameters ?? {})) {
    if (!(name in values))
      throw new ArgumentError(
        `GPLVM: there is no hyperparameter "${name}"; this kernel has ${Object.keys(values).join(", ")}.`,
      );
    const given = tensor(v as number) as Tensor;
    if (!given.values().every((x: number) => x > 0 && Number.isFinite(x)))
      throw new ArgumentError(`GPLVM: hyperparameter "${name}" must be positive and finite; got ${v}.`);
    values[name] = given;
  }
  return values;
}

/**
 * The hyperparameters that stay as they are: those named by the user and, for "map", what only rescales X.
 * The likelihood sees X / ℓ (or √α X) alone, so were both free, the prior would draw X and ℓ to 0 together.
 */
export function heldHyperparameters(values: KernelParameters, o: GPLVMOptions, kernel: Kernel): Set<string> {
  for (const name of o.fixed ?? [])
    if (!(name in values))
      throw new ArgumentError(
        `GPLVM: fixed names "${name}", but the hyperparameters are ${Object.keys(values).join(", ")}.`,
      );
  const scale = o.kernel === "linear" ? ["alpha"] : kernel.inputScale;
  return new Set([...(o.fixed ?? []), ...(objectiveOf(o) === "map" ? scale : [])]);
}

/** What is maximised: as told, else "map", or "ml" with `ard`. */
export const objectiveOf = (o: GPLVMOptions): "ml" | "map" => o.objective ?? (o.ard ? "ml" : "map");
