// What was run, in this session and before: one JSON line an entry, appended to a file that kernels of the same
// installation share. Reading it is put off until somebody asks.

import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { log } from "./log.ts";

interface Entry {
  session: number;
  line: number;
  input: string;
  output?: string;
}

type Row = [session: number, line: number, input: string | [string, string | null]];

const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_OUTPUT = 10_000;

export class History {
  readonly #path: string | null;
  #past: Entry[] | null = null;
  readonly #now: Entry[] = [];
  #session = 0;

  /** Without a path, history lasts as long as the kernel. */
  constructor(path: string | null) {
    this.#path = path;
  }

  add(line: number, input: string): void {
    this.#now.push({ session: this.session, line, input });
  }

  /** Called when the cell has ended; `output` is its result as text. */
  close(line: number, output: string | undefined): void {
    const entry = this.#now.findLast((e) => e.line === line);
    if (!entry) return;
    if (output !== undefined) entry.output = output.slice(0, MAX_OUTPUT);
    this.#append(entry);
  }

  #append(entry: Entry): void {
    if (!this.#path) return;
    try {
      appendFileSync(this.#path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    } catch (error) {
      log(`history could not be written: ${(error as Error).message}`);
    }
  }

  answer(request: Record<string, any>): Row[] {
    const withOutput = request["output"] === true;
    return this.#select(request).map((e): Row => {
      return [e.session, e.line, withOutput ? [e.input, e.output ?? null] : e.input];
    });
  }

  #select(request: Record<string, any>): Entry[] {
    const all = (): Entry[] => [...this.#load(), ...this.#now];
    switch (request["hist_access_type"]) {
      case "range": {
        const wanted = Number(request["session"] ?? 0);
        const session = wanted > 0 ? wanted : this.session + wanted; // 0 is this session, -1 the one before
        const [start, stop] = [Number(request["start"] ?? 0), Number(request["stop"] ?? Infinity)];
        return all().filter((e) => e.session === session && e.line >= start && e.line < stop);
      }
      case "search": {
        const pattern = globToRegExp(String(request["pattern"] ?? "*"));
        let found = all().filter((e) => pattern.test(e.input));
        if (request["unique"] === true) {
          found = [...new Map(found.map((e) => [e.input, e])).values()];
        }
        return lastOf(found, request["n"]);
      }
      default:
        return lastOf(all(), request["n"]);
    }
  }

  get session(): number {
    this.#load();
    return this.#session;
  }

  #load(): Entry[] {
    if (this.#past) return this.#past;
    this.#past = [];
    if (this.#path) {
      try {
        mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
        const text = readFileSync(this.#path, "utf8");
        for (const line of text.split("\n")) {
          const entry = parse(line);
          if (entry) this.#past.push(entry);
        }
        if (statSync(this.#path).size > MAX_FILE_BYTES) this.#shrink();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") log(`history: ${(error as Error).message}`);
      }
    }
    this.#session = 1 + this.#past.reduce((max, e) => Math.max(max, e.session), 0);
    this.#past = this.#past.filter((e) => e.line > 0);
    // Line 0 only says that the number is taken: another notebook may be opened before a cell of this one ends.
    this.#append({ session: this.#session, line: 0, input: "" });
    return this.#past;
  }

  #shrink(): void {
    const kept = this.#past!.slice(-Math.ceil(this.#past!.length / 2));
    writeFileSync(this.#path!, kept.map((e) => `${JSON.stringify(e)}\n`).join(""), { mode: 0o600 });
  }
}

function parse(line: string): Entry | null {
  try {
    const entry = JSON.parse(line) as Entry;
    return Number.isInteger(entry.session) && Number.isInteger(entry.line) && typeof entry.input === "string"
      ? entry
      : null;
  } catch {
    return null; // an empty or torn line
  }
}

function lastOf(entries: Entry[], n: unknown): Entry[] {
  return typeof n === "number" && n >= 0 ? entries.slice(Math.max(0, entries.length - n)) : entries;
}

/** Glob patterns match whole inputs: `*` anything, `?` one character. */
function globToRegExp(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[\\s\\S]*")
    .replaceAll("?", "[\\s\\S]");
  return new RegExp(`^${source}$`);
}

/**
 * Beside the kernelspec when the kernel is installed in a prefix (`<prefix>/share/jupyter/...`), else in the
 * Jupyter data folder the environment names, else with the temporary files.
 */
export function historyPath(env: NodeJS.ProcessEnv): string {
  if (env["GRADLAB_HISTORY"] !== undefined) return env["GRADLAB_HISTORY"];
  const folder =
    env["GRADLAB_KERNEL_DATA"] ??
    env["JUPYTER_DATA_DIR"] ??
    join(tmpdir(), `gradlab-${process.getuid?.() ?? 0}`);
  return join(folder, "tslab-history.jsonl");
}
