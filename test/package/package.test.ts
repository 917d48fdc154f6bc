// The package as strangers meet it: what is in the tarball, and what it does in an empty folder.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, posix } from "node:path";
import { after, before, test } from "node:test";
import { root, venvBin } from "../../src/setup/paths.mjs";
import { findChromium, noChromium, openBrowser } from "../lab/browser.ts";
import { code, notebook } from "../notebook/helpers.ts";
import { cells, claimed, page, pageScript, program, right, training, wrong } from "./programs.ts";
import { Stranger } from "./stranger.ts";

let stranger: Stranger;
before(() => {
  stranger = new Stranger();
  stranger.write("training.ts", training);
  stranger.write("claimed.ts", claimed);
});
after(() => stranger?.remove());

const cli = join("node_modules", "gradlab", "dist", "cli.mjs");

test("the tarball holds JavaScript, declarations, WebAssembly and a command, and no sources", () => {
  const { files, manifest } = stranger;
  for (const wanted of [
    ...["LICENSE", "README.md", "dist/cli.mjs", "dist/src/index.js", "dist/src/index.d.ts"],
    ...["dist/src/kernels/wasm/build/relaxed.wasm", "dist/src/kernels/wasm/build/simd.wasm"],
    ...["dist/src/data/assets/digits.csv.gz", "dist/kernel/main.js", "dist/kernel/language/globals.d.ts"],
    ...["dist/browser/index.js", "dist/kernel/spec/logos/logo-svg.svg"],
  ])
    assert.ok(files.includes(wanted), `${wanted} is missing`);
  assert.deepEqual(
    files.filter((file) => /(?<!\.d)\.ts$|^src\/|^test\/|^kernel\/|__pycache__/.test(file)),
    [],
  );
  const targets = Object.values(manifest["exports"]).flatMap((entry: any) =>
    typeof entry === "string" ? [entry] : Object.values(entry as object),
  );
  for (const target of [...targets, ...Object.values(manifest["bin"] as object)])
    assert.ok(files.includes(posix.normalize(target)), `${target} is named in package.json and missing`);
  assert.equal(manifest["devDependencies"], undefined);
  assert.doesNotMatch(JSON.stringify(manifest["dependencies"]), /file:|tslab|danfo|tensorflow/);
  const [before, after] = stranger.manifests;
  assert.equal(after, before, "the repository's package.json is back after packing");
});

test("every module that a declaration names is there", () => {
  const folder = join(stranger.folder, "node_modules", "gradlab");
  const lost: string[] = [];
  for (const file of stranger.files.filter((name) => name.endsWith(".d.ts"))) {
    const text = readFileSync(join(folder, file), "utf8");
    for (const [, name] of text.matchAll(/(?:from|import\(|import|module) ?"(\.[^"]+)"/g)) {
      const target = posix.join(posix.dirname(file), name!);
      if (!name!.endsWith(".js") || !stranger.files.includes(target)) lost.push(`${file}: ${name}`);
    }
  }
  assert.deepEqual(lost, []);
});

test("a TypeScript program trains; data frames are loaded by nobody, and refused with what to do", async () => {
  stranger.write("program.ts", program);
  const { status, stdout, stderr } = await stranger.node(["program.ts"]);
  assert.deepEqual([status, stderr], [0, ""]);
  const said = JSON.parse(stdout);
  assert.equal(said.examples, 1797);
  assert.ok(said.after < said.before / 2, stdout);
  assert.deepEqual(said.claimed, ["claim", "object", "object", "0"]);
  const asked = `import { danfo } from "gradlab"; await danfo().catch((error) => console.log(error.message));`;
  const refused = await stranger.node(["--input-type=module", "--eval", asked]);
  assert.match(
    refused.stdout,
    /^Data frames need danfojs-node, which is not installed: {2}npm install danfo/,
  );
});

test("the WebAssembly kernels of the package are used", async () => {
  const inner = "./node_modules/gradlab/dist/src/kernels/wasm/engine.js";
  const { stdout, stderr } = await stranger.node([
    "--input-type=module",
    "--eval",
    `import { engine } from "${inner}"; console.log(engine() !== null);`,
  ]);
  assert.deepEqual([stdout, stderr], ["true\n", ""]);
});

