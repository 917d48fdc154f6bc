/**
 * A program: compiles the wide kernels again and again while two threads make V8 optimise other modules.
 */

import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { isMainThread, Worker } from "node:worker_threads";
import { compileWide } from "../../src/kernels/wasm/wide.ts";

const ROUNDS = 150;

const number = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...number(n >> 7)]);
const section = (id: number, body: readonly number[]): number[] => [id, ...number(body.length), ...body];

/** A section that V8 skips: with it, bytes are another module, which V8 has not compiled yet. */
const mark = (n: number): number[] => section(0, [1, 0x78, ...new Uint8Array(Uint32Array.of(n).buffer)]);

/** f(i) = 2i + 1, and thirty functions that sum it up, which V8 optimises with f inside. */
function sums(n: number): Uint8Array<ArrayBuffer> {
  const f = "00200041026c41016a0b";
  const sum = "01027f03402002200110006a2102200141016a22012000480d000b20020b";
  const bodies = [f, ...Array<string>(30).fill(sum)].map((hex) => [...Buffer.from(hex, "hex")]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7f]),
    ...section(3, [bodies.length, ...bodies.map(() => 0)]),
    ...section(7, [30, ...bodies.slice(1).flatMap((_, i) => [1, 65 + i, 0, i + 1])]),
    ...section(10, [bodies.length, ...bodies.flatMap((b) => [...number(b.length), ...b])]),
    ...mark(n),
  ]);
}

async function keepV8Busy(): Promise<never> {
  for (let n = 0; ; n++) {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(sums(n)));
    for (const f of Object.values(exports) as ((n: number) => number)[])
      for (let i = 0; i < 20; i++) f(200_000);
    await pause(0);
  }
}

async function compileAgainAndAgain(): Promise<void> {
  for (let i = 0; i < 2; i++) new Worker(new URL(import.meta.url));
  const folder = new URL("../../src/kernels/wasm/build/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.startsWith("wide-"));
  const kernels = files.map((name) => readFileSync(new URL(name, folder)));
  for (let n = 0; n < ROUNDS; n++) {
    compileWide(kernels.map((bytes) => Uint8Array.from([...bytes, ...mark(n)])));
    await pause(2);
  }
  console.log(`${files.length} modules, ${ROUNDS} times`);
  process.exit(0);
}

await (isMainThread ? compileAgainAndAgain() : keepV8Busy());
