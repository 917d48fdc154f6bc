// The kernel's knowledge of TypeScript: what a cell means (types, completions, hovers) and what
// it becomes (JavaScript). Nothing here runs user code.
export { isComplete } from "./complete.ts";
export {
  type CheckedCell,
  type Completion,
  type Diagnostic,
  Language,
  type LanguageOptions,
} from "./language.ts";
export { CellSyntaxError, codeFrame } from "./parse.ts";
export type { Session as TypeSession } from "./session.ts";
export { type TransformedCell, type TransformOptions, transformCell } from "./transform.ts";
