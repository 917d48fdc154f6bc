"""JupyterLab that ends with the program that started it.

Stdin is a pipe held by that program: when it closes, however the program ended,
the server shuts down as on SIGTERM, and takes its kernels with it.
"""

import os
import signal
import sys
import threading

from jupyterlab.labapp import main


def follow_parent():
    while os.read(0, 4096):  # not sys.stdin: its lock would be held when Python ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=follow_parent, daemon=True).start()
    sys.exit(main())
