// The process group of the runtime: itself and whatever its cells have started. When the kernel process is
// gone the group ends as a whole, by whichever thread notices first: a thread that ended only this process
// would leave the others without anyone who knows of them.

export function endGroup(): never {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    process.kill(process.pid, "SIGKILL"); // it leads no group of its own
  }
  for (;;); // the signal is on its way
}
