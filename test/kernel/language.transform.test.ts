// What a cell becomes. The programs are run as the kernel runs them, through the inspector in
// REPL mode; results against stock tslab are in language.tslab.test.ts.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Runtime } from "node:inspector";
import { Session } from "node:inspector/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { CellSyntaxError, type TransformOptions, transformCell } from "../../kernel/language/index.ts";

const folder = mkdtempSync(join(tmpdir(), "cells-"));
const session = new Session();
session.connect();
const cells = Symbol.for("gradlab.cells");
const loaded: unknown[][] = [];
Object.assign(globalThis, {
  __live: (value: unknown) => value,
  __import: async (...args: unknown[]) => {
    loaded.push(args);
    const known: Record<string, unknown> = {
      path: await import("node:path"),
      counted: { n: 1, default: "the default" },
    };
    if (!(String(args[0]) in known)) throw new Error(`no module ${args[0]}`);
    return known[String(args[0])];
  },
  __module: (name: string, source: string) => loaded.push(["module", name, source]),
});
after(() => {
  session.disconnect();
  rmSync(folder, { recursive: true, force: true });
});

class Notebook {
  readonly names = new Set<string>();
  cell = 0;

  /** Runs a cell; its value comes back by value. */
  async run(code: string, options: Partial<TransformOptions> = {}): Promise<any> {
    const { js, names } = transformCell(code, {
      cell: ++this.cell,
      cwd: folder,
      names: this.names,
      ...options,
    });
    for (const name of names) this.names.add(name);
    const expression = `${js}\n//# sourceURL=Cell[${this.cell}].ts`;
    const request = { expression, replMode: true, awaitPromise: true, returnByValue: true };
    const reply = await session.post("Runtime.evaluate", request as Runtime.EvaluateParameterType);
    if (reply.exceptionDetails) throw new Error(reply.exceptionDetails.exception?.description ?? "threw");
    return reply.result.value;
  }

  async runAll(...codes: string[]): Promise<any> {
    let value: any;
    for (const code of codes) value = await this.run(code);
    return value;
  }
}

const js = (code: string, options: Partial<TransformOptions> = {}) =>
  transformCell(code, { cell: 1, cwd: folder, ...options }).js;

beforeEach(() => {
  delete (globalThis as any)[cells];
  loaded.length = 0;
});

