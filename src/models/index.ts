export { Autoencoder, type AutoencoderOptions } from "./autoencoder.ts";
export { KMeans, type KMeansOptions } from "./kmeans.ts";
export { LogisticRegression, type LogisticRegressionOptions } from "./logistic.ts";
export { type Activation, MLP } from "./mlp.ts";
export { PCA, type PCAOptions } from "./pca.ts";
export { PPCA } from "./ppca.ts";
export { Block, ResNet } from "./resnet.ts";
