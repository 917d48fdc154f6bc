/**
 * Weights to and from files: what PyTorch and NumPy wrote is read, and what is written reads back.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  decodeNpy,
  decodeNpz,
  decodeSafetensors,
  encodeNpy,
  encodeNpz,
  encodeSafetensors,
  loadSafetensors,
  ResNet,
  saveSafetensors,
  tensor,
  transpose,
  zeros,
} from "gradlab";

const file = (name: string): Uint8Array => readFileSync(new URL(`../golden/files/${name}`, import.meta.url));
const sevenths = [0, 1, 2, 3, 4, 5].map((i) => i / 7);

test("a safetensors file that PyTorch wrote", () => {
  const t = decodeSafetensors(file("torch.safetensors"));
  assert.deepEqual(t["layer.weight"].shape, [2, 3]);
  assert.equal(t["layer.weight"].dtype, "float32");
  assert.deepEqual([...t["layer.weight"].values()], sevenths.map(Math.fround));
  assert.deepEqual([...t.wide.values()], sevenths);
  [...t.half.values()].forEach((v, i) => {
    assert.ok(Math.abs(v - sevenths[i]) < 5e-4);
  });
  [...t.brain.values()].forEach((v, i) => {
    assert.ok(Math.abs(v - sevenths[i]) < 4e-3);
  });
  assert.equal(t.num_batches_tracked.item(), 12345);
  assert.deepEqual(t.small.toArray(), [
    [-3, -2, -1],
    [0, 1, 2],
  ]);
  assert.deepEqual(
    [t.mask.dtype, t.mask.toArray()],
    [
      "bool",
      [
        [1, 0, 1],
        [0, 1, 0],
      ],
    ],
  );
  assert.deepEqual([t.scalar.shape, t.scalar.item()], [[], 2.5]);
  assert.deepEqual(t.empty.shape, [0, 3]);
});

test("a model's state survives the file", () => {
  const directory = mkdtempSync(join(tmpdir(), "gradlab-"));
  try {
    const [a, b] = [new ResNet(2), new ResNet(2)];
    const path = join(directory, "model.safetensors");
    saveSafetensors(path, a.stateDict(), { format: "pt" });
    b.loadStateDict(loadSafetensors(path));
    const [x, y] = [a.stateDict(), b.stateDict()];
    for (const name of Object.keys(x)) assert.deepEqual(y[name].values(), x[name].values(), name);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("damaged files are refused in words", () => {
  const bytes = encodeSafetensors({ w: tensor([1, 2, 3]) });
  assert.throws(() => decodeSafetensors(bytes.subarray(0, bytes.length - 4)), /w of shape \[3\]/);
  assert.throws(() => decodeSafetensors(bytes.subarray(0, 20)), /cut off/);
  assert.throws(() => decodeSafetensors(new Uint8Array(4)), /cut off/);
  assert.throws(() => decodeNpy(new Uint8Array(40)), /not an .npy/);
  const npy = encodeNpy(tensor([1, 2, 3]));
  assert.throws(() => decodeNpy(npy.subarray(0, npy.length - 1)), /cut off/);
});

test("an npz archive that NumPy wrote", () => {
  const t = decodeNpz(file("numpy.npz"));
  assert.deepEqual([...t.wide.values()], sevenths);
  assert.deepEqual([t.single.dtype, ...t.single.values()], ["float32", ...sevenths.map(Math.fround)]);
  assert.deepEqual([t.fortran.shape, [...t.fortran.values()]], [[2, 3], sevenths]);
  assert.deepEqual(t.long.toArray(), [
    [0, 1, 2],
    [3, 4, 5],
  ]);
  assert.deepEqual(t.big.toArray(), [
    [0, 1, 2],
    [3, 4, 5],
  ]);
  assert.deepEqual(
    [t.mask.dtype, t.mask.toArray()],
    [
      "bool",
      [
        [1, 0, 1],
        [0, 1, 0],
      ],
    ],
  );
  assert.deepEqual([t.scalar.shape, t.scalar.item()], [[], 2.5]);
  assert.deepEqual(t.vector.toArray(), [0, 1, 2]);
  assert.deepEqual(t.empty.shape, [0, 3]);
  assert.deepEqual(decodeNpz(file("compressed.npz")).zeros.shape, [50, 50]);
});

test("npy and npz read back what they wrote", () => {
  const all = {
    matrix: tensor([
      [1.5, -2],
      [3, Number.POSITIVE_INFINITY],
    ]),
    view: transpose(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ),
    single: tensor(new Float32Array([0.1, 0.2])),
    labels: tensor([3, -1], { dtype: "int32" }),
    mask: tensor([true, false]),
    scalar: tensor(7),
    empty: zeros([0, 2]),
  };
  const back = decodeNpz(encodeNpz(all));
  for (const [name, t] of Object.entries(all)) {
    assert.deepEqual([back[name].shape, back[name].dtype], [t.shape, t.dtype], name);
    assert.deepEqual(back[name].values(), t.values(), name);
  }
});
