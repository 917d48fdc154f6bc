// The kernel's own log: standard error, which Jupyter servers show in their terminal. Never keys, never code.

export function log(line: string): void {
  process.stderr.write(`[gradlab kernel] ${line}\n`);
}
