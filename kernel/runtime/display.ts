// Showing things before a cell ends: display_data, updates of it, clear_output, and the tags html, md and svg.
// A library reaches these through well-known symbols, so that it needs no import from the kernel.

import { emit } from "./channel.ts";
import { DISPLAY, normalize, toBundle } from "./format/index.ts";
import type { Bundle } from "./messages.ts";

export interface DisplayOptions {
  metadata?: object;
  transient?: { display_id?: string };
  update?: boolean;
  buffers?: readonly Uint8Array[];
}

/** Synchronous and in order with printed text, also inside a loop that never yields. */
export function displayBundle(bundle: Bundle, options: DisplayOptions = {}): void {
  if (typeof bundle !== "object" || bundle === null) throw new TypeError("a MIME bundle must be an object");
  const update = options.update === true;
  if (update && !options.transient?.display_id) throw new TypeError("an update needs transient.display_id");
  emit(
    {
      type: "display",
      data: normalize(bundle),
      metadata: options.metadata ?? {},
      transient: options.transient ?? {},
      update,
    },
    options.buffers,
  );
}

/** Shows any value as a cell's last expression would be shown. With an `id` it can be shown anew in its place. */
export async function display(
  value: unknown,
  options: { id?: string; update?: boolean } = {},
): Promise<void> {
  const { data, metadata } = await toBundle(value);
  const transient = options.id === undefined ? {} : { display_id: options.id };
  displayBundle(data, { metadata, transient, update: options.update === true });
}

export function clearOutput(wait = false): void {
  emit({ type: "clear", wait: wait === true });
}

export function tag(mime: string) {
  return (strings: TemplateStringsArray | string, ...values: unknown[]) => {
    const text = typeof strings === "string" ? strings : String.raw({ raw: strings }, ...values);
    return { [DISPLAY]: () => ({ [mime]: text, "text/plain": text }), toString: () => text };
  };
}
