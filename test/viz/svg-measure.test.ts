/** Boxes and lengths of SVG, against values worked out by hand. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { boxOf, boxOnPage, textWidth } from "../../src/viz/svg-measure.ts";
import { flattenPath, pathLength, pointAlong } from "../../src/viz/svg-path.ts";

const { JSDOM } = createRequire(import.meta.url)("jsdom") as typeof import("jsdom");

function element(markup: string, selector: string): Element {
  const { window } = new JSDOM(`<svg xmlns="http://www.w3.org/2000/svg">${markup}</svg>`);
  return window.document.querySelector(selector)!;
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
}

test("text is as wide as its letters, in proportion to its size", () => {
  assert.ok(textWidth("W", 10) > textWidth("i", 10));
  near(textWidth("abc", 20), 2 * textWidth("abc", 10));
  near(textWidth("a\u200bb", 10), textWidth("ab", 10));
  assert.equal(textWidth("", 10), 0);
});

test("boxes of shapes, moved, scaled and turned", () => {
  const rect = element(
    '<g transform="translate(10,20)"><rect x="1" y="2" width="3" height="4"/></g>',
    "rect",
  );
  assert.deepEqual(boxOnPage(rect), { x: 11, y: 22, width: 3, height: 4 });
  assert.deepEqual(boxOf(rect), { x: 1, y: 2, width: 3, height: 4 });
  const scaled = element('<g transform="scale(2) translate(1,1)"><circle cx="0" cy="0" r="3"/></g>', "g");
  assert.deepEqual(boxOnPage(scaled), { x: -4, y: -4, width: 12, height: 12 });
  const turned = boxOnPage(
    element('<rect transform="rotate(90)" x="0" y="0" width="4" height="2"/>', "rect"),
  );
  near(turned.x, -2);
  near(turned.y, 0);
  near(turned.width, 2);
  near(turned.height, 4);
});

test("a group holds its children; what is hidden takes no room", () => {
  const group = element(
    '<g><rect x="0" y="0" width="1" height="1"/><rect style="display: none" x="50" y="50" width="9" height="9"/><path d="M5,5L7,9"/></g>',
    "g",
  );
  assert.deepEqual(boxOnPage(group), { x: 0, y: 0, width: 7, height: 9 });
});

test("text boxes follow anchor, size and lines", () => {
  const wide = (markup: string): ReturnType<typeof boxOf> => boxOf(element(markup, "text"));
  const start = wide('<text x="100" y="50" style="font-size: 10px">label</text>');
  const end = wide('<text x="100" y="50" style="font-size: 10px; text-anchor: end">label</text>');
  near(start.x, 100);
  near(end.x + end.width, 100);
  near(start.width, textWidth("label", 10));
  const lines = wide(
    '<text x="0" y="0" style="font-size: 10px"><tspan class="line" dy="0em">one</tspan><tspan class="line" dy="1.3em">three</tspan></text>',
  );
  near(lines.height - start.height, 13);
  near(lines.width, textWidth("three", 10));
});

test("paths: lengths and points along them", () => {
  near(pathLength("M0,0L3,4"), 5);
  near(pathLength("M0,0h3v4z"), 12);
  assert.deepEqual(pointAlong("M0,0L3,4", 2.5), { x: 1.5, y: 2 });
  assert.deepEqual(pointAlong("M0,0L3,4", 99), { x: 3, y: 4 });
  // A quarter circle of radius 1 as a Bézier curve is 1.5708 long to four digits.
  assert.ok(Math.abs(pathLength("M1,0C1,0.5523,0.5523,1,0,1") - Math.PI / 2) < 3e-3);
  assert.equal(flattenPath("M0,0L1,1M2,2l1,0").length, 2);
});
