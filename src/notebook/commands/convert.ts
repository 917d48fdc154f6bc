// gradlab convert: notebook ↔ paired script.
import { readFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { parseArgs } from "node:util";
import { commentOf, fromScript, takeOutputs, toScript } from "../convert/script.ts";
import { readNotebook, writeAtomic, writeNotebook } from "../format/store.ts";
import { NotebookError } from "../format/types.ts";
import { type Command, UsageError } from "./command.ts";

const usage = `gradlab convert FILE... [options]

A notebook to a script with "// %%" between its cells, or such a script to a notebook, exactly.
Outputs stay in the notebook: converting a script back keeps those of the notebook beside it.

  -o, --output FILE      write there (one file); default: beside it, .ipynb to .ts and back
  --check                write nothing; exit 1 if notebook and script do not say the same`;

const options = { output: { type: "string", short: "o" }, check: { type: "boolean" } } as const;

async function converted(
  path: string,
  output: string | undefined,
): Promise<{ target: string; text: string | undefined; write: () => Promise<unknown> }> {
  const stem = join(dirname(path), basename(path, extname(path)));
  if (extname(path) === ".ipynb") {
    const notebook = await readNotebook(path);
    const text = toScript(notebook);
    const target = output ?? stem + commentOf(notebook).extension;
    return { target, text, write: () => writeAtomic(target, text) };
  }
  const source = await readFile(path, "utf8").catch(() => {
    throw new NotebookError(`cannot read ${path}`);
  });
  const target = output ?? `${stem}.ipynb`;
  const paired = await readNotebook(target).catch((error) => {
    if (/no such file/.test(error.message)) return undefined;
    throw error; // a damaged notebook is not overwritten
  });
  const notebook = fromScript(source, path);
  const whole = paired ? takeOutputs(notebook, paired) : notebook;
  return { target, text: undefined, write: () => writeNotebook(target, whole) };
}

/** Whether the script beside a notebook (or the notebook beside a script) says the same. */
async function agrees(path: string): Promise<boolean> {
  const stem = join(dirname(path), basename(path, extname(path)));
  const notebook = await readNotebook(`${stem}.ipynb`);
  const script = extname(path) === ".ipynb" ? stem + commentOf(notebook).extension : path;
  return (await readFile(script, "utf8").catch(() => "")) === toScript(notebook);
}

async function run(args: string[]): Promise<number> {
  const { values, positionals: paths } = parseArgs({ args, options, allowPositionals: true });
  if (paths.length === 0) throw new UsageError("name at least one file");
  if (values.output !== undefined && paths.length > 1) throw new UsageError("--output takes one file");
  let status = 0;
  for (const path of paths) {
    if (values.check) {
      if (await agrees(path)) continue;
      process.stderr.write(`${path}: notebook and script differ\n`);
      status = 1;
      continue;
    }
    const { target, write } = await converted(path, values.output);
    await write();
    process.stderr.write(`${target}\n`);
  }
  return status;
}

export const command: Command = { summary: "turn a notebook into a paired script, or back", usage, run };
