export { DataLoader, type LoaderOptions } from "./batches.ts";
export { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
export {
  type EpochRecord,
  type Examples,
  evaluator,
  type FollowProgress,
  type TrainOptions,
  type TrainResult,
  trainClassifier,
} from "./classifier.ts";
