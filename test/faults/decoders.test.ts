// Files that are not what their name says: every reader of bytes or text either reads what it is given or says
// in its own words what is wrong. No error of the machinery underneath shows, nothing hangs, and no number in a
// header makes it ask for memory that the file does not fill. The damage is seeded, so a failure can be repeated.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ArgumentError,
  ClaimError,
  decodeNpy,
  decodeNpz,
  decodeSafetensors,
  derive,
  encodeNpy,
  encodeNpz,
  encodeSafetensors,
  MathError,
  parseCsv,
  rng,
  ShapeError,
  TexError,
  tensor,
  texToSvg,
} from "gradlab";
import { NotebookError, parseNotebook, parseValue } from "gradlab/notebook";
import { safetensorsMetadata } from "../../src/nn/safetensors.ts";
import { damage, damageText, stream } from "./seeded.ts";

/** Words that only the machinery underneath says. */
const INNARDS =
  /(of|reading|is|got) undefined|\bnull\b.*propert|is not a function|is not iterable|typed array|Array buffer|allocation|Maximum call stack|Cannot (read|convert|destructure|access)|Offset is outside|out of (range|memory)|Invalid (array|string|count)|BigInt/i;

type Kind = new (...args: any[]) => Error;

/** Reads `samples` damaged pieces; each is read or refused by an error of one of these kinds, in clear words. */
function survive<T>(
  samples: number,
  seed: number,
  make: (next: () => number) => T,
  read: (piece: T) => unknown,
  ...kinds: Kind[]
): void {
  const next = stream(seed);
  let refused = 0;
  for (let k = 0; k < samples; k++) {
    const piece = make(next);
    const shown = () =>
      `sample ${k} of seed ${seed}: ${JSON.stringify(piece instanceof Uint8Array ? [...piece] : piece)}`;
    const began = performance.now();
    try {
      read(piece);
    } catch (error) {
      refused++;
      const { message } = error as Error;
      if (!kinds.some((kind) => error instanceof kind)) assert.fail(`${(error as Error).stack}\n${shown()}`);
      assert.ok(message.length > 10 && message.length < 2_000, `${message}\n${shown()}`);
      assert.doesNotMatch(message, INNARDS, shown());
    }
    const took = performance.now() - began;
    assert.ok(took < 5_000, `${took} ms for ${shown()}`);
  }
  assert.ok(refused > 0, "the damage is real: something was refused");
}

const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const named = { weight: matrix, bias: tensor([1, 2, 3], { dtype: "float32" }), flag: tensor([true, false]) };

test("npy: 6,000 damaged files", () => {
  const whole = encodeNpy(matrix);
  survive(6_000, 1, (next) => damage(whole, next), decodeNpy, ArgumentError, ShapeError);
});

