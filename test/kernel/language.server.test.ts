// The language server dies, hangs, is too slow, is gone: a cell is never kept waiting for it
// for good, and it never outlives the kernel.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Language } from "../../kernel/language/index.ts";

const cwd = mkdtempSync(join(tmpdir(), "cells-"));
after(() => rmSync(cwd, { recursive: true, force: true }));

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that nobody has waited for yet is dead all the same.
    return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(20);
}

async function errors(language: Language, cell: number, code: string): Promise<number[]> {
  const { diagnostics } = await language.check(cell, code);
  return diagnostics.map((each) => each.code);
}

describe("a server that is killed", () => {
  test("between cells is replaced, and knows the cells again", async () => {
    const language = new Language({ cwd, checkTimeout: 120_000 });
    assert.deepEqual(await errors(language, 1, "let a = 1; interface I { b: string }"), []);
    language.commit(1, "let a = 1; interface I { b: string }");
    const first = language.pid!;
    process.kill(first, "SIGKILL");
    await until(() => language.pid !== first);
    assert.deepEqual(await errors(language, 2, "a.toFixed(); const i: I = { b: '' }"), []);
    assert.deepEqual(await errors(language, 3, "a.length"), [2339]);
    assert.deepEqual((await language.complete("a.toFix", 7)).matches, ["toFixed"]);
    assert.notEqual(language.pid, first);
    await language.dispose();
  });

  test("during a check does not fail the check", async () => {
    const language = new Language({ cwd, checkTimeout: 120_000 });
    await errors(language, 1, "1");
    const heavy = `type R<N extends number, A extends any[] = []> = A["length"] extends N ? A : R<N, [...A, 1]>;\n${Array.from({ length: 50 }, (_, i) => `const r${i}: R<${300 + i}>["length"] = 0;`).join("\n")}`;
    const check = language.check(2, heavy);
    process.kill(language.pid!, "SIGKILL");
    const { diagnostics } = await check;
    assert.ok(diagnostics.length > 0);
    assert.ok(diagnostics.every((each) => each.code === 2322));
    await language.dispose();
  });

  test("again and again is given up for a while, and cells go on unchecked", async () => {
    const language = new Language({ cwd, checkTimeout: 120_000 });
    for (let i = 0; i < 5; i++) {
      await errors(language, i, "1");
      const pid = language.pid!;
      process.kill(pid, "SIGKILL");
      await until(() => language.pid !== pid);
    }
    const { diagnostics } = await language.check(9, "let x: number = ''");
    assert.deepEqual(
      diagnostics.map((each) => [each.category, each.code]),
      [["warning", 0]],
    );
    assert.match(diagnostics[0]!.message, /without a check of its types: .*died five times/);
    assert.deepEqual((await language.complete("x", 1)).matches, []);
    assert.equal(await language.inspect("x", 1, 0), null);
    await language.dispose();
  });
});

describe("a server that does not answer", () => {
  test("lets the cell run with a warning, and is replaced when it does so again", async () => {
    const hasty = new Language({ cwd, checkTimeout: 300 });
    process.kill(hasty.pid!, "SIGSTOP");
    const hung = hasty.pid!;
    for (let i = 0; i < 2; i++) {
      const { diagnostics } = await hasty.check(i, "let x: number = ''");
      assert.deepEqual(
        diagnostics.map((each) => [each.category, each.code]),
        [["warning", 0]],
      );
      assert.match(diagnostics[0]!.message, /no answer within 300 ms/);
    }
    await until(() => !alive(hung));
    await hasty.dispose();
  });
});

describe("the end", () => {
  test("leaves no server behind", async () => {
    const language = new Language({ cwd });
    await errors(language, 1, "1");
    const pid = language.pid!;
    assert.ok(alive(pid));
    await language.dispose();
    assert.ok(!alive(pid));
    const { diagnostics } = await language.check(2, "1");
    assert.equal(diagnostics[0]!.category, "warning");
  });

  test("also comes at once after the beginning, and twice", async () => {
    const language = new Language({ cwd });
    await language.dispose();
    await language.dispose();
  });

  test("of a kernel that is killed is the server's end", { skip: process.platform === "win32" }, async () => {
    const program = `
      import { Language } from ${JSON.stringify(new URL("../../kernel/language/index.ts", import.meta.url).href)};
      const language = new Language({ cwd: ${JSON.stringify(cwd)} });
      await language.check(1, "1");
      console.log(language.pid);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = Number(await new Promise((resolve) => child.stdout.once("data", resolve)));
    assert.ok(alive(pid));
    child.kill("SIGKILL");
    await until(() => !alive(pid));
  });
});
