// Which Python set-up takes, and what it says when there is none to take.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scratch } from "./scratch.ts";

/** What `findPython` answers with only `scratch`'s programs on PATH. */
function find(scratch: Scratch, chosen?: string) {
  const code = `import { findPython } from ${JSON.stringify(`${scratch.root}/src/setup/python.mjs`)};
    try { console.log(findPython(${JSON.stringify({ GRADLAB_PYTHON: chosen })}).path); }
    catch (error) { console.log(error.name + ": " + error.message + "\\n" + error.advice.join("\\n")); }`;
  const { stdout, stderr } = scratch.run(process.execPath, ["--input-type=module", "-e", code], {
    PATH: scratch.bin,
  });
  return stdout.trim() || stderr;
}

test("python3 is taken when it is new enough", () => {
  const scratch = new Scratch();
  scratch.fakePython("python3", [3, 12, 1]);
  scratch.fakePython("python3.13", [3, 13, 0]);
  assert.equal(find(scratch), "/fake/python3");
});

test("an old python3 is passed over for a newer one under another name", () => {
  const scratch = new Scratch();
  scratch.fakePython("python3", [3, 8, 18]);
  scratch.fakePython("python3.11", [3, 11, 7]);
  assert.equal(find(scratch), "/fake/python3.11");
});

test("a shim that only says it can't find its Python is passed over", () => {
  const scratch = new Scratch();
  scratch.fake("python3", "echo 'command not found' >&2; exit 127");
  scratch.fakePython("python", [3, 10, 0]);
  assert.equal(find(scratch), "/fake/python");
});

test("no Python at all: the message says how to get one", () => {
  const answer = find(new Scratch());
  assert.match(answer, /^SetupError: JupyterLab needs Python 3\.10 or newer, and none is on PATH\./);
  assert.match(
    answer,
    process.platform === "darwin" ? /brew install python/ : /apt-get install python3 python3-venv/,
  );
});

test("only an old Python: the message names it", () => {
  const scratch = new Scratch();
  scratch.fakePython("python3", [3, 8, 18]);
  assert.match(find(scratch), /none is on PATH \(\/fake\/python3 is Python 3\.8\.18\)/);
});

test("a Python without ensurepip: the message names the Debian package", () => {
  const scratch = new Scratch();
  scratch.fakePython("python3", [3, 11, 2], { ensurepip: false });
  assert.match(find(scratch), /\/fake\/python3 is Python 3\.11, but it can't make virtual environments/);
  assert.match(find(scratch), /apt-get install python3-venv {8}\(or python3\.11-venv\)/);
});

test("GRADLAB_PYTHON is obeyed, and refused by name when it won't do", () => {
  const scratch = new Scratch();
  scratch.fakePython("python3", [3, 12, 1]);
  scratch.fakePython("mine", [3, 11, 0]);
  scratch.fakePython("ancient", [3, 6, 0]);
  assert.equal(find(scratch, `${scratch.bin}/mine`), "/fake/mine");
  assert.match(
    find(scratch, `${scratch.bin}/ancient`),
    /GRADLAB_PYTHON=.*ancient is not a Python 3\.10 or newer/,
  );
});
