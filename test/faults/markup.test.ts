// Names, labels, captions and texts that carry markup: whatever HTML and SVG the library makes of them holds no
// script, no event handler and no address that runs something. (HTML that a cell itself shows is the Lab's to
// sanitise; the exporters, which have no Lab, take it out.)

import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { derive, graph, plot, progress, rng, table, texToSvg } from "gradlab";
import { ExportError, type Notebook, renderNotebook } from "gradlab/notebook";
import { JSDOM } from "jsdom";
import { code, notebook, text } from "../notebook/helpers.ts";

const attacks = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '"><svg onload=alert(1)>',
  "'><iframe src=javascript:alert(1)></iframe>",
  "</style><script>alert(1)</script>",
  "<a href='javascript:alert(1)'>x</a>",
  "<!--><script>alert(1)</script>-->",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "]]><script>alert(1)</script>",
];

/** Elements and attributes in a piece of HTML that would run something. */
function running(html: string): string[] {
  const { document } = new JSDOM(`<!doctype html><body>${html}</body>`).window;
  const found: string[] = [];
  for (const element of document.querySelectorAll("*")) {
    if (/^(script|iframe|object|embed|base|meta|link|form)$/i.test(element.localName))
      found.push(element.outerHTML.slice(0, 120));
    for (const { name, value } of element.attributes) {
      const address = /^(href|src|action|formaction|xlink:href)$/i.test(name);
      if (/^on/i.test(name) || (address && /^\s*(javascript|vbscript|data:text)/i.test(value)))
        found.push(`${element.localName} ${name}=${value}`.slice(0, 120));
    }
  }
  return found;
}

/** All HTML and SVG in what a value shows of itself. */
async function markup(value: unknown): Promise<string> {
  const show = (value as any)[Symbol.for("Jupyter.display")] ?? (value as any).toMimeBundle;
  assert.ok(show, "the value displays itself");
  const bundle = await show.call(value);
  return `${bundle["text/html"] ?? ""}${bundle["image/svg+xml"] ?? ""}${bundle["text/markdown"] ?? ""}`;
}

test("the check finds what runs", () => {
  assert.equal(
    running("<b>x</b><script>1</script><img src=x onerror=1><a href=' javascript:1'>x</a>").length,
    3,
  );
});

for (const attack of attacks) {
  test(`tables, graphs, claims, figures and progress with ${attack}`, async () => {
    const shown: string[] = [];
    shown.push(await markup(table({ [attack]: [attack, 1] } as any, { caption: attack })));
    const d = derive(({ w }) => w.square().sum(), { w: rng(1).normal([2]) });
    shown.push(await markup(d));
    const nodes = [
      { id: attack, label: "x", sub: attack, value: attack, group: attack, kind: "input" as const },
      { id: "b", label: "y", color: attack, kind: "op" as const },
    ];
    shown.push(
      await markup(graph({ nodes, edges: [{ from: attack, to: "b", color: attack }], title: attack })),
    );
    const figure: any = plot.line({ [attack]: [1, 2] }, { title: attack, xLabel: attack });
    const bundle = await figure[Symbol.for("Jupyter.display")]();
    shown.push(bundle["text/html"] ?? "", bundle["image/svg+xml"] ?? "");
    for (const html of shown) assert.deepEqual(running(html), [], html.slice(0, 500));
    const bars: string[] = [];
    const hook = Symbol.for("gradlab.display");
    (globalThis as any)[hook] = (bundle: any) => bars.push(bundle["text/html"] ?? "");
    for (const _ of progress(2, { label: attack }));
    delete (globalThis as any)[hook];
    assert.ok(bars.length > 0);
    for (const html of bars) assert.deepEqual(running(html), []);
  });
}

test("formulas", () => {
  for (const attack of [
    ...attacks,
    ...attacks.map((one) => `\\text{${one}}`),
    "\\href{javascript:alert(1)}{x}",
    "\\style{x}{y}",
  ]) {
    let svg: string;
    try {
      svg = texToSvg(attack).svg;
    } catch {
      continue;
    }
    assert.deepEqual(running(svg), [], attack);
  }
});

function hostile(attack: string): Notebook {
  const outputs: any[] = [
    { output_type: "stream", name: "stdout", text: attack },
    { output_type: "display_data", data: { "text/html": attack, "text/plain": attack }, metadata: {} },
    { output_type: "display_data", data: { "text/markdown": attack, "text/plain": attack }, metadata: {} },
    {
      output_type: "display_data",
      data: { "application/javascript": "alert(1)", "text/plain": "x" },
      metadata: {},
    },
    {
      output_type: "error",
      ename: attack,
      evalue: attack,
      traceback: [attack, `\u001b[31m${attack}\u001b[0m`],
    },
  ];
  outputs.push({
    output_type: "display_data",
    data: {
      "image/svg+xml": `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="alert(1)"><script>alert(1)</script><rect width="9" height="9"/></svg>`,
    },
    metadata: {},
  });
  const prose = `${attack}\n\n# ${attack}\n\n[link](javascript:alert(1)) \`${attack}\``;
  return notebook([text(prose), code(attack, { outputs })], { title: attack } as any);
}

for (const format of ["html", "md", "tex"] as const) {
  test(`hostile notebooks as ${format} run nothing, or are refused in words`, async () => {
    for (const attack of attacks) {
      let out: string;
      try {
        out = String((await renderNotebook(hostile(attack), tmpdir(), format, attack)).data);
      } catch (error) {
        if (!(error instanceof ExportError)) throw error;
        continue;
      }
      assert.ok(out.length > 100);
      if (format === "html") {
        const body = out.replace(/^[\s\S]*<body[^>]*>/, "");
        assert.deepEqual(running(body), []);
      }
      if (format === "md") assert.doesNotMatch(out, /\]\(\s*javascript:/i);
      if (format === "tex") assert.doesNotMatch(out, /\\(write18|input|immediate|openout)\b/);
    }
  });
}
