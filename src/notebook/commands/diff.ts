// gradlab diff: two notebooks, or one against an earlier state in git.
import { execFile } from "node:child_process";
import { basename, dirname, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { diffNotebooks, diffText } from "../convert/diff.ts";
import { parseNotebook } from "../format/parse.ts";
import { readNotebook } from "../format/store.ts";
import { type Notebook, NotebookError } from "../format/types.ts";
import { paint } from "../report/text.ts";
import { type Command, needNumber, UsageError } from "./command.ts";

const usage = `gradlab diff BEFORE AFTER [options]
gradlab diff NOTEBOOK [--git REVISION]

What differs between two notebooks, by cell and line; with one notebook, between its state in git
(HEAD, or --git REVISION) and now. Numbers in outputs count as equal within a tolerance.

  --no-outputs           compare only what was written
  --rtol N, --atol N     tolerance of numbers (default 1e-6, 1e-9)

Exit status: 0 when nothing differs, 1 when something does.`;

const options = {
  git: { type: "string" },
  "no-outputs": { type: "boolean" },
  rtol: { type: "string" },
  atol: { type: "string" },
} as const;

async function fromGit(path: string, revision: string): Promise<Notebook> {
  const name = `${revision}:./${basename(path)}`;
  try {
    const { stdout } = await promisify(execFile)("git", ["show", name], {
      cwd: dirname(resolve(path)),
      maxBuffer: 2 ** 30,
    });
    return parseNotebook(stdout, `${path} at ${revision}`);
  } catch (error) {
    if (error instanceof NotebookError) throw error;
    throw new NotebookError(
      `git has no ${path} at ${revision}: ${(error as { stderr?: string }).stderr?.trim() ?? error}`,
    );
  }
}

async function run(args: string[]): Promise<number> {
  const { values, positionals: paths } = parseArgs({ args, options, allowPositionals: true });
  if (paths.length < 1 || paths.length > 2) throw new UsageError("name one or two notebooks");
  const [first, second] = paths as [string, string | undefined];
  const before =
    second === undefined ? await fromGit(first, values.git ?? "HEAD") : await readNotebook(first);
  const after = await readNotebook(second ?? first);
  const rtol = needNumber("rtol", values.rtol);
  const atol = needNumber("atol", values.atol);
  const changes = diffNotebooks(before, after, {
    outputs: !values["no-outputs"],
    ...(rtol === undefined ? {} : { rtol }),
    ...(atol === undefined ? {} : { atol }),
  });
  if (changes.length === 0) return 0;
  const { red, green, bold } = paint(process.stdout.isTTY === true && !process.env.NO_COLOR);
  const text = diffText(changes).replace(/^.*$/gm, (line) => {
    if (/^ {2}- /.test(line)) return red(line);
    if (/^ {2}\+ /.test(line)) return green(line);
    return /^\w/.test(line) ? bold(line) : line;
  });
  process.stdout.write(`${text}\n`);
  return 1;
}

export const command: Command = { summary: "what differs between two notebooks", usage, run };
