// Jupyter's own kernel tests (jupyter-kernel-test), every sample filled, against this working copy.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { installSpec } from "../../kernel/spec/install.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const python = process.env["GRADLAB_TEST_PYTHON"] ?? join(root, ".venv", "bin", "python");
const script = fileURLToPath(new URL("./conformance.py", import.meta.url));

test("jupyter-kernel-test: no failure, nothing skipped", {
  skip: !existsSync(python) && `no ${python}`,
}, async () => {
  const prefix = mkdtempSync(join(tmpdir(), "kernelspec-"));
  try {
    installSpec(prefix);
    const env = {
      ...process.env,
      JUPYTER_PATH: join(prefix, "share", "jupyter"),
      JUPYTER_RUNTIME_DIR: prefix,
    };
    const child = spawn(python, [script], { env, cwd: prefix, stdio: ["ignore", "ignore", "pipe"] });
    let report = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (report += text));
    const status = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(status, 0, report);
    assert.match(report, /Ran 13 tests/);
    assert.doesNotMatch(report, /skipped/i);
  } finally {
    rmSync(prefix, { recursive: true, force: true });
  }
});
