// What a console does on Enter: run, wait for more, or say that it will never be right.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isComplete } from "../../kernel/language/index.ts";

const COMPLETE = [
  "",
  "  \n",
  "1 + 1",
  "let x: number = 1",
  "function f() {}\n",
  "if (a) { b }",
  "if (a) b; else c",
  "class A<T> extends B<T> implements C { private x = 1 }",
  "type T<U> = U extends (infer V)[] ? V : never",
  "interface I { a: number }",
  "enum E { A, B }",
  "namespace N { export const x = 1 }",
  "declare const d: number",
  "const f = async <T,>(x: T) => x",
  "await fetch('x')",
  "import a, { type B } from 'c'",
  "export const e = 1",
  "`a ${b} c`",
  "'string' // comment",
  "/* comment */",
  "@dec class D {}",
  "const el = <div>{x}</div>",
  "x!.y as Z",
  "a?.b ?? c",
  "using r = open()",
  "for await (const x of y) {}",
  "let s = 'a\\\nb'",
  "/** @module m */\nexport const x = 1",
  "label: for (;;) break label",
  "do x(); while (y)",
  "switch (x) { case 1: }",
  "try {} catch {}",
  "#!shebang\n1",
  "{ a: 1, b: 2 }",
  "x satisfies Y",
  "let v = <any>w",
  "import json from './a.json' with { type: 'json' }",
  "const { a, ...b } = c",
  "function overload(a: string): void;\nfunction overload(a: any) {}",
  "abstract class S { abstract a(): void }",
  "123n",
  "/re[/]x/g",
];

const INCOMPLETE = [
  "function f() {",
  "if (a) {\n  b",
  "foo(",
  "foo(1,",
  "[1, 2",
  "[1,",
  "({ a: 1",
  "let x =",
  "let x = 1 +",
  "a &&",
  "`template",
  "`template ${",
  "`template ${a",
  "/* comment",
  "/** doc",
  "class A {",
  "class A {\n  m() {\n    return 1\n  }",
  "interface I {",
  "interface I { a: number",
  "type T =",
  "type T = {",
  "type T<U",
  "enum E {",
  "enum E { A,",
  "namespace N {",
  "const f = () =>",
  "const f = (a,",
  "if (a)",
  "for (;;)",
  "for (const x of",
  "while (x)",
  "do x()",
  "do {\n} while (",
  "try {",
  "try {}",
  "try {} catch (e) {",
  "switch (x) {",
  "switch (x) { case 1:",
  "import { a",
  "import { a } from",
  "import a, {",
  "export {",
  "export default",
  "async function",
  "new",
  "@dec()",
  "const el = <div>",

  "a ?",
  "a ? b :",
  "x =>",
  "async () => {",
  "throw",
  "let a: Array<",
  "let { a,",
  "function f(a: number,",
  "class A extends",
  "x.",
  "x?.",
  "delete",
  "typeof",
  "await",
  "const x: ",
  "// comment\nfoo(",
  "f(() => {\n  g()",
  "declare global {",
  "abstract class A {",
  "function* g() { yield",
  "`a` + `b",
  "call(`${f(`",
];

const INVALID = [
  ")",
  "}",
  "let x = ;",
  "let = = 1",
  "1 +* 2",
  "'open string",
  '"open string',
  "/open regexp",
  "let 1a",
  "if a {",
  "function () {}",
  "class { }",
  "const x = 1; const x = 2",
  "return 1",
  "break",
  "foo(]",
  "[1, 2)",
  "({ a: 1 ]",
  "for (let x of y z) {}",
  "import from 'x'",
  "else",
  "case 1:",
  "x y z",
  "await = 3; let await = 1",
  "const el = <div></span>",
  "a ?? b || c",
  "class A { x y }",
  "enum E { 1 }",
];

describe("complete", () => {
  for (const code of COMPLETE)
    test(JSON.stringify(code), () => assert.equal(isComplete(code).status, "complete"));
});

describe("incomplete", () => {
  for (const code of INCOMPLETE)
    test(JSON.stringify(code), () => assert.equal(isComplete(code).status, "incomplete"));
});

describe("invalid", () => {
  for (const code of INVALID)
    test(JSON.stringify(code), () => assert.equal(isComplete(code).status, "invalid"));
});

describe("the indent of the next line", () => {
  const indent = (code: string) => isComplete(code).indent;
  test("goes in after an opening bracket", () => {
    assert.equal(indent("function f() {"), "  ");
    assert.equal(indent("  if (x) {"), "    ");
    assert.equal(indent("foo("), "  ");
    assert.equal(indent("\tif (x) {"), "\t\t");
    assert.equal(indent("const f = () =>"), "  ");
  });
  test("stays within a block", () => {
    assert.equal(indent("function f() {\n  a()"), "  ");
    assert.equal(indent("if (a) {\n  b({ c: 1 })"), "  ");
  });
  test("does not look into strings and comments", () => {
    assert.equal(indent("function f() {\n  a('{')"), "  ");
    assert.equal(indent("function f() {\n  a() // {"), "  ");
  });
  test("goes back out after a closing bracket", () => {
    assert.equal(indent("function f() {\n  if (x) {\n  }"), "  ");
  });
  test("is not given for a complete cell", () => assert.equal(indent("1"), undefined));
});
