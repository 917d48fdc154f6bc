/** Data: the digits, made sets, splitting, scaling, labels, CSV and data frames. */

export { type CreatureOptions, type Creatures, makeCreatures, speciesNames } from "./creatures.ts";
export { type Columns, type CsvOptions, parseCsv, readColumns } from "./csv.ts";
export {
  type ColumnSource,
  describe,
  type GroupSummary,
  groupBy,
  type Summary as ColumnSummary,
} from "./describe.ts";
export { type Digits, digits, digitsFile } from "./digits.ts";
export {
  type Danfo,
  type DataFrame,
  danfo,
  type FrameLike,
  type FrameToTensorOptions,
  frame,
  frameToTensor,
  isSeriesLike,
  readCsv,
  tensorToFrame,
} from "./frame.ts";
export { decodeLabels, type Encoded, encodeLabels } from "./labels.ts";
export { takeRows } from "./rows.ts";
export { MinMaxScaler, StandardScaler } from "./scale.ts";
export { type Split, type SplitOptions, splitIndices, trainTestSplit } from "./split.ts";
export { type BlobOptions, type Labelled, type MoonOptions, makeBlobs, makeMoons } from "./synthetic.ts";
