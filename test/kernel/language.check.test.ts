// Types of cells against the cells before them: what is an error, what is none, and what the
// notebook's folder changes about it.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { type Diagnostic, Language } from "../../kernel/language/index.ts";
import { makeFolder } from "./language/harness/folder.ts";

class Notebook {
  readonly language: Language;
  cell = 0;
  constructor(cwd: string) {
    this.language = new Language({ cwd, checkTimeout: 120_000 });
  }

  async check(code: string): Promise<Diagnostic[]> {
    const { diagnostics } = await this.language.check(++this.cell, code);
    for (const each of diagnostics) assert.notEqual(each.code, 0, each.message);
    return diagnostics;
  }

  /** Checks cells and commits them, as if they had run; gives what is wrong with the last. */
  async run(...codes: string[]): Promise<string[]> {
    let found: Diagnostic[] = [];
    for (const code of codes) {
      found = await this.check(code);
      this.language.commit(this.cell, code);
    }
    return found.map((each) => `${each.category} ${each.code} ${each.line}:${each.column}`);
  }
}

describe("a folder without tsconfig.json", () => {
  // A blank, a letter and a sign that URLs escape: paths and URIs must agree about them.
  const folder = join(mkdtempSync(join(tmpdir(), "cells-")), "Übung #1 100%");
  let nb: Notebook;
  before(() => {
    makeFolder(folder);
    nb = new Notebook(folder);
  });
  afterEach(() => nb.language.reset());
  after(async () => {
    await nb.language.dispose();
    rmSync(join(folder, ".."), { recursive: true, force: true });
  });

  test("an error says where it begins and ends", async () => {
    const [found, ...others] = await nb.check("let a = 1\n\nlet bad: number = 'text'");
    assert.deepEqual(others, []);
    assert.deepEqual(found, {
      code: 2322,
      category: "error",
      message: "Type 'string' is not assignable to type 'number'.",
      line: 3,
      column: 5,
      endLine: 3,
      endColumn: 8,
    });
  });

  test("types go from cell to cell", async () => {
    await nb.run(
      "let n = 1; const k = 'lit'; function f(a: number) { return [a] }\nclass G<T> { constructor(public v: T) {} }\nenum E { A, B }\nnamespace N { export const x = 1; export type T = 'n' }\ntype Al<T> = { v: T }; interface If { a: string }",
    );
    assert.deepEqual(
      await nb.run(
        "n = 2; f(n)[0].toFixed(); const g: G<string> = new G('s'); g.v.length; E.A; const a: Al<number> = { v: 1 }; const i: If = { a: '' }; const t: N.T = 'n'; const l: 'lit' = k; N.x",
      ),
      [],
    );
    assert.deepEqual(await nb.run("n = 'no'"), ["error 2322 1:1"]);
    assert.deepEqual(await nb.run("f('no')"), ["error 2345 1:3"]);
    assert.deepEqual(await nb.run("k = 'other'"), ["error 2588 1:1"]);
    assert.deepEqual(await nb.run("const g2: G<string> = new G(1)"), ["error 2322 1:7"]);
    assert.deepEqual(await nb.run("const i2: If = {}"), ["error 2741 1:7"]);
    assert.deepEqual(await nb.run("unheardOf"), ["error 2304 1:1"]);
  });

  test("a later declaration replaces an earlier one, whatever it was", async () => {
    await nb.run(
      "let x = 1; class A { a = 1 }; interface I { i: number }",
      "const x = 'text'; class A { b = 2 }; interface I { j: string }",
    );
    assert.deepEqual(await nb.run("x.length; new A().b; const i: I = { j: '' }"), []);
    assert.deepEqual(await nb.run("new A().a"), ["error 2339 1:9"]);
    assert.deepEqual(
      await nb.run(
        "function A() { return 1 }",
        "let I = 5",
        "const i2: I = { j: '' }; A().toFixed(); I.toFixed()",
      ),
      [],
    );
    assert.deepEqual(await nb.run("import { join as x } from 'node:path'", "x('a', 'b').length"), []);
    assert.deepEqual(await nb.run("let x = [1]; x.push(2)", "x.push('no')"), ["error 2345 1:8"]);
  });

  test("cells keep the types that they were written against", async () => {
    await nb.run("class A { a = 1 }", "const made = new A()", "class A { b = 2 }");
    assert.deepEqual(await nb.run("made.a"), []);
    assert.deepEqual(await nb.run("made.b"), ["error 2339 1:6"]);
    await nb.run("type T = number", "const f = (t: T) => t", "type T = string");
    assert.deepEqual(await nb.run("f(1).toFixed(); const t: T = 's'"), []);
  });

  test("hundreds of cells that declare one name again leave one behind", async () => {
    for (let i = 0; i < 150; i++) {
      nb.cell++;
      nb.language.commit(nb.cell, `let again = ${i}; let a${i % 3} = again`);
    }
    assert.deepEqual(await nb.run("again.toFixed(); a1.toFixed(); a2.length"), ["error 2339 1:35"]);
  });

  test("what a notebook may do and a module may not is no error", async () => {
    const codes = [
      "await Promise.resolve(1)",
      "for await (const x of [1]) ;",
      "1 + 1",
      "'text'",
      "const unused = 1; function unusedToo(p: number) {}",
      "import * as unusedModule from 'node:fs'",
      "enum E { A }",
      "namespace N { export const x = 1 }",
      "export const a = 1; export default 2; export { a as b }",
      "import { Stats } from 'fs'; let s: Stats",
      "x: for (;;) break x",
      "import j from './data.json'; j.list",
      "using r = { [Symbol.dispose]() {} }",
      "{ a: 1, b: 'x' }",
      "import { helper } from './helper.ts'; helper(1)",
      "import { helper } from './helper'",
      "import eq = require('path')",
      "if (true) { } else { unusedToo }",
      "class P { constructor(private x: number) {} }",
      "debugger",
      "const { log } = console; log(1)",
      "var v = 1; var v = 2",
      "function f(a: string): void; function f(a: any) {}",
    ];
    for (const code of codes) assert.deepEqual(await nb.run(code), [], code);
  });

  test("what is wrong stays wrong", async () => {
    assert.deepEqual(await nb.run("return 5"), ["error 1108 1:1"]);
    assert.deepEqual(await nb.run("function f() { await 1 }"), ["error 1308 1:16"]);
    assert.deepEqual(await nb.run("import { nope } from './helper'"), ["error 2305 1:10"]);
    assert.deepEqual(await nb.run("import x from './missing'"), ["error 2307 1:15"]);
    assert.deepEqual(await nb.run("let a = 1; let a = 2"), ["error 2451 1:5", "error 2451 1:16"]);
    assert.deepEqual(await nb.run("document.title"), ["error 2584 1:1"]);
  });

  test("of a cell that is no program only the syntax is told, at its own place", async () => {
    assert.deepEqual(await nb.run("let a = 1 +"), ["error 1109 1:12"]);
    assert.deepEqual(await nb.run("let b = (1\nlet c: number = ''"), ["error 1005 2:1"]);
    assert.deepEqual(await nb.run("foo(\n"), ["error 1005 2:1"]);
    assert.deepEqual(
      await nb.run("undefinedName; let = = 2").then((all) => all.every((each) => each.startsWith("error 1"))),
      true,
    );
  });

  test("Node's and the kernel's globals are known, the browser's are not", async () => {
    assert.deepEqual(
      await nb.run(
        "console.log(process.argv, Buffer.from(''), fetch('x'), new URL('a:'), structuredClone({}), setTimeout(() => {}), performance.now(), require('fs'), globalThis, crypto.randomUUID(), new AbortController())",
      ),
      [],
    );
    assert.deepEqual(
      await nb.run(
        "html`<b>${1}</b>`; md('x'); svg`<g/>`; input('?').length; password().length; jupyter.clearOutput(true)",
      ),
      [],
    );
    assert.deepEqual(
      await nb.run("const html = 3; html.toFixed()", "html.toFixed(); const input = [1]", "input.push(2)"),
      [],
    );
    assert.deepEqual(await nb.run("window"), ["error 2304 1:1"]);
  });

  test("the tslab package is known without being installed", async () => {
    assert.deepEqual(await nb.run("import * as tslab from 'tslab'; tslab.display.html('<b>x</b>')"), []);
    assert.deepEqual(await nb.run("import { display } from 'tslab'; display.nothing()"), ["error 2339 1:42"]);
  });

  test("what only strict finds is a warning", async () => {
    assert.deepEqual(await nb.run("function f(a) { return a }"), ["warning 7006 1:12"]);
    assert.deepEqual(await nb.run("let s: string = null; let n: number = 'x'"), [
      "warning 2322 1:5",
      "error 2322 1:27",
    ]);
    assert.deepEqual(await nb.run("class C { v: number }"), ["warning 2564 1:11"]);
  });

  test("decorators are TypeScript's old ones, or the standard's once a cell speaks of those", async () => {
    assert.deepEqual(
      await nb.run("function old(t: any, k: string, d: PropertyDescriptor) {}", "class A { @old m() {} }"),
      [],
    );
    assert.deepEqual(
      await nb.run("function now(f: Function, c: ClassMethodDecoratorContext) {}", "class B { @now m() {} }"),
      [],
    );
    assert.match(
      nb.language.transform(999, "class D { @now m() {} }").js,
      /metadata|__decoratorStart|__decorateElement/,
    );
  });

  test("JSX needs something to make it with", async () => {
    assert.deepEqual(
      await nb.run("const e = <b>x</b>").then((all) => all.filter((each) => each.startsWith("error"))),
      ["error 2874 1:12"],
    );
    await nb.run(
      "const React = { createElement: (...a: any[]) => a }\ndeclare global { namespace JSX { interface IntrinsicElements { [k: string]: any } } }",
    );
    assert.deepEqual(await nb.run("<b>x</b>"), []);
  });

  test("augmentations hold in later cells", async () => {
    await nb.run(
      "declare global { interface Array<T> { last(): T } }\nArray.prototype.last = function () { return this[this.length - 1] }",
    );
    assert.deepEqual(await nb.run("[1].last().toFixed()"), []);
    assert.deepEqual(await nb.run("[1].lastly()"), ["error 2551 1:5"]);
  });

  test("module cells are checked, and imported", async () => {
    assert.deepEqual(await nb.run("/** @module mod */\nexport const n: number = 'x'"), ["error 2322 2:14"]);
    assert.deepEqual(
      await nb.run(
        "/** @module mod */\nexport const n: number = 1",
        "import { n } from './mod'; n.toFixed()",
      ),
      [],
    );
    assert.deepEqual(await nb.run("n.length"), ["error 2339 1:3"]);
    assert.deepEqual(
      await nb.run("/** @module mod */\nexport const n = 's'", "import { n } from './mod'; n.length"),
      [],
    );
  });

  test("imports of types are told from imports of values", async () => {
    const { types } = await nb.language.check(
      ++nb.cell,
      "import { Stats, existsSync, Abortable, EventEmitter } from 'node:fs'\nimport { Shape } from './shapes'\nimport { Abortable as Ab } from 'node:events'",
    );
    assert.deepEqual(types.sort(), ["Ab", "Shape"]);
  });

  test("local files are read again when they change, come or go", async () => {
    const file = join(folder, "changing.ts");
    let time = Date.now() / 1000 - 100;
    const write = (text: string) => {
      writeFileSync(file, text);
      utimesSync(file, time, time++);
    };
    const use = "import { v } from './changing.ts'; v.toFixed()";
    assert.deepEqual(await nb.run(use), ["error 2307 1:19"]);
    write("export const v = 1");
    assert.deepEqual(await nb.run(use), []);
    write("export const v = 'text'");
    assert.deepEqual(await nb.run(use), ["error 2551 1:38"]);
    write("export { v } from './inner'");
    writeFileSync(join(folder, "inner.ts"), "export const v = 2");
    assert.deepEqual(await nb.run(use), []);
    writeFileSync(join(folder, "inner.ts"), "export const v = 'text again'");
    assert.deepEqual(await nb.run(use), ["error 2551 1:38"]);
    rmSync(file);
    assert.deepEqual(await nb.run(use), ["error 2307 1:19"]);
  });

  test("a package installed while the notebook is open is found", async () => {
    const use = "import { late } from 'late-pkg'; late.toFixed()";
    assert.deepEqual(await nb.run(use), ["error 2307 1:22"]);
    mkdirSync(join(folder, "node_modules/late-pkg"), { recursive: true });
    writeFileSync(
      join(folder, "node_modules/late-pkg/package.json"),
      '{ "name": "late-pkg", "version": "1.0.0", "types": "index.d.ts" }',
    );
    writeFileSync(join(folder, "node_modules/late-pkg/index.d.ts"), "export declare const late: number;");
    assert.deepEqual(await nb.run(use), []);
  });

  test("after a reset nothing is known", async () => {
    await nb.run("let here = 1");
    nb.language.reset();
    assert.deepEqual(await nb.run("here"), ["error 2304 1:1"]);
  });
});

