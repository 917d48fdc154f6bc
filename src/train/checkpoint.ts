/**
 * Everything a run needs to go on as if it had never stopped, in one safetensors file.
 */

import { existsSync, readFileSync } from "node:fs";
import { decodeSafetensors, encodeSafetensors, type Module, type StateDict } from "../nn/index.ts";
import { safetensorsMetadata, writeWhole } from "../nn/safetensors.ts";
import type { Optimizer, OptimizerState } from "../optim/index.ts";

/** What else is kept beside the tensors; plain data. */
export type Notes = Record<string, unknown>;

/**
 * Writes parameters, buffers, optimiser state and notes into one safetensors file, whole or not at all.
 * @example
 * ```ts
 * const model = new Linear(2, 1);
 * const optimizer = new Adam(model.parameters());
 * saveCheckpoint("run.safetensors", model, optimizer, { epoch: 7 });
 * loadCheckpoint("run.safetensors", model, optimizer); // → { epoch: 7 }
 * ```
 */
export function saveCheckpoint(path: string, model: Module, optimizer: Optimizer, notes: Notes): void {
  const { groups, tensors } = optimizer.stateDict();
  const all: StateDict = {};
  for (const [name, t] of Object.entries(model.stateDict())) all[`model.${name}`] = t;
  tensors.forEach((slots, i) => {
    for (const [name, t] of Object.entries(slots)) all[`optimizer.${i}.${name}`] = t;
  });
  const metadata = {
    format: "gradlab checkpoint",
    groups: JSON.stringify(groups),
    notes: JSON.stringify(notes),
  };
  writeWhole(path, encodeSafetensors(all, metadata));
}

/**
 * Puts the state of a checkpoint into model and optimiser and returns its notes; null when there is no file.
 * @example
 * ```ts
 * const model = new Linear(2, 1);
 * loadCheckpoint("no-such-file", model, new Adam(model.parameters())); // → null
 * ```
 */
export function loadCheckpoint(path: string, model: Module, optimizer: Optimizer): Notes | null {
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  const metadata = safetensorsMetadata(bytes);
  const tensors = decodeSafetensors(bytes);
  const part = (prefix: string): StateDict =>
    Object.fromEntries(
      Object.entries(tensors)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, t]) => [name.slice(prefix.length), t]),
    );
  model.loadStateDict(part("model."));
  const count = optimizer.paramGroups.reduce((n, g) => n + g.params.length, 0);
  const state: OptimizerState = {
    groups: JSON.parse(metadata.groups ?? "[]"),
    tensors: Array.from({ length: count }, (_, i) => part(`optimizer.${i}.`)),
  };
  optimizer.loadStateDict(state);
  return JSON.parse(metadata.notes ?? "{}");
}
