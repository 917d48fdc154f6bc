// What the last expression of a cell shows, and when it shows nothing.
import type { Sequence } from "../harness/sequence.ts";

export const values: Sequence[] = [
  { name: "number", cells: ["1 + 2"] },
  { name: "string", cells: ["'abc'", '"use strict"', "`a${1 + 1}b`"] },
  { name: "strict directive before code", cells: ["'use strict'; 3"] },
  { name: "boolean and bigint", cells: ["true", "2n ** 70n"] },
  { name: "symbol", cells: ["Symbol('s')", "Symbol.iterator"] },
  { name: "undefined and null show nothing", cells: ["undefined", "null", "void 0"] },
  { name: "zero, empty string, NaN, false", cells: ["0", "''", "NaN", "false", "-0"] },
  { name: "array", cells: ["[1, 2, 3]", "[[1], [2, [3]]]", "[,1]", "new Array(3)"] },
  { name: "object in brackets", cells: ["({a: 1})", "({a: 1, b: {c: [2]}})", "({})"] },
  { name: "block, not object", cells: ["{a: 1}", "{}", "{ 5 }"] },
  { name: "bare object literal", cells: ["{a: 1, b: 2}"] },
  { name: "several statements", cells: ["1; 2; 3", "1\n2\n3", "let a = 4; a * 2"] },
  { name: "trailing semicolons", cells: ["7;", "7;;", "7; ;"] },
  { name: "trailing comments", cells: ["8 // eight", "8\n// eight\n", "8; /* eight */", "/* before */ 8"] },
  { name: "only comments", cells: ["// nothing", "/* nothing */", "", "  \n "] },
  { name: "declaration last", cells: ["5; let q = 6", "5; function f() {}", "5; class C {}"] },
  { name: "if last", cells: ["if (true) { 5 }", "if (false) 1; else 2"] },
  {
    name: "loop last",
    cells: ["for (const i of [1, 2]) i * 2", "let n = 0; while (n < 3) n++", "do { n++ } while (n < 9)"],
  },
  {
    name: "try last",
    cells: [
      "try { 1 } catch { 2 }",
      "try { throw 1 } catch (e) { console.log(e) } finally { console.log('f') }",
    ],
  },
  { name: "switch last", cells: ["switch (1 as number) { case 1: 'one' }"] },
  { name: "type after value", cells: ["5\ninterface After { a: number }", "6; type T = number"] },
  { name: "assignment is a value", cells: ["let x = 1", "x = 5", "x += 2", "x++", "++x", "x", "x--", "x"] },
  {
    name: "logical assignment",
    cells: ["let a: any = null; let b: any = 0", "a ??= 3", "b ||= 4", "b &&= 5", "[a, b]"],
  },
  {
    name: "destructuring assignment is a value",
    cells: ["let a = 1, b = 2", "[a, b] = [b, a]", "[a, b]", "({a, b} = {a: 7, b: 8})", "a + b"],
  },
  { name: "sequence", cells: ["(1, 2)", "let s = 0; s++, s++, s"] },
  {
    name: "function value",
    cells: ["function f() { return 1 }\nf", "() => 1", "async () => {}", "class K {}\nK", "(function () {})"],
  },
  {
    name: "inferred names",
    cells: [
      "const named = () => 1; named.name",
      "const cls = class {}; cls.name",
      "let o = { m() {}, n: () => 1 }; [o.m.name, o.n.name]",
      "named",
    ],
  },
  {
    name: "instances",
    cells: [
      "class P { x = 1; #y = 2 }\nnew P()",
      "new Map([[1, { a: 2 }]])",
      "new Set('abc')",
      "new Date(0)",
      "/re/gi",
      "new Error('e').message",
    ],
  },
  {
    name: "typed arrays and buffers",
    cells: ["new Float64Array([1, 2.5])", "Buffer.from('hi')", "new Uint8Array(3).fill(7)"],
  },
  {
    name: "promise is not awaited",
    cells: [
      "Promise.resolve(4)",
      "const p = Promise.resolve(5)",
      "p",
      "async function f() { return 6 }\nf()",
    ],
  },
  {
    name: "awaited",
    cells: [
      "await Promise.resolve(4)",
      "const v = await Promise.resolve(5)",
      "v",
      "(await Promise.resolve([1])).length",
    ],
  },
  { name: "an object with then is not awaited", cells: ["({ then: 3 })"] },
  {
    name: "console methods",
    cells: [
      "console.log('a', 1, { b: 2 })",
      "console.log('%s-%d', 'x', 3)",
      "console.log()",
      "console.info([1])",
    ],
  },
  { name: "print and value", cells: ["console.log('printed'); 'shown'"] },
  { name: "cyclic object", cells: ["const c: any = { n: 1 }; c.self = c; c"] },
  {
    name: "deep object",
    cells: ["({ a: { b: { c: { d: 1 } } } })", "new Array(200).fill(0).map((_, i) => i)"],
  },
  { name: "long string", cells: ["'x'.repeat(300)", "['line\\nbreak', \"quote'\"]"] },
  { name: "template with nested", cells: ["const w = 3; `${w}${`${w * 2}`}`", "String.raw`a\\n${w}`"] },
  {
    name: "tagged template",
    cells: [
      "const tag = (s: TemplateStringsArray, ...v: any[]) => s.raw.join('|') + v.join(',')",
      "tag`a${1}b${2}c`",
    ],
  },
  {
    name: "optional chaining and nullish",
    cells: ["const o: any = { a: { b: null } }; o?.a?.b?.c ?? 'none'", "o.x?.()", "o.a?.['b'] ?? 2"],
  },
  { name: "comma in last declaration", cells: ["let a = 1, b = a + 1\nb"] },
  {
    name: "getter order",
    cells: [
      "const log: string[] = []; const o = { get a() { log.push('a'); return 1 }, get b() { log.push('b'); return 2 } }; o.a + o.b; log",
    ],
  },
  { name: "regexp literal first", cells: ["/a+/.exec('caat')![0]"] },
  {
    name: "line beginning with a bracket",
    cells: ["const t = 1;\n[1, 2].map((v) => v + t)", "const u = 2;\n(u + 1).toFixed(1)"],
  },
  { name: "line beginning with a template", cells: ["const v = 2;\n`t${v}`"] },
  { name: "no semicolons anywhere", cells: ["let a = 1\nlet b = 2\na = b\nb = 5\n[a, b].join()"] },
  {
    name: "unicode",
    cells: ["const é = 'ü'; const 变量 = 3; é + 变量", "'😀'.length", "'\\u{1F600}'", "变量"],
  },
  { name: "html comment-like and hash-bang text", cells: ["'<!-- -->'", "'#!x'"] },
  { name: "windows line ends", cells: ["const a = 1;\r\nconst b = 2;\r\na + b\r\n"] },
  {
    name: "new expressions",
    cells: ["class Q { constructor(public n: number) {} }", "new Q(3).n", "new (class { v = 4 })().v"],
  },
  {
    name: "exponent, shifts, spread",
    cells: ["2 ** 10 >>> 1", "Math.max(...[1, 5, 3])", "[...'ab', ...[1]]", "({ ...{ a: 1 }, b: 2 })"],
  },
  {
    name: "labels",
    cells: [
      "outer: for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) { if (j === 1) continue outer; console.log(i, j) }",
    ],
  },
  { name: "comma after return value of arrow", cells: ["const f = (a: number, b = 2) => ({ a, b }); f(1)"] },
  {
    name: "generators",
    cells: ["function* g() { yield 1; yield 2 }\n[...g()]", "const it = g(); it.next()", "it.next().value"],
  },
  { name: "iterator protocol", cells: ["const it = { *[Symbol.iterator]() { yield* [3, 4] } }; [...it]"] },
  {
    name: "in, instanceof, typeof",
    cells: [
      "'a' in { a: 1 }",
      "[] instanceof Array",
      "typeof 1",
      "typeof undefinedName",
      "const z1 = 1",
      "typeof z1",
    ],
  },
  { name: "delete", cells: ["const o: any = { a: 1, b: 2 }; delete o.a; o"] },
  { name: "this", cells: ["this === globalThis", "(() => this === globalThis)()", "typeof globalThis"] },
  { name: "date and json", cells: ["JSON.stringify({ a: [1, { b: 2 }] }, null, 1)", "JSON.parse('[1,2]')"] },
  {
    name: "sorting and reducing",
    cells: [
      "[3, 1, 2].sort((a, b) => a - b)",
      "[1, 2, 3].reduce((a, b) => a + b)",
      "Object.entries({ a: 1 })",
    ],
  },
  { name: "debugger and empty statements", cells: [";", ";;;1", "debugger; 2"] },
];
