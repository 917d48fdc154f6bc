// node:fs where there are no files: what the library itself reads (the kernels, the digits) is in the bundle;
// anything else is refused with what to do instead.
import files from "gradlab:files";
import { Bytes } from "./bytes.mjs";

const nameOf = (file) =>
  String(file?.href ?? file)
    .split("/")
    .at(-1);

export const existsSync = (file) => Object.hasOwn(files, nameOf(file));

export function readFileSync(file, encoding) {
  const name = nameOf(file);
  if (!Object.hasOwn(files, name)) throw refusal("read", file);
  const bytes = Bytes.from(atob(files[name]), (c) => c.charCodeAt(0));
  return encoding ? bytes.toString() : bytes;
}

export function writeFileSync(file) {
  throw refusal("written", file);
}

export function rmSync(file) {
  throw refusal("removed", file);
}

export function renameSync(file) {
  throw refusal("moved", file);
}

const refusal = (done, file) =>
  new Error(
    `"${nameOf(file)}" cannot be ${done}: a browser has no files. ` +
      "Fetch the bytes or the text yourself and use parseCsv, decodeNpy, decodeNpz, decodeSafetensors and their encoders.",
  );
