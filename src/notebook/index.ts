// The notebook library: read, run, compare notebooks. The commands of the
// command line are thin layers over what is exported here.

export { type BundleOptions, type BundleResult, makeBundle } from "./bundle/bundle.ts";
export { type BundleName, bundleFiles, parseBundleName } from "./bundle/name.ts";
export { type CleanOptions, cleanNotebook } from "./convert/clean.ts";
export { type CellChange, type DiffOptions, diffNotebooks, diffText } from "./convert/diff.ts";
export { fromScript, takeOutputs, toScript } from "./convert/script.ts";
export { ExportError } from "./document/problems.ts";
export { type SaveOptions, saveDerivation, type Writable } from "./export/derivation.ts";
export {
  type ExportOptions,
  type ExportResult,
  exportNotebook,
  type Format,
  renderNotebook,
} from "./export/index.ts";
export { parseNotebook, serializeNotebook } from "./format/parse.ts";
export { type Heading, sectionPaths } from "./format/sections.ts";
export { readNotebook, writeAtomic, writeNotebook } from "./format/store.ts";
export type * from "./format/types.ts";
export { hasTag, isCode, NotebookError } from "./format/types.ts";
export { injectParameters } from "./parameters/inject.ts";
export { parseValue, readParameters } from "./parameters/values.ts";
export { junitReport } from "./report/junit.ts";
export { Tree } from "./report/tree.ts";
export { type CompareOptions, compareNotebooks, compareOutputs, sameText } from "./run/compare.ts";
export { type ExecuteOptions, executeNotebook, type RunEvent } from "./run/execute.ts";
export { DisplayIds, OutputRecorder } from "./run/outputs.ts";
export {
  type CellReport,
  type CellStatus,
  failureText,
  isFailure,
  type RunReport,
} from "./run/report.ts";
export { openServer, type RunOptions, type RunResult, runNotebook } from "./run/run.ts";
export { type Selection, selectCells } from "./run/select.ts";
export { type WatchOptions, watchNotebook } from "./run/watch.ts";
export { Kernel } from "./server/kernel.ts";
export { type ExecuteReply, KernelDeath, type KernelOptions } from "./server/kernel-types.ts";
export { type ServerAddress, ServerError, serverAddress } from "./server/rest.ts";
export { connectServer, type Server, type StartOptions, startServer } from "./server/start.ts";
export { plotSvg } from "./sweep/plot.ts";
export {
  type CaseResult,
  SweepStore,
} from "./sweep/store.ts";
export { type SweepEvent, type SweepOptions, type SweepResult, sweepNotebook } from "./sweep/sweep.ts";
export { type Column, tableOf, toCsv, toFrame, toParquet, toText } from "./sweep/table.ts";
