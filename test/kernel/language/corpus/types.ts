// TypeScript's own syntax: everything that must vanish, and everything that must become code.
import type { Sequence } from "../harness/sequence.ts";

export const types: Sequence[] = [
  {
    name: "annotations",
    cells: ["let n: number = 1; const f = (a: string, b?: number): string => a + b; f('x')", "n"],
  },
  {
    name: "interfaces and aliases",
    cells: [
      "interface P { x: number; y?: string; readonly z: boolean; (a: number): string; [k: string]: any }",
      "type A<T = string> = { v: T } | null",
      "const a: A = { v: 's' }; a",
    ],
  },
  {
    name: "types of earlier cells",
    cells: [
      "type Pt = { x: number }",
      "interface Sz { w: number }",
      "const b: Pt & Sz = { x: 1, w: 2 }; b",
      "type Pt = { y: string }",
      "const p: Pt = { y: 'q' }; p",
      "b",
    ],
  },
  {
    name: "generic function",
    cells: [
      "function id<T>(v: T): T { return v }",
      "id<number>(3)",
      "id('s')",
      "const pair = <A, B>(a: A, b: B): [A, B] => [a, b]; pair(1, 'x')",
    ],
  },
  {
    name: "generic class",
    cells: [
      "class Stack<T> { private items: T[] = []; push(...v: T[]): this { this.items.push(...v); return this } get size(): number { return this.items.length } }",
      "const st = new Stack<number>().push(1, 2); st.size",
      "st",
    ],
  },
  {
    name: "assertions",
    cells: [
      "const v = 'str' as unknown as number; v",
      "const w = <any>'angle'; w",
      "const t = [1, 2] as const; t",
      "({ a: 1 }) as any",
      "const nn: string | null = 'a'; nn!.length",
      "(w as string)!.toUpperCase()",
    ],
  },
  { name: "satisfies", cells: ["const cfg = { a: 1 } satisfies Record<string, number>; cfg.a"] },
  {
    name: "enum",
    cells: [
      "enum Color { Red, Green = 5, Blue }",
      "Color.Blue",
      "Color[5]",
      "Color",
      "const c: Color = Color.Red; c",
    ],
  },
  {
    name: "string and computed enums",
    cells: [
      "enum S { A = 'a', B = 'b' }",
      "S.B",
      "enum F { None = 0, R = 1 << 0, W = 1 << 1, RW = R | W, L = 'abc'.length }",
      "[F.RW, F.L]",
      "Object.keys(S)",
    ],
  },
  { name: "const enum", cells: ["const enum CE { X = 3, Y }\nCE.Y", "const enum CF { P = 'p' }; [CF.P]"] },
  {
    name: "enum in the same cell as its use",
    cells: ["enum Dir { Up, Down }; function go(d: Dir) { return Dir[d] }; go(Dir.Down)", "go(0)"],
  },
  {
    name: "namespace",
    cells: [
      "namespace N { export const x = 1; export function f() { return x + 1 } const hidden = 5; export namespace In { export const y = hidden } }",
      "N.f() + N.In.y",
      "N.x",
      "namespace Deep.Er { export const z = 9 }",
      "Deep.Er.z",
    ],
  },
  {
    name: "namespace with types only",
    cells: ["namespace T1 { export interface I { a: number } }", "const ti: T1.I = { a: 1 }; ti"],
  },
  {
    name: "function and namespace merged",
    cells: [
      "function fn() { return fn.count++ }\nnamespace fn { export let count = 3 }",
      "fn(); fn()",
      "fn.count",
    ],
  },
  {
    name: "class and namespace merged",
    cells: [
      "class Alb { l = new Alb.Label() }\nnamespace Alb { export class Label { t = 1 } }",
      "new Alb().l.t",
    ],
  },
  {
    name: "parameter properties",
    cells: [
      "class Pt { constructor(public x: number, private readonly y = 2, protected z?: string) {} sum() { return this.x + this.y } }",
      "const p = new Pt(1); p",
      "p.sum()",
    ],
  },
  {
    name: "abstract class",
    cells: [
      "abstract class Shape { abstract area(): number; describe() { return `area ${this.area()}` } }",
      "class Sq extends Shape { constructor(private s: number) { super() } area() { return this.s ** 2 } }",
      "new Sq(3).describe()",
    ],
  },
  {
    name: "implements, index signatures, optional members",
    cells: [
      "interface Named { name: string }",
      "class Nm implements Named { name = 'n'; age?: number; [k: string]: any; declare ghost: string }",
      "new Nm()",
      "Object.keys(new Nm())",
    ],
  },
  {
    name: "class fields defined before the constructor body",
    cells: [
      "class Base { init() { return 'base' } v = this.init() }\nclass Der extends Base { w = 'w'; init() { return String(this.w) } }\nnew Der()",
    ],
  },
  {
    name: "overloads",
    cells: [
      "function over(a: string): string;\nfunction over(a: number): number;\nfunction over(a: any) { return a }\nover(3)",
      "over('s')",
    ],
  },
  {
    name: "type guards and assertion functions",
    cells: [
      "function isS(v: unknown): v is string { return typeof v === 'string' }",
      "function must(v: unknown): asserts v { if (!v) throw new Error('falsy') }",
      "const u: unknown = 'abc'; if (isS(u)) console.log(u.length)",
      "must(1); 'fine'",
    ],
  },
  {
    name: "this parameters",
    cells: ["function tp(this: { n: number }, k: number) { return this.n * k }", "tp.call({ n: 4 }, 2)"],
  },
  {
    name: "conditional, mapped, template types",
    cells: [
      "type El<T> = T extends (infer U)[] ? U : T; type M<T> = { readonly [K in keyof T]?: T[K] }; type G = `get${'A' | 'B'}`",
      "const e: El<number[]> = 3; const m: M<{ a: number }> = {}; const g: G = 'getA'; [e, m, g]",
    ],
  },
  {
    name: "keyof, indexed access, typeof import",
    cells: [
      "const o = { a: 1, b: 's' }; type K = keyof typeof o; const k: K = 'a'; o[k]",
      "type FS = typeof import('fs'); type V = (typeof o)['b']; const v: V = 'q'; v",
    ],
  },
  {
    name: "declare",
    cells: [
      "declare const ghost: number; declare function gf(): void; declare class GC {}; typeof ghost",
      "declare module 'ghost-module' { export const x: number }",
      "declare let process3: any; 1",
    ],
  },
  {
    name: "declare global",
    cells: [
      "declare global { interface Array<T> { lastOne(): T } }\nArray.prototype.lastOne = function () { return this[this.length - 1] };\n[1, 2, 3].lastOne()",
      "[4, 5].length",
    ],
  },
  {
    name: "legacy class decorator",
    cells: [
      "function sealed(c: any) { c.sealed = true }",
      "@sealed class Dec { v = 1 }",
      "(Dec as any).sealed",
      "new Dec().v",
    ],
  },
  {
    name: "legacy decorator factory",
    cells: ["const mark = (n: number) => (c: any) => { c.n = n }\n@mark(7) class Fac {}\n(Fac as any).n"],
  },
  {
    name: "legacy method and property decorators",
    cells: [
      "const calls: string[] = []; function log(t: any, k: string, d: PropertyDescriptor) { const f = d.value; d.value = function (...a: any[]) { calls.push(k); return f.apply(this, a) } }",
      "class Lg { @log hi(n: number) { return n * 2 } }",
      "new Lg().hi(4)",
      "calls",
      "const props: string[] = []; const prop = (t: any, k: string) => { props.push(k) }; class Pr { @prop a = 1; @prop b = 2 }; props",
    ],
  },
  {
    name: "legacy parameter decorator",
    cells: [
      "const ps: any[] = []; const par = (t: any, k: any, i: number) => { ps.push([k, i]) }; class Pa { m(a: number, @par b: number) {} }; ps",
    ],
  },
  {
    name: "optional and rest parameters",
    cells: ["const va = (a?: number, ...r: string[]) => [a, r]; va(1, 'x', 'y')", "va()"],
  },
  {
    name: "tuples",
    cells: [
      "type Tp = [a: number, b?: string, ...rest: boolean[]]; const tup: Tp = [1, 'x', true]; tup",
      "const [first, ...others] = tup; others",
    ],
  },
  {
    name: "unique symbols and bigints in types",
    cells: [
      "const us: unique symbol = Symbol('u'); const ob = { [us]: 1 }; ob[us]",
      "const big: 10n = 10n; big",
    ],
  },
  {
    name: "getters with types",
    cells: [
      "class Gt { private _v: number = 1; get v(): number { return this._v } set v(n: number) { this._v = n } static readonly K: string = 'k' }",
      "const gt = new Gt(); gt.v = 4; [gt.v, Gt.K]",
    ],
  },
  {
    name: "import type",
    cells: [
      "import type { Stats } from 'fs'; import { type Dirent, existsSync } from 'fs'; existsSync('/')",
      "let st: Stats | undefined; typeof st",
      "existsSync('/nope')",
    ],
  },
  {
    name: "import of a type without saying so",
    cells: [
      "import { Stats } from 'fs'; import { Shape } from './shapes'; const sh: Shape = { kind: 'dot' }; sh.kind",
      "const again: Shape = { kind: 'b' }; again",
    ],
  },
  {
    name: "import used only as a type, then as a value",
    cells: [
      "import { EventEmitter } from 'events'; let em: EventEmitter | undefined",
      "em = new EventEmitter(); typeof em.on",
    ],
  },
  {
    name: "implicit any and loose null, as tslab allows",
    cells: [
      "function loose(a, b) { return a + b }; loose(1, 2)",
      "let s: string = null; s",
      "let nothing = null; nothing = 3; nothing",
      "const arr = []; arr.push(1); arr",
    ],
  },
  {
    name: "strict property initialisation is not asked for",
    cells: ["class Lazy { v: number; w?: string }; new Lazy()"],
  },
  {
    name: "unused names",
    cells: ["const unused = 1; function alsoUnused(p: number) {} ; import * as unusedModule from 'os'; 'ok'"],
  },
  {
    name: "accessor chains of non-null and as",
    cells: [
      "const deep: any = { a: { b: [() => 'end'] } }; deep!.a!.b![0]!()",
      "(deep.a as { b: any[] }).b.length",
      "(<any>deep).a !== undefined",
    ],
  },
  {
    name: "type-only cell",
    cells: ["type OnlyType = number", "interface OnlyIface {}", "let ot: OnlyType = 1; ot"],
  },
  {
    name: "type and value of one name",
    cells: ["type Both = string; const Both = 'value'", "Both", "const b2: Both = Both; b2"],
  },
  {
    name: "arrow generics and async arrows",
    cells: [
      "const ag = async <T,>(v: T): Promise<T> => v; await ag(3)",
      "const first = <T>(xs: T[]): T | undefined => xs[0]; first(['z'])",
    ],
  },
  {
    name: "definite assignment and optional call",
    cells: [
      "let da!: number; da = 3; da",
      "const maybe: (() => number) | undefined = undefined; maybe?.() ?? 'none'",
    ],
  },
  {
    name: "object with methods typed",
    cells: [
      "const om = { async a(): Promise<number> { return 1 }, *g(): Generator<number> { yield 2 }, get p(): number { return 3 }, ['c' + 1](x: number) { return x } }; [await om.a(), [...om.g()], om.p, om.c1(4)]",
    ],
  },
  {
    name: "class expression with types",
    cells: ["const CX = class<T> { constructor(readonly v: T) {} }; new CX('cx').v"],
  },
  {
    name: "index access on records",
    cells: [
      "const rec: Record<string, number> = { a: 1 }; for (const [k, v] of Object.entries(rec)) console.log(k, v); rec['a']",
    ],
  },
  {
    name: "export type and export interface",
    cells: ["export type ET = number; export interface EI { a: ET }", "const ei: EI = { a: 1 }; ei"],
  },
  {
    name: "abstract generics with constraints",
    cells: [
      "function prop<T extends object, K extends keyof T>(o: T, k: K): T[K] { return o[k] }; prop({ q: 5 }, 'q')",
    ],
  },
  {
    name: "type errors are refused by both",
    cells: ["const wrong: number = 'text'", "let n = 1; n.toUpperCase()", "undefinedFunction()"],
  },
];
