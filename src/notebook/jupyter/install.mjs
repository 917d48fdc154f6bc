// Puts the exporter into a Python environment so that JupyterLab lists it:
// writes what pip would write (a .pth to this folder and the entry point), with
// no build, no network and no Python process. Plain JavaScript, as set-up is.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const name = "gradlab_export";
const version = "0.1.0";

/** site-packages of the virtual environment `venv`. */
function sitePackages(venv) {
  const lib = join(venv, "lib");
  const python = existsSync(lib) && readdirSync(lib).find((entry) => /^python3\.\d+$/.test(entry));
  if (!python) throw new Error(`${venv} holds no Python environment`);
  return join(lib, python, "site-packages");
}

/**
 * Install the exporter into `venv`.
 * @returns whether anything had to be written
 */
export function installExporter(venv) {
  const site = sitePackages(venv);
  const info = `${name}-${version}.dist-info`;
  const files = {
    [`${name}.pth`]: `${here}\n`,
    [join(info, "METADATA")]:
      `Metadata-Version: 2.1\nName: gradlab-export\nVersion: ${version}\nSummary: PDF export of notebooks with gradlab\nRequires-Dist: nbconvert\n`,
    [join(info, "entry_points.txt")]: `[nbconvert.exporters]\nPDF_gradlab = ${name}:PDFExporter\n`,
    [join(info, "INSTALLER")]: "gradlab\n",
    [join(info, "top_level.txt")]: `${name}\n`,
    [join(info, "RECORD")]: ["METADATA", "entry_points.txt", "INSTALLER", "top_level.txt", "RECORD"]
      .map((file) => `${info}/${file},,`)
      .concat(`${name}.pth,,`, "")
      .join("\n"),
  };
  const stale = Object.entries(files).filter(([file, text]) => {
    const path = join(site, file);
    return !existsSync(path) || readFileSync(path, "utf8") !== text;
  });
  mkdirSync(join(site, info), { recursive: true });
  for (const [file, text] of stale) writeFileSync(join(site, file), text);
  return stale.length > 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const venv = process.argv[2] ?? join(here, "..", "..", "..", ".venv");
  console.log(installExporter(venv) ? `installed into ${venv}` : `already in ${venv}`);
}
