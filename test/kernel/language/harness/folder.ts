// The folder that corpus cells run in: a few local files, and packages of every kind.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const FILES: Record<string, string> = {
  "helper.ts":
    "export const helper = (n: number): number => n + 100;\nexport let counter = 0;\nexport function bump(): void { counter++ }\n",
  "live.ts": "export let counter = 0;\nexport function bump(): void { counter++ }\n",
  "effect.ts": "const g = globalThis as any;\ng.effects = (g.effects ?? 0) + 1;\nexport {};\n",
  "greet.ts":
    "export default function greet(who: string) { return `hello ${who}` }\nexport const polite = true;\n",
  "geometry.ts":
    "import { product } from './maths';\nexport const area = (w: number, h: number) => product(w, h);\n",
  "maths.ts": "export function product(a: number, b: number): number { return a * b }\n",
  "shapes.ts": "export interface Shape { kind: string }\n",
  "fancy.ts":
    "export enum Level { Low, High = 9 }\nexport namespace Conf { export const size = 3 }\nfunction tag(c: any) { c.tag = 'tagged' }\n@tag\nexport class tagged { constructor(public n = 1) {} }\n",
  "plain.js": "export const jsValue = 41;\n",
  "data.json": '{ "name": "data", "list": [1, 2, 3] }\n',
  "node_modules/cjs-pkg/package.json":
    '{ "name": "cjs-pkg", "version": "1.0.0", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/cjs-pkg/index.js":
    "module.exports = { twice: (n) => n * 2 };\nmodule.exports['hid' + 'den'] = 'found';\n",
  "node_modules/cjs-pkg/index.d.ts":
    "declare const pkg: { twice(n: number): number; hidden: string };\nexport = pkg;\n",
  "node_modules/cjs-pkg/lib/deep.js": "exports.deep = 'deep';\n",
  "node_modules/cjs-pkg/lib/deep.d.ts": "export declare const deep: string;\n",
  "node_modules/cjs-fn/package.json":
    '{ "name": "cjs-fn", "version": "1.0.0", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/cjs-fn/index.js": "module.exports = (n) => n + 1;\nmodule.exports.extra = 'extra';\n",
  "node_modules/cjs-fn/index.d.ts":
    "declare function fn(n: number): number;\ndeclare namespace fn { const extra: string }\nexport = fn;\n",
  "node_modules/cjs-esm/package.json":
    '{ "name": "cjs-esm", "version": "1.0.0", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/cjs-esm/index.js":
    "Object.defineProperty(exports, '__esModule', { value: true });\nexports.default = 'the default';\nexports.named = 'named';\n",
  "node_modules/cjs-esm/index.d.ts":
    "declare const d: string;\nexport default d;\nexport declare const named: string;\n",
  "node_modules/esm-pkg/package.json":
    '{ "name": "esm-pkg", "version": "1.0.0", "type": "module", "exports": { ".": { "types": "./index.d.ts", "import": "./index.js" } } }',
  "node_modules/esm-pkg/index.js": "export const esm = 'module';\n",
  "node_modules/esm-pkg/index.d.ts": "export declare const esm: string;\n",
};

export function makeFolder(folder: string): void {
  for (const [name, text] of Object.entries(FILES)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
