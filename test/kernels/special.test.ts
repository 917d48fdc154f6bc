/**
 * Functions of one number against values with 60 digits: through WebAssembly and through the portable
 * loops, at most 2 units in the last place away.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { engine, special, unaryLoop, withoutEngine } from "../../src/kernels/index.ts";

const golden: Record<string, [number, number][]> = JSON.parse(
  readFileSync(new URL("../golden/special.json", import.meta.url), "utf8"),
);
const EXPRESSIONS = {
  exp: "Math.exp(x)",
  log: "Math.log(x)",
  tanh: "Math.tanh(x)",
  sigmoid: "m.sigmoid(x)",
  erf: "m.erf(x)",
};

/** The distance to the neighbouring number of the type. */
function unit(x: number, wide: boolean): number {
  const exponent = Math.floor(Math.log2(Math.abs(x) || Number.MIN_VALUE));
  return wide ? 2 ** Math.max(exponent - 52, -1074) : 2 ** Math.max(exponent - 23, -149);
}

for (const [name, expression] of Object.entries(EXPRESSIONS))
  for (const dtype of ["float32", "float64"] as const)
    describe(`${name}, ${dtype}`, () => {
      const check = (): void => {
        const wide = dtype === "float64";
        const type = wide ? Float64Array : Float32Array;
        const x = type.from(golden[name].map(([at]) => at));
        const y = new type(x.length);
        unaryLoop(expression, dtype, dtype)(y, 0, x, 0, 1, x.length);
        golden[name].forEach(([at, want], i) => {
          const units = Math.abs(y[i] - want) / unit(want, wide);
          assert.ok(units <= 2, `f(${at}) = ${y[i]}, ${units.toFixed(2)} units from ${want}`);
        });
      };
      test("portable", () => withoutEngine(check));
      test("WebAssembly", { skip: engine() === null && "there is no build" }, check);
    });

test("erfc keeps its digits in the tail", () => {
  for (const [x, want] of golden.erfc) {
    const units = Math.abs(special.erfc(x) - want) / unit(want, true);
    // In the tail e^(−x²) alone is worth a few units.
    assert.ok(units <= 4, `erfc(${x}) = ${special.erfc(x)}, ${units.toFixed(2)} units from ${want}`);
  }
});

test("erf at the edges", { skip: engine() === null && "there is no build" }, () => {
  const x = Float64Array.of(0, -0, 1 / 0, -1 / 0, Number.NaN, 30, -30, 5e-324);
  const y = new Float64Array(300);
  const from = new Float64Array(300);
  from.set(x);
  unaryLoop("m.erf(x)", "float64", "float64")(y, 0, from, 0, 1, 300);
  const want = [0, -0, 1, -1, Number.NaN, 1, -1, 5e-324];
  want.forEach((v, i) => {
    assert.ok(Object.is(y[i], v), `erf(${x[i]}) = ${y[i]}, not ${v}`);
    assert.ok(Object.is(special.erf(x[i]), v), `portable erf(${x[i]}) = ${special.erf(x[i])}, not ${v}`);
  });
});
