/**
 * A small WebAssembly assembler: functions as byte lists, put together into a module. `compile` writes
 * the loops of a plan with it; only what those loops need is here.
 */

export { Code } from "./code.ts";
export { ModuleBuilder, type Signature } from "./module.ts";
export { F32, F64, I32, type Mnemonic, V128, type WasmType } from "./opcodes.ts";
