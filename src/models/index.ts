export { Autoencoder, type AutoencoderOptions } from "./autoencoder.ts";
export { KMeans, type KMeansOptions } from "./kmeans.ts";
export { type Activation, MLP } from "./mlp.ts";
export { Block, ResNet } from "./resnet.ts";
