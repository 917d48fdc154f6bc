/**
 * A bar chart as SVG: groups of bars on a logarithmic axis, with the numbers written at their ends.
 */

export interface Group {
  label: string;
  /** One value a series; null where there is none. */
  values: readonly (number | null)[];
}

const COLOURS = ["#1f77b4", "#7fb3dd", "#d62728", "#ff9896", "#9467bd", "#8c8c8c"];

const safe = (s: string): string => s.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** Bars of the series that a group has; shorter ones are better; the axis is logarithmic from a power of ten below the smallest value. */
export function barChart(
  title: string,
  unit: string,
  series: readonly string[],
  groups: readonly Group[],
): string {
  const all = groups.flatMap((g) => g.values.filter((v): v is number => v !== null));
  const low = Math.floor(Math.log10(Math.min(...all)));
  const high = Math.ceil(Math.log10(Math.max(...all)));
  const [right, top, bar, gap] = [760, 70, 16, 14];
  const left = Math.max(70, 20 + 6.4 * Math.max(...groups.map((g) => g.label.length)));
  const x = (v: number): number => left + ((Math.log10(v) - low) / (high - low)) * (right - left - 60);
  const bars = groups.map((g) => g.values.filter((v) => v !== null).length);
  const tops = bars.map((_, i) => top + bars.slice(0, i).reduce((y, n) => y + n * bar + gap, 0));
  const height = tops[tops.length - 1] + bars[bars.length - 1] * bar + gap + 40;
  const parts: string[] = [];
  for (let e = low; e <= high; e++) {
    const at = x(10 ** e).toFixed(1);
    parts.push(
      `<line x1="${at}" x2="${at}" y1="${top - 8}" y2="${height - 34}" stroke="#ddd"/>`,
      `<text x="${at}" y="${height - 18}" text-anchor="middle" fill="#666">${10 ** e >= 1 ? 10 ** e : (10 ** e).toFixed(-e)}</text>`,
    );
  }
  parts.push(
    `<text x="${left}" y="${height - 4}" fill="#666">${safe(unit)} (logarithmic; shorter is better)</text>`,
  );
  groups.forEach((g, i) => {
    const y = tops[i];
    parts.push(
      `<text x="${left - 8}" y="${y + (bars[i] * bar) / 2 + 4}" text-anchor="end" font-weight="bold">${safe(g.label)}</text>`,
    );
    let row = 0;
    g.values.forEach((v, k) => {
      if (v === null) return;
      const w = Math.max(2, x(v) - left);
      const at = y + bar * row++;
      parts.push(
        `<rect x="${left}" y="${at + 1}" width="${w.toFixed(1)}" height="${bar - 2}" fill="${COLOURS[k % COLOURS.length]}"/>`,
        `<text x="${(left + w + 4).toFixed(1)}" y="${at + bar - 4}" fill="#333">${v >= 100 ? Math.round(v).toLocaleString("en-US") : v.toPrecision(3)}</text>`,
      );
    });
  });
  let at = 20;
  series.forEach((name, k) => {
    parts.push(
      `<rect x="${at}" y="36" width="11" height="11" fill="${COLOURS[k % COLOURS.length]}"/>`,
      `<text x="${at + 15}" y="46">${safe(name)}</text>`,
    );
    at += 26 + Math.round(6.9 * name.length); // as wide as the widest of the usual sans-serif fonts
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 ${height}" width="800" height="${height}" font-family="sans-serif" font-size="12">` +
    `<rect width="800" height="${height}" fill="white"/><text x="${left}" y="22" font-size="15" font-weight="bold">${safe(title)}</text>` +
    `${parts.join("")}</svg>\n`
  );
}
