"""A kernel as small as can be, of a language that nobody has installed: it says again what a cell says."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ECHO = """
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel


class Echo(Kernel):
    implementation = implementation_version = banner = "echo"
    language_info = {"name": "echo", "mimetype": "text/plain", "file_extension": ".echo"}

    def do_execute(self, code, silent, store_history=True, user_expressions=None, allow_stdin=False, **more):
        if code == "fail":
            self.send_response(self.iopub_socket, "error", {"ename": "EchoError", "evalue": "so", "traceback": []})
            return {"status": "error", "ename": "EchoError", "evalue": "so", "traceback": []}
        self.send_response(self.iopub_socket, "stream", {"name": "stdout", "text": code})
        return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}


IPKernelApp.launch_instance(kernel_class=Echo)
"""


def install(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install it below a folder in which kernels are looked for from now on."""
    put(place)
    monkeypatch.setenv("JUPYTER_PATH", str(place))


def put(place: Path) -> None:
    """Put it into one of Jupyter's folders for data."""
    folder = place / "kernels" / "say"
    folder.mkdir(parents=True)
    (folder / "echo.py").write_text(ECHO)
    argv = [sys.executable, "{resource_dir}/echo.py", "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "language": "echo", "display_name": "Echo"}))
