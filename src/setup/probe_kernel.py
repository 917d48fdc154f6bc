"""Starts the TypeScript kernel once, as JupyterLab would, and runs a cell in it.

Exits 0 when 1 + 1 is 2; otherwise says what went wrong and shows what the kernel
itself wrote before it died.
"""

import sys
import tempfile
import time

from jupyter_client.manager import KernelManager

PATIENCE = 90


def wait_until_ready(manager, client):
    """A kernel that has died is noticed at once, not when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not manager.is_alive():
            raise RuntimeError("the kernel process ended at start")
        try:
            client.wait_for_ready(timeout=1)
            return
        except RuntimeError:
            continue
    raise RuntimeError(f"the kernel did not answer within {PATIENCE} s")


def first_cell(client):
    outputs = []
    reply = client.execute_interactive(
        "const two: number = 1 + 1; two", timeout=PATIENCE, output_hook=outputs.append
    )
    results = [m["content"]["data"].get("text/plain") for m in outputs if m["msg_type"] == "execute_result"]
    if reply["content"]["status"] != "ok" or results != ["2"]:
        raise RuntimeError(f"1 + 1 came back as {results or reply['content']}")


def main():
    with tempfile.TemporaryFile() as said:
        manager = KernelManager(kernel_name="tslab")
        client = None
        try:
            manager.start_kernel(stdout=said, stderr=said)
            client = manager.client()
            client.start_channels()
            wait_until_ready(manager, client)
            first_cell(client)
        except Exception as error:  # whatever it is, it is the answer
            said.seek(0)
            print(said.read().decode(errors="replace")[-4000:])
            print(error)
            return 1
        finally:
            if client:
                client.stop_channels()
            if manager.has_kernel:
                manager.shutdown_kernel(now=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
