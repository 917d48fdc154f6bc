/**
 * Curves that grow while a model trains: one output of the cell, redrawn in place. The drawing is plain
 * SVG made at once, so it also appears inside a loop that never awaits, a few times a second at most.
 */

import { display, inNotebook, Rich, update } from "./display.ts";
import { escapeHtml } from "./escape.ts";
import { shortNumber } from "./format.ts";
import { colorOf } from "./palette.ts";

export interface CurvesOptions {
  /** Which numbers of the records are drawn. Default trainLoss and testLoss. */
  values?: readonly string[];
  /** The number of the records along the horizontal axis. Default epoch. */
  x?: string;
  /** A logarithmic vertical axis. Default true; it is linear while some value is not positive. */
  logY?: boolean;
  title?: string;
  /** Milliseconds between redraws. Default 250. */
  every?: number;
}

type Row = object;
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [560, 280, 58, 14, 26, 34];

let drawings = 0;

/**
 * Draws what is called with it after each measurement: give it to `trainClassifier` as `onRecord`, or
 * call it with a record and the list of all so far. In a terminal it draws nothing.
 * @example
 * ```ts
 * const curves = liveCurves({ values: ["loss"], title: "training" });
 * const history: { epoch: number; loss: number }[] = [];
 * for (let epoch = 1; epoch <= 3; epoch++) {
 *   history.push({ epoch, loss: 1 / epoch });
 *   curves(history[history.length - 1], history);
 * }
 * ```
 */
export function liveCurves(o: CurvesOptions = {}): (record: Row, history: readonly Row[]) => undefined {
  const id = `gradlab-curves-${process.pid}-${++drawings}`;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let shown = false;
  let last: NodeJS.Timeout | undefined;
  const draw = (history: readonly Row[]): void => {
    clearTimeout(last);
    drawnAt = performance.now();
    const svg = curvesSvg(history, o);
    const picture = new Rich({ "image/svg+xml": svg, "text/plain": `${history.length} measurements` });
    if (shown) update(id, picture);
    else display(picture, { id });
    shown = true;
  };
  return (_, history) => {
    if (!inNotebook()) return undefined;
    clearTimeout(last);
    if (performance.now() - drawnAt >= (o.every ?? 250)) draw(history);
    // What comes too soon after the last drawing is drawn once the loop has ended.
    else last = setTimeout(() => draw(history), 0);
    return undefined;
  };
}

/** Evenly spaced round numbers over a range; powers of ten and their halves on a logarithmic axis. */
function ticks(low: number, high: number, log: boolean): number[] {
  if (log) {
    const made: number[] = [];
    for (let e = Math.floor(low); e <= Math.ceil(high); e++)
      for (const v of [e, e + Math.log10(2), e + Math.log10(5)]) if (v >= low && v <= high) made.push(v);
    return made.length > 7 ? made.filter((v) => Number.isInteger(v)) : made;
  }
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((f) => f * power >= rough) ?? 10);
  const made: number[] = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-9; v += step) made.push(v);
  return made;
}

const wider = (low: number, high: number): [number, number] =>
  high > low ? [low, high] : [low - 0.5, high + 0.5];

/** The curves of a list of records as an SVG drawing; numbers that are not finite leave gaps. */
export function curvesSvg(history: readonly Row[], o: CurvesOptions = {}): string {
  const at = (row: Row, name: string): number => Number((row as Record<string, unknown>)[name]);
  const names = (o.values ?? ["trainLoss", "testLoss"]).filter((n) =>
    history.some((r) => Number.isFinite(at(r, n))),
  );
  const all = names.flatMap((n) => history.map((r) => at(r, n))).filter(Number.isFinite);
  const log = (o.logY ?? true) && all.every((v) => v > 0);
  const height = (v: number): number => (log ? Math.log10(v) : v);
  const across = history.map((r) => at(r, o.x ?? "epoch"));
  const [x0, x1] = wider(Math.min(...across), Math.max(...across));
  const heights = all.map(height);
  const [y0, y1] = wider(Math.min(...heights), Math.max(...heights));
  const px = (v: number): number => LEFT + ((v - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
  const py = (v: number): number => HEIGHT - BOTTOM - ((v - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM);
  const parts: string[] = [];
  for (const v of all.length > 0 ? ticks(y0, y1, log) : []) {
    const y = py(v).toFixed(1);
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="#e5e5e5"/>`,
      `<text x="${LEFT - 6}" y="${y}" dy="4" text-anchor="end">${shortNumber(log ? 10 ** v : v)}</text>`,
    );
  }
  for (const v of ticks(x0, x1, false))
    parts.push(
      `<text x="${px(v).toFixed(1)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${shortNumber(v)}</text>`,
    );
  names.forEach((name, k) => {
    let path = "";
    let pen = false;
    history.forEach((r, i) => {
      const v = at(r, name);
      if (Number.isFinite(v))
        path += `${pen ? "L" : "M"}${px(across[i]).toFixed(1)} ${py(height(v)).toFixed(1)}`;
      pen = Number.isFinite(v);
    });
    const x = LEFT + 8 + k * 130;
    parts.push(
      `<path d="${path}" fill="none" stroke="${colorOf(k)}" stroke-width="1.8"/>`,
      `<line x1="${x}" x2="${x + 18}" y1="13" y2="13" stroke="${colorOf(k)}" stroke-width="3"/>`,
      `<text x="${x + 23}" y="17">${escapeHtml(name)}</text>`,
    );
  });
  const label = [o.title, o.x ?? "epoch"].filter(Boolean).join(": ");
  parts.push(
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 3}" text-anchor="middle">${escapeHtml(label)}</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12" fill="#333">` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>${parts.join("")}</svg>`
  );
}