describe("names", () => {
  test("of earlier cells are read, written, updated, called, and taken apart", async () => {
    const nb = new Notebook();
    await nb.runAll("let a = 1; let b = [1, 2]; const f = (x: number) => x * 2; let o: any = {}");
    assert.equal(await nb.run("a += 4; a++; a"), 6);
    assert.equal(await nb.run("f(a)"), 12);
    assert.deepEqual(await nb.run("({ a, b: o.list = 9 } = { a: 2 } as any); ({ a, o })"), {
      a: 2,
      o: { list: 9 },
    });
    assert.deepEqual(await nb.run("[a, ...b] = [7, 8, 9]; b"), [8, 9]);
    assert.deepEqual(await nb.run("const { x = a, ...rest } = { y: 1 }; [x, rest]"), [7, { y: 1 }]);
    assert.equal(await nb.run("for (a of [3, 4]) ; a"), 4);
    assert.equal(await nb.run("`${a}` + f`1` "), "42");
  });

  test("do not become globals", async () => {
    const nb = new Notebook();
    await nb.runAll("let process2 = 1; function fetch() { return 'mine' }; var top1 = 3; class URL {}");
    assert.equal(await nb.run("fetch()"), "mine");
    for (const name of ["process2", "top1"]) assert.ok(!(name in globalThis));
    assert.notEqual(String(globalThis.fetch), "function fetch() { return 'mine' }");
    assert.equal(new URL("http://a/").host, "a");
  });

  test("that a cell did not come to set are reference errors, and typeof them is undefined", async () => {
    const nb = new Notebook();
    const { js: text, names } = transformCell("let before = 1; throw new Error('stop'); let never = 2", {
      cell: 9,
      cwd: folder,
    });
    for (const name of names) nb.names.add(name);
    await session.post("Runtime.evaluate", { expression: text });
    assert.equal(await nb.run("before"), 1);
    await assert.rejects(nb.run("never"), /ReferenceError: never is not defined/);
    assert.equal(await nb.run("typeof never"), "undefined");
  });

  test("that look like the machinery's do not collide with it", async () => {
    const nb = new Notebook();
    assert.deepEqual(
      await nb.runAll(
        "let __cells = 1, __t = [2], __m0 = 3, __meta = 4",
        "import { sep } from 'path'; [__cells, __t[0]++, __m0, __meta, sep.length]",
      ),
      [1, 2, 3, 4, 1],
    );
    assert.deepEqual(await nb.run("__t"), [3]);
  });

  test("are reported, ambient and type-only ones not", () => {
    const { names } = transformCell(
      "let a, { b, c: [d] } = x as any; var e; function f() {} class G {} enum H { I } namespace J { export const k = 1 } declare let l: number; interface M {} type N = 1; { let o; var p }",
      { cell: 1, cwd: folder },
    );
    assert.deepEqual([...names].sort(), ["G", "H", "J", "a", "b", "d", "e", "f", "p"]);
  });

  test("stay apart from locals of the same name", async () => {
    const nb = new Notebook();
    await nb.run("let x = 'cell'; let y = 1");
    const shadows = `
      const out: any[] = [];
      { let x = 'block'; out.push(x) }
      (function x() { out.push(typeof x) })();
      ((x: string) => out.push(x))('param');
      for (const x of ['loop']) out.push(x);
      try { throw 'caught' } catch (x) { out.push(x) }
      switch (1) { case 1: let x = 'switch'; out.push(x) }
      class C { static x = 'member'; static { let x = 'static'; out.push(x, C.x) } }
      out.push(({ x: 'property' }).x, (class x { static n = typeof x }).n, x);
      out`;
    assert.deepEqual(await nb.run(shadows), [
      "block",
      "function",
      "param",
      "loop",
      "caught",
      "switch",
      "static",
      "member",
      "property",
      "function",
      "cell",
    ]);
  });
});

describe("values", () => {
  test("a promise is the value, not awaited", async () => {
    const nb = new Notebook();
    const { js: text } = transformCell("await null; new Promise(() => {})", { cell: 1, cwd: folder });
    const options = { expression: text, replMode: true, awaitPromise: true } as Runtime.EvaluateParameterType;
    const { result } = await session.post("Runtime.evaluate", options);
    assert.equal(result.subtype, "promise");
    assert.equal(await nb.run("3; function after() {}"), undefined);
  });

  test("an object literal alone is an object where it can't be a block", async () => {
    const nb = new Notebook();
    assert.deepEqual(await nb.run("{ a: 1, b: [2] }"), { a: 1, b: [2] });
    assert.deepEqual(await nb.run("{ a: 1, ...{ c: 3 } };"), { a: 1, c: 3 });
    assert.equal(await nb.run("{ a: 1 }"), undefined);
  });

  test("lines that begin with a bracket stay statements of their own", async () => {
    const nb = new Notebook();
    await nb.run("let k = 5; const f = (n: number) => n; let t = [0]");
    assert.equal(await nb.run("const u = k\nf(u)"), 5);
    assert.equal(await nb.run("const w = k\nf(1)\nf(w)"), 5);
    assert.equal(await nb.run("let n = 0\nconst z = n\n++n\nn++\nn + z"), 2);
    assert.equal(await nb.run("let a = 1, b = 2\nconst s = k;\n[a, b] = [b, a]\na * 10 + b"), 21);
    assert.equal(await nb.run("if (k)\n  f(1)\nelse\n  f(2)\nk"), 5);
  });
});

