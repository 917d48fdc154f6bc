// Magics and shell lines: each runs, completes, has help, and leaves the TypeScript round it alone.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Client } from "./client.ts";

let client: Client;
before(async () => {
  client = await Client.start();
});
after(() => client.close());

async function matches(code: string, cursor_pos = code.length): Promise<string[]> {
  return (await client.request("shell", "complete_request", { code, cursor_pos })).content["matches"];
}

async function help(code: string): Promise<string> {
  const { reply } = await client.execute(code);
  return reply.content["payload"][0]?.data["text/plain"];
}

const NAMES = ["help", "npm", "time", "who", "typecheck"];

test("every magic completes, alone and in a later line", async () => {
  assert.deepEqual((await matches("%")).sort(), NAMES.map((name) => `%${name}`).sort());
  for (const name of NAMES) {
    assert.ok((await matches(`%${name.slice(0, 2)}`)).includes(`%${name}`));
    assert.ok((await matches(`const a = 1;\n%${name.slice(0, 2)}`)).includes(`%${name}`));
  }
  assert.deepEqual(await matches("%npm ins"), ["install"]);
  assert.deepEqual(await matches("%%typecheck w"), ["warn"]);
  assert.deepEqual(await matches("%npm install lod"), []);
});

test("every magic has help: on asking, by name, and on inspection", async () => {
  for (const name of NAMES) {
    for (const code of [`%${name}?`, `?%${name}`, `%help %${name}`]) {
      assert.match(await help(code), new RegExp(`^%${name}\\b`), code);
    }
    const request = { code: `%${name}`, cursor_pos: 3, detail_level: 0 };
    const seen = (await client.request("shell", "inspect_request", request)).content;
    assert.equal(seen["found"], true);
    assert.match(seen["data"]["text/plain"], new RegExp(`^%${name}\\b`));
  }
  assert.match(await help("!?"), /shell command/);
  const shell = { code: "!echo x", cursor_pos: 2, detail_level: 0 };
  const seen = (await client.request("shell", "inspect_request", shell)).content;
  assert.match(seen["data"]["text/plain"], /shell command/);
});

test("shell lines complete with programs, then with files", async () => {
  mkdirSync(join(client.folder, "sub"), { recursive: true });
  writeFileSync(join(client.folder, "sub", "data.csv"), "");
  assert.ok((await matches("!ech")).includes("echo"));
  assert.deepEqual(await matches("!cat su"), ["sub/"]);
  assert.deepEqual(await matches("let z = 1;\n!cat sub/da"), ["sub/data.csv"]);
});

test("code beside magics and shell lines completes, is inspected and told whole or not", async () => {
  await client.execute("/** A tally. */\nconst tally = [1];");
  assert.deepEqual(await matches("!ls\n%who\ntally.redu"), ["reduce", "reduceRight"]);
  assert.deepEqual(await matches("%time tally.redu"), ["reduce", "reduceRight"]);
  const request = { code: "!ls\ntally", cursor_pos: 6, detail_level: 0 };
  const seen = (await client.request("shell", "inspect_request", request)).content;
  assert.match(seen["data"]["text/plain"], /tally: number\[\]/);
  const whole = async (code: string) =>
    (await client.request("shell", "is_complete_request", { code })).content["status"];
  assert.equal(await whole("%who"), "complete");
  assert.equal(await whole("!ls -l 'it"), "complete");
  assert.equal(await whole("tally?"), "complete");
  assert.equal(await whole("%time (() => {"), "incomplete");
  assert.equal(await whole("!ls\nif (true) {"), "incomplete");
  assert.equal(await whole("!ls\nconst b = tally.length"), "complete");
  assert.equal(await whole("const c = tally ?"), "incomplete");
});

test("%npm install brings a package that the next cell imports, with its types", async () => {
  const own = await Client.start();
  mkdirSync(join(own.folder, "made"));
  writeFileSync(
    join(own.folder, "made", "package.json"),
    '{ "name": "made-here", "version": "1.0.0", "type": "module", "exports": { ".": { "types": "./i.d.ts", "import": "./i.js" } } }',
  );
  writeFileSync(join(own.folder, "made", "i.js"), "export const word = 'fresh';");
  writeFileSync(join(own.folder, "made", "i.d.ts"), "export const word: string;");
  writeFileSync(join(own.folder, "package.json"), "{}");
  assert.equal((await own.execute("import { word } from 'made-here';")).error?.ename, "TS2307");
  const installed = await own.execute("%npm install --no-audit --no-fund ./made");
  assert.equal(installed.reply.content["status"], "ok", installed.stderr);
  assert.equal((await own.execute("import { word } from 'made-here'; word")).result, "'fresh'");
  assert.equal(
    (await own.execute("const n: number = word")).error?.ename,
    "TS2322",
    "its types are known as well",
  );
  const failed = await own.execute("%npm install ./nowhere");
  assert.match(failed.error!.evalue, /^npm install .*status \d+/);
  await own.close();
});

test("a shell line's exit status is told; its output comes as it is written", async () => {
  const id = client.startExecution("!echo first; sleep 30; echo second");
  await client.publishedWhere("the first line", (m) => m.parent === id && m.content["text"] === "first\n");
  await client.interrupt();
  const done = await client.finished(id);
  assert.equal(done.stdout, "first\n");
  assert.match((await client.execute("!sh -c 'exit 3'")).stderr, /ended with status 3/);
});
