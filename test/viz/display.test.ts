/** What is shown in a notebook and in a terminal; data never becomes markup. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import {
  bundleOf,
  clear,
  display,
  displaySymbol,
  html,
  type MimeBundle,
  md,
  Rich,
  svg,
  tex,
  update,
} from "../../src/viz/display.ts";
import { MathError } from "../../src/viz/math.ts";

const hook = Symbol.for("gradlab.display");
const clearHook = Symbol.for("gradlab.clear_output");

function record(): { bundle: any; options: any }[] {
  const calls: { bundle: any; options: any }[] = [];
  (globalThis as any)[hook] = (bundle: MimeBundle, options: object) => calls.push({ bundle, options });
  return calls;
}

afterEach(() => {
  delete (globalThis as any)[hook];
  delete (globalThis as any)[clearHook];
});

const bundle = (value: unknown): MimeBundle => bundleOf(value) as MimeBundle;

test("the kernel gets the bundle at once, with the id in transient", () => {
  const calls = record();
  assert.equal(display(new Rich({ "text/html": "<b>1</b>", "text/plain": "1" }), { id: "a" }), undefined);
  update("a", "two");
  assert.deepEqual(calls, [
    {
      bundle: { "text/html": "<b>1</b>", "text/plain": "1" },
      options: { metadata: {}, transient: { display_id: "a" }, update: false },
    },
    {
      bundle: { "text/plain": "two" },
      options: { metadata: {}, transient: { display_id: "a" }, update: true },
    },
  ]);
});

test("an object that needs time is awaited", async () => {
  const calls = record();
  const slow = { [displaySymbol]: async () => ({ "text/plain": "late" }) };
  const shown = display(slow);
  assert.equal(calls.length, 0);
  await shown;
  assert.equal(calls[0].bundle["text/plain"], "late");
});

test("a plain object of MIME types is a bundle; other values are text", () => {
  assert.deepEqual(bundle({ "text/html": "<i>x</i>" }), { "text/html": "<i>x</i>" });
  assert.deepEqual(bundle({ a: 1 }), { "text/plain": "{ a: 1 }" });
  assert.deepEqual(bundle("as is"), { "text/plain": "as is" });
});

test("an update must say which output", () => {
  assert.throws(() => display(1, { update: true }), /which/);
});

test("clear reaches the kernel, and is nothing in a terminal", () => {
  clear();
  const waits: boolean[] = [];
  (globalThis as any)[clearHook] = (wait: boolean) => waits.push(wait);
  clear();
  clear({ wait: true });
  assert.deepEqual(waits, [false, true]);
});

test("html escapes what is put in, except html", () => {
  const evil = `<img src=x onerror="alert('1')">`;
  assert.equal(
    bundle(html`<b>${evil}</b>`)["text/html"],
    "<b>&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;</b>",
  );
  const inner = html`<i>${1 < 2}</i>`;
  assert.equal(
    bundle(html`<p>${inner}${[inner, "<"]}</p>`)["text/html"],
    "<p><i>true</i><i>true</i>&lt;</p>",
  );
  assert.equal(bundle(html("<b>ready</b>"))["text/html"], "<b>ready</b>");
});

test("md keeps TeX's backslashes and takes displayables in", () => {
  const text = bundle(md`$\frac{1}{2}\nabla$ is ${0.5}, see ${tex`\alpha`} and \`code\``)["text/markdown"];
  assert.equal(text, "$\\frac{1}{2}\\nabla$ is 0.5, see $$\\alpha$$ and `code`");
});

test("svg takes pictures only", () => {
  const picture = `<svg xmlns="http://www.w3.org/2000/svg"></svg>`;
  assert.equal(bundle(svg(picture))["image/svg+xml"], picture);
  assert.throws(() => svg("<b>no</b>"), /expected an <svg>/);
});

test("tex refuses a bad formula where it is written", () => {
  assert.equal(bundle(tex`\frac12`)["text/latex"], "$$\\frac12$$");
  assert.throws(() => tex`\frac{1`, MathError);
});
