// Names across cells: declaring again, closures, hoisting, and who sees which variable.
import type { Sequence } from "../harness/sequence.ts";

export const scope: Sequence[] = [
  { name: "let used later", cells: ["let x = 1", "x", "x + 1"] },
  { name: "let again", cells: ["let x = 1", "let x = 2", "x"] },
  { name: "let again with another type", cells: ["let x = 1", "let x = 'red'", "x.toUpperCase()"] },
  { name: "const again", cells: ["const c = 1", "const c = [2]", "c[0]"] },
  { name: "const can't be assigned", cells: ["const c = 1", "c = 2", "c"] },
  { name: "var again", cells: ["var v = 1; v", "v += 1", "v", "var v = 5", "v"] },
  { name: "function again", cells: ["function f() { return 1 }", "function f() { return 2 }", "f()"] },
  {
    name: "class again",
    cells: ["class A { v = 1 }", "const a = new A()", "class A { w = 2 }", "new A().w", "a"],
  },
  {
    name: "class, function, let of one name",
    cells: [
      "class A { v = 1 }",
      "function A() { return 4 }",
      "A()",
      "let A = 9",
      "A",
      "class A { z = 3 }",
      "new A().z",
    ],
  },
  {
    name: "let then function then import",
    cells: [
      "let join = 1",
      "function join() { return 2 }",
      "join()",
      "import { join } from 'path'",
      "join('a', 'b')",
      "let join = 3",
      "join",
    ],
  },
  { name: "enum again", cells: ["enum E { A }", "E.A", "enum E { B = 5 }", "E.B", "let E = 1", "E"] },
  {
    name: "interface again",
    cells: [
      "interface I { a: number }",
      "const i: I = { a: 1 }",
      "interface I { b: string }",
      "const j: I = { b: '' }; j",
      "i",
    ],
  },
  {
    name: "closure keeps its own variable",
    cells: [
      "let x = 1; const get = () => x; function g2() { return x }",
      "x = 5",
      "get()",
      "g2()",
      "let x = 'red'",
      "get()",
      "x",
    ],
  },
  {
    name: "closure that writes",
    cells: ["let n = 0; const inc = () => ++n;", "inc(); inc(); n", "n = 10; inc(); n", "n"],
  },
  { name: "closure that writes, postfix", cells: ["let n = 0; const inc = () => n++;", "inc(); inc()", "n"] },
  {
    name: "closure over an earlier cell's variable",
    cells: ["let x = 1", "function f() { return x }", "x = 2", "f()", "let x = 3", "f()", "let x = 4; f()"],
  },
  {
    name: "function writes an earlier cell's variable",
    cells: ["let t = 0", "function add(n: number) { t += n }", "add(3); add(4); t", "t"],
  },
  {
    name: "function uses a function of a later cell",
    cells: ["let g = () => 1", "function f() { return g() }", "f()", "g = () => 2", "f()"],
  },
  {
    name: "recursion",
    cells: ["function fact(n: number): number { return n <= 1 ? 1 : n * fact(n - 1) }", "fact(10)"],
  },
  {
    name: "redefined recursion",
    cells: [
      "function f(n: number): number { return n <= 0 ? 0 : 1 + f(n - 1) }",
      "const old = f",
      "function f(n: number): number { return 100 }",
      "old(3)",
      "f(3)",
    ],
  },
  { name: "hoisted function", cells: ["early(); function early() { console.log('called') }", "early()"] },
  { name: "hoisted var", cells: ["console.log(typeof hv); var hv = 1; hv", "hv"] },
  {
    name: "var in a block",
    cells: [
      "if (true) { var inBlock = 3 }",
      "inBlock",
      "for (var i = 0; i < 3; i++) {}",
      "i",
      "try { var t = 1 } finally {}",
      "t",
    ],
  },
  {
    name: "var without block",
    cells: [
      "if (true) var w = 3",
      "w",
      "for (var q of [1, 2]) ;",
      "q",
      "for (var k in { a: 1, b: 2 }) ;",
      "k",
    ],
  },
  {
    name: "var destructured in for",
    cells: [
      "for (var [a, b] of [[1, 2], [3, 4]]) ;",
      "[a, b]",
      "for (var { c } = { c: 5 }; c < 7; c++) ;",
      "c",
    ],
  },
  {
    name: "loop variable that exists",
    cells: ["let e: any", "for (e of [5, 6]) {}", "e", "let h: any; for (h in { z: 1 }) console.log(h)", "h"],
  },
  {
    name: "own variable seen by a function of an earlier cell",
    cells: [
      "let cur = 0",
      "function show() { return cur }",
      "let cur = 1; cur = 2; console.log(show()); cur",
      "show()",
    ],
  },
  { name: "block scope does not leak", cells: ["{ let inner = 1; console.log(inner) }", "typeof inner"] },
  {
    name: "shadowing",
    cells: [
      "let x = 1",
      "{ let x = 2; console.log(x) }; x",
      "((x: number) => x * 2)(21)",
      "function f(x = 5) { return x }; f()",
      "x",
    ],
  },
  {
    name: "shadowing by catch, class, function expression",
    cells: [
      "let e = 'outer'",
      "try { throw 'inner' } catch (e) { console.log(e) }; e",
      "const K = class e { static n = e.name }; K.n",
      "(function e() { return typeof e })()",
      "e",
    ],
  },
  {
    name: "parameter default sees earlier cell",
    cells: ["let d = 3", "const f = (a = d, { b = d + 1 } = {}) => [a, b]; f()", "d = 10; f()"],
  },
  {
    name: "shorthand properties",
    cells: [
      "let a = 1; let b = 2",
      "({ a, b })",
      "const { a: c, ...rest } = { a: 5, z: 6 }; [c, rest]",
      "({ a, c })",
    ],
  },
  {
    name: "destructuring into earlier names",
    cells: [
      "let a = 1, b = 2, r: any",
      "[a, b] = [b, a]; [a, b]",
      "({ a, b = 9 } = { a: 4 } as any); [a, b]",
      "[a, ...r] = [1, 2, 3]; [a, r]",
      "({ x: a, y: [b] } = { x: 5, y: [6] }); a + b",
      "[a, b]",
    ],
  },
  {
    name: "destructuring declarations",
    cells: [
      "const [p, [q], { r, s: { t = 4 } }] = [1, [2], { r: 3, s: {} as any }]",
      "[p, q, r, t]",
      "let { length } = 'four'; length",
      "length",
    ],
  },
  {
    name: "computed keys and members",
    cells: [
      "const key = 'k'; const o: any = { [key]: 1, [`${key}2`]: 2 }",
      "o[key] + o.k2",
      "o.key",
      "o.length = 3; o",
    ],
  },
  {
    name: "update expressions",
    cells: [
      "let k = 0; const r = [k++, ++k, k--, --k]; r",
      "k",
      "k++ + ++k",
      "k",
      "const arr = [0]; arr[k++ - k]++; arr",
    ],
  },
  {
    name: "update in conditions",
    cells: [
      "let i = 3; const out: number[] = []; while (i--) out.push(i); out",
      "i",
      "for (i = 0; i++ < 2; ) console.log(i)",
      "i",
    ],
  },
  {
    name: "compound assignment in expressions",
    cells: [
      "let a = 1; const b = (a += 4) * 2; [a, b]",
      "let c = a = 7; [a, c]",
      "const f = () => (a *= 2, a); f()",
      "a",
    ],
  },
  {
    name: "assignment as argument and condition",
    cells: ["let m: any; if ((m = /(\\d)/.exec('a1'))) console.log(m[1])", "m[0]", "console.log(m = 3)", "m"],
  },
  {
    name: "write in an async function",
    cells: ["let w = 0; async function later() { await null; w = 5 }", "await later(); w", "w"],
  },
  {
    name: "write after the cell ended",
    cells: [
      "let late = 0; const done = new Promise<void>((r) => setTimeout(() => { late = 9; r() }, 5))",
      "await done; late",
    ],
  },
  {
    name: "methods and fields see the cell",
    cells: [
      "let base = 10; class M { f = base; get() { return base } static s = base; static { base++ } }",
      "[new M().f, new M().get(), M.s]",
      "base",
    ],
  },
  {
    name: "class extends an earlier class",
    cells: [
      "class A { hi() { return 'A' } }",
      "class B extends A { hi() { return super.hi() + 'B' } }",
      "new B().hi()",
      "class A { hi() { return 'X' } }",
      "new B().hi()",
    ],
  },
  {
    name: "class self reference",
    cells: [
      "class N { static count = 0; constructor() { N.count++ } static make() { return new N() } }",
      "N.make(); N.make(); N.count",
    ],
  },
  {
    name: "private members",
    cells: [
      "class Acc { #n = 0; add(v: number) { this.#n += v; return this } get n() { return this.#n } static #s = 1; static has(o: any) { return #n in o } }",
      "new Acc().add(2).add(3).n",
      "[Acc.has(new Acc()), Acc.has({})]",
    ],
  },
  {
    name: "new on an earlier name",
    cells: [
      "const ns = { C: class { v = 1 } }; class D { w = 2 }",
      "new ns.C().v + new D().w",
      "new (ns.C)().v",
    ],
  },
  {
    name: "calls keep no receiver",
    cells: ["function whoami(this: any) { 'use strict'; return this === undefined }", "(0, whoami)()"],
  },
  {
    name: "methods keep their receiver",
    cells: ["const o = { n: 3, get() { return this.n } }", "o.get()", "o['get']()", "o?.get()"],
  },
  {
    name: "functions as values",
    cells: [
      "const compose = <A, B, C>(f: (a: A) => B, g: (b: B) => C) => (a: A) => g(f(a))",
      "const inc = (n: number) => n + 1",
      "compose(inc, String)(4)",
      "[1, 2].map(inc)",
    ],
  },
  {
    name: "names like globals",
    cells: [
      "const name = 'n'; const status = 1; let event = 2",
      "[name, status, event]",
      "const fetch = () => 'mine'",
      "fetch()",
      "let process2 = process.argv.length > 0; process2",
    ],
  },
  {
    name: "a global shadowed for one notebook",
    cells: ["const setTimeout = (f: any) => 'shadowed'", "setTimeout(1)", "const URL = 5", "URL + 1"],
  },
  {
    name: "names of the machinery",
    cells: ["let __cells = 1; let __t = 2; const __m0 = 3", "[__cells, __t, __m0]", "__t++", "__t"],
  },
  { name: "names that begin with a dollar", cells: ["const $ = 1, _ = 2, $$a = 3", "$ + _ + $$a"] },
  { name: "error half-way", cells: ["let a1 = 1; throw new Error('x')", "a1", "let a1 = 2", "a1"] },
  {
    name: "names after a failed redeclaration",
    cells: ["let k = 1", "let k: number = (() => { throw new Error('no') })()", "typeof k"],
  },
  {
    name: "exports in cells",
    cells: [
      "export const ex = 3",
      "ex",
      "export function ef() { return 4 }",
      "ef()",
      "export class EC { v = 5 }",
      "new EC().v",
    ],
  },
  {
    name: "export lists and defaults",
    cells: [
      "const a = 1; export { a }",
      "a",
      "export default 5",
      "export default class DC { v = 1 }",
      "new DC().v",
    ],
  },
  {
    name: "typeof on earlier names",
    cells: [
      "let tv = 's'; function tf() {}; class TC {}",
      "[typeof tv, typeof tf, typeof TC]",
      "type T = typeof tv; const x: T = 'y'; x",
    ],
  },
  { name: "arguments object", cells: ["function va() { return arguments.length }\n(va as any)(1, 2, 3)"] },
  {
    name: "getters and setters",
    cells: [
      "let store = 1; const acc = { get v() { return store }, set v(n) { store = n } }",
      "acc.v = 7; store",
      "acc.v++; [acc.v, store]",
    ],
  },
  {
    name: "switch scope",
    cells: [
      "let s = 2; switch (s) { case 1: { let z = 1 } case 2: let z = 5; s = z; break; default: s = 0 }",
      "s",
    ],
  },
  {
    name: "nested functions write",
    cells: [
      "let depth = 0; function outer() { function inner() { depth++ } inner(); inner() }",
      "outer(); depth",
      "outer(); depth",
    ],
  },
  {
    name: "iife and arrow writes",
    cells: ["let c = 1; (() => { c = 2 })(); c", "c", ";(function () { c = 3 })()", "c"],
  },
  {
    name: "generator writes",
    cells: [
      "let g0 = 0; function* gen() { while (true) yield g0++ }",
      "const it2 = gen(); it2.next(); it2.next(); g0",
    ],
  },
  {
    name: "interleaved redefinition of data and functions",
    cells: [
      "let data = [1, 2]; const total = () => data.reduce((a, b) => a + b, 0)",
      "data.push(3); total()",
      "data = [10]; total()",
      "total()",
      "let data = [7]; total()",
    ],
  },
  {
    name: "counter object",
    cells: [
      "const counter = { n: 0 }; function bump() { counter.n += 1 }",
      "bump(); bump(); counter.n",
      "counter.n = 9; bump(); counter",
    ],
  },
  {
    name: "same cell run again",
    cells: [
      "let runs = 0",
      "runs++; const twice = runs; class Again {} ; enum En { A } ; function ff() {}",
      "runs++; const twice = runs; class Again {} ; enum En { A } ; function ff() {}",
      "[runs, twice]",
    ],
  },
  {
    name: "comma declarations with dependencies",
    cells: ["const a = 1, b = a + 1, f = () => a + b", "f()", "const a = 10", "[a, b, f()]"],
  },
  {
    name: "uninitialised",
    cells: ["let u: number | undefined", "u", "u = 3", "u", "var vv: any", "typeof vv"],
  },
  {
    name: "object and array mutation",
    cells: [
      "const arr = [1]; const o: any = {}",
      "arr.push(2); o.x = arr; arr[0] = 9; o",
      "arr.length = 0; o",
    ],
  },
  {
    name: "in operator and private loops",
    cells: ["const keys: string[] = []; for (const k in { a: 1, b: 2 }) keys.push(k); keys"],
  },
  {
    name: "await in loops",
    cells: [
      "const got: number[] = []; for (const p of [1, 2].map(async (n) => n)) got.push(await p); got",
      "got.length",
    ],
  },
  {
    name: "await everywhere",
    cells: [
      "const obj = { v: await 1, w: [await 2] }; obj",
      "const t = await (async () => 3)() + await 4; t",
      "if (await true) console.log('yes')",
      "`${await 5}`",
      "const { z = await 6 } = {} as any; z",
    ],
  },
  {
    name: "rejected promise caught",
    cells: ["try { await Promise.reject(new Error('no')) } catch (e) { console.log((e as Error).message) }"],
  },
  {
    name: "promise across cells",
    cells: [
      "const p = new Promise<number>((r) => setTimeout(() => r(3), 1))",
      "const [x, y] = await Promise.all([p, 4]); x + y",
      "[x, y]",
    ],
  },
];
