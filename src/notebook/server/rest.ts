// The few calls of Jupyter's REST interface that are needed beside the
// kernel's websocket, with errors a person can act on.
import { NotebookError } from "../format/types.ts";

/** A running Jupyter server that we may use. */
export interface ServerAddress {
  /** Ends in a slash, as @jupyterlab/services expects. */
  baseUrl: string;
  token: string;
}

export interface KernelSpecs {
  default: string;
  kernelspecs: Record<string, { name: string; spec: { display_name: string; language: string } }>;
}

export interface KernelModel {
  id: string;
  name: string;
  execution_state?: string;
}

/** What a failed call says of the server: it is gone or broken, has no room now, or will never let us. */
export type ServerFault = "lost" | "busy" | "refused";

/**
 * The server could not be reached or refused; worth trying again elsewhere.
 *
 * @example
 * ```ts
 * await connectServer(serverAddress("http://127.0.0.1:9")); // throws cannot be reached
 * ```
 */
export class ServerError extends NotebookError {
  override name = "ServerError";
  readonly status: number | undefined;
  readonly fault: ServerFault;
  /** Milliseconds it asked us to wait. */
  readonly retryAfter: number | undefined;
  constructor(
    message: string,
    about: { status?: number; fault?: ServerFault; retryAfter?: number | undefined } = {},
  ) {
    super(message);
    this.status = about.status;
    this.fault = about.fault ?? "lost";
    this.retryAfter = about.retryAfter;
  }
}

/** Too many kernels or requests; an Enterprise Gateway says so with 403 and words. */
function faultOf(status: number, said: string, wait: number | undefined): ServerFault {
  if (status === 429 || (status === 503 && wait !== undefined)) return "busy";
  if (status === 403 && /\b(limit|maximum|too many)\b/i.test(said)) return "busy";
  return status === 401 || status === 403 ? "refused" : "lost";
}

const waitOf = (header: string | null): number | undefined =>
  header !== null && /^\d+$/.test(header) ? Number(header) * 1000 : undefined;

/**
 * Address from what a user types: a URL, perhaps with `?token=…`, perhaps of
 * JupyterLab's own page (`…/lab/tree/x.ipynb`).
 * @param token used when the URL has none
 *
 * @example
 * ```ts
 * serverAddress("http://localhost:8888/lab/tree/a.ipynb?token=t"); // → { baseUrl: 'http://localhost:8888/', token: 't' }
 * ```
 */
export function serverAddress(url: string, token = ""): ServerAddress {
  let parsed: URL;
  try {
    parsed = new URL(url.includes("://") ? url : `http://${url}`);
  } catch {
    throw new NotebookError(`--server ${url} is not a URL`);
  }
  const path = parsed.pathname.replace(/\/(lab|tree|notebooks|doc)(\/.*)?$/, "/").replace(/\/*$/, "/");
  return {
    baseUrl: `${parsed.origin}${path}`,
    token: parsed.searchParams.get("token") ?? token,
  };
}

export interface RestOptions {
  method?: string;
  body?: unknown;
  signal?: AbortSignal;
  /** Milliseconds before the call is given up. Default 30,000. */
  timeout?: number;
}

/** Call `path` (e.g. "api/kernels"); resolves to the JSON reply, or undefined when it is empty. */
export async function rest<T>(server: ServerAddress, path: string, options: RestOptions = {}): Promise<T> {
  const limit = AbortSignal.timeout(options.timeout ?? 30_000);
  const where = server.baseUrl;
  let response: Response;
  try {
    response = await fetch(server.baseUrl + path, {
      method: options.method ?? "GET",
      headers: {
        ...(server.token ? { Authorization: `token ${server.token}` } : {}),
        "Content-Type": "application/json",
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    const why = limit.aborted
      ? "no answer in time"
      : (cause?.code ?? cause?.message ?? (error as Error).message);
    throw new ServerError(`the Jupyter server at ${where} cannot be reached (${why})`);
  }
  const text = await response.text();
  if (!response.ok) {
    const { status } = response;
    const said = message(text) || (response.statusText === "Forbidden" ? "" : response.statusText);
    const retryAfter = waitOf(response.headers.get("retry-after"));
    const fault = faultOf(status, said, retryAfter);
    // A bare refusal is nearly always the token; a refusal with words knows better.
    const hint =
      fault === "refused" && (said === "" || status === 401)
        ? "the token is missing or wrong (set JUPYTER_TOKEN, or add ?token=… to the URL)"
        : said;
    const words = `the Jupyter server at ${where} answered ${status}: ${hint}`;
    throw new ServerError(words, { status, fault, retryAfter });
  }
  if (text === "") return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ServerError(`${where}${path} did not answer with JSON: is it a Jupyter server?`, {
      fault: "refused",
    });
  }
}

/** What the server says for itself: Jupyter in `message`, an Enterprise Gateway in `reason` too. */
function message(text: string): string {
  try {
    const { message, reason } = JSON.parse(text);
    return String(message || reason || "").replace(/^Forbidden$/, "");
  } catch {
    return "";
  }
}

/** The kernels installed on the server. */
export const listKernelSpecs = (server: ServerAddress, signal?: AbortSignal): Promise<KernelSpecs> =>
  rest<KernelSpecs>(server, "api/kernelspecs", signal ? { signal } : {});
