// Machines that gradlab does not start on are told where it does: said before anything is downloaded.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scratch } from "./scratch.ts";

/** Code that runs before a script and makes `process` say something else. */
const pretend = (name: string, value: string): string[] => [
  "--import",
  `data:text/javascript,Object.defineProperty(process, "${name}", { value: ${encodeURIComponent(value)} })`,
];

for (const script of ["start.mjs", "setup.mjs", "test.mjs"]) {
  test(`Windows: ${script} says how to go on in WSL, and does nothing`, () => {
    const scratch = new Scratch();
    scratch.write("test/one.test.ts", "");
    scratch.write("notebooks/.keep", "");
    const { status, stdout, stderr } = scratch.run(process.execPath, [
      ...pretend("platform", '"win32"'),
      `src/setup/${script}`,
    ]);
    assert.equal(status, 1, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /^\s*gradlab can't go on: on Windows, gradlab runs inside WSL/);
    assert.match(
      stderr,
      /In PowerShell: {2}wsl --install\n.*install Node 20 or newer and Python 3\.10 or newer/,
    );
  });
}

test("a Node that is too old is named, with where to get another", () => {
  const scratch = new Scratch();
  const versions = '{ ...process.versions, node: "18.19.0" }';
  const { status, stderr } = scratch.run(process.execPath, [
    ...pretend("versions", versions),
    "src/setup/setup.mjs",
  ]);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /this is Node 18\.19\.0; gradlab starts from Node 20 or newer\.\n +Get it from nodejs\.org/,
  );
});
