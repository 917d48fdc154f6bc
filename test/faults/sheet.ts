// The cells that the soak runs over and over: what a working day does to a kernel.

export interface SoakCell {
  source: string;
  /** Whether it has to end with an error. */
  fails: boolean;
}

const good = (source: string): SoakCell => ({ source, fails: false });
const bad = (source: string): SoakCell => ({ source, fails: true });

export const sheet: SoakCell[] = [
  good(`import { CrossEntropyLoss, MLP, SGD, derive, plot, progress, rng, table, tensor } from "gradlab";
const random = rng(1);
const X = random.normal([64, 8]);
const y = tensor(Array.from({ length: 64 }, (_, i) => i % 3), { dtype: "int32" });`),
  good(`class Point { constructor(readonly x: number, readonly y: number) {} get norm() { return Math.hypot(this.x, this.y); } }
new Point(3, 4).norm`),
  good(`const model = new MLP([8, 16, 3]);
const adam = new SGD(model.parameters(), { lr: 0.1 });
const loss = new CrossEntropyLoss();
for (const _ of progress(20, { label: "training" })) {
  adam.zeroGrad();
  loss.forward(model.forward(X), y).backward();
  adam.step();
}
loss.forward(model.forward(X), y).item() < 2`),
  good(`const d = derive(({ W, x }) => W.matmul(x).square().sum(), { W: rng(2).normal([3, 4]), x: rng(3).normal([4, 1]) });
d.claim("W", ({ W, x }) => W.matmul(x).matmul(x.T).mul(2))`),
  good("d"),
  good(`plot.line({ sine: Array.from({ length: 200 }, (_, i) => Math.sin(i / 20)) })`),
  good(`table({ mean: X.mean(0).toArray(), spread: X.variance(0).sqrt().toArray() })`),
  good("for (let i = 0; i < 2_000; i++) console.log('line', i);"),
  good(`console.log("x".repeat(200_000)); await new Promise((resolve) => setTimeout(resolve, 5));`),
  bad(`const wrong: number = "text";`),
  bad(`X.matmul(tensor([1, 2, 3]))`),
  bad(`throw new Error("thrown on purpose")`),
  good(`html\`<b>\${[1, 2, 3].map((i) => i * i)}</b>\``),
];

/** Interrupted once it has printed. */
export const interrupted = `console.log("looping"); for (;;) {}`;
