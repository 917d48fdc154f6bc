/** Formulas in a terminal. */

import assert from "node:assert/strict";
import test from "node:test";
import { plainTex, plainText } from "../../src/derive/plain.ts";
import * as sheets from "./sheets.ts";

test("the printers' LaTeX as Unicode", () => {
  const pairs: [string, string][] = [
    ["\\frac{\\partial L}{\\partial W_{2}} = H^{\\top} \\left(P - Y\\right)", "∂L/∂W₂ = Hᵀ (P − Y)"],
    ["-\\alpha D K^{-1} X", "−α D K⁻¹ X"],
    ["-B^{-\\top} \\frac{\\partial L}{\\partial B} B^{-\\top}", "−B⁻ᵀ ∂L/∂B B⁻ᵀ"],
    ["\\frac{1}{\\sqrt{v + 10^{-5}}} c", "1/(√(v + 10⁻⁵)) c"],
    ["\\tfrac{1}{2} \\left\\lVert x \\right\\rVert^{2}", "½ ‖x‖²"],
    ["s^{\\odot 2} \\oslash \\hat{x}", "s² ⊘ x̂"],
    ["\\sum_{k} X_{ik} W_{kj}", "Σₖ Xᵢₖ Wₖⱼ"],
    ["\\frac{e^{-u}}{1 + e^{-u}}", "(e^(−u))/(1 + e^(−u))"],
    ["W x \\overset{?}{=} y", "W x ≟ y"],
    ["\\in \\mathbb{R}^{5 \\times 4}", "∈ ℝ^(5 × 4)"],
  ];
  for (const [tex, plain] of pairs) assert.equal(plainTex(tex), plain);
  assert.equal(plainText("**Gradients** $x$ and $$y$$"), "Gradients x and y");
});

test("no derivation of the sheets leaves a backslash in its plain text", () => {
  for (const [name, make] of Object.entries(sheets)) {
    if (name === "emInputs" || name === "emObjective") continue;
    const d: any = (make as () => unknown)();
    const text = String(d);
    assert.ok(!/[\\$]/.test(text), `${name}: ${/.*[\\$].*/.exec(text)?.[0]}`);
    for (const v of d.study.variables) assert.ok(!/[\\$]/.test(String(d.paths(v))), `${name} ${v}`);
  }
});

test("both cases of a Jacobian on one line", () => {
  const text = String(sheets.softmaxBeta().jacobian("x"));
  assert.match(text, /∂yᵢ\/∂xⱼ = β yᵢ \(1 − yᵢ\) if i = j, −β yᵢ yⱼ if i ≠ j/);
});
