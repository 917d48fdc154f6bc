// What a cell can use without importing it, besides JavaScript and Node. The kernel's runtime
// defines these names (kernel/runtime/globals.ts); the language server only reads of them here.
export {};

/** Data in several forms, keyed by MIME type; the front end shows the richest form it can. */
interface MimeBundle {
  [mime: string]: unknown;
}

/** A value that a cell shows in the form of its tag. */
interface Shown {
  toString(): string;
}

interface SendOptions {
  metadata?: object;
  buffers?: readonly Uint8Array[];
}

interface CommMessage {
  data: any;
  metadata: Record<string, unknown>;
  buffers: Uint8Array[];
}

/** A two-way channel between the notebook's page and this kernel. */
interface Comm {
  readonly id: string;
  readonly target: string;
  readonly isOpen: boolean;
  send(data: unknown, options?: SendOptions): void;
  onMessage(listener: (message: CommMessage) => unknown): this;
  onClose(listener: (message: CommMessage) => unknown): this;
  close(data?: unknown, options?: SendOptions): void;
}

interface Jupyter {
  /** Shows a value as a cell's last expression is shown. With an `id` it can be shown anew in its place. */
  display(value: unknown, options?: { id?: string; update?: boolean }): Promise<void>;
  /** Shows data in several forms at once, in order with printed text. */
  displayBundle(
    bundle: MimeBundle,
    options?: {
      metadata?: object;
      transient?: { display_id?: string };
      update?: boolean;
      buffers?: readonly Uint8Array[];
    },
  ): void;
  /** Removes the cell's output, at once or when the next output comes. */
  clearOutput(wait?: boolean): void;
  openComm(target: string, data?: unknown, options?: SendOptions): Comm;
  onComm(target: string, listener: (comm: Comm, message: CommMessage) => unknown): void;
  input(prompt?: string): string;
  password(prompt?: string): string;
  /** Runs a shell command, its output in the cell; resolves to its exit status. */
  shell(command: string): Promise<number>;
  npm(args: string): Promise<void>;
  /** Prints the variables of the session. */
  who(): void;
  /** The number of the cell that runs. */
  cell(): number;
}

declare global {
  const jupyter: Readonly<Jupyter>;
  /** Asks the person at the notebook for a line of text, and waits for it. */
  function input(prompt?: string): string;
  /** Asks for a line of text that is not shown while it is typed. */
  function password(prompt?: string): string;
  /** The same as `input`. */
  function prompt(prompt?: string): string;
  /** HTML to show: html`<b>bold</b>` as the last expression of a cell. */
  function html(text: TemplateStringsArray | string, ...values: unknown[]): Shown;
  /** Markdown to show. */
  function md(text: TemplateStringsArray | string, ...values: unknown[]): Shown;
  /** An SVG drawing to show. */
  function svg(text: TemplateStringsArray | string, ...values: unknown[]): Shown;
}
