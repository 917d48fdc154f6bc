// Turns the messages a kernel publishes into the outputs a notebook stores:
// streams joined, clear_output and updates by display id obeyed, carriage
// returns played out as a terminal would. Nothing that changes from run to run
// (timestamps, display ids, message ids) is kept.
import type { DisplayOutput, MimeBundle, Output, ResultOutput } from "../format/types.ts";

/** The part of a Jupyter message that is needed here. */
export interface KernelMessage {
  header: { msg_type: string };
  content: any;
}

type Shown = DisplayOutput | ResultOutput;

/**
 * Which outputs carry which display id, over the whole notebook: an update may reach an earlier cell.
 *
 * @example
 * ```ts
 * new OutputRecorder(new DisplayIds()).outputs; // → []
 * ```
 */
export class DisplayIds {
  #shown = new Map<string, Shown[]>();

  add(id: unknown, output: Shown): void {
    if (typeof id !== "string") return;
    this.#shown.set(id, [...(this.#shown.get(id) ?? []), output]);
  }

  update(id: unknown, data: MimeBundle, metadata: Record<string, unknown>): void {
    for (const output of this.#shown.get(id as string) ?? []) {
      output.data = data;
      output.metadata = metadata;
    }
  }
}

const ESCAPE = String.fromCharCode(27);

/** Plays out \r and \b, so a progress bar leaves its last state and not its history. */
export function playTerminal(text: string): string {
  if (!/[\r\b]/.test(text)) return text;
  return text
    .replace(/\r+\n/g, "\n")
    .split("\n")
    .map((line) => {
      if (!/[\r\b]/.test(line)) return line;
      let shown = "";
      for (const [k, part] of line.split("\r").entries()) {
        let written = "";
        for (const char of part) {
          if (char === "\b") written = [...written].slice(0, -1).join("");
          else written += char;
        }
        // A shorter rewrite leaves the tail of what stood there; colour codes make columns unknowable.
        const keepsTail = k > 0 && written.length > 0 && written.length < shown.length;
        if (keepsTail && !(written + shown).includes(ESCAPE)) shown = written + shown.slice(written.length);
        else if (written.length > 0 || k === 0) shown = written;
      }
      return shown.includes(ESCAPE) ? shown : shown.trimEnd();
    })
    .join("\n");
}

/**
 * The outputs of one cell as they arrive.
 *
 * @example
 * ```ts
 * const recorder = new OutputRecorder(new DisplayIds());
 * const print = (text: string) => ({ header: { msg_type: "stream" }, content: { name: "stdout", text } });
 * recorder.handle(print("1 "));
 * recorder.handle(print("2"));
 * recorder.finish().length; // → 1
 * ```
 */
export class OutputRecorder {
  readonly outputs: Output[] = [];
  #clearNext = false;
  readonly #ids: DisplayIds;

  constructor(ids: DisplayIds = new DisplayIds()) {
    this.#ids = ids;
  }

  /** Take one IOPub message; says whether the outputs changed. */
  handle(message: KernelMessage): boolean {
    const { content } = message;
    switch (message.header.msg_type) {
      case "stream":
        this.#stream(content.name === "stderr" ? "stderr" : "stdout", String(content.text ?? ""));
        return true;
      case "display_data":
        this.#add(
          { output_type: "display_data", data: content.data, metadata: content.metadata ?? {} },
          content.transient?.display_id,
        );
        return true;
      case "execute_result":
        this.#add(
          {
            output_type: "execute_result",
            data: content.data,
            metadata: content.metadata ?? {},
            execution_count: content.execution_count ?? null,
          },
          content.transient?.display_id,
        );
        return true;
      case "update_display_data":
        this.#ids.update(content.transient?.display_id, content.data, content.metadata ?? {});
        return true;
      case "error":
        this.#push({
          output_type: "error",
          ename: String(content.ename ?? "Error"),
          evalue: String(content.evalue ?? ""),
          traceback: Array.isArray(content.traceback) ? content.traceback.map(String) : [],
        });
        return true;
      case "clear_output":
        if (content.wait) this.#clearNext = true;
        else this.outputs.length = 0;
        return true;
      default:
        return false;
    }
  }

  /** The outputs as they are stored. */
  finish(): Output[] {
    for (const output of this.outputs) {
      if (output.output_type === "stream") output.text = playTerminal(output.text);
    }
    return this.outputs;
  }

  #push(output: Output): void {
    if (this.#clearNext) {
      this.outputs.length = 0;
      this.#clearNext = false;
    }
    this.outputs.push(output);
  }

  #add(output: Shown, id: unknown): void {
    this.#push(output);
    this.#ids.add(id, output);
  }

  #stream(name: "stdout" | "stderr", text: string): void {
    const last = this.outputs.at(-1);
    if (!this.#clearNext && last?.output_type === "stream" && last.name === name) last.text += text;
    else this.#push({ output_type: "stream", name, text });
  }
}
