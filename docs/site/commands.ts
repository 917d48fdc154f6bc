/**
 * The page of the command line: the help of every command, as the commands themselves give it.
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../../src/setup/paths.mjs";
import { escapeHtml, type Heading } from "./render.ts";

const help = (...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "src/cli.mjs"), ...args, "--help"],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`gradlab ${args.join(" ")} --help ended with ${status}:\n${stderr}`);
  return stdout.trim();
};

export interface CommandPage {
  html: string;
  headings: Heading[];
  /** Each command with its help, for the search. */
  commands: { name: string; text: string }[];
}

export function commandPage(): CommandPage {
  const overview = help();
  const names = [...overview.matchAll(/^ {2}(\w+) /gm)].map((m) => m[1]);
  if (!names.includes("kernel")) names.push("kernel");
  const commands = names.map((name) => ({ name, text: help(name) }));
  const block = (text: string) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>`;
  const parts = commands.map(({ name, text }) => `<h2 id="${name}">gradlab ${name}</h2>${block(text)}`);
  return {
    html: `<h1>Command line</h1>\n<p class="lead"><code>npx gradlab COMMAND</code>, in the repository's folder. The <a href="run-sweep-export.html">guide</a> shows them at work.</p>\n${parts.join("\n")}`,
    headings: commands.map(({ name }) => ({ level: 2, text: name, id: name })),
    commands,
  };
}