describe("TypeScript that becomes code", () => {
  test("enums, namespaces, parameter properties, assertions in angle brackets", async () => {
    const nb = new Notebook();
    assert.equal(await nb.run("enum E { A = 2, B }; namespace N { export const v = E.B }; N.v"), 3);
    assert.equal(await nb.run("class P { constructor(public x: number) {} }; new P(<any>4).x"), 4);
    assert.equal(await nb.run("E.A + N.v"), 5);
  });

  test("standard and legacy decorators, as the folder has them", async () => {
    const nb = new Notebook();
    const standard =
      "const seen: any[] = []; function d(v: any, c: any) { seen.push(typeof c) }\nclass A { @d m() {} }\nseen";
    assert.deepEqual(await nb.run(standard, { experimentalDecorators: false }), ["object"]);
    assert.deepEqual(await nb.run(standard, { experimentalDecorators: true }), ["string"]);
    assert.deepEqual(await nb.run(standard), ["string"]);
    writeFileSync(join(folder, "tsconfig.json"), '{ /* none said */ "compilerOptions": {}, }');
    assert.deepEqual(await nb.run(standard), ["object"]);
    writeFileSync(join(folder, "tsconfig.json"), '{ "compilerOptions": { "experimentalDecorators": true } }');
    assert.deepEqual(await nb.run(standard), ["string"]);
    rmSync(join(folder, "tsconfig.json"));
  });

  test("accessors, and JSX by the folder's settings", async () => {
    const nb = new Notebook();
    assert.equal(await nb.run("class A { accessor v = 3 }; new A().v"), 3);
    await nb.run("const React = { createElement: (t: any, p: any, ...c: any[]) => [t, p, ...c] }");
    assert.deepEqual(await nb.run("<b id='i'>{1 + 1}</b>"), ["b", { id: "i" }, 2]);
    writeFileSync(
      join(folder, "tsconfig.json"),
      '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" } }',
    );
    assert.deepEqual(await nb.runAll("const h = (t: any) => `made ${t}`", "<i />"), "made i");
    rmSync(join(folder, "tsconfig.json"));
  });

  test("`using` disposes when the cell ends", async () => {
    const nb = new Notebook();
    await nb.run(
      "const log: string[] = []; const make = (n: string) => ({ n, [Symbol.dispose]() { log.push(n) }, async [Symbol.asyncDispose]() { log.push('async ' + n) } })",
    );
    assert.deepEqual(await nb.run("using a = make('a'); using b = make('b'); [...log, a.n]"), ["a"]);
    assert.deepEqual(await nb.run("log"), ["b", "a"]);
    await nb.run("await using c = make('c')");
    assert.deepEqual(await nb.run("log.at(-1)"), "async c");
  });
});

describe("imports", () => {
  test("become loads that can be run again, and stay live", async () => {
    const nb = new Notebook();
    assert.equal(await nb.run("import { join, sep as s } from 'path';\njoin('a', 'b') + s"), "a/b/");
    assert.equal(await nb.run("import { join } from 'path'\njoin('c')"), "c");
    assert.equal(await nb.run("import d, * as ns from 'counted'; d + ns.n"), "the default1");
    assert.deepEqual(loaded, [["path"], ["path"], ["counted"]]);
  });

  test("keep attributes, and are listed", () => {
    const cell = transformCell(
      "import a from './a.json' with { type: 'json' }; import 'side'; export * from 'c'; import('d')",
      {
        cell: 1,
        cwd: folder,
      },
    );
    assert.match(cell.js, /__import\("\.\/a\.json", \{with: \{"type": "json"\}\}\)/);
    assert.match(cell.js, /__import\('d'\)/);
    assert.deepEqual(cell.imports, ["./a.json", "side", "c", "d"]);
  });

  test("of types are erased, of values never", async () => {
    const nb = new Notebook();
    await nb.run(
      "import type { A } from 'types-1'; import { type B } from 'types-3'; export type { C } from 'types-2'",
    );
    assert.deepEqual(loaded, []);
    await nb.run("import { D } from 'types-only'; import { E, sep } from 'path'", { types: ["D", "E"] });
    assert.deepEqual(loaded, [["path"]]);
    assert.equal(await nb.run("sep + typeof E"), "/undefined");
  });

  test("and exports of every form can be in a cell", async () => {
    const nb = new Notebook();
    for (const code of [
      "export default () => 1",
      "export default (1, 2);",
      "export default function () {}",
      "export default class {}",
      "export {}",
      "export type T = 1",
      "export @((c: any) => c) class Dec {}",
      "import defer * as later from 'path'; later.sep",
      "(await import.defer('path')).sep",
    ]) {
      await nb.run(code);
    }
    assert.equal(await nb.run("export default class Named { v = 2 }; new Named().v"), 2);
    assert.equal(await nb.run("new Named().v + later.sep"), "2/");
  });

  test("on several lines keep the lines below in place", async () => {
    const nb = new Notebook();
    const code = "import {\n  join,\n  sep,\n} from 'path'\nthrow new Error('fifth line')";
    await assert.rejects(nb.run(code), /Cell\[1\]\.ts:5:/);
  });

  test("import.meta tells where the notebook is", async () => {
    const nb = new Notebook();
    assert.equal(await nb.run("import.meta.dirname"), folder);
    assert.equal(
      await nb.run("import.meta.resolve('./x.ts')"),
      new URL("x.ts", await nb.run("import.meta.url")).href,
    );
  });

  test("a module cell is handed over as it is", async () => {
    await new Notebook().run("/** @module name */\nexport const x: number = 1");
    assert.deepEqual(loaded, [["module", "name.ts", "/** @module name */\nexport const x: number = 1"]]);
    loaded.length = 0;
    await new Notebook().run("/**\n * @module view\n * @jsx\n */\nexport const x = <b/>");
    assert.equal(loaded[0]![1], "view.tsx");
  });
});

