/**
 * Runs examples in this process and checks their types in one run of the compiler.
 *
 * The modules are written inside the repository, so that "gradlab" means this one.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../src/setup/paths.mjs";
import type { Example } from "./collect.ts";
import { exportsOf } from "./exports.ts";
import { type ExampleModule, moduleOf } from "./module.ts";
import { scratchFolder } from "./scratch.ts";

export interface Prepared {
  example: Example;
  /** Why no module could be made of it. */
  error?: Error;
  module?: ExampleModule;
  file: string;
}

/** Writes a module for each example into a scratch folder of that name. */
export function prepare(examples: Example[], name: string, shows = false): Prepared[] {
  const folder = scratchFolder(name);
  const library = ["gradlab", exportsOf(join(root, "src/index.ts"))] as const;
  const notebook = ["gradlab/notebook", exportsOf(join(root, "src/notebook/index.ts"))] as const;
  const options = {
    checks: relative(folder, join(root, "docs/site/checks.ts")).replaceAll("\\", "/"),
    shows,
  };
  const config = {
    extends: relative(folder, join(root, "tsconfig.json")).replaceAll("\\", "/"),
    // An example may name what it does not use.
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: ["*.ts"],
    exclude: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  return examples.map((example) => {
    const fileName = `${example.file.replace(/\W+/g, "-")}-${example.line}.ts`;
    const file = join(folder, fileName);
    try {
      const inNotebook = example.file.startsWith("src/notebook/");
      const exports = new Map(inNotebook ? [notebook, library] : [library]);
      const module = moduleOf(example, { ...options, exports });
      writeFileSync(file, module.text);
      return { example, module, file };
    } catch (error) {
      return { example, file, error: error as Error };
    }
  });
}

export const isRun = (p: Prepared): boolean => p.example.blocks[0].noRun === undefined;

/** What the example that is running has written. Others' output, such as a test reporter's, passes by. */
const written = new AsyncLocalStorage<string[]>();
let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = ((chunk: unknown, ...rest: unknown[]) => {
      const own = written.getStore();
      if (!own || typeof chunk !== "string") return write(chunk, ...rest);
      own.push(chunk);
      return true;
    }) as typeof stream.write;
  }
}

/** Runs one example; gives what it wrote to the console. @throws what the example throws, with its place */
export async function run(prepared: Prepared): Promise<string> {
  if (prepared.error) throw prepared.error;
  listen();
  const output: string[] = [];
  try {
    await written.run(output, () => import(pathToFileURL(prepared.file).href));
  } catch (error) {
    throw placed(error, prepared);
  }
  return output.join("");
}

/** The error, saying at which line of the docstring or page it came up. */
function placed(error: unknown, { file, module, example }: Prepared): Error {
  const e = error instanceof Error ? error : new Error(String(error));
  if (e.name === "ExampleFailure") return new Error(e.message);
  const at = e.stack?.split("\n").find((line) => line.includes(pathToFileURL(file).href));
  const line = /:(\d+):\d+\)?$/.exec(at ?? "")?.[1];
  const place = line ? module!.placeOf(Number(line)) : `${example.file}:${example.line}`;
  return new Error(`${place}: ${e.name}: ${e.message}`, { cause: e });
}

/** Makes an empty folder the current one, so that files which examples write are no one's; the result undoes it. */
export function enterScratchFolder(): () => void {
  const before = process.cwd();
  const scratch = mkdtempSync(join(tmpdir(), "gradlab-docs-"));
  process.chdir(scratch);
  return () => {
    process.chdir(before);
    rmSync(scratch, { recursive: true, force: true });
  };
}

/** What the compiler has against the examples, each with its place. Empty when all is well. */
export function typeErrors(prepared: Prepared[]): Promise<string[]> {
  const folder = dirname(prepared[0].file);
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const modules = new Map(prepared.map((p) => [p.file.slice(folder.length + 1), p.module]));
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [compiler, "-p", folder, "--pretty", "false"], { cwd: folder });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", fail);
    child.on("close", (code) => {
      // Errors of the sources themselves are `npm run check`'s to tell.
      const errors = output.split("\n").filter((line) => /^[^/(]+\(\d+,\d+\): error TS\d+/.test(line));
      if (code !== 0 && !/\berror TS\d+/.test(output))
        fail(new Error(`the compiler ended with ${code}:\n${output}`));
      else
        done(
          errors.map((line) => {
            const [, name, at, rest] = /^(.*?)\((\d+),\d+\): error (.*)$/.exec(line) ?? [];
            const module = name && modules.get(name);
            return module ? `${module.placeOf(Number(at))}: ${rest}` : line;
          }),
        );
    });
  });
}
