// What the kernel process and the runtime process say to each other, as types.
// Commands go to the runtime's main thread, orders to its watcher thread, events come back.

export type Bundle = Record<string, unknown>;

export interface ErrorContent {
  ename: string;
  evalue: string;
  traceback: string[];
}

export interface CellSource {
  /** How the cell is called in stack frames, e.g. `Cell[12]`. */
  name: string;
  /** The TypeScript the user wrote. */
  source: string;
  /** The JavaScript to evaluate. */
  js: string;
  map?: object | undefined;
}

/** Kernel process → main thread of the runtime. */
export type Command =
  | ({
      type: "execute";
      silent: boolean;
      allowStdin: boolean;
      time: boolean;
      expressions: [key: string, js: string][];
      expressionErrors: [key: string, error: ErrorContent][];
    } & CellSource)
  | {
      type: "comm";
      kind: "open" | "msg" | "close";
      id: string;
      target?: string;
      data: unknown;
      metadata?: object;
    };

/** Kernel process → watcher thread of the runtime. */
export type Order = { type: "interrupt"; upTo: number } | { type: "stdin"; value: string | null };

export type UserExpression =
  | { status: "ok"; data: Bundle; metadata: object }
  | ({ status: "error" } & ErrorContent);

/** Main thread of the runtime → kernel process. Printed text travels beside these as text frames. */
export type RuntimeEvent =
  | { type: "ready" }
  | { type: "display"; data: Bundle; metadata: object; transient: object; update: boolean }
  | { type: "clear"; wait: boolean }
  | { type: "result"; data: Bundle; metadata: object }
  | ({ type: "error" } & ErrorContent)
  | { type: "page"; data: Bundle }
  | { type: "input"; prompt: string; password: boolean }
  | {
      type: "comm";
      kind: "open" | "msg" | "close";
      id: string;
      target?: string;
      data: unknown;
      metadata: object;
    }
  | { type: "handled" }
  | ({ type: "done"; status: "ok"; expressions: Record<string, UserExpression> } & Partial<ErrorContent>)
  | ({ type: "done"; status: "error" } & ErrorContent);

/** Watcher thread → kernel process. */
export type WatcherEvent = { type: "interrupted" } | { type: "stuck" };
