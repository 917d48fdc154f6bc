export { type Compiled, compile, type PlanSummary } from "./compile.ts";
