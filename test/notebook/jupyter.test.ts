// JupyterLab's export menu: the server lists our PDF and serves it.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readPdf } from "../../src/notebook/bundle/pdf-file.ts";
import { writeNotebook } from "../../src/notebook/index.ts";
import { installExporter } from "../../src/notebook/jupyter/install.mjs";
import { packageRoot } from "../../src/notebook/server/locate.ts";
import { rest } from "../../src/notebook/server/rest.ts";
import { code, type Lab, notebook, openLab, text } from "./helpers.ts";

const venv = join(packageRoot, ".venv");
const skip = existsSync(venv) ? false : "there is no .venv";

let lab: Lab;
before(async () => {
  if (skip) return;
  installExporter(venv);
  lab = await openLab();
});
after(async () => {
  if (!skip) await lab.close();
});

test("a second installation writes nothing", { skip }, () => {
  assert.equal(installExporter(venv), false);
});

test("the server lists the exporter and serves its PDF", { skip }, async () => {
  const formats = await rest<Record<string, { output_mimetype: string }>>(lab.server, "api/nbconvert");
  assert.deepEqual(formats["PDF_gradlab"], { output_mimetype: "application/pdf" });
  await writeNotebook(join(lab.folder, "a.ipynb"), notebook([text("# T\n$x^2$"), code("1")]));
  const fetchPdf = () =>
    fetch(`${lab.server.baseUrl}nbconvert/PDF_gradlab/a.ipynb?download=true`, {
      headers: { Authorization: `token ${lab.server.token}` },
    });
  const reply = await fetchPdf();
  assert.equal(reply.status, 200);
  assert.match(reply.headers.get("content-type")!, /application\/pdf/);
  assert.equal(readPdf(new Uint8Array(await reply.arrayBuffer())).pages, 1);
  await writeNotebook(join(lab.folder, "a.ipynb"), notebook([text("$\\nosuch$")]));
  const failed = await fetchPdf();
  assert.equal(failed.status, 500);
  assert.match(await failed.text(), /nosuch.*Undefined control sequence/s);
});
