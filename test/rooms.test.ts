// The rooms of the repository: imports go one way, kernel/ and src/ know nothing
// of each other, files stay short enough to read, and the README's map is whole.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve } from "node:path";
import { test } from "node:test";
import { root } from "../src/setup/paths.mjs";

/** Each room may import from those before it. */
const rooms = {
  src: [
    "setup",
    "tensor",
    "kernels",
    "ops",
    "autodiff",
    "linalg",
    "optim",
    "nn",
    "train",
    "distributions",
    "models",
    "mixture",
    "gp",
    "data",
    "viz",
    "derive",
    "index.ts",
    "notebook",
    "cli.ts",
  ],
  kernel: ["runtime", "language", "protocol", "spec", "main.ts", "cli.ts"],
};

const LONGEST_FILE = 300;

/** Files that still hold more than one idea, with the size they may not exceed: each is to be split. */
const TO_SPLIT: Record<string, number> = {};

/** The TypeScript files under `folder`, as paths from the repository's folder with forward slashes. */
function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => posix.join(folder, name.replaceAll("\\", "/")));
}

const text = (file: string) => readFileSync(join(root, file), "utf8");

/** The files of this repository that `file` imports. */
function imports(file: string): string[] {
  const found = [
    ...text(file).matchAll(
      /^(?:import|export)\b[^"';]*?from\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|^import\s+"([^"]+)"/gm,
    ),
  ];
  return found
    .map((match) => match[1] ?? match[2] ?? match[3]!)
    .filter((name) => name.startsWith(".") || name === "gradlab")
    .map((name) => (name === "gradlab" ? "src/index.ts" : relative(root, resolve(root, dirname(file), name))))
    .map((path) => path.replaceAll("\\", "/"));
}

const roomOf = (file: string) => file.split("/")[1]!;

for (const [tree, order] of Object.entries(rooms)) {
  test(`${tree}/: every room is known, and imports go one way`, () => {
    const wrong: string[] = [];
    for (const file of sources(tree)) {
      const here = order.indexOf(roomOf(file));
      if (here < 0) wrong.push(`${file}: ${roomOf(file)} is not in this test's list of rooms`);
      for (const target of imports(file)) {
        if (!target.startsWith(`${tree}/`)) wrong.push(`${file} imports ${target}, outside ${tree}/`);
        else if (roomOf(target) !== roomOf(file) && order.indexOf(roomOf(target)) > here) {
          wrong.push(`${file} imports ${target}, a room above its own`);
        }
      }
    }
    assert.deepEqual(wrong, []);
  });
}

test("the list of imports is read right", () => {
  assert.deepEqual(imports("test/rooms.test.ts"), ["src/setup/paths.mjs"]);
  assert.ok(imports("src/index.ts").includes("src/tensor/index.ts"));
});

test(`no source file is longer than ${LONGEST_FILE} lines`, () => {
  const lines = (file: string) => text(file).split("\n").length - 1;
  const long = [...sources("src"), ...sources("kernel")].filter(
    (file) => lines(file) > (TO_SPLIT[file] ?? LONGEST_FILE),
  );
  assert.deepEqual(
    long.map((file) => `${file}: ${lines(file)} lines`),
    [],
  );
});

test("every source file opens by saying why it exists (but for bare lists of exports)", () => {
  const opens = (file: string) =>
    /^(#!.*\n)?(\/\/|\/\*)/.test(text(file)) || posix.basename(file) === "index.ts";
  assert.deepEqual(
    [...sources("src"), ...sources("kernel")].filter((file) => !opens(file)),
    [],
  );
});

test("the README names every room and every notebook", () => {
  const readme = text("README.md");
  const rooms = new Set(
    [...sources("src"), ...sources("kernel")].filter((file) => file.split("/").length > 2).map(roomOf),
  );
  const missing = [...rooms].filter((room) => !readme.includes(`${room}/`));
  for (const name of readdirSync(join(root, "notebooks"))) {
    if (name.endsWith(".ipynb") && !readme.includes(name.replace(".ipynb", ""))) missing.push(name);
  }
  assert.deepEqual(missing, []);
});
