export { type LinearOptimum, linearGplvmOptimum } from "./closed.ts";
export { evidence } from "./evidence.ts";
export { GPLVM, type GPLVMOptions } from "./gplvm.ts";
export {
  Constant as ConstantKernel,
  Kernel,
  type KernelParameters,
  Linear as LinearKernel,
  White as WhiteKernel,
} from "./kernels.ts";
export { GPRegression, type GPRegressionOptions } from "./regression.ts";
export { gplvmL1, gplvmL2, gplvmLogLikelihood, type LinearGplvm, linearKernel } from "./sheet.ts";
export { Matern, RBF, type StationaryOptions } from "./stationary.ts";
