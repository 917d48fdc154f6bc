/** The made data of nn.py: ten 8 × 8 patterns under noise, labels in turn. */

import { type DType, Tensor } from "gradlab";
import { numbers } from "./lcg.ts";

export function patterns(count: number, dtype: DType): { x: Tensor; y: Tensor } {
  const shapes = numbers(1000, 640);
  const noise = numbers(2000, count * 64, 1.5);
  const x = noise.map((v, i) => v + shapes[(Math.floor(i / 64) % 10) * 64 + (i % 64)]);
  const y = Int32Array.from({ length: count }, (_, i) => i % 10);
  return {
    x: new Tensor(dtype === "float64" ? Float64Array.from(x) : x, [count, 1, 8, 8], dtype),
    y: new Tensor(y, [count], "int32"),
  };
}
