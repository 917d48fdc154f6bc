// The Python environment: a half-made, moved, outdated or damaged one is noticed,
// a whole one is left alone, and pip's failures are told plainly.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { venvPython } from "../../src/setup/paths.mjs";
import { installOne, Scratch } from "./scratch.ts";

/** A whole environment in `scratch`, with one small package and a stamp. */
function makeVenv(scratch: Scratch): string {
  const made = scratch.run(venvPython, ["-m", "venv", "--without-pip", join(scratch.root, ".venv")]);
  assert.equal(made.status, 0, made.stderr);
  const python = readdirSync(join(scratch.root, ".venv", "lib"))[0]!;
  const site = join(".venv", "lib", python, "site-packages");
  scratch.write(join(site, "demo", "__init__.py"), "answer = 42\n");
  scratch.write(
    join(site, "demo-1.0.dist-info", "METADATA"),
    "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
  );
  scratch.write(
    join(site, "demo-1.0.dist-info", "RECORD"),
    "demo/__init__.py,,12\ndemo-1.0.dist-info/METADATA,,\ndemo-1.0.dist-info/RECORD,,\n",
  );
  writeStamp(scratch, {});
  return site;
}

function writeStamp(scratch: Scratch, changes: object): void {
  const text = readFileSync(join(scratch.root, "src", "setup", "requirements.txt"));
  const requirements = createHash("sha256").update(text).digest("hex");
  scratch.write(
    ".venv/gradlab.json",
    JSON.stringify({ root: scratch.root, requirements, packages: ["demo==1.0"], ...changes }),
  );
}

test("what is wrong with an environment is found", async () => {
  const scratch = new Scratch();
  const { venvProblem } = await scratch.load("venv.mjs");
  assert.equal(venvProblem(), "not there yet");
  const site = makeVenv(scratch);
  assert.equal(venvProblem(), null);

  writeStamp(scratch, { root: "/elsewhere" });
  assert.equal(venvProblem(), "was made in another folder");
  writeStamp(scratch, { requirements: "0" });
  assert.equal(venvProblem(), "requirements have changed");
  writeStamp(scratch, { packages: ["demo==2.0"] });
  assert.equal(venvProblem(), "demo is 1.0, not 2.0");
  writeStamp(scratch, { packages: ["absent==1.0"] });
  assert.equal(venvProblem(), "absent is missing");
  writeStamp(scratch, {});
  assert.equal(venvProblem(), null);

  writeFileSync(join(scratch.root, site, "demo", "__init__.py"), "ans");
  assert.equal(venvProblem(), "demo has a truncated demo/__init__.py");
  rmSync(join(scratch.root, site, "demo"), { recursive: true });
  assert.equal(venvProblem(), "demo lacks demo/__init__.py");
  rmSync(join(scratch.root, ".venv", "bin", "python3"), { force: true });
  rmSync(join(scratch.root, ".venv", "bin", "python"));
  assert.equal(venvProblem(), "its Python is gone");
  rmSync(join(scratch.root, ".venv", "gradlab.json"));
  assert.equal(venvProblem(), "was left half-made");
});

test("no network: pip's failure is told as such, and leaves no stamp", () => {
  const scratch = new Scratch();
  installOne(scratch);
  const { status, stderr } = scratch.script("setup.mjs", [], {
    GRADLAB_PYTHON: venvPython,
    PIP_INDEX_URL: "http://127.0.0.1:9/simple",
    PIP_RETRIES: "0",
    PIP_NO_CACHE_DIR: "1",
  });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /gradlab can't go on: pip could not reach the Python package index\./);
  assert.deepEqual(readdirSync(join(scratch.root, ".venv")).includes("gradlab.json"), false);
});

test("a Python that can't make an environment: its own words and the advice", () => {
  const scratch = new Scratch();
  installOne(scratch);
  const answer = JSON.stringify({
    version: [3, 11, 2],
    path: join(scratch.bin, "python3"),
    venv: true,
    ensurepip: true,
  });
  scratch.fake(
    "python3",
    `case "$*" in *venv*.venv) echo "no space for pip" >&2; exit 1;; *) echo '${answer}';; esac`,
  );
  const { status, stderr } = scratch.script("setup.mjs", [], {
    GRADLAB_PYTHON: join(scratch.bin, "python3"),
  });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /python3 -m venv failed\.\n\s+no space for pip\n.*apt-get install python3-venv/);
});

test("the pinned requirements cover what was asked for, each with a hash", () => {
  const scratch = new Scratch();
  const read = (name: string) => readFileSync(join(scratch.root, "src", "setup", name), "utf8");
  for (const name of ["requirements", "node-requirements"]) {
    const pinned = read(`${name}.txt`);
    for (const line of read(`${name}.in`)
      .split("\n")
      .filter((line) => /^\w/.test(line))) {
      const [wanted, version] = line.split("==");
      assert.match(pinned, new RegExp(`^${wanted}==${version!.replaceAll(".", "\\.")}(\\.0)? \\\\$`, "m"));
    }
    const entries = pinned.split(/\n(?=\w)/).filter((entry) => !entry.startsWith("#"));
    assert.ok(entries.length > 0 && entries.every((entry) => entry.includes("--hash=sha256:")));
    assert.doesNotMatch(pinned, /https?:/);
  }
});
