// gradlab clean: notebooks without outputs and noise.
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { cleanNotebook } from "../convert/clean.ts";
import { parseNotebook, serializeNotebook } from "../format/parse.ts";
import { readNotebook, writeNotebook } from "../format/store.ts";
import { type Command, UsageError } from "./command.ts";

const usage = `gradlab clean NOTEBOOK... [options]

Take out outputs, execution counts, timestamps, injected parameters and editors' metadata, in
place. With "-" the notebook is read from standard input and written to standard output, as a
git filter needs it. Cells tagged keep-output keep theirs.

  --keep-outputs         clean only metadata
  --check                write nothing; exit 1 if a notebook is not clean`;

const options = { "keep-outputs": { type: "boolean" }, check: { type: "boolean" } } as const;

async function run(args: string[]): Promise<number> {
  const { values, positionals: paths } = parseArgs({ args, options, allowPositionals: true });
  if (paths.length === 0) throw new UsageError("name at least one notebook");
  const settings = { keepOutputs: values["keep-outputs"] };
  let status = 0;
  for (const path of paths) {
    if (path === "-") {
      process.stdout.write(
        serializeNotebook(cleanNotebook(parseNotebook(await text(process.stdin)), settings)),
      );
      continue;
    }
    const notebook = await readNotebook(path);
    const clean = cleanNotebook(notebook, settings);
    if (!values.check) {
      if (await writeNotebook(path, clean)) process.stderr.write(`${path}: cleaned\n`);
    } else if (serializeNotebook(clean) !== serializeNotebook(notebook)) {
      process.stderr.write(`${path}: not clean\n`);
      status = 1;
    }
  }
  return status;
}

export const command: Command = { summary: "take outputs and noise out of notebooks", usage, run };
