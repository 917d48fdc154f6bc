// What the strangers write: a program that trains a small net, the same as a page, and a notebook.

/** Trains for a while on the digits and gives the loss before and after, and what was read from where. */
export const training = `
import { type Tensor, CrossEntropyLoss, MLP, SGD, digits, manualSeed } from "gradlab";

export function train(): { before: number; after: number; examples: number } {
  manualSeed(0);
  const { data, target } = digits();
  const x: Tensor = data.div(16);
  const model = new MLP([64, 16, 10]);
  const optimizer = new SGD(model.parameters(), { lr: 0.5 });
  const loss = new CrossEntropyLoss();
  const value = (): number => loss.forward(model.forward(x), target).item();
  const before = value();
  for (let i = 0; i < 40; i++) {
    optimizer.zeroGrad();
    loss.forward(model.forward(x), target).backward();
    optimizer.step();
  }
  return { before, after: value(), examples: target.size };
}
`;

export const program = `
import { claimed } from "./claimed.ts";
import { train } from "./training.ts";
console.log(JSON.stringify({ ...train(), claimed: await claimed() }));
`;

/** Derives, sets a formula and draws: what uses the other dependencies. */
export const claimed = `
import { derive, plot, rng, texToSvg } from "gradlab";
import { parseNotebook } from "gradlab/notebook";

export async function claimed(): Promise<string[]> {
  const d = derive(({ w }) => w.square().sum(), { w: rng(1).normal([3]) });
  const right = d.claim("w", ({ w }) => w.mul(2));
  const picture = plot.line({ y: [1, 2, 3] });
  const cells = parseNotebook('{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}').cells.length;
  return [String(right).length > 0 ? "claim" : "", typeof texToSvg("x^2"), typeof picture, String(cells)];
}
`;

/** Uses the types where they matter; \`right\` must compile and \`wrong\` must not. */
export const right = `
import { Tensor, tensor, rng } from "gradlab";
import { readNotebook, type Notebook } from "gradlab/notebook";
const product: Tensor<[2, 3]> = (tensor([[1, 2], [3, 4]]) as Tensor<[2, 2]>).matmul(rng(1).normal([2, 3]) as Tensor<[2, 3]>);
const value: number = product.sum().item();
const cells: Promise<Notebook> = readNotebook("a.ipynb");
console.log(value, cells);
`;
export const wrong = `
import { tensor } from "gradlab";
const text: string = tensor([1]).item();
console.log(text);
`;

export const cells = [
  `import { derive, rng } from "gradlab";
import { train } from "./training.ts";
const { before, after } = train();
console.log(process.argv[1]);
after < before`,
  `const d = derive(({ w }) => w.square().sum(), { w: rng(1).normal([3]) });
d.claim("w", ({ w }) => w.mul(2))`,
];

export const page = `<!doctype html><title>training</title><script type="module" src="./page.ts"></script>`;

export const pageScript = `
import { danfo, readCsv, texToSvg } from "gradlab";
import { train } from "./training.ts";

const said = async (run: () => unknown): Promise<string> => {
  try {
    await run();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};
const refused = [
  await said(() => danfo()),
  await said(() => readCsv("table.csv")),
  await said(() => texToSvg("x")),
];
document.title = JSON.stringify({ ...train(), refused });
`;
