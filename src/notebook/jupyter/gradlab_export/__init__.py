"""PDF export for JupyterLab's menu: File, Save and Export Notebook As, PDF_gradlab.

nbconvert finds the class below by its entry point; it hands the notebook to the
command `gradlab export` and gives back the PDF. No TeX, pandoc or browser is used.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import Exporter
from traitlets import Bool, Unicode

__version__ = "0.1.0"

_ROOT = Path(__file__).resolve().parents[4]


def command():
    """The command line that runs gradlab: GRADLAB_CLI, this package's own copy, or `gradlab` on PATH."""
    chosen = os.environ.get("GRADLAB_CLI")
    if chosen:
        return [chosen]
    script = _ROOT / "src" / "cli.mjs"
    ours = _ROOT / "node_modules" / ".bin" / "node"
    node = str(ours) if ours.exists() else shutil.which("node")
    if script.exists() and node:
        return [node, str(script)]
    found = shutil.which("gradlab")
    if found:
        return [found]
    raise FileNotFoundError("gradlab was not found: run `npm start` in its folder once, or set GRADLAB_CLI")


class PDFExporter(Exporter):
    """Sets a notebook as PDF with gradlab. Formulas, plots and tables are vectors."""

    export_from_notebook = "PDF (gradlab)"
    output_mimetype = "application/pdf"

    lenient = Bool(False, help="Show a box where something cannot be set, instead of failing").tag(config=True)
    paper = Unicode("", help="a4 or us-letter").tag(config=True)

    def _file_extension_default(self):
        return ".pdf"

    def from_notebook_node(self, nb, resources=None, **kwargs):
        notebook, resources = super().from_notebook_node(nb, resources, **kwargs)
        folder = resources.get("metadata", {}).get("path") or os.getcwd()
        with tempfile.TemporaryDirectory(prefix="gradlab-export-") as scratch:
            target = Path(scratch) / "notebook.pdf"
            args = [*command(), "export", "-", "--folder", str(folder), "--output", str(target)]
            if self.lenient:
                args.append("--lenient")
            if self.paper:
                args += ["--paper", self.paper]
            done = subprocess.run(
                args,
                input=nbformat.writes(notebook).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                check=False,
            )
            if done.returncode != 0 or not target.exists():
                said = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr.decode(errors="replace")).strip()
                raise RuntimeError(said or f"gradlab export ended with status {done.returncode}")
            output = target.read_bytes()
        resources["output_extension"] = ".pdf"
        return output, resources
