/**
 * .npy files against NumPy's own bytes (test/golden/npy.py): read right, and written the same to the bit.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { arange, decodeNpy, decodeNpz, encodeNpy, encodeNpz, type Tensor, tensor } from "gradlab";

interface Saved {
  bytes: string;
  shape: number[];
  value: string[];
}
const { arrays } = JSON.parse(readFileSync(new URL("../golden/npy.json", import.meta.url), "utf8")) as {
  arrays: Record<string, Saved>;
};

const DTYPES: Record<string, string> = { f8: "float64", f4: "float32", f2: "float32", b1: "bool" };
const NUMBERS: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
};

for (const [name, { bytes, shape, value }] of Object.entries(arrays))
  test(name, () => {
    const file = Uint8Array.from(Buffer.from(bytes, "base64"));
    const t = decodeNpy(file);
    assert.deepEqual([...t.shape], shape);
    const want = value.map((v) => NUMBERS[v] ?? Number(v));
    assert.deepEqual([...t.values()], want);
    const code = /'descr': '.(..)'/.exec(Buffer.from(file).toString("latin1"))?.[1] as string;
    assert.equal(t.dtype, DTYPES[code] ?? "int32");
    // What is kept as it is goes out as NumPy would write it.
    const kept = ["<f8", "<f4", "<i4", "|b1", "scalar", "vector", "empty", "special"].includes(name);
    if (kept) assert.deepEqual(encodeNpy(t), file);
  });

test("views are written in their own order", () => {
  const t = arange(6).reshape([2, 3]).T;
  assert.deepEqual(encodeNpy(t), encodeNpy(t.copy()));
  assert.deepEqual(decodeNpz(encodeNpz({ t, "a b": tensor([true]) }))["t"].toArray(), t.toArray());
});

test("what cannot be read is refused by its type", () => {
  const file = encodeNpy(tensor([1]));
  const other = (descr: string): Uint8Array => {
    const text = Buffer.from(file).toString("latin1").replace("'<f8'", descr);
    return Uint8Array.from(Buffer.from(text, "latin1"));
  };
  assert.throws(() => decodeNpy(other("'<c8'")), /type <c8 cannot be read/);
  assert.throws(() => decodeNpy(other("'|O '")), /cannot be read; save numbers or booleans/);
  const big = encodeNpy(tensor([1, 2]));
  const wide = Uint8Array.from(
    Buffer.from(Buffer.from(big).toString("latin1").replace("'<f8'", "'<i8'"), "latin1"),
  );
  assert.throws(() => decodeNpy(wide) as Tensor, /does not fit int32/);
});
