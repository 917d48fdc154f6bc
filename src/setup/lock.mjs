// Completes package-lock.json for platforms other than the one it was made on.
// npm leaves out optional platform packages that the registry in use does not
// carry (mirrors often lag behind), and `npm ci` then refuses the lock on every
// platform. Their names say the platform and their parent the exact version, so
// the entries are added without a hash. Run it after changing a dependency:
//
//   node src/setup/lock.mjs           --check only says what is missing (status 1)
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./paths.mjs";

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "sunos", "win32"];
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];

/** The lock entries that `packages` refers to and lacks, by path. */
export function missingEntries(packages) {
  const missing = {};
  for (const [path, entry] of Object.entries(packages)) {
    if (!path.startsWith("node_modules/")) continue;
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const inside = `${path}/node_modules/${name}`;
      const outside = `node_modules/${name}`;
      if (packages[inside] || packages[outside]) continue;
      const words = name.split("/").at(-1).split("-");
      const os = systems.find((system) => words.includes(system));
      const cpu = processors.find((processor) => words.includes(processor));
      if (!os || !cpu)
        throw new Error(`package-lock.json lacks ${name}, and its name does not say its platform`);
      const libc = words.includes("musl") ? ["musl"] : words.includes("gnu") ? ["glibc"] : null;
      const dev = entry.dev ? { dev: true } : {};
      missing[outside] = { version, cpu: [cpu], ...dev, ...(libc && { libc }), optional: true, os: [os] };
    }
  }
  return missing;
}

function main() {
  const file = join(root, "package-lock.json");
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const missing = missingEntries(lock.packages);
  const names = Object.keys(missing);
  process.stdout.write(names.map((name) => `${name.slice("node_modules/".length)}\n`).join(""));
  if (names.length === 0) return 0;
  if (process.argv.includes("--check")) return 1;
  const paths = Object.entries({ ...lock.packages, ...missing });
  lock.packages = Object.fromEntries(paths.sort(([a], [b]) => a.localeCompare(b, "en")));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  process.stderr.write(`${names.length} entries added to package-lock.json\n`);
  return 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = main();
