// The connection file: where to listen, and the key that signs messages. Whoever can read it can run code as
// its owner, so a file that others may read is complained about.

import { getHashes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { log } from "./log.ts";

export type Channel = "shell" | "iopub" | "stdin" | "control" | "hb";

export interface Connection {
  transport: "tcp" | "ipc";
  ip: string;
  ports: Record<Channel, number>;
  key: string;
  /** Hash for the signature, as node:crypto calls it. */
  hash: string;
  /** Secret key of the CurveZMQ server (Z85), when the transport is encrypted. */
  curveSecretKey: string | null;
}

export function readConnection(path: string): Connection {
  const raw = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  const connection = parseConnection(raw, path);
  if (process.platform !== "win32" && connection.key !== "" && (statSync(path).mode & 0o077) !== 0) {
    log(
      `the connection file ${path} can be read by other users: they could run code in this kernel (chmod 600)`,
    );
  }
  return connection;
}

export function parseConnection(raw: Record<string, unknown>, path: string): Connection {
  const port = (name: Channel): number => {
    const value = raw[`${name}_port`];
    if (!Number.isInteger(value))
      throw new Error(`${path}: ${name}_port must be an integer, not ${String(value)}`);
    return value as number;
  };
  const transport = raw["transport"] ?? "tcp";
  if (transport !== "tcp" && transport !== "ipc") {
    throw new Error(`${path}: transport ${String(transport)} is not supported (tcp and ipc are)`);
  }
  const scheme = String(raw["signature_scheme"] ?? "hmac-sha256");
  if (!scheme.startsWith("hmac-") || !getHashes().includes(scheme.slice("hmac-".length))) {
    throw new Error(`${path}: signature_scheme ${scheme} is not supported`);
  }
  const ports = {
    shell: port("shell"),
    iopub: port("iopub"),
    stdin: port("stdin"),
    control: port("control"),
    hb: port("hb"),
  };
  const curve = raw["curve_secretkey"];
  return {
    transport,
    ip: String(raw["ip"] ?? "127.0.0.1"),
    ports,
    key: String(raw["key"] ?? ""),
    hash: scheme.slice("hmac-".length),
    curveSecretKey: typeof curve === "string" && curve !== "" ? curve : null,
  };
}

export function addressOf(connection: Connection, channel: Channel): string {
  const port = connection.ports[channel];
  return connection.transport === "ipc" ? `ipc://${connection.ip}-${port}` : `tcp://${connection.ip}:${port}`;
}
