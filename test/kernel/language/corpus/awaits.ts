// Asynchrony, errors in cells, and what a session looks like after them.
import type { Sequence } from "../harness/sequence.ts";

export const awaits: Sequence[] = [
  {
    name: "await in a declaration",
    cells: ["const a = await 1, b = await Promise.resolve(2); a + b", "a", "b"],
  },
  {
    name: "await in nested blocks",
    cells: ["let n = 0; for (let i = 0; i < 3; i++) { if (i) { n += await i } }\nn", "n"],
  },
  {
    name: "await in arguments and templates",
    cells: ["console.log(await 1, `${await 2}`, [await 3], { v: await 4 })"],
  },
  {
    name: "await in a function is the function's",
    cells: [
      "async function f() { return (await 1) + 1 }; await f()",
      "const g = async () => { await null; return 'g' }; await g()",
    ],
  },
  {
    name: "await in a class static block of an async function",
    cells: ["const h = async () => { class T { static v = 1 } return T.v }; await h()"],
  },
  {
    name: "async iteration in a function",
    cells: [
      "async function collect(it: AsyncIterable<number>) { const out = []; for await (const v of it) out.push(v); return out }",
      "async function* numbers() { yield 1; yield 2 }",
      "await collect(numbers())",
    ],
  },
  {
    name: "order of output round an await",
    cells: ["console.log(1); await null; console.log(2); await Promise.resolve(); console.log(3); 'end'"],
  },
  {
    name: "microtasks and timers",
    cells: [
      "const order: string[] = []; setTimeout(() => order.push('timer')); queueMicrotask(() => order.push('micro')); await null; order.push('await'); order.slice()",
      "await new Promise((r) => setTimeout(r, 5)); order",
    ],
  },
  { name: "timer output", cells: ["setTimeout(() => console.log('tick'), 1); 'set'"] },
  {
    name: "promise combinators",
    cells: [
      "await Promise.all([1, Promise.resolve(2)])",
      "await Promise.race([new Promise(() => {}), 3])",
      "await Promise.allSettled([Promise.reject(1), 2])",
      "await Promise.any([Promise.reject(1), 4])",
    ],
  },
  { name: "thenable", cells: ["await { then(r: (v: string) => void) { r('thenable') } }"] },
  {
    name: "rejection then continue",
    cells: [
      "const bad = () => Promise.reject(new Error('bad'))",
      "await bad().catch((e) => e.message)",
      "'still here'",
    ],
  },
  { name: "throw then continue", cells: ["throw new TypeError('t')", "1 + 1", "null!.x", "'ok'"] },
  {
    name: "throw something that is no error",
    cells: ["throw 'text'", "throw 5", "throw { a: 1 }", "'after'"],
  },
  {
    name: "error objects as values",
    cells: [
      "const e = new RangeError('r'); e.name + e.message",
      "new Error('outer', { cause: 'why' }).cause",
      "e instanceof RangeError",
    ],
  },
  {
    name: "custom error",
    cells: [
      "class MyError extends Error { constructor(public code: number) { super(`code ${code}`) } }",
      "try { throw new MyError(7) } catch (e) { if (e instanceof MyError) console.log(e.code, e.message) }",
    ],
  },
  {
    name: "finally",
    cells: [
      "const log: string[] = []; function f() { try { return 'r' } finally { log.push('f') } }",
      "f(); log",
    ],
  },
  { name: "syntax error then continue", cells: ["let = ;", "1 +", "'fine'"] },
  { name: "type error leaves no names", cells: ["const wrongly: number = 'x'; const other = 1", "typeof 1"] },
  { name: "top-level return", cells: ["return 5", "'after return'"] },
  {
    name: "weak references and symbols",
    cells: [
      "const wr = new WeakRef({ a: 1 }); typeof wr.deref()",
      "const wm = new WeakMap(); const k = {}; wm.set(k, 1); wm.get(k)",
      "const s = Symbol.for('x'); ({ [s]: 1 })[s]",
    ],
  },
  {
    name: "proxy and reflect",
    cells: [
      "const px = new Proxy({} as any, { get: (_, k) => `got ${String(k)}` }); px.anything",
      "Reflect.ownKeys({ a: 1, [Symbol.iterator]: 2 }).length",
    ],
  },
  {
    name: "regular expressions",
    cells: [
      "'2024-05-06'.match(/(?<y>\\d+)-(?<m>\\d+)/)!.groups!.y",
      "'aXbX'.replaceAll('X', '-')",
      "[...'a1b2'.matchAll(/\\d/g)].map((m) => m[0])",
    ],
  },
  {
    name: "structured data",
    cells: [
      "structuredClone({ a: [1, { b: new Date(0) }] })",
      "Object.fromEntries([['a', 1]])",
      "Array.from({ length: 3 }, (_, i) => i ** 2)",
    ],
  },
  {
    name: "intl and numbers",
    cells: ["(1234.5).toFixed(2)", "(255).toString(16)", "Number('0x1f')", "parseInt('12px')", "0.1 + 0.2"],
  },
  {
    name: "text coding",
    cells: [
      "new TextEncoder().encode('é')",
      "new TextDecoder().decode(new Uint8Array([104, 105]))",
      "Buffer.from('abc').toString('base64')",
      "encodeURIComponent('a b')",
    ],
  },
  {
    name: "node globals",
    cells: [
      "typeof process.version",
      "process.cwd() === require('path').resolve('.')",
      "typeof setImmediate",
      "typeof Buffer",
    ],
  },
  {
    name: "globalThis properties",
    cells: [
      "(globalThis as any).shared = 5",
      "(globalThis as any).shared + 1",
      "typeof (globalThis as any).notThere",
    ],
  },
  {
    name: "eval",
    cells: ["eval('1 + 2')", "(0, eval)('typeof process')", "new Function('a', 'return a * 2')(4)"],
  },
  {
    name: "mutual recursion across cells",
    cells: [
      "let isOdd: (n: number) => boolean = () => false",
      "const isEven = (n: number): boolean => n === 0 || isOdd(n - 1)",
      "isOdd = (n) => n !== 0 && isEven(n - 1)",
      "[isEven(10), isOdd(7)]",
    ],
  },
  {
    name: "linear regression in small steps",
    cells: [
      "const xs = [1, 2, 3, 4], ys = [2, 4, 6, 8]; let w = 0",
      "function loss(w: number) { return xs.reduce((s, x, i) => s + (w * x - ys[i]) ** 2, 0) / xs.length }",
      "function grad(w: number) { return xs.reduce((s, x, i) => s + 2 * (w * x - ys[i]) * x, 0) / xs.length }",
      "for (let i = 0; i < 50; i++) w -= 0.05 * grad(w)\nw.toFixed(6)",
      "loss(w) < 1e-9",
    ],
  },
  {
    name: "matrix class",
    cells: [
      "class Mat { constructor(readonly d: number[][]) {} mul(o: Mat) { return new Mat(this.d.map((r) => o.d[0].map((_, j) => r.reduce((s, v, k) => s + v * o.d[k][j], 0)))) } }",
      "const I2 = new Mat([[1, 0], [0, 1]]), M2 = new Mat([[1, 2], [3, 4]])",
      "M2.mul(I2).d",
      "M2.mul(M2)",
    ],
  },
  {
    name: "memoised function",
    cells: [
      "const memo = new Map<number, number>(); function fib(n: number): number { if (n < 2) return n; const hit = memo.get(n); if (hit !== undefined) return hit; const v = fib(n - 1) + fib(n - 2); memo.set(n, v); return v }",
      "fib(50)",
      "memo.size",
    ],
  },
  {
    name: "event emitter of one's own",
    cells: [
      "type Handler<T> = (v: T) => void; class Emitter<T> { private hs = new Set<Handler<T>>(); on(h: Handler<T>) { this.hs.add(h); return () => this.hs.delete(h) } emit(v: T) { this.hs.forEach((h) => h(v)) } }",
      "const em = new Emitter<number>(); const off = em.on((v) => console.log('got', v))",
      "em.emit(1); off(); em.emit(2)",
    ],
  },
  {
    name: "reading and writing files",
    cells: [
      "import { writeFileSync, readFileSync, unlinkSync } from 'fs'",
      "writeFileSync('tmp-corpus.txt', 'content'); readFileSync('tmp-corpus.txt', 'utf8')",
      "unlinkSync('tmp-corpus.txt')",
    ],
  },
];
