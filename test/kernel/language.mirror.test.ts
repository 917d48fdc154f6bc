// Random programs: what the next cell sees of a cell's variables is what the variables are.
// Each program runs natively as one function that returns its variables, then as a cell after
// which another cell reads them, then cut into several cells where that means the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { transformCell } from "../../kernel/language/index.ts";

/** A small generator of reproducible numbers (mulberry32). */
function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n) | 0;
  };
}

const VARIABLES = ["a", "b", "c", "d"];

class Programs {
  readonly #pick: (n: number) => number;
  constructor(seed: number) {
    this.#pick = random(seed);
  }

  #of<T>(items: readonly T[]): T {
    return items[this.#pick(items.length)]!;
  }

  variable = (): string => this.#of(VARIABLES);

  expression(depth: number): string {
    const v = this.variable();
    const w = this.variable();
    if (depth <= 0) return this.#of([v, String(this.#pick(10)), `${v}++`, `--${v}`, `+${v}`, `typeof ${v}`]);
    const e = () => this.expression(depth - 1);
    return this.#of([
      () => `(${e()} + ${e()})`,
      () => `(${v} = ${e()})`,
      () => `(${v} ${this.#of(["+=", "-=", "*=", "||=", "&&=", "??="])} ${e()})`,
      () => `[${e()}, ${e()}].length`,
      () => `([${v}, ${w}] = [${e()}, ${e()}])[1]`,
      () => `({ ${v}, x: ${w} = 3 } = { ${v}: ${e()} }).x`,
      () => `((${v}) => ${v} + ${w}++)(${e()})`,
      () => `(() => { ${this.statement(depth - 1)} return ${w} })()`,
      () => `(function* () { ${v} = yield ${e()}; yield ${v} })().next(${e()}).value`,
      () => `({ ${v}, get g() { return ${w}++ } }).g`,
      () => `(${e()} ? ${e()} : ${e()})`,
      () => `\`\${${e()}}\`.length`,
      () => `(${e()}, ${e()})`,
      () => `[...[${v}++, ${e()}]].pop()`,
      () => `(class { static s = ${v}++; static { ${w} = ${e()} } }).s`,
      () => `((p = ${v}++, { q = ${w} } = {}) => p + q)()`,
      () => `f${this.#pick(2)}(${e()})`,
    ])();
  }

  statement(depth: number): string {
    const v = this.variable();
    const e = () => this.expression(depth - 1);
    if (depth <= 0) return this.#of([`${v}++;`, `${v} = ${this.#pick(9)};`, `out.push(${v});`, `;`]);
    const s = () => this.statement(depth - 1);
    return this.#of([
      () => `${v} = ${e()};`,
      () => `${e()};`,
      () => `if (${e()}) { ${s()} } else { ${s()} }`,
      () => `for (let i = 0; i < 3; i++) { ${s()} }`,
      () => `for (${v} = 0; ${v} < 2; ${v}++) out.push(${v});`,
      () => `for (${v} of [${e()}, 2]) { ${s()} }`,
      () => `for ([${v}] of [[1], [${this.#pick(9)}]]) out.push(${v})\n`,
      () => `for (${v} in { k: 1 }) ${v} += ${e()}\n`,
      () => `{ let ${v} = ${this.#pick(9)}; ${v}++; out.push(${v}); }`,
      () => `try { ${s()} throw ${e()} } catch (${v}) { out.push(String(${v})) } finally { ${s()} }`,
      () => `[${v}, ${this.variable()}] = [${e()}, ${e()}]\n`,
      () => `({ ${v} } = { ${v}: ${e()} });`,
      () => `switch (${e()}) { case 1: ${s()} default: ${s()} }`,
      () => `L${depth}: while (true) { ${s()} break L${depth} }`,
      () => `if (${e()}) var w${this.#pick(3)} = ${e()}; else ${v}++\n`,
      () => `do ${v}++\nwhile (${v} < 2)\n`,
      () => `out.push(typeof (${e()}));`,
      () => `var w${this.#pick(3)} = ${e()};`,
      () => `const [k${this.#pick(100_000)} = ${e()}] = [];`,
    ])();
  }
}

const context = vm.createContext({});
const seen = (values: unknown): string =>
  JSON.stringify(values, (_, value) =>
    typeof value === "function"
      ? "function"
      : typeof value === "number" && !Number.isFinite(value)
        ? String(value)
        : value,
  );
const READ = "[a, b, c, d, w0, w1, w2, out]";
const HEAD =
  "let a = 1, b = 2; var c = 3; let d = 4; var w0, w1, w2; const out = []; function f0(n) { a++; return n } const f1 = (n) => (b += 1, n);";

function cells(...codes: string[]): unknown {
  delete (context as any)[Symbol.for("gradlab.cells")];
  vm.runInContext(`delete globalThis[Symbol.for("gradlab.cells")]`, context);
  const names = new Set<string>();
  let value: unknown;
  codes.forEach((code, i) => {
    const cell = transformCell(code, { cell: i, cwd: "/", names });
    value = vm.runInContext(cell.js, context, { timeout: 2000 });
    for (const name of cell.names) names.add(name);
  });
  return value;
}

const ROUNDS = 300;

test(`${ROUNDS} random programs leave behind what they leave natively`, () => {
  let threw = 0;
  let ran = 0;
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const programs = new Programs(seed);
    const body = Array.from({ length: 5 }, () => programs.statement(3)).join("\n");
    const guarded = `try { ${body}\n } catch (error) { out.push("threw " + error.name) }`;
    const whole = `(() => { ${HEAD}\n${guarded}\nreturn ${READ} })()`;
    try {
      new vm.Script(whole);
    } catch {
      // Lines that run into one another: no program.
      continue;
    }
    ran++;
    const native = seen(vm.runInContext(whole, context, { timeout: 2000 }));
    if (native.includes("threw ")) threw++;
    const message = `seed ${seed}\n${body}`;
    assert.equal(seen(cells(`${HEAD}\n${guarded}`, READ)), native, message);
    assert.equal(seen(cells(`${HEAD}\n${guarded}\n${READ}`)), native, message);
    // An earlier cell's variables, and none of its functions, which keep their own: one scope again.
    const alone = HEAD.replace(/function f0.*$/, "");
    const functions = "function f0(n) { a++; return n } const f1 = (n) => (b += 1, n);";
    assert.equal(seen(cells(alone, `${functions}\n${guarded}`, READ)), native, message);
  }
  assert.ok(ran > ROUNDS / 2, `${ran} programs ran`);
  assert.ok(threw < ran / 2, `${threw} programs threw`);
});
