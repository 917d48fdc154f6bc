export { Beta, Gamma, Normal, Uniform } from "./continuous.ts";
export { Bernoulli, Categorical, type Chances } from "./discrete.ts";
export { Distribution } from "./distribution.ts";
export { gammainc, gammaincinv } from "./gammainc.ts";
export { klDivergence } from "./kl.ts";
export { Mixture } from "./mixture.ts";
export { Dirichlet, MultivariateNormal, type Spread } from "./multivariate.ts";
