// `gradlab kernel …`: installs the kernel for Jupyter, removes it, and says whether it is in order.

import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { doctor } from "./spec/doctor.ts";
import { installSpec, installUserSpec, specFolder, uninstallSpec, userSpecFolder } from "./spec/install.ts";

const USAGE = `gradlab kernel install    registers the TypeScript kernel with Jupyter
gradlab kernel uninstall  removes it again
gradlab kernel doctor     checks that everything it needs is there, and runs a cell

Where to (install and uninstall need one of these):
  --user          the Jupyter folder of the current user
  --sys-prefix    the active Python environment (venv or conda)
  --prefix DIR    DIR/share/jupyter/kernels
`;

export async function main(args: readonly string[]): Promise<number> {
  const options = {
    user: { type: "boolean" },
    "sys-prefix": { type: "boolean" },
    prefix: { type: "string" },
  } as const;
  const help = { help: { type: "boolean", short: "h" } } as const;
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options & typeof help; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...args], options: { ...options, ...help }, allowPositionals: true });
  } catch (error) {
    return fail((error as Error).message);
  }
  const { values, positionals } = parsed;
  const [verb, ...rest] = positionals;
  if (values.help || verb === undefined) {
    process.stdout.write(USAGE);
    return values.help ? 0 : 2;
  }
  if (rest.length > 0) return fail(`there is nothing to do with ${rest.join(" ")}`);
  if (verb === "doctor") return await diagnose();
  if (verb !== "install" && verb !== "uninstall") return fail(`there is no verb "${verb}"`);
  const places = [values.user, values["sys-prefix"], values.prefix].filter((v) => v !== undefined).length;
  if (places !== 1) return fail(`${verb} needs one of --user, --sys-prefix and --prefix DIR`);
  const prefix = values["sys-prefix"] ? pythonPrefix() : values.prefix;
  if (prefix === null) return fail("no Python environment is active; use --user or --prefix DIR");
  try {
    return verb === "install" ? install(prefix) : uninstall(prefix);
  } catch (error) {
    // A folder that may not be written, a kernel.json that is none.
    process.stderr.write(`gradlab kernel ${verb}: ${(error as Error).message}\n`);
    return 1;
  }
}

/** Without a prefix, for the current user. */
function install(prefix: string | undefined): number {
  const folder = prefix === undefined ? installUserSpec() : installSpec(prefix);
  process.stdout.write(`installed: ${folder}\n`);
  return 0;
}

function uninstall(prefix: string | undefined): number {
  const folder = prefix === undefined ? userSpecFolder() : specFolder(prefix);
  if (!uninstallSpec(folder)) return fail(`${folder} holds no kernelspec of gradlab`);
  process.stdout.write(`removed: ${folder}\n`);
  return 0;
}

async function diagnose(): Promise<number> {
  const checks = await doctor();
  for (const { name, ok, found, remedy } of checks) {
    process.stdout.write(`${ok ? "✓" : "✗"} ${name}: ${found}\n`);
    if (!ok && remedy) process.stdout.write(`    ${remedy}\n`);
  }
  return checks.every((check) => check.ok) ? 0 : 1;
}

/** The prefix of the active Python environment: what `jupyter … --sys-prefix` would use. */
function pythonPrefix(): string | null {
  const active = process.env["VIRTUAL_ENV"] ?? process.env["CONDA_PREFIX"];
  if (active) return active;
  for (const python of ["python3", "python"]) {
    try {
      return execFileSync(python, ["-c", "import sys; print(sys.prefix)"], { encoding: "utf8" }).trim();
    } catch {
      // Not this one.
    }
  }
  return null;
}

function fail(message: string): number {
  process.stderr.write(`gradlab kernel: ${message}\n\n${USAGE}`);
  return 2;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
