export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { clipGradNorm, clipGradValue } from "./clip.ts";
export { sgd } from "./functional.ts";
export { LBFGS, type LBFGSOptions, type MinimizeOptions, minimize } from "./lbfgs.ts";
export { type Group, Optimizer, type OptimizerState, type Params } from "./optimizer.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export {
  CosineAnnealingLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  MultiStepLR,
  type PlateauOptions,
  ReduceLROnPlateau,
  Scheduler,
  StepLR,
} from "./schedule.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