test("npy: headers that lie", () => {
  const file = (header: string, values = 48): Uint8Array => {
    const text = new TextEncoder().encode(header);
    const out = new Uint8Array(10 + text.length + values);
    out.set([0x93, 78, 85, 77, 80, 89, 1, 0, text.length & 255, text.length >> 8]);
    out.set(text, 10);
    return out;
  };
  const header = (shape: string, descr = "<f8") =>
    `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
  for (const shape of ["-1, 6", "1e3, 1e30", "2.5, 2", "x, 3", "Infinity", "9007199254740993", "0x10", "2 3"])
    assert.throws(() => decodeNpy(file(header(shape))), ArgumentError, shape);
  for (const descr of ["<f3", "|O", "<U5", "<c16", "constructor", "<constructor", "__proto__", "<M8[ns]"])
    assert.throws(() => decodeNpy(file(header("6", descr))), /cannot be read/, descr);
  assert.throws(() => decodeNpy(file("nothing of the kind")), ArgumentError);
});

test("npz: 3,000 damaged archives", () => {
  const whole = encodeNpz(named);
  survive(3_000, 2, (next) => damage(whole, next), decodeNpz, ArgumentError, ShapeError);
});

test("safetensors: 6,000 damaged files", () => {
  const whole = encodeSafetensors(named, { made: "by a test" });
  const read = (bytes: Uint8Array) => [decodeSafetensors(bytes), safetensorsMetadata(bytes)];
  survive(6_000, 3, (next) => damage(whole, next), read, ArgumentError, ShapeError);
});

test("safetensors: headers that lie", () => {
  const file = (header: unknown, values = 24): Uint8Array => {
    const text = new TextEncoder().encode(JSON.stringify(header));
    const out = new Uint8Array(8 + text.length + values);
    new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
    out.set(text, 8);
    return out;
  };
  const good = { dtype: "F64", shape: [3], data_offsets: [0, 24] };
  assert.deepEqual(decodeSafetensors(file({ w: good }))["w"]!.toArray(), [0, 0, 0]);
  const wrong: unknown[] = [null, [], 7, "text", { w: null }, { w: [] }, { w: {} }];
  for (const spoilt of [
    ...[
      { dtype: "constructor" },
      { dtype: 3 },
      { shape: "3" },
      { shape: [-3] },
      { shape: [1.5, 2] },
      { shape: null },
    ],
    ...[{ data_offsets: null }, { data_offsets: [0] }, { data_offsets: [-24, 0] }, { data_offsets: [24, 0] }],
    ...[
      { data_offsets: ["0", "24"] },
      { data_offsets: [0.5, 24.5] },
      { shape: [1e9, 1e9] },
      { shape: [Number.NaN] },
    ],
    ...[{ shape: [3e15], data_offsets: [0, 24e15] }],
  ])
    wrong.push({ w: { ...good, ...spoilt } });
  for (const header of wrong)
    assert.throws(
      () => decodeSafetensors(file(header)),
      (error: Error) => error instanceof ArgumentError && !INNARDS.test(error.message),
      JSON.stringify(header),
    );
  const hostile = decodeSafetensors(
    file(JSON.parse('{"__proto__":{"dtype":"F64","shape":[3],"data_offsets":[0,24]}}')),
  );
  assert.equal(Object.getPrototypeOf(hostile), Object.prototype);
});

test("CSV: 6,000 damaged tables", () => {
  const whole = 'name,"a, b",c\n"x ""y""",1,2.5\n\u00e9,,NaN\n"two\nlines",-3e5,inf\n';
  const pieces = ['"', ",", "\n", "\r\n", '""', ";", "1e999", "\u0000", "\ufeff", "__proto__", "-", " "];
  survive(
    6_000,
    4,
    (next) => damageText(whole, pieces, next),
    (text) => parseCsv(text),
    ArgumentError,
  );
  const columns = parseCsv("__proto__,constructor\n1,2\n");
  assert.deepEqual(Object.keys(columns), ["__proto__", "constructor"]);
});

test("YAML: 3,000 damaged parameter values are values or text, and cannot explode", () => {
  const whole = "{a: [1, 2.5, true], b: {c: null, d: 'x'}}";
  const pieces = [
    "&a",
    "*a",
    "!!js/function",
    "<<:",
    "- ",
    ": ",
    "{",
    "[",
    "'",
    "|",
    ">",
    "%",
    "@",
    "\t",
    "\n",
  ];
  const next = stream(5);
  for (let k = 0; k < 3_000; k++) parseValue(damageText(whole, pieces, next));
  let bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (let k = 1; k < 12; k++) {
    const [before, name] = [String.fromCharCode(96 + k), String.fromCharCode(97 + k)];
    bomb += `${name}: &${name} [${Array(9).fill(`*${before}`).join(", ")}]\n`;
  }
  const began = performance.now();
  parseValue(bomb);
  assert.ok(performance.now() - began < 5_000);
});

test("LaTeX: 1,500 damaged formulas are set or refused", () => {
  const whole =
    "\\frac{\\partial L}{\\partial W_{ij}} = \\sum_k \\left( x_k^2 + \\sqrt[3]{y} \\right) \\text{ for } \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}";
  const pieces = [
    "{",
    "}",
    "\\",
    "$",
    "&",
    "#",
    "%",
    "^",
    "_",
    "\\left",
    "\\end{x}",
    "\\def\\a{\\a\\a}\\a",
    "\\href{javascript:x}{y}",
    "\\require{x}",
    "<",
    "\u0000",
  ];
  survive(
    1_500,
    6,
    (next) => damageText(whole, pieces, next),
    (tex) => texToSvg(tex),
    MathError,
  );
});

test("LaTeX of a claim: 1,000 damaged statements are judged or refused", () => {
  const d = derive(({ W, x }) => W.matmul(x).square().sum().mul(0.5), {
    W: rng(1).normal([2, 3]),
    x: rng(2).normal([3, 1]),
  });
  const whole = "\\nabla_W L = (W x) x^\\top";
  assert.ok(d.claim.tex(whole).ok);
  const pieces = [
    "{",
    "}",
    "\\",
    "^",
    "_",
    "\\top",
    "\\frac",
    "\\sum_{i}",
    "(",
    ")",
    "=",
    "W",
    "x",
    "\\odot",
    "&",
    "2",
  ];
  survive(
    1_000,
    7,
    (next) => damageText(whole, pieces, next),
    (tex) => d.claim.tex(tex),
    TexError,
    ClaimError,
    ArgumentError,
    ShapeError,
  );
});

test("notebooks: 4,000 damaged files are read or refused", () => {
  const cells = [
    { cell_type: "markdown", metadata: {}, source: ["# A\n", "b"] },
    {
      cell_type: "code",
      execution_count: 1,
      metadata: {},
      source: "1",
      outputs: [
        { output_type: "stream", name: "stdout", text: "x" },
        { output_type: "execute_result", execution_count: 1, data: { "text/plain": "1" }, metadata: {} },
        { output_type: "error", ename: "E", evalue: "v", traceback: ["t"] },
      ],
    },
  ];
  const whole = JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells });
  const pieces = ["null", "[]", "{}", "1", '"x"', "-1e400", '"__proto__":{}', ",", ":", "true", '"'];
  survive(
    4_000,
    8,
    (next) => damageText(whole, pieces, next),
    (text) => parseNotebook(text),
    NotebookError,
  );
});

test("a truncated notebook is refused at every length", () => {
  const whole = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] });
  for (let n = 0; n < whole.length; n++)
    assert.throws(
      () => parseNotebook(whole.slice(0, n), "hw1.ipynb"),
      /^NotebookError: hw1\.ipynb is not valid JSON/,
    );
});
