// The language server as a notebook needs it: documents that follow the notebook, a virtual
// tsconfig.json beside them, and a new server with the same documents when the old one dies.
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CAPABILITIES, QUIET, settings } from "./client.ts";
import { CONFIG, cellConfig, type FolderConfig, readFolderConfig, tslabText } from "./config.ts";
import { Connection, LspError, spawnServer } from "./lsp.ts";
import { HUB } from "./slots.ts";

export interface SessionOptions {
  cwd: string;
  log?: (line: string) => void;
}

const TSLAB = "__tslab.d.ts";
const ROOTS = ["__check.ts", "__check.tsx", "__probe.ts", "__probe.tsx"];

interface OpenDocument {
  text: string;
  /** The cell whose text it is. */
  cell: number | undefined;
  offset: number;
  version: number;
  languageId: string;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #texts = new Map<string, OpenDocument>();
  /** The server's process, from its start on. */
  #process: Connection | null = null;
  /** The same once it takes documents. */
  #connection: Connection | null = null;
  #ready: Promise<Connection> | null = null;
  #deaths: number[] = [];
  #disposed = false;
  #folderConfig: FolderConfig | null = null;
  /** Compiler options that change as the session goes. */
  #overrides: Record<string, unknown> = {};
  #tslab = false;
  /** The library that the server was, or will be, started with. */
  #library: readonly string[] | undefined;
  #autoImports = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.refreshConfig();
  }

  get cwd(): string {
    return this.#options.cwd;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Whether the notebook's folder, or one above it, has a tsconfig.json. */
  get configured(): boolean {
    return this.#folderConfig !== null;
  }

  uri(name: string): string {
    return pathToFileURL(join(this.#options.cwd, name)).href;
  }

  /** Lines of our own above the cell's in a document, by its path. */
  offsetOf(path: string): number {
    for (const [name, { offset }] of this.#texts) if (join(this.#options.cwd, name) === path) return offset;
    return 0;
  }

  /** Opens or changes a document; the cell in it begins after `offset` lines. */
  set(name: string, text: string, offset = 0, cell?: number): void {
    const old = this.#texts.get(name);
    if (old) old.cell = cell;
    if (old?.text === text) return;
    const document = {
      text,
      cell,
      offset,
      version: (old?.version ?? 0) + 1,
      languageId: name.endsWith(".tsx") ? "typescriptreact" : name.endsWith(".json") ? "jsonc" : "typescript",
    };
    this.#texts.set(name, document);
    const connection = this.#connection;
    if (!connection) return;
    if (old) {
      connection.notify("textDocument/didChange", {
        textDocument: { uri: this.uri(name), version: document.version },
        contentChanges: [{ text }],
      });
    } else this.#open(connection, name);
  }

  close(name: string): void {
    if (!this.#texts.delete(name)) return;
    this.#connection?.notify("textDocument/didClose", { textDocument: { uri: this.uri(name) } });
  }

  /** The cell in a document, by its path. */
  cellOf(path: string): number | undefined {
    for (const [name, { cell }] of this.#texts) if (join(this.#options.cwd, name) === path) return cell;
    return undefined;
  }

  /** Text of an open document, by its path. */
  textOf(path: string): string | null {
    for (const [name, { text }] of this.#texts) if (join(this.#options.cwd, name) === path) return text;
    return null;
  }

  /** Sets a compiler option over all others; `undefined` takes it back. */
  override(key: string, value: unknown): void {
    if (this.#overrides[key] === value) return;
    this.#overrides = { ...this.#overrides, [key]: value };
    this.#writeConfig();
  }

  /** Reads the folder's tsconfig.json again, as it may have been edited or have come or gone: then true. */
  refreshConfig(): boolean {
    const found = readFolderConfig(this.#options.cwd);
    const old = this.#folderConfig;
    if (this.#texts.has(CONFIG) && old?.file === found?.file && old?.text === found?.text) return false;
    this.#folderConfig = found;
    this.#writeConfig();
    return true;
  }

  #writeConfig(): void {
    const { cwd, log } = this.#options;
    const files = [CONFIG, ...(this.#tslab ? [TSLAB] : []), HUB, ...ROOTS];
    const { config, library } = cellConfig({
      cwd,
      folder: this.#folderConfig,
      overrides: this.#overrides,
      files,
      log,
    });
    if (String(library) !== String(this.#library)) {
      this.#library = library;
      this.abandon(); // the next question starts a server that has the other one
    }
    this.set(CONFIG, JSON.stringify(config));
  }

  /** Makes the types of the tslab package known, which the kernel brings, not the folder. */
  useTslab(): void {
    if (this.#tslab) return;
    this.#tslab = true;
    const text = tslabText(this.#options.cwd);
    if (text === null) return;
    this.#writeConfig();
    this.set(TSLAB, text);
  }

  /**
   * Whether names are offered that must be imported first. While it is on, the server reads what
   * all packages export after every change of a document: so it is on only for the requests that
   * need it.
   */
  offerImports(on: boolean): void {
    if (this.#autoImports === on) return;
    this.#autoImports = on;
    this.#connection?.notify("workspace/didChangeConfiguration", { settings: settings(this.#autoImports) });
  }

  notifyChanged(changes: { file: string; type: 1 | 2 | 3 }[]): void {
    if (changes.length === 0) return;
    this.#connection?.notify("workspace/didChangeWatchedFiles", {
      changes: changes.map(({ file, type }) => ({ uri: pathToFileURL(file).href, type })),
    });
  }

  /** Starts the server if there is none, and waits until it takes requests. */
  start(): Promise<Connection> {
    if (this.#disposed) return Promise.reject(new LspError("the language server is closed"));
    if (this.#ready) return this.#ready;
    const now = Date.now();
    this.#deaths = this.#deaths.filter((time) => now - time < 60_000);
    if (this.#deaths.length >= 5) {
      return Promise.reject(new LspError("the language server died five times within a minute"));
    }
    let child: ChildProcess;
    try {
      child = spawnServer(this.#options.cwd, this.#library);
    } catch (error) {
      return Promise.reject(error);
    }
    const connection = new Connection(child, {
      log: (line) => this.#disposed || this.#options.log?.(line),
      onExit: () => {
        if (this.#disposed) return;
        this.#deaths.push(Date.now());
        this.#process = null;
        this.#connection = null;
        this.#ready = null;
      },
      onRequest: (method, params) => {
        if (method !== "workspace/configuration") return null;
        const found = settings(this.#autoImports);
        return params.items.map(({ section }: { section: string }) => found[section] ?? null);
      },
    });
    this.#process = connection;
    // The rest does not wait for the answer: the server takes everything in its order, and has its work while
    // this process is still loading.
    connection.request("initialize", this.#greeting(), 30_000).catch(() => connection.kill());
    connection.notify("initialized", {});
    for (const name of this.#texts.keys()) this.#open(connection, name);
    this.#connection = connection;
    this.#ready = Promise.resolve(connection);
    return this.#ready;
  }

  #greeting(): object {
    const uri = pathToFileURL(this.#options.cwd).href;
    return {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: "notebook" }],
      capabilities: CAPABILITIES,
      initializationOptions: QUIET,
    };
  }

  /** Reading the standard library takes longer than anything after it: to be called early. */
  warmUp(): void {
    if (this.#process) return;
    this.set("__check.ts", "export {};\nconsole.log([1].map(String));\n");
    this.ask("textDocument/diagnostic", "__check.ts", {}, 60_000).catch((error: Error) => {
      if (!this.#disposed) this.#options.log?.(`language server: ${error.message}`);
    });
  }

  #open(connection: Connection, name: string): void {
    const { text, version, languageId } = this.#texts.get(name)!;
    connection.notify("textDocument/didOpen", {
      textDocument: { uri: this.uri(name), languageId, version, text },
    });
  }

  /** A request about a document; a server that died meanwhile is replaced, once. */
  async ask<T>(method: string, name: string, params: object, timeout: number): Promise<T> {
    const body = { textDocument: { uri: this.uri(name) }, ...params };
    // Nothing is awaited where the server is up: the request is on its way when this returns.
    const connection = this.#connection ?? (await within(this.start(), timeout));
    try {
      return await connection.request<T>(method, body, timeout);
    } catch (error) {
      if (!connection.closed || this.#disposed) throw error;
      return (await within(this.start(), timeout)).request<T>(method, body, timeout);
    }
  }

  async send<T>(method: string, params: unknown, timeout: number): Promise<T> {
    return (await within(this.start(), timeout)).request<T>(method, params, timeout);
  }

  /** Ends a server that no longer answers; the next request starts another. */
  abandon(): void {
    this.#process?.kill();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#process?.dispose();
  }
}

function within<T>(promise: Promise<T>, timeout: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () =>
      reject(new LspError(`the language server did not start: no answer within ${timeout} ms`));
    const timer = setTimeout(late, timeout);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
