// A million replays of a compiled training step: time and memory along the way. Neither may grow.
//
//   npm run bench -- replays [--steps N] [--channels C]
//
// The step is the residual network's, batch 128; memory is what the process holds after a collection.

import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { CrossEntropyLoss, compile, manualSeed, ResNet, rng, SGD } from "gradlab";
import { engine } from "../src/kernels/index.ts";
import { machine } from "./_peers.ts";

const { values: o } = parseArgs({
  options: { steps: { type: "string", default: "1000000" }, channels: { type: "string", default: "1" } },
});
const [steps, channels] = [Number(o.steps), Number(o.channels)];
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

manualSeed(0);
const model = new ResNet(channels);
const optimizer = new SGD(model.parameters(), { lr: 0.01 });
const loss = new CrossEntropyLoss();
const x = rng(1).normal([128, 1, 8, 8], 0, 1, { dtype: "float32" });
const y = rng(2).integers([128], 0, 10);
const step = compile(() => {
  optimizer.zeroGrad();
  const l = loss.forward(model.forward(x), y);
  l.backward();
  optimizer.step();
  return l;
});

console.log(`${machine()}; C = ${channels}\n`);
console.log(
  "| steps | µs a step | heap MB | resident MB | WebAssembly memory MB | loss |\n|---|---|---|---|---|---|",
);
for (let done = 0; done < steps; ) {
  const round = Math.min(Math.ceil(steps / 10), steps - done);
  const began = performance.now();
  for (let i = 1; i < round; i++) step();
  const last = step().item();
  const took = ((performance.now() - began) * 1000) / round;
  done += round;
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  const used = engine()?.arena.used ?? 0;
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(2);
  console.log(
    `| ${done} | ${took.toFixed(1)} | ${mb(heapUsed)} | ${mb(rss)} | ${mb(used)} | ${last.toFixed(4)} |`,
  );
}
