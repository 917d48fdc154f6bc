/**
 * Prints every operation's samples as JSON, for the Python scripts beside it to answer.
 */

import { operations } from "gradlab";

const out: Record<string, unknown[]> = {};
for (const op of operations().values())
  out[op.name] = op.samples().map(({ inputs, params }) => ({ inputs, params: params ?? null }));
console.log(JSON.stringify(out));
