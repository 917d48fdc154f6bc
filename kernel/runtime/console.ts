// `console` and `process.stdout` of the cells. The console is Node's own class over our streams rather than
// the global one, because the global one also reports to the inspector, which keeps what was logged alive.

import { Console } from "node:console";
import { Writable } from "node:stream";
import { writeText } from "./channel.ts";

export function installConsole(): void {
  redirect("stdout");
  redirect("stderr");
  const console = new Console({
    stdout: process.stdout,
    stderr: process.stderr,
    ignoreErrors: false, // our write cannot fail; this is Node's quick path
    inspectOptions: { breakLength: 100 },
  });
  Object.defineProperty(globalThis, "console", {
    value: console,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

function redirect(name: "stdout" | "stderr"): void {
  const write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    writeText(name, typeof chunk === "string" && isOther(encoding) ? Buffer.from(chunk, encoding) : chunk);
    const callback = typeof encoding === "function" ? encoding : done;
    if (typeof callback === "function") process.nextTick(callback as () => void);
    return true;
  };
  // A fresh stream instead of Node's pipe stream: that one would make fd 1 non-blocking for child processes.
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, encoding, callback) {
      writeText(name, typeof chunk === "string" && isOther(encoding) ? Buffer.from(chunk, encoding) : chunk);
      callback();
    },
  });
  Object.defineProperties(stream, {
    write: { value: write, writable: true, configurable: true },
    fd: { value: name === "stdout" ? 1 : 2 },
    isTTY: { value: false, writable: true, configurable: true },
    columns: { value: 100, writable: true, configurable: true },
    // Libraries end stdout now and then; the cells after them still want to print.
    end: { value: () => stream, writable: true, configurable: true },
    destroy: { value: () => stream, writable: true, configurable: true },
  });
  Object.defineProperty(process, name, {
    value: stream,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

function isOther(encoding: unknown): encoding is BufferEncoding {
  return typeof encoding === "string" && encoding !== "utf8" && encoding !== "utf-8" && encoding !== "buffer";
}
