// The command line: finds the command, shows help, and turns errors into
// messages and exit statuses. Each command is loaded only when it is used.
import { type Command, UsageError } from "./notebook/commands/command.ts";
import { NotebookError } from "./notebook/format/types.ts";

const commands: Record<string, () => Promise<{ command: Command }>> = {
  run: () => import("./notebook/commands/run.ts"),
  export: () => import("./notebook/commands/export.ts"),
  bundle: () => import("./notebook/commands/bundle.ts"),
  sweep: () => import("./notebook/commands/sweep.ts"),
  clean: () => import("./notebook/commands/clean.ts"),
  diff: () => import("./notebook/commands/diff.ts"),
  convert: () => import("./notebook/commands/convert.ts"),
};

async function help(): Promise<string> {
  const lines: string[] = [];
  for (const [name, load] of Object.entries(commands)) {
    lines.push(`  ${name.padEnd(9)}${(await load()).command.summary}`);
  }
  return `gradlab COMMAND [options]\n\n${lines.join("\n")}\n\ngradlab COMMAND --help tells more about one.`;
}

/** Run the command line `args`; resolves to the exit status. */
export async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    process.stdout.write(`${await help()}\n`);
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    process.stderr.write(`gradlab: there is no command "${name}"\n\n${await help()}\n`);
    return 2;
  }
  const { command } = await load();
  if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(`${command.usage}\n`);
    return 0;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (error instanceof UsageError || code.startsWith("ERR_PARSE_ARGS")) {
      process.stderr.write(`gradlab ${name}: ${(error as Error).message}\n(gradlab ${name} --help)\n`);
      return 2;
    }
    if (error instanceof NotebookError) {
      process.stderr.write(`gradlab ${name}: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
