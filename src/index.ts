export * from "./autodiff/index.ts";
export * from "./ops/index.ts";
export * from "./tensor/index.ts";
