// Runs sequences on our language room and the runtime's loader, as the kernel does: check,
// transform, evaluate through the inspector in REPL mode.

import { readFileSync, writeFileSync } from "node:fs";
import type { Runtime } from "node:inspector";
import { Session } from "node:inspector/promises";
import { format } from "node:util";
import { Language } from "../../../../kernel/language/index.ts";
import { live } from "../../../../kernel/runtime/evaluate.ts";
import { cellRequire, defineCellModule, importModule, startLoader } from "../../../../kernel/runtime/load.ts";
import type { Ran, Sequence } from "./sequence.ts";

const [, , input, output] = process.argv;
await startLoader();
Object.assign(globalThis, {
  __import: importModule,
  __module: defineCellModule,
  __live: live,
  require: cellRequire(),
});

let text = "";
const write = process.stdout.write;
process.stdout.write = ((chunk: string | Uint8Array) => {
  text += chunk;
  return true;
}) as typeof process.stdout.write;

const session = new Session();
session.connect();
const language = new Language({ cwd: process.cwd(), checkTimeout: 120_000 });
let taken: unknown;
Object.defineProperty(globalThis, "__take", { value: (value: unknown) => (taken = value) });

/** The value behind a remote object, boxed, as it may be a promise. */
async function behind(remote: any): Promise<[unknown]> {
  if (remote.objectId === undefined && remote.unserializableValue === undefined) return [remote.value];
  const argument = remote.objectId
    ? { objectId: remote.objectId }
    : { unserializableValue: remote.unserializableValue };
  const receiver = await session.post("Runtime.evaluate", { expression: "__take" });
  await session.post("Runtime.callFunctionOn", {
    objectId: receiver.result.objectId!,
    functionDeclaration: "function (value) { this(value) }",
    arguments: [argument],
  });
  return [taken];
}

let number = 0;
async function run(code: string): Promise<Ran> {
  number++;
  text = "";
  const { diagnostics } = await language.check(number, code);
  const errors = diagnostics.filter((each) => each.category === "error" || each.code === 0);
  if (errors.length > 0) {
    return {
      ok: false,
      text,
      error: errors.map((each) => `${each.line}:${each.column} TS${each.code} ${each.message}`).join("\n"),
    };
  }
  let js: string;
  try {
    js = language.transform(number, code).js;
  } catch (error) {
    return { ok: false, text, error: String(error) };
  }
  language.commit(number, code);
  const expression = `${js}\n//# sourceURL=Cell[${number}].ts`;
  // Node's types do not know `replMode`.
  const options = { expression, replMode: true, awaitPromise: true } as Runtime.EvaluateParameterType;
  const reply = await session.post("Runtime.evaluate", options);
  if (reply.exceptionDetails) {
    const { exception } = reply.exceptionDetails;
    return { ok: false, text, error: exception?.description ?? String(exception?.value) };
  }
  const [value] = await behind(reply.result);
  if (value !== undefined && value !== null) text += `${format(value)}\n`;
  // A timer or a promise of the cell may still print.
  if (/setTimeout|then\(/.test(code)) await new Promise((resolve) => setTimeout(resolve, 20));
  return { ok: true, text };
}

const results: Ran[][] = [];
for (const { cells } of JSON.parse(readFileSync(input!, "utf8")) as Sequence[]) {
  language.reset();
  delete (globalThis as any)[Symbol.for("gradlab.cells")];
  const ran: Ran[] = [];
  for (const code of cells) ran.push(await run(code));
  results.push(ran);
}
process.stdout.write = write;
writeFileSync(output!, JSON.stringify(results));
await language.dispose();
process.exit(0);
