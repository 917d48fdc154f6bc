export type { MixtureOptions } from "./base.ts";
export { BernoulliMixture, type BernoulliMixtureOptions } from "./bernoulli/bernoulli.ts";
export type { CurvePoint } from "./em.ts";
export type { AscentOptions } from "./gaussian/ascent.ts";
export { GaussianMixture, type GaussianMixtureOptions } from "./gaussian/gaussian.ts";
export type { CovarianceType } from "./gaussian/parameters.ts";
export {
  type BernoulliMixtureParameters,
  bernoulliJoint,
  bernoulliLogDensity,
  bernoulliLogLikelihood,
  bernoulliResponsibilities,
  expectedCompleteBernoulli,
  expectedCompleteGaussian,
  type GaussianMixtureParameters,
  gaussianLogDensity,
  jointLogProbability,
  logLikelihood,
  responsibilities,
} from "./likelihood.ts";
export type { Start } from "./starts.ts";
