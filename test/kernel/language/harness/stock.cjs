// Runs sequences on stock tslab 1.0.22: its converter and executor, in this process.
// Input: a JSON file of sequences; output: a JSON file of what each cell gave.
const { readFileSync, writeFileSync } = require("node:fs");
const { format } = require("node:util");
const [, , tslab, input, output] = process.argv;
const { createConverter } = require(`${tslab}/dist/converter.js`);
const { createExecutor } = require(`${tslab}/dist/executor.js`);

const converter = createConverter({ isJS: false, isBrowser: false });
let text = "";
let error = "";
const write = process.stdout.write;
process.stdout.write = (chunk) => {
  text += chunk;
  return true;
};
const executor = createExecutor(
  process.cwd(),
  { node: converter, browser: converter, close() {} },
  {
    log: (...values) => {
      text += `${format(...values)}\n`;
    },
    error: (...values) => {
      error += `${format(...values)}\n`;
    },
  },
);

(async () => {
  const results = [];
  for (const { cells } of JSON.parse(readFileSync(input, "utf8"))) {
    executor.reset();
    const ran = [];
    for (const code of cells) {
      text = "";
      error = "";
      let ok = await executor.execute(code);
      // A timer or a promise of the cell may still print.
      if (/setTimeout|then\(/.test(code)) await new Promise((resolve) => setTimeout(resolve, 20));
      if (error) ok = false;
      ran.push({ ok, text, error: error || undefined });
    }
    results.push(ran);
  }
  process.stdout.write = write;
  writeFileSync(output, JSON.stringify(results));
  process.exit(0);
})();
