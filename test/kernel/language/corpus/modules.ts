// Imports of packages and local files, `/** @module */` cells, and require.
import type { Sequence } from "../harness/sequence.ts";

export const modules: Sequence[] = [
  {
    name: "named import",
    cells: ["import { join, resolve as r } from 'path'", "join('a', 'b')", "r('/x', '..')"],
  },
  {
    name: "default import of a builtin",
    cells: ["import fs from 'fs'", "fs.existsSync('/nope')", "typeof fs.readFileSync"],
  },
  {
    name: "namespace import",
    cells: ["import * as path from 'path'", "path.join('a', 'b')", "const { sep } = path; sep"],
  },
  {
    name: "import and use in one cell",
    cells: ["import * as os from 'os'; import { EOL } from 'os'\nJSON.stringify(os.EOL === EOL)"],
  },
  { name: "node: prefix", cells: ["import { basename } from 'node:path'; basename('/a/b.txt')"] },
  {
    name: "mixed default and named",
    cells: ["import fs, { existsSync as ex } from 'fs'; fs.existsSync === ex"],
  },
  { name: "side effect only", cells: ["import './effect'", "(globalThis as any).effects"] },
  {
    name: "local file",
    cells: [
      "import { helper, counter, bump } from './helper'",
      "helper(2)",
      "bump(); counter",
      "import * as h from './helper'; h.helper(1)",
    ],
  },
  {
    name: "live binding within a cell",
    cells: ["import { counter, bump } from './live'; bump(); bump(); counter"],
  },
  {
    name: "default export of a local file",
    cells: [
      "import greet from './greet'",
      "greet('you')",
      "import g2, { polite } from './greet'; [g2('a'), polite]",
    ],
  },
  { name: "file that imports a file", cells: ["import { area } from './geometry'", "area(2, 3)"] },
  {
    name: "file with enum, namespace and decorators",
    cells: ["import { Level, Conf, tagged } from './fancy'", "[Level.High, Conf.size, (tagged as any).tag]"],
  },
  { name: "javascript file", cells: ["import { jsValue } from './plain'", "jsValue + 1"] },
  {
    name: "json",
    cells: [
      "import data from './data.json'",
      "data.list[1]",
      "import * as whole from './data.json'; whole.name",
    ],
  },
  {
    name: "commonjs package",
    cells: [
      "import cjs from 'cjs-pkg'",
      "cjs.twice(4)",
      "import { twice, hidden } from 'cjs-pkg'; [twice(1), hidden]",
      "import * as star from 'cjs-pkg'; star.twice(3)",
    ],
  },
  { name: "commonjs function package", cells: ["import fn from 'cjs-fn'", "fn(2)", "fn.extra"] },
  {
    name: "transpiled package with default",
    cells: ["import dflt, { named } from 'cjs-esm'", "[dflt, named]"],
  },
  {
    name: "module namespaces of classes",
    cells: [
      "import { EventEmitter } from 'events'",
      "class My extends EventEmitter { hi() { return this.listenerCount('x') } }",
      "new My().hi()",
      "const e = new EventEmitter(); e.on('x', (v) => console.log('got', v)); e.emit('x', 3)",
    ],
  },
  {
    name: "promises api",
    cells: [
      "import { readFile } from 'fs/promises'",
      "(await readFile('./data.json', 'utf8')).length > 0",
      "import { setTimeout as wait } from 'timers/promises'; await wait(1, 'waited')",
    ],
  },
  {
    name: "require",
    cells: [
      "const p = require('path'); p.join('x', 'y')",
      "typeof require",
      "require('./data.json').name",
      "const { join } = require('path'); join('q')",
    ],
  },
  { name: "import equals", cells: ["import ip = require('path')", "ip.join('a', 'c')"] },
  {
    name: "dynamic import",
    cells: [
      "const m = await import('path'); m.join('a', 'b')",
      "(await import('./helper')).helper(5)",
      "const name = 'os'; typeof (await import(name)).cpus",
      "import('path').then((p) => console.log(p.sep))",
    ],
  },
  {
    name: "dynamic import of a local default",
    cells: ["const { default: g } = await import('./greet'); g('dyn')"],
  },
  {
    name: "import redeclared by let and back",
    cells: [
      "import { join } from 'path'",
      "let join = 3",
      "join",
      "import { join } from 'path'",
      "join('z')",
    ],
  },
  {
    name: "same import twice",
    cells: [
      "import { join } from 'path'",
      "import { join } from 'path'; import { join as j2 } from 'path'; join === j2",
    ],
  },
  {
    name: "import in the middle and at the end",
    cells: [
      "const before = 1; import { sep } from 'path'; const after = sep + before; after",
      "import { EOL } from 'os'",
    ],
  },
  {
    name: "imported function as callback and shorthand",
    cells: [
      "import { basename, extname } from 'path'",
      "['/a/b', '/c/d'].map((p) => basename(p))",
      "({ basename, extname }).extname('x.ts')",
      "const f = basename; f('/q/r')",
    ],
  },
  { name: "export from", cells: ["export { join } from 'path'", "export * from 'path'", "'fine'"] },
  {
    name: "module cell",
    cells: [
      "/** @module mymod */\nexport const answer: number = 42; export function twice(n: number) { return n * 2 }",
      "import { answer, twice } from './mymod'",
      "twice(answer)",
    ],
  },
  {
    name: "module cell changed",
    cells: [
      "/** @module chg */\nexport const v = 1",
      "import { v } from './chg'; v",
      "/** @module chg */\nexport const v = 2",
      "import { v } from './chg'; v",
    ],
  },
  {
    name: "module cell importing a module cell",
    cells: [
      "/** @module aa */\nexport const a = 1",
      "/** @module bb */\nimport { a } from './aa'; export const b = a + 1",
      "import { b } from './bb'; b",
    ],
  },
  {
    name: "module cell with classes and types",
    cells: [
      "/** @module shapesx */\nexport interface Sh { area(): number }\nexport class Sq implements Sh { constructor(private s: number) {} area() { return this.s * this.s } }",
      "import { Sq, Sh } from './shapesx'; const s: Sh = new Sq(4); s.area()",
      "new Sq(2).area()",
    ],
  },
  {
    name: "module cell with default",
    cells: [
      "/**\n * Doc text.\n * @module dflt\n */\nexport default function hello() { return 'hi' }",
      "import hello from './dflt'; hello()",
    ],
  },
  {
    name: "module cell is not run",
    cells: [
      "/** @module quiet */\nconsole.log('loaded'); export const q = 1",
      "'not yet'",
      "import { q } from './quiet'; q",
    ],
  },
  {
    name: "tsx module cell",
    cells: [
      "/** @module view\n @jsx */\nconst React = { createElement: (t: any, p: any, ...c: any[]) => ({ t, p, c }) };\nexport const el = <div id='x'>hi</div>",
      "import { el } from './view'; el",
    ],
  },
  {
    name: "not a module cell",
    cells: [
      "/* @module nope */ 1",
      "// @module nope\n2",
      "let x = 1; /** @module nope */ x",
      "/** a doc comment */\nfunction documented() { return 3 }\ndocumented()",
    ],
  },
  {
    name: "missing module",
    cells: ["import { x } from './does-not-exist'", "import nothing from 'no-such-package'"],
  },
  { name: "missing export", cells: ["import { nonexistent } from './helper'"] },
  { name: "subpath of a package", cells: ["import { deep } from 'cjs-pkg/lib/deep'; deep"] },
  { name: "exports-only package", cells: ["const m = await import('esm-pkg' as string); m.esm"] },
  { name: "package that is an ES module", cells: ["import { esm } from 'esm-pkg'; esm"] },
  { name: "import.meta", cells: ["typeof import.meta.url"] },
  {
    name: "tslab's own package",
    cells: ["import * as tslab from 'tslab'", "typeof tslab.display.html", "tslab.versions !== undefined"],
  },
];
