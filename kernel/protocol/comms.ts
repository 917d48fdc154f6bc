// Which comms are open, and their messages between the page and the runtime.

import type { RuntimeEvent } from "../runtime/messages.ts";
import type { IoPub, Parent } from "./iopub.ts";

type CommEvent = Extract<RuntimeEvent, { type: "comm" }>;

export class Comms {
  readonly #iopub: IoPub;
  readonly #targets = new Map<string, string>();

  constructor(iopub: IoPub) {
    this.#iopub = iopub;
  }

  /** From the runtime to the page. */
  publish(event: CommEvent, buffers: Buffer[], parent: Parent): void {
    const { kind, id, data, metadata } = event;
    if (kind === "open") this.#targets.set(id, event.target ?? "");
    if (kind === "close") this.#targets.delete(id);
    const content =
      kind === "open" ? { comm_id: id, target_name: event.target, data } : { comm_id: id, data };
    this.#iopub.publish({ type: `comm_${kind}`, content, metadata, parent, buffers });
  }

  /** From the page: keeps the list up to date. */
  note(kind: "open" | "msg" | "close", id: string, target: string | undefined): void {
    if (kind === "open") this.#targets.set(id, target ?? "");
    if (kind === "close") this.#targets.delete(id);
  }

  /** The runtime is gone, and its ends of the comms with it. */
  closeAll(): void {
    for (const id of this.#targets.keys()) {
      this.#iopub.publish({ type: "comm_close", content: { comm_id: id, data: {} }, parent: {} });
    }
    this.#targets.clear();
  }

  info(target: string | undefined): Record<string, { target_name: string }> {
    const out: Record<string, { target_name: string }> = {};
    for (const [id, name] of this.#targets) {
      if (target === undefined || target === name) out[id] = { target_name: name };
    }
    return out;
  }
}
