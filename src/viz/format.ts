/**
 * Numbers as people read them: a column in one style, durations in the unit that fits.
 */

/** A way to write all numbers of one column alike: integers as such, else the same number of decimals. */
export function columnFormat(values: Iterable<unknown>, digits: number): (x: number) => string {
  let largest = 0;
  let smallest = Infinity;
  let whole = true;
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    const size = Math.abs(value);
    if (size > largest) largest = size;
    if (size > 0 && size < smallest) smallest = size;
    if (!Number.isInteger(value)) whole = false;
  }
  if (whole && largest < 1e15) return (x) => special(x) ?? String(x === 0 ? 0 : x);
  if (largest >= 1e7 || largest < 1e-4 || largest / smallest > 1e9)
    return (x) => special(x) ?? (x === 0 ? "0" : x.toExponential(digits - 1));
  const before = Math.max(1, Math.floor(Math.log10(largest)) + 1);
  const small = largest < 1 ? -Math.floor(Math.log10(largest)) - 1 : 0;
  const decimals = Math.max(1, digits - (largest < 1 ? 0 : before)) + small;
  return (x) => {
    const text = special(x) ?? x.toFixed(decimals);
    return /^-0\.?0*$/.test(text) ? text.slice(1) : text;
  };
}

function special(x: number): string | undefined {
  if (Number.isNaN(x)) return "NaN";
  if (x === Infinity) return "∞";
  return x === -Infinity ? "−∞" : undefined;
}

/**
 * A single number with about `digits` significant digits, without trailing zeros.
 * @example
 * ```ts
 * shortNumber(1234567); // → 1234567
 * ```
 */
export function shortNumber(x: number, digits = 4): string {
  const text = special(x);
  if (text !== undefined) return text;
  if (Number.isInteger(x) && Math.abs(x) < 1e7) return String(x === 0 ? 0 : x);
  const size = Math.abs(x);
  if (size >= 1e7 || size < 1e-4) return x.toExponential(Math.max(0, digits - 1)).replace(/\.?0+e/, "e");
  return String(Number(x.toPrecision(digits)));
}

/**
 * `850 ms`, `12.4 s`, `3 min 05 s`, `2 h 10 min`.
 * @example
 * ```ts
 * duration(90_000); // → 1 min 30 s
 * ```
 */
export function duration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "?";
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
