// A full disk for a program: where the system lets us, a file system of its own in memory with little room, in a
// name space that ends with the program; elsewhere a limit on the size of a file, which fails at the same place.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Whether this process may mount in a name space of its own. */
function canMount(): boolean {
  try {
    execFileSync("unshare", ["-rm", "sh", "-c", "mount -t tmpfs -o size=64k none /mnt"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export interface OnFullDisk {
  status: number;
  text: string;
  /** The folder as the program left it. */
  after: string;
  /** How the disk was made small. */
  how: string;
}

const MOUNTED = `
mount -t tmpfs -o size="$KB"k none "$DISK" && cp "$FROM"/* "$DISK"/ || exit 99
cd "$DISK"; "$@" > "$AFTER/../text" 2>&1; status=$?
cp -a "$DISK"/. "$AFTER"/; exit $status`;

const LIMITED = `
cp "$FROM"/* "$DISK"/ || exit 99
cd "$DISK"; (trap '' XFSZ; ulimit -f "$BLOCKS"; exec "$@") 2>&1 | cat > "$AFTER/../text"; status=$?
cp -a "$DISK"/. "$AFTER"/; exit $status`;

/** Runs a command in a folder that holds a copy of \`from\` and has room for \`kb\` KB. */
export async function onFullDisk(
  place: string,
  from: string,
  kb: number,
  command: string[],
): Promise<OnFullDisk> {
  const [disk, after] = [join(place, "disk"), join(place, "after")];
  for (const folder of [disk, after]) mkdirSync(folder, { recursive: true });
  const mounted = canMount();
  const shell = ["bash", "-o", "pipefail", "-c", mounted ? MOUNTED : LIMITED, "disk", ...command];
  const [program, ...args] = mounted ? ["unshare", "-rm", ...shell] : shell;
  const env = { ...process.env, FROM: from, DISK: disk, AFTER: after, KB: String(kb), BLOCKS: String(kb) };
  const child = spawn(program!, args, { env, stdio: "ignore" });
  const status = await new Promise<number>((done) => child.once("exit", (code) => done(code ?? -1)));
  const text = readFileSync(join(place, "text"), "utf8");
  return { status, text, after, how: mounted ? "a tmpfs" : "RLIMIT_FSIZE" };
}
