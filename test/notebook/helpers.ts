// Builds small notebooks, and finds a kernel to run them on: ours when it is
// installed, otherwise python3, so each snippet is written in both languages.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Cell,
  type CodeCell,
  type Notebook,
  type Server,
  startServer,
} from "../../src/notebook/index.ts";
import { listKernelSpecs } from "../../src/notebook/server/rest.ts";

let ids = 0;

export function code(source: string, more: Partial<CodeCell> = {}): CodeCell {
  return {
    cell_type: "code",
    id: `cell-${++ids}`,
    source,
    metadata: {},
    outputs: [],
    execution_count: null,
    ...more,
  };
}

export function text(source: string): Cell {
  return { cell_type: "markdown", id: `cell-${++ids}`, source, metadata: {} };
}

export function notebook(cells: Cell[], metadata: Notebook["metadata"] = {}): Notebook {
  return { nbformat: 4, nbformat_minor: 5, metadata, cells };
}

export interface Lab {
  server: Server;
  kernel: string;
  folder: string;
  /** Picks the snippet in the kernel's language. */
  say(typescript: string, python: string): string;
  close(): Promise<void>;
}

/** A server and a folder for the tests of a file. */
export async function openLab(): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), "gradlab-test-"));
  const server = await startServer({ root: folder });
  const { kernelspecs } = await listKernelSpecs(server);
  const kernel = ["tslab", "python3"].find((name) => name in kernelspecs);
  if (!kernel) {
    await server.close();
    throw new Error(`neither tslab nor python3 is among the kernels: ${Object.keys(kernelspecs)}`);
  }
  return {
    server,
    kernel,
    folder,
    say: (typescript, python) => (kernel === "tslab" ? typescript : python),
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
