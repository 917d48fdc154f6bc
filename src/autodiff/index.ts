export { backward, type Step } from "./backward.ts";
export { type Compiled, compile, type PlanSummary } from "./compile/index.ts";
export { checkpoint, customVjp, detectAnomaly, stopGradient } from "./control.ts";
export { inOrder, jvp, pushForward } from "./forward.ts";
export {
  backwardInto,
  type GradOptions,
  grad,
  requiresGrad,
  traced,
  tracing,
  valueAndGrad,
  variable,
  vjp,
} from "./grad.ts";
export { type GradcheckOptions, gradcheck, numericGradient, relativeError } from "./gradcheck.ts";
export { hessian, hvp, jacfwd, jacobian, jacrev } from "./jacobian.ts";
export { fillTree, leaves, mapTree, type Tree } from "./tree.ts";
export { type VmapOptions, vmap } from "./vmap.ts";