describe("positions", () => {
  /** Where the map says that a text of the program comes from. */
  function origin(code: string, needle: string, options: Partial<TransformOptions> = {}): [number, number] {
    const { js: text, map } = transformCell(code, { cell: 1, cwd: folder, ...options });
    const before = text.slice(0, text.indexOf(needle));
    const line = before.split("\n").length;
    const column = before.length - (before.lastIndexOf("\n") + 1);
    const found = originalPositionFor(new TraceMap(map as any), { line, column });
    return [found.line!, found.column!];
  }

  test("every line stays where it was", () => {
    const code = "let a: number = 1\ntype T = {\n  b: string\n}\nconst c = a as number\nc";
    const lines = js(code).split("\n");
    assert.match(lines[0]!, /let a +=/);
    assert.match(lines[4]!, /const c = a/);
    assert.match(lines[5]!, /return \[\(c/);
  });

  test("columns are mapped, also behind what was put in, and through a compiler", () => {
    const code = "let n = 1; n++; boom(n)\nn = thing(n)";
    assert.deepEqual(origin(code, "boom"), [1, code.indexOf("boom")]);
    assert.deepEqual(origin(code, "thing"), [2, 4]);
    const shared = "f(g(1)); h";
    assert.deepEqual(origin(shared, "(0, __cells.g)", { names: ["f", "g"] }), [1, 2]);
    const compiled = "enum E { A }\n\n\nconst v: E = explode(E.A)";
    assert.deepEqual(origin(compiled, "explode"), [4, 13]);
  });

  test("names outside the basic plane count in UTF-16", () => {
    const code = "const s: string = '😀'; let é: number = 2; boom(é)";
    assert.deepEqual(origin(code, "boom"), [1, code.indexOf("boom")]);
  });
});

describe("syntax errors", () => {
  test("say where, and show it", () => {
    assert.throws(
      () => js("let a = 1;\nlet b = ;\nlet c"),
      (error: unknown) => {
        assert.ok(error instanceof CellSyntaxError && error instanceof SyntaxError);
        assert.equal(error.line, 2);
        assert.equal(error.column, 9);
        assert.equal(error.frame, "  1 | let a = 1;\n> 2 | let b = ;\n    |         ^\n  3 | let c");
        return true;
      },
    );
  });

  test("tabs keep the marker under its column", () => {
    assert.throws(
      () => js("\tlet = = 2"),
      (error: any) => /^ +\| \t +\^/m.test(error.frame),
    );
  });

  for (const code of [
    "return 3",
    "let a = 1; let a = 2",
    "break",
    "'open",
    "f(",
    "class { }",
    "<b>open</c>",
    "await = 3",
  ]) {
    test(`refused: ${code}`, () => assert.throws(() => js(code), CellSyntaxError));
  }
});

test("a first line for the shell is a comment", async () => {
  assert.equal(await new Notebook().run("#!/usr/bin/env node\nlet a = 1; a"), 1);
});

test("a large cell is transformed in reasonable depth and size", () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `let v${i}: number = ${i}; v${i}++`);
  assert.equal(js(lines.join("\n")).split("\n").length, 3001);
});
