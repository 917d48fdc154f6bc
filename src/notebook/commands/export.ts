// gradlab export: notebooks to PDF, TeX, Markdown or HTML.
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { type ExportOptions, exportNotebook, FORMATS, type Format } from "../export/index.ts";
import { type Command, UsageError } from "./command.ts";

const usage = `gradlab export NOTEBOOK... [options]

Set notebooks as documents; PDF needs neither TeX nor a browser. Outputs are those stored in
the notebook: run it first (gradlab run). With "-" the notebook is read from standard input.

  --to FORMAT            pdf (default), tex, md or html; also taken from the ending of --output
  -o, --output FILE      write there (one notebook)
  --output-dir FOLDER    write there under the notebooks' names
  --title TEXT           title (default: metadata "title", else the first heading)
  --author NAME          author, repeatable (default: metadata "authors")
  --course TEXT          course (default: metadata "course")
  --date TEXT            date as it shall stand (default: metadata "date", else none)
  --line TEXT            a further line under the authors, e.g. a student number (repeatable)
  --paper a4|us-letter   paper of the PDF (default a4)
  --toc                  table of contents
  --no-code              leave out the code, keep its outputs
  --text-only            leave out code and outputs
  --embed                Markdown: put pictures into the file instead of a folder beside it
  --folder FOLDER        where the names of pictures start (default: the notebook's folder)
  --lenient              show a box where something cannot be set, instead of failing

Cells tagged remove-cell, remove-input or remove-output are left out accordingly.
Exit status: 0 when everything was set, 1 when not, 2 for a wrong command line.`;

const options = {
  to: { type: "string" },
  output: { type: "string", short: "o" },
  "output-dir": { type: "string" },
  title: { type: "string" },
  author: { type: "string", multiple: true },
  course: { type: "string" },
  date: { type: "string" },
  line: { type: "string", multiple: true },
  paper: { type: "string" },
  toc: { type: "boolean" },
  "no-code": { type: "boolean" },
  "text-only": { type: "boolean" },
  lenient: { type: "boolean" },
  folder: { type: "string" },
  embed: { type: "boolean" },
} as const;

async function run(args: string[]): Promise<number> {
  const { values, positionals: paths } = parseArgs({ args, options, allowPositionals: true });
  if (paths.length === 0) throw new UsageError("name at least one notebook");
  if (values.output !== undefined && paths.length > 1)
    throw new UsageError("--output takes one notebook; use --output-dir");
  if (paths.includes("-") && values.output === undefined) throw new UsageError('"-" needs --output');
  if (values.to !== undefined && !(FORMATS as readonly string[]).includes(values.to)) {
    throw new UsageError(`--to ${values.to}: the formats are ${FORMATS.join(", ")}`);
  }
  if (values.paper !== undefined && values.paper !== "a4" && values.paper !== "us-letter") {
    throw new UsageError(`--paper ${values.paper}: a4 or us-letter`);
  }
  const base: ExportOptions = {
    to: values.to as Format | undefined,
    title: values.title,
    authors: values.author,
    course: values.course,
    date: values.date,
    lines: values.line,
    paper: values.paper,
    toc: values.toc,
    hideCode: values["no-code"],
    textOnly: values["text-only"],
    lenient: values.lenient,
    folder: values.folder,
    embed: values.embed,
  };
  for (const path of paths) {
    const folder = values["output-dir"];
    const out =
      folder === undefined
        ? values.output
        : join(folder, `${basename(path, ".ipynb")}.${values.to ?? "pdf"}`);
    const result = await exportNotebook(path, { ...base, out });
    const pages =
      result.pages === undefined ? "" : `, ${result.pages} ${result.pages === 1 ? "page" : "pages"}`;
    const more = result.files.length > 0 ? `, with ${result.files.length} files beside it` : "";
    process.stderr.write(`${result.path}${pages}${more}\n`);
    for (const problem of result.problems) process.stderr.write(`  not set: ${problem}\n`);
  }
  return 0;
}

export const command: Command = { summary: "set notebooks as PDF, TeX, Markdown or HTML", usage, run };
