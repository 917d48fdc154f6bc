export {
  Dropout,
  dropout,
  Flatten,
  GELU,
  Identity,
  LogSoftmax,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Swish,
  Tanh,
} from "./activation.ts";
export { ModuleList, Sequential } from "./container.ts";
export { AdaptiveAvgPool2d, AvgPool2d, Conv2d, type Conv2dOptions, MaxPool2d } from "./conv.ts";
export * as init from "./init.ts";
export { manualSeed } from "./init.ts";
export { Embedding, type LayerOptions, Linear } from "./linear.ts";
export * from "./loss.ts";
export { functionalCall, Module, type StateDict } from "./module.ts";
export { BatchNorm1d, BatchNorm2d, type BatchNormLayerOptions, LayerNorm } from "./norm.ts";
export { Parameter } from "./parameter.ts";
export { decodeSafetensors, encodeSafetensors, loadSafetensors, saveSafetensors } from "./safetensors.ts";
export { Summary, type SummaryRow, summary } from "./summary.ts";
