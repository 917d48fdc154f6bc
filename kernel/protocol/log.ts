// The kernel's own log: standard error, which Jupyter servers show in their terminal. Never keys, never code.
//
// Nothing here may harm the kernel. When the reader is gone, each write ends in an error that nobody needs to
// hear (told to the log, it would be the next one, and so on without end); when the reader sleeps, what it does
// not fetch is dropped.

const MAX_UNREAD = 1024 * 1024;

process.stderr.on("error", () => {});

export function log(line: string): void {
  if (process.stderr.writableLength > MAX_UNREAD) return;
  process.stderr.write(`[gradlab kernel] ${line}\n`);
}
