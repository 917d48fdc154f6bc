// gradlab bundle: the files of a submission.
import { stat } from "node:fs/promises";
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { makeBundle } from "../bundle/bundle.ts";
import { type Command, UsageError } from "./command.ts";

const usage = `gradlab bundle NOTEBOOK --name First_Last_netID_A1 [options]

Make the four files of a submission, each opened again and checked, all or none:

  First_Last_netID_A1.tex (or .md)   the written part: text and formulas
  First_Last_netID_A1.pdf            the same, set
  First_Last_netID_A1_code.ipynb     the notebook as it was run
  First_Last_netID_A1_code.pdf       the same, set, with code and outputs

  --name NAME            First_Last_netID_A1; double names take a hyphen
  --md                   write .md instead of .tex
  --out FOLDER           put the files there (default: beside the notebook)
  --written NOTEBOOK     take the written part from another notebook
  --section WHAT         sections of the written part: heading, tag, cells (repeatable; default: all)
  --code-section WHAT    sections of the code part (repeatable; default: all)
  --outputs              keep outputs in the written part
  --title, --course, --date TEXT   for the title block
  --paper a4|us-letter

The notebook must have been run from top to bottom without error (gradlab run).
Exit status: 0 when the bundle was made, 1 when not (then nothing was written), 2 for a wrong command line.`;

const options = {
  name: { type: "string" },
  md: { type: "boolean" },
  out: { type: "string" },
  written: { type: "string" },
  section: { type: "string", multiple: true },
  "code-section": { type: "string", multiple: true },
  outputs: { type: "boolean" },
  title: { type: "string" },
  course: { type: "string" },
  date: { type: "string" },
  paper: { type: "string" },
} as const;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new UsageError("name one notebook");
  if (values.name === undefined) throw new UsageError("--name First_Last_netID_A1 is missing");
  if (values.paper !== undefined && values.paper !== "a4" && values.paper !== "us-letter") {
    throw new UsageError(`--paper ${values.paper}: a4 or us-letter`);
  }
  const result = await makeBundle(path, {
    name: values.name,
    text: values.md ? "md" : "tex",
    out: values.out,
    written: values.written,
    sections: values.section,
    codeSections: values["code-section"],
    outputs: values.outputs,
    title: values.title,
    course: values.course,
    date: values.date,
    paper: values.paper,
  });
  for (const file of result.files) {
    const size = Math.max(1, Math.round((await stat(file)).size / 1024));
    process.stderr.write(`✓ ${relative(process.cwd(), file)}  ${size} KB\n`);
  }
  if (result.figures)
    process.stderr.write(`  figures in ${relative(process.cwd(), result.figures)}: hand them in too\n`);
  return 0;
}

export const command: Command = {
  summary: "make the files of a submission, checked, all or none",
  usage,
  run,
};
