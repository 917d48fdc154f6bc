// Finding a Python that can make the virtual environment: 3.10 or newer, with
// the venv and ensurepip modules (Debian ships those apart). When there is none,
// the message lists what was found and how to get one on this platform.
import { ask } from "./run.mjs";
import { SetupError } from "./say.mjs";

export const OLDEST_PYTHON = [3, 10];

const PROBE = `
import json, sys
def has(name):
    try:
        __import__(name)
        return True
    except Exception:
        return False
print(json.dumps({"version": list(sys.version_info[:3]), "path": sys.executable, "venv": has("venv"), "ensurepip": has("ensurepip")}))
`;

/** What the Python called `command` is: its version, path and modules; null when it doesn't run. */
export function probe(command) {
  const answer = ask(command, ["-I", "-c", PROBE]);
  try {
    return answer === null ? null : JSON.parse(answer);
  } catch {
    return null;
  }
}

const atLeast = ([major, minor]) =>
  major > OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1]);

/** The first usable Python: GRADLAB_PYTHON if set, else the usual names on PATH. */
export function findPython(env = process.env) {
  const names = env.GRADLAB_PYTHON
    ? [env.GRADLAB_PYTHON]
    : ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.14", "python3.10"];
  const seen = [];
  for (const name of names) {
    const found = probe(name);
    if (!found) continue;
    if (atLeast(found.version) && found.venv && found.ensurepip) return found;
    seen.push({ name, ...found });
  }
  throw noPython(seen, env.GRADLAB_PYTHON);
}

function noPython(seen, chosen) {
  const incomplete = seen.find((found) => atLeast(found.version));
  if (incomplete) {
    const [major, minor] = incomplete.version;
    return new SetupError(
      `${incomplete.path} is Python ${major}.${minor}, but it can't make virtual environments (no ensurepip).`,
      [
        "On Debian and Ubuntu that part is a package of its own:",
        `    sudo apt-get install python3-venv        (or python${major}.${minor}-venv)`,
        "then run the same command again.",
      ],
    );
  }
  const found = seen.map(({ path, version }) => `${path} is Python ${version.join(".")}`);
  const what = chosen
    ? `GRADLAB_PYTHON=${chosen} is not a Python ${OLDEST_PYTHON.join(".")} or newer`
    : `JupyterLab needs Python ${OLDEST_PYTHON.join(".")} or newer, and none is on PATH`;
  return new SetupError(`${what}${found.length ? ` (${found.join("; ")})` : ""}.`, [
    ...howToGetPython(),
    "Python elsewhere?  GRADLAB_PYTHON=/path/to/python3 npm start",
  ]);
}

function howToGetPython(platform = process.platform) {
  if (platform === "darwin") return ["macOS:  brew install python     (or the installer from python.org)"];
  return [
    "Debian, Ubuntu:  sudo apt-get install python3 python3-venv",
    "Fedora:          sudo dnf install python3",
    "anywhere:        conda env create -f environment.yml && conda activate gradlab",
  ];
}
