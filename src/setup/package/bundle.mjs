// The library for browsers: one module without any `node:` import. What of Node the library uses is replaced
// by the files in browser/; the kernels and the digits are inside as text, so a page needs nothing but this.
// A new `node:` import that has no replacement there fails the build, with its name.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "../paths.mjs";

const place = join(root, "src", "setup", "package", "browser");
const embedded = [
  "src/kernels/wasm/build/relaxed.wasm",
  "src/kernels/wasm/build/simd.wasm",
  "src/data/assets/digits.csv.gz",
];

const replacements = {
  name: "what of Node the library uses",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:|^danfojs-node$/ }, ({ path, importer }) => {
      const file = join(place, `${path.replace(/^node:/, "").replaceAll("/", "-")}.mjs`);
      if (existsSync(file)) return { path: file };
      return { errors: [{ text: `${path} has no replacement in ${place}, and ${importer} imports it` }] };
    });
    onResolve({ filter: /^gradlab:files$/ }, ({ path }) => ({ path, namespace: "gradlab" }));
    onLoad({ filter: /.*/, namespace: "gradlab" }, () => ({
      loader: "json",
      contents: JSON.stringify(
        Object.fromEntries(
          embedded.map((file) => [file.split("/").at(-1), readFileSync(join(root, file)).toString("base64")]),
        ),
      ),
    }));
  },
};

/** Write `outdir`/index.js and the modules that it loads when they are asked for. */
export async function bundleForBrowsers(outdir) {
  await build({
    absWorkingDir: root,
    entryPoints: ["src/index.ts"],
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2024",
    keepNames: true,
    external: ["fflate", "@viz-js/viz"],
    inject: [join(place, "globals.mjs")],
    plugins: [replacements],
    logLevel: "error",
    legalComments: "none",
  });
}
