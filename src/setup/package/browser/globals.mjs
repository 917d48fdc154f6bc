// Globals that the library takes for granted and a page lacks. A page that is not cross-origin isolated has
// shared memory for WebAssembly, but the name of its class is hidden.
const sharedClass = () => {
  try {
    return new WebAssembly.Memory({ initial: 0, maximum: 0, shared: true }).buffer.constructor;
  } catch {
    return class {};
  }
};

const SharedBuffer = globalThis.SharedArrayBuffer ?? sharedClass();

const stream = (print) => ({
  isTTY: false,
  write(text) {
    print(String(text).replace(/\n$/, ""));
    return true;
  },
});

const nodeProcess = {
  env: {},
  pid: 0,
  platform: "browser",
  arch: "none",
  version: "",
  versions: {},
  stdout: stream((text) => console.log(text)),
  stderr: stream((text) => console.warn(text)),
  emitWarning: (warning) => console.warn(String(warning)),
  on() {},
  off() {},
  once() {},
};

export { nodeProcess as process, SharedBuffer as SharedArrayBuffer };
