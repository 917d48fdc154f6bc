// The two ends of starting a kernel: what the server is told beside its name,
// and what the user is told when it did not come up.
import { userInfo } from "node:os";
import { ServerError } from "./rest.ts";
import type { Server } from "./start.ts";

/**
 * What an Enterprise Gateway is told of the user: the variables KERNEL_… as they are set here (user name,
 * working directory, resources, whatever its kernels' templates ask for). Other servers pay no heed.
 */
export function gatewayEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const handed = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[0].startsWith("KERNEL_") && entry[1] !== undefined,
  );
  return { ...userName(), ...Object.fromEntries(handed) };
}

function userName(): Record<string, string> {
  try {
    return { KERNEL_USERNAME: userInfo().username };
  } catch {
    return {}; // a user without an entry in the system's list, as containers have
  }
}

/** Why a kernel that was just started is gone: in its own words, among those of the server's log. */
export function diedAtStart(server: Server, name: string): ServerError {
  const lines = (server.said?.() ?? "")
    .split("\n")
    .filter((line) => line.trim() && !line.includes("ServerApp]"));
  const words = [...new Set(lines)].slice(-8).join("\n  ");
  return new ServerError(
    `the kernel "${name}" ended while it was starting.` +
      (name === "tslab"
        ? " `npx gradlab kernel doctor` says what is wrong; `npm start` mends the set-up."
        : "") +
      (words ? ` Its last words:\n  ${words}` : ""),
  );
}
