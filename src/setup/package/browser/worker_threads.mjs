// node:worker_threads where no thread is ever started (see os.mjs).
export const isMainThread = true;
export class Worker {
  constructor() {
    throw new Error("The kernels use one thread in a browser.");
  }
}
export function getEnvironmentData() {
  return undefined;
}
export function setEnvironmentData() {}
