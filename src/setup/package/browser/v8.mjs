// node:v8 where V8's options cannot be set; what asks for them looks at the processor first and finds none.
export function setFlagsFromString(flag) {
  throw new Error(`${flag} can be set under Node only.`);
}