describe("a folder with tsconfig.json", () => {
  const folder = mkdtempSync(join(tmpdir(), "cells-"));
  const config = (text: string) => writeFileSync(join(folder, "tsconfig.json"), text);
  let nb: Notebook;
  before(() => {
    makeFolder(folder);
    config(`{
      // The settings of a package, with much that does not suit cells.
      "compilerOptions": {
        "strict": true, "target": "es2015", "module": "nodenext", "verbatimModuleSyntax": true, "isolatedModules": true,
        "erasableSyntaxOnly": true, "noUnusedLocals": true, "composite": true, "declaration": true, "rootDir": "src", "outDir": "dist",
        "paths": { "@lib/*": ["./*"] },
      },
      "include": ["src"],
    }`);
    nb = new Notebook(folder);
  });
  after(async () => {
    await nb.language.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  test("its strictness makes errors, its rules for files do not hold in cells", async () => {
    assert.deepEqual(await nb.run("function f(a) { return a }"), ["error 7006 1:12"]);
    assert.deepEqual(
      await nb.run(
        "import { Shape } from './shapes'; enum E { A }; class P { constructor(private x = 1) {} }; await 1; const unused = 2n",
      ),
      [],
    );
    assert.deepEqual(await nb.run("import { helper } from '@lib/helper'; helper('x')"), ["error 2345 1:46"]);
    assert.deepEqual(await nb.run("document.title"), []);
  });

  test("its decorators are the standard's unless it says otherwise", async () => {
    assert.deepEqual(
      await nb.run("function now(f: Function, c: ClassMethodDecoratorContext) {}; class B { @now m() {} }"),
      [],
    );
    assert.deepEqual(
      await nb
        .run("function old(t: any, k: string, d: PropertyDescriptor) {}; class A { @old m() {} }")
        .then((all) => all.length),
      1,
    );
  });

  test("an edit of it holds from the next cell on", async () => {
    config('{ "compilerOptions": { "strict": false, "experimentalDecorators": true, "lib": ["esnext"] } }');
    assert.deepEqual(await nb.run("function g(a) { return a }"), []);
    assert.deepEqual(
      await nb.run("function old(t: any, k: string, d: PropertyDescriptor) {}; class A { @old m() {} }"),
      [],
    );
    assert.deepEqual(await nb.run("document.title"), ["error 2584 1:1"]);
    config("{ not json");
    assert.deepEqual(await nb.run("const still: number = 1"), []);
    config('{ "extends": "./base.json" }');
    writeFileSync(
      join(folder, "base.json"),
      '{ "compilerOptions": { "noImplicitAny": false, "strictNullChecks": true } }',
    );
    assert.deepEqual(await nb.run("function h(a) { return a }; let s: string = null"), ["error 2322 1:33"]);
  });

  test("one above the notebook's folder holds too", async () => {
    config('{ "compilerOptions": { "strict": true, "noUncheckedIndexedAccess": true } }');
    const below = join(folder, "notebooks", "week1");
    mkdirSync(below, { recursive: true });
    const deep = new Notebook(below);
    try {
      assert.deepEqual(await deep.run("import { helper } from '../../helper'; helper(1); [1][0].toFixed()"), [
        "error 2532 1:51",
      ]);
    } finally {
      await deep.language.dispose();
    }
  });
});
