// The names a cell finds without importing anything. All are plain properties of globalThis, so a cell's own
// declaration of the same name simply wins.

import { currentCell } from "./channel.ts";
import { onComm, openComm } from "./comms.ts";
import { clearOutput, display, displayBundle, tag } from "./display.ts";
import { live } from "./evaluate.ts";
import { who } from "./help.ts";
import { cellRequire, defineCellModule, importModule } from "./load.ts";
import { npm, shell } from "./shell.ts";
import { ask } from "./stdin.ts";

export function installGlobals(): void {
  const input = (prompt = ""): string => ask(prompt, false);
  const password = (prompt = ""): string => ask(prompt, true);
  const jupyter = Object.freeze({
    display,
    displayBundle,
    clearOutput,
    openComm,
    onComm,
    input,
    password,
    shell,
    npm,
    who,
    cell: currentCell,
  });
  const names: Record<string | symbol, unknown> = {
    // What cells share; they make it. Unlisted, so that `globalThis` can be printed.
    [Symbol.for("gradlab.cells")]: undefined,
    [Symbol.for("gradlab.display")]: displayBundle,
    [Symbol.for("gradlab.clear_output")]: clearOutput,
    [Symbol.for("gradlab.open_comm")]: openComm,
    [Symbol.for("gradlab.on_comm")]: onComm,
    __import: importModule,
    __module: defineCellModule,
    __live: live,
    require: cellRequire(),
    jupyter,
    input,
    password,
    prompt: input,
    html: tag("text/html"),
    md: tag("text/markdown"),
    svg: tag("image/svg+xml"),
  };
  for (const key of Reflect.ownKeys(names)) {
    Object.defineProperty(globalThis, key, {
      value: names[key as string],
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
}
