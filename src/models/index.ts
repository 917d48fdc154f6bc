export { Autoencoder, type AutoencoderOptions } from "./autoencoder.ts";
export { type Activation, MLP } from "./mlp.ts";
export { Block, ResNet } from "./resnet.ts";
