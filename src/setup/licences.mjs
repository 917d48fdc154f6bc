// `npm run licences`: every npm package that is installed with its version and licence, counted by licence, and
// which of them come with the published package. With --check the exit status is 1 when one has no licence, or
// one that is not in the list of those that may be used beside MIT without a condition on this project.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

/** Licences that ask for no more than a notice, or leave the code that only uses the work alone. */
const ACCEPTED =
  /^(MIT|MIT-0|ISC|BSD|BSD-[23]-Clause|0BSD|Apache-2\.0|CC0-1\.0|CC-BY-4\.0|Python-2\.0|Unlicense|BlueOak-1\.0\.0|OFL-1\.1|MPL-2\.0|PSF-2\.0|WTFPL|Zlib)$/;

/** `(MIT OR GPL-3.0)` may be chosen from; every part of `MIT AND ISC` counts. */
export function accepted(licence) {
  const words = licence.replace(/[()]/g, " ").trim();
  if (/\sOR\s/.test(words)) return words.split(/\s+OR\s+/).some(accepted);
  return words.split(/\s+AND\s+/).every((word) => ACCEPTED.test(word.trim()));
}

function licenceOf(entry, manifest, folder) {
  const said = manifest.license ?? manifest.licenses ?? entry.license;
  if (said === undefined) return licenceFile(folder);
  if (Array.isArray(said)) return said.map((one) => one.type ?? one).join(" OR ");
  return String(said?.type ?? said);
}

/** What the file beside a package.json without a licence says: MIT is known by its words. */
function licenceFile(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text = file ? readFileSync(join(folder, file), "utf8") : "";
  return /Permission is hereby granted, free of charge, to any person/.test(text) ? "MIT" : "none stated";
}

/** The installed packages, by path in node_modules. */
export function packages() {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  return Object.entries(lock).flatMap(([path, entry]) => {
    const file = join(root, path, "package.json");
    if (!path.startsWith("node_modules/") || !existsSync(file)) return [];
    const manifest = JSON.parse(readFileSync(file, "utf8"));
    const { name, version } = manifest;
    return [
      {
        name,
        version,
        licence: licenceOf(entry, manifest, join(root, path)),
        shipped: !entry.dev && !entry.devOptional,
      },
    ];
  });
}

function list() {
  const all = packages().sort((a, b) => (a.name < b.name ? -1 : 1));
  const width = Math.max(...all.map(({ name, version }) => name.length + version.length + 1));
  for (const { name, version, licence, shipped } of all) {
    const place = shipped ? "" : "  (development)";
    process.stdout.write(`${`${name}@${version}`.padEnd(width)}  ${licence}${place}\n`);
  }
  const counts = new Map();
  for (const { licence } of all) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  process.stdout.write(`\n${sorted.map(([licence, count]) => `${count} ${licence}`).join(", ")}\n`);
  const refused = all.filter(({ licence }) => !accepted(licence));
  for (const { name, version, licence } of refused)
    process.stdout.write(`not among the accepted licences: ${name}@${version}, ${licence}\n`);
  return refused.length;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const refused = list();
  if (process.argv.includes("--check") && refused > 0) process.exitCode = 1;
}
