// node:os as far as the library uses it: kernels keep to the page's one thread.
export const availableParallelism = () => 1;
