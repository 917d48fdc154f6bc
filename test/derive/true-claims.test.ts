import assert from "node:assert/strict";
import test from "node:test";
import { texTruths, truths } from "./truths.ts";

for (const [name, { make, of, formula }] of Object.entries(truths))
  test(`true: ${name}`, () => {
    const c = make().claim(of, formula);
    assert.ok(c.ok);
    assert.match(
      c.text,
      /^agrees at 5 random points, largest relative error \S+ \(central differences: \S+\)$/,
    );
    assert.ok(c.comparison.autodiff < 1e-9 && c.comparison.differences < 1e-6, c.text);
  });

for (const [make, tex] of texTruths)
  test(`true: ${tex}`, () => {
    assert.ok(make().claim.tex(tex).ok);
  });
