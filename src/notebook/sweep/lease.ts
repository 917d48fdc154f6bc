// What a sweep holds while it runs, written down so that the next one can put
// it in order: the folder itself, so that two sweeps do not do the same cases,
// and each kernel on a server, so that those of a sweep that was killed are
// stopped before their cases are run again.
import { readFileSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { writeAtomic } from "../format/store.ts";
import { NotebookError } from "../format/types.ts";

export interface Lease {
  /** Base URL of the server, without a token. */
  server: string;
  kernel: string;
}

interface Holder {
  pid: number;
  host: string;
  /** When the process began, in the kernel's ticks; process ids are used again. */
  began: string;
}

/** A holder on another machine shows that it lives by touching its file this often. */
const HEARTBEAT = 20_000;

/** When a process began (Linux; elsewhere empty, and ids are trusted alone). */
function beginning(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function lives({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return beginning(pid) === began;
}

/** Take the folder for this process; the result gives it back. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, "lock");
  const self: Holder = { pid: process.pid, host: hostname(), began: beginning(process.pid) };
  for (;;) {
    try {
      const file = await open(path, "wx");
      await file.writeFile(JSON.stringify(self));
      await file.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const age = await stat(path).then(
      (s) => Date.now() - s.mtimeMs,
      () => 0,
    );
    const text = await readFile(path, "utf8").catch(() => "");
    let holder: Holder | undefined;
    try {
      holder = JSON.parse(text) as Holder;
    } catch {
      // just being written, or a half of it left by a crash
    }
    const held = holder && holder.host === self.host ? lives(holder) : age < 6 * HEARTBEAT;
    if (held) {
      const who = holder ? `process ${holder.pid} on ${holder.host}` : "another process";
      throw new NotebookError(
        `the sweep in ${folder} is being run by ${who}: wait for it, end it, or choose another folder with --out`,
      );
    }
    await rm(path, { force: true });
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), HEARTBEAT);
  beat.unref();
  return async () => {
    clearInterval(beat);
    await rm(path, { force: true });
  };
}

/** The leases of one sweep's folder. */
export class Leases {
  readonly #folder: string;
  readonly #release: () => Promise<void>;

  private constructor(folder: string, release: () => Promise<void>) {
    this.#folder = folder;
    this.#release = release;
  }

  /** @throws NotebookError when another process runs this sweep */
  static async open(folder: string): Promise<Leases> {
    const running = join(folder, "running");
    await mkdir(running, { recursive: true });
    return new Leases(running, await lock(folder));
  }

  /** The kernels that an earlier sweep held when it was killed. */
  async left(): Promise<{ name: string; lease: Lease }[]> {
    const found: { name: string; lease: Lease }[] = [];
    for (const file of await readdir(this.#folder)) {
      if (!file.endsWith(".json")) continue;
      try {
        const lease = JSON.parse(await readFile(join(this.#folder, file), "utf8")) as Lease;
        found.push({ name: file.slice(0, -5), lease });
      } catch {
        await rm(join(this.#folder, file), { force: true });
      }
    }
    return found;
  }

  take(name: string, lease: Lease): Promise<void> {
    return writeAtomic(join(this.#folder, `${name}.json`), `${JSON.stringify(lease)}\n`);
  }

  drop(name: string): Promise<void> {
    return rm(join(this.#folder, `${name}.json`), { force: true });
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true }).catch(() => {});
    await this.#release();
  }
}