for (const [module, moduleResolution] of [
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
] as const) {
  test(`types resolve under ${moduleResolution}, and say when something is wrong`, async () => {
    stranger.write("right.ts", right);
    stranger.write("wrong.ts", wrong);
    const compile = (file: string) => {
      const options = { target: "esnext", module, moduleResolution, strict: true, noEmit: true, types: [] };
      const config = `tsconfig.${moduleResolution}.${file}.json`;
      const extra = { allowImportingTsExtensions: true, skipLibCheck: false };
      stranger.write(
        config,
        JSON.stringify({ compilerOptions: { ...options, ...extra }, files: [`${file}.ts`] }),
      );
      return stranger.node([join(root, "node_modules", "typescript", "bin", "tsc"), "-p", config]);
    };
    const good = await compile("right");
    assert.deepEqual([good.stdout, good.status], ["", 0]);
    const bad = await compile("wrong");
    assert.match(
      bad.stdout,
      /^wrong\.ts\(3,7\): error TS2322: Type 'number' is not assignable to .*'string'/,
    );
    assert.equal(bad.stdout.trim().split("\n").length, 1, bad.stdout);
  });
}

test("gradlab kernel install --prefix serves a notebook through a Jupyter", async (t) => {
  if (!existsSync(venvBin("jupyter-server"))) return t.skip("no .venv: npm start sets one up");
  const prefix = join(stranger.folder, "prefix");
  const installed = await stranger.node([cli, "kernel", "install", "--prefix", prefix]);
  assert.deepEqual([installed.status, installed.stderr], [0, ""]);
  const sheet = notebook(
    cells.map((source) => code(source)),
    { kernelspec: { name: "tslab" } } as any,
  );
  sheet.cells.push(code("const wrong: number = 'text';", { metadata: { tags: ["raises-exception"] } }));
  const file = stranger.write("sheet.ipynb", JSON.stringify(sheet));
  const jupyter = {
    GRADLAB_JUPYTER: venvBin("jupyter-server"),
    JUPYTER_PATH: join(prefix, "share", "jupyter"),
  };
  const ran = await stranger.node([cli, "run", "sheet.ipynb"], jupyter);
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
  const outputs = JSON.parse(readFileSync(file, "utf8")).cells.map((cell: any) => cell.outputs);
  assert.match(outputs[0][0].text.join(""), /empty\/node_modules\/gradlab\/dist\/kernel\/runtime\/main\.js/);
  assert.equal(outputs[0][1].data["text/plain"].toString(), "true");
  assert.ok(outputs[1].length > 0);
  assert.equal(outputs[2][0].ename, "TS2322");
  const removed = await stranger.node([cli, "kernel", "uninstall", "--prefix", prefix]);
  assert.equal(removed.status, 0, removed.stderr);
});

test("a page built with Vite trains the same net in a browser", async (t) => {
  const chromium = findChromium();
  if (!chromium) return t.skip(noChromium);
  stranger.write("index.html", page);
  stranger.write("page.ts", pageScript);
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const built = await stranger.node([vite, "build", "--outDir", "site", "--logLevel", "warn"]);
  assert.equal(built.status, 0, built.stdout + built.stderr);
  assert.doesNotMatch(built.stdout + built.stderr, /node:|externalized/);
  const site = join(stranger.folder, "site");
  for (const name of readdirSync(join(site, "assets")))
    assert.doesNotMatch(readFileSync(join(site, "assets", name), "utf8"), /(from|import\()\s*["']node:/);
  const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };
  const server = createServer((request, response) => {
    const path = join(site, request.url === "/" ? "index.html" : request.url!);
    if (!existsSync(path)) return response.writeHead(404).end();
    response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream");
    response.end(readFileSync(path));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { browser, page: tab, outside } = await openBrowser(chromium);
  try {
    const errors: string[] = [];
    tab.on("pageerror", (error) => errors.push(error.message));
    const { port } = server.address() as { port: number };
    await tab.goto(`http://127.0.0.1:${port}/`);
    await tab
      .waitForFunction(() => document.title.startsWith("{"), undefined, { timeout: 60_000 })
      .catch((error) => assert.fail(`${error.message}\n${errors.join("\n")}`));
    const there = JSON.parse(await tab.title());
    const here = JSON.parse((await stranger.node(["program.ts"])).stdout);
    assert.ok(Math.abs(there.after - here.after) < 1e-9, `${there.after} there, ${here.after} here`);
    assert.equal(there.examples, 1797);
    assert.match(there.refused[0], /danfojs-node, which runs under Node only/);
    assert.match(there.refused[1], /"table\.csv" cannot be read: a browser has no files/);
    assert.match(there.refused[2], /@mathjax\/src, which gradlab loads under Node only/);
    assert.deepEqual([errors, outside], [[], []]);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
});
