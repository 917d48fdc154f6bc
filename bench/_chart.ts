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

/** Groups under a heading of their own. */
export interface Section {
  title: string;
  groups: readonly Group[];
}

const [LEFT, RIGHT, TOP, BAR, LINE, GAP] = [20, 780, 56, 16, 18, 10];

/** Bars of the series that a group has; shorter ones are better; the axis is logarithmic from a power of ten below the smallest value. */
export function barChart(unit: string, series: readonly string[], sections: readonly Section[]): string {
  const all = sections.flatMap((s) =>
    s.groups.flatMap((g) => g.values.filter((v): v is number => v !== null)),
  );
  const low = Math.floor(Math.log10(Math.min(...all)));
  const high = Math.ceil(Math.log10(Math.max(...all)));
  const x = (v: number): number => LEFT + ((Math.log10(v) - low) / (high - low)) * (RIGHT - LEFT - 60); // room for the last bar's number
  const parts: string[] = [];
  let y = TOP;
  for (const section of sections) {
    y += LINE + GAP;
    parts.push(
      `<text x="${LEFT}" y="${y - 8}" font-size="15" font-weight="bold">${safe(section.title)}</text>`,
    );
    for (const g of section.groups) {
      y += LINE;
      parts.push(`<text x="${LEFT}" y="${y - 5}">${safe(g.label)}</text>`);
      g.values.forEach((v, k) => {
        if (v === null) return;
        const w = Math.max(2, x(v) - LEFT);
        const written = v >= 100 ? Math.round(v).toLocaleString("en-US") : v.toPrecision(3);
        parts.push(
          `<rect x="${LEFT}" y="${y + 1}" width="${w.toFixed(1)}" height="${BAR - 2}" fill="${COLOURS[k % COLOURS.length]}"/>`,
          `<text x="${(LEFT + w + 4).toFixed(1)}" y="${y + BAR - 4}" fill="#333">${written}</text>`,
        );
        y += BAR;
      });
      y += GAP;
    }
  }
  const height = y + 44;
  const axis: string[] = [];
  for (let e = low; e <= high; e++) {
    const at = x(10 ** e).toFixed(1);
    const written = 10 ** e >= 1 ? 10 ** e : (10 ** e).toFixed(-e);
    axis.push(
      `<line x1="${at}" x2="${at}" y1="${TOP}" y2="${y}" stroke="#ddd"/>`,
      `<text x="${at}" y="${y + 16}" text-anchor="${e === low ? "start" : "middle"}" fill="#666">${written}</text>`,
    );
  }
  axis.push(
    `<text x="${LEFT}" y="${height - 8}" fill="#666">${safe(unit)} (logarithmic; shorter is better)</text>`,
  );
  let at = LEFT;
  series.forEach((name, k) => {
    axis.push(
      `<rect x="${at}" y="20" width="11" height="11" fill="${COLOURS[k % COLOURS.length]}"/>`,
      `<text x="${at + 15}" y="30">${safe(name)}</text>`,
    );
    at += 26 + Math.round(6.9 * name.length); // as wide as the widest of the usual sans-serif fonts
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 ${height}" width="800" height="${height}" font-family="sans-serif" font-size="12">` +
    `<rect width="800" height="${height}" fill="white"/>${axis.join("")}${parts.join("")}</svg>\n`
  );
}
