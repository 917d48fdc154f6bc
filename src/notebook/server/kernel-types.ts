// What running code on a kernel takes and gives.
import { NotebookError } from "../format/types.ts";

export interface LanguageInfo {
  name: string;
  file_extension?: string;
  mimetype?: string;
  [key: string]: unknown;
}

/** How a request to run code ended. */
export interface ExecuteReply {
  status: "ok" | "error" | "aborted";
  executionCount: number | null;
  error?: { ename: string; evalue: string; traceback: string[] };
  /** Values of the expressions asked for. */
  expressions?: Record<string, Expression>;
}

/** What an expression was worth when the code had run. */
export type Expression =
  | { status: "ok"; data: Record<string, unknown> }
  | { status: "error"; ename: string; evalue: string };

/**
 * The kernel or its server is gone; state is lost.
 *
 * @example
 * ```ts
 * new KernelDeath("the kernel died").serverLost; // → false
 * ```
 */
export class KernelDeath extends NotebookError {
  override name = "KernelDeath";
  /** Whether the server went too. */
  readonly serverLost: boolean;
  constructor(message: string, serverLost = false) {
    super(message);
    this.serverLost = serverLost;
  }
}

/** How a kernel is started. */
export interface KernelOptions {
  /** Kernel name, e.g. "tslab". */
  name: string;
  /** Notebook path relative to the server's root; sets the kernel's working directory. */
  path?: string;
  signal?: AbortSignal;
  /** Told the kernel's id as soon as the server has one, before it answers. */
  onStarted?: (id: string) => Promise<void>;
  /** Milliseconds for the kernel to come up. Default 60,000. */
  timeout?: number;
  /** Milliseconds a server may be silent, while code runs, before it counts as lost. Default 60,000. */
  patience?: number;
}
