/**
 * What a running example calls: is this value what the comment behind it says, does this fail as it says?
 */

import { inspect } from "node:util";
import { Tensor } from "../../src/index.ts";

/** The text that a `// →` comment is compared with. */
export function shownText(value: unknown): string {
  if (value instanceof Tensor) {
    const text = String(value);
    return text.includes("\n") ? JSON.stringify(value.toArray()) : text;
  }
  if (typeof value === "string") return value;
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 6 }).replace(/\s*\n\s*/g, " ");
}

/** Whether a text is the expected one, in which `…` stands for anything. */
export function matches(text: string, expected: string): boolean {
  if (text.trim() === expected) return true;
  if (!expected.includes("…")) return false;
  const parts = expected.split("…").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join("[\\s\\S]*")}$`).test(text.trim());
}

/** An example does not do what it says. */
export class ExampleFailure extends Error {
  override name = "ExampleFailure";
}

export function same(value: unknown, expected: string, where: string): void {
  const text = shownText(value);
  if (!matches(text, expected))
    throw new ExampleFailure(`${where}: this gives\n    ${text}\n  and not\n    ${expected}`);
}

export async function fails(run: () => unknown, message: string, where: string): Promise<void> {
  try {
    await run();
  } catch (error) {
    const text = `${(error as Error).name}: ${(error as Error).message}`;
    const wanted = message.includes("…") ? matches(text, `…${message}…`) : text.includes(message);
    if (wanted) return;
    throw new ExampleFailure(
      `${where}: this fails with\n    ${text}\n  which does not contain\n    ${message}`,
    );
  }
  throw new ExampleFailure(`${where}: this was to throw "${message}" and did not`);
}

/** Receives what the blocks of a page show, when somebody wants to see it. */
export const audience: { value?(value: unknown): void | Promise<void>; block?(index: number): void } = {};

/** The value of a block's last expression. */
export function show(value: unknown): void | Promise<void> {
  return audience.value?.(value);
}

/** A block of a page begins. */
export function begin(index: number): void {
  audience.block?.(index);
}
