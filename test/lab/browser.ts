// A real browser for the tests: the Chromium on PATH, driven by playwright-core,
// with a fresh profile, and with no network but this machine, so that a page
// which needs anything from outside is found out.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

/** The browser to use, or null when there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const places = (env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  if (env["GRADLAB_CHROMIUM"]) places.unshift(env["GRADLAB_CHROMIUM"]);
  places.push("/Applications/Chromium.app/Contents/MacOS/Chromium");
  places.push("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
  const runs = (path: string) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return places.find(runs) ?? null;
}

/** What to tell whoever has no browser. */
export const noChromium =
  "no Chromium on PATH, so JupyterLab is not looked at in a browser (Debian: apt-get install chromium)";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

export interface Session {
  browser: Browser;
  page: Page;
  /** Addresses outside this machine that the page asked for (and did not get). */
  outside: string[];
}

/** Open a browser with one page. */
export async function openBrowser(executablePath: string): Promise<Session> {
  const browser = await chromium.launch({ executablePath, headless: true, args: flags, timeout: 120_000 });
  const page = await browser.newPage({ viewport: { width: 1360, height: 900 }, deviceScaleFactor: 1.5 });
  page.setDefaultTimeout(60_000);
  const outside: string[] = [];
  await page.route(
    (url) => /^(https?|wss?):$/.test(url.protocol) && !["localhost", "127.0.0.1"].includes(url.hostname),
    (route) => {
      outside.push(route.request().url());
      return route.abort();
    },
  );
  return { browser, page, outside };
}
