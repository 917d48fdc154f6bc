/**
 * Errors point at the line that called the library, from whatever depth they come.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  ArgumentError,
  compile,
  concat,
  crossEntropy,
  grad,
  hessian,
  inv,
  jvp,
  NumericalError,
  ones,
  rng,
  ShapeError,
  sort,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "gradlab";

const here = new URL(import.meta.url).href;
/** The line of this file that calls `lineOf` or throws. */
const lineOf = (stack: string): number => Number(new RegExp(`${here}:(\\d+):`).exec(stack)?.[1]);

const calls: Record<string, () => unknown> = {
  method: () => zeros([2, 3]).matmul(zeros([2, 3]) as Tensor),
  function: () => crossEntropy(zeros([3, 2]), zeros([4])),
  decomposition: () => inv(zeros([3, 3])),
  "inside grad": () => grad((x: Tensor) => x.add(zeros([7])).sum())(zeros([3])),
  "inside hessian": () => hessian((x: Tensor) => x.matmul(x.sum() as Tensor))(zeros([3])),
  "inside vmap": () => vmap((x: Tensor) => x.sum(3))(zeros([3, 2])),
  "inside jvp": () => jvp((x: Tensor) => x.reshape([7]), [zeros([3])], [ones([3])]),
  "inside compile": () => compile((x: Tensor) => concat([x, zeros([2, 2])] as Tensor[]))(zeros([3, 3])),
  "inside map": () => [3].map((i) => zeros([2]).at(i)),
  creation: () => tensor([[1, 2], [3]]),
  "random stream": () => rng(1).choice(3, 5, { replace: false }),
  order: () => sort(zeros([3]), 4),
};

for (const [name, call] of Object.entries(calls))
  test(`${name}: the first frame is the caller's`, () => {
    const expected = call.toString();
    try {
      call();
    } catch (error) {
      assert.ok(error instanceof Error);
      const [, first] = (error.stack as string).split("\n    at ");
      assert.match(first, new RegExp(here), String(error.stack));
      assert.doesNotMatch(error.stack as string, /src\/(tensor|ops|autodiff|linalg)/);
      assert.ok(lineOf(error.stack as string) > 0, expected);
      return;
    }
    assert.fail(`${expected} did not throw`);
  });

test("the line is the one the engine itself would name", () => {
  const stack = (f: () => unknown): string => {
    try {
      f();
    } catch (error) {
      return (error as Error).stack as string;
    }
    return "";
  };
  // biome-ignore format: both in one line
  const [plain, wrong] = [stack(() => (tensor([1]) as any).missing()), stack(() => tensor([1]).at(3))];
  assert.equal(lineOf(wrong), lineOf(plain));
});

test("names, classes and messages are the errors' own", () => {
  for (const type of [ShapeError, ArgumentError, NumericalError]) {
    const error = new type("what to do");
    assert.equal(String(error), `${type.name}: what to do`);
    assert.ok((error.stack as string).startsWith(`${type.name}: what to do\n    at `));
    assert.ok(error instanceof Error && !Object.keys(error).includes("stack"));
  }
  assert.equal(new ShapeError("x", { cause: 7 }).cause, 7);
});

test("GRADLAB_STACK=full keeps the library's frames", () => {
  const library = fileURLToPath(new URL("../../src/tensor/index.ts", import.meta.url));
  const code = `import { zeros } from ${JSON.stringify(library)}; try { zeros([2]).at(3) } catch (e) { console.log(e.stack) }`;
  const run = (stack: string): string =>
    spawnSync(process.execPath, ["--input-type=module", "-e", code], {
      encoding: "utf8",
      env: { ...process.env, GRADLAB_STACK: stack },
    }).stdout;
  assert.match(run("full"), /tensor\.ts/);
  assert.doesNotMatch(run(""), /tensor\.ts/);
});
