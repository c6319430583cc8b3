"""What JupyterLab is to a kernel, for tests: it runs cells with an id, and hears what the kernel says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_client.manager import start_new_kernel


class FrontEnd:
    """What JupyterLab is to a kernel: it runs cells, hears comms, and holds the notebook.

    Parameters
    ----------
    path : Path
        The notebook that the kernel serves.
    hears : callable
        Gets the data of each message to our comm target while the cell runs.
    """

    def __init__(self, path: Path, hears: Callable[[FrontEnd, dict[str, Any]], None] | None) -> None:
        self.path = path
        self.hears = hears
        self.heard: list[dict[str, Any]] = []
        self.comms: dict[str, str] = {}
        self.updated: list[dict[str, Any]] = []
        self.manager, self.client = start_new_kernel(cwd=str(path.parent))

    def run(self, code: str, cell_id: str | None = "some-cell") -> dict[str, Any]:
        """Run a cell and return the data of its outputs, with what was printed under ``text``; updates go to `updated`."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        message = self.client.session.msg("execute_request", content)
        message["metadata"] = {"cellId": cell_id} if cell_id else {}
        self.client.shell_channel.send(message)
        shown: dict[str, Any] = {"text": ""}
        while True:
            told = self.client.get_iopub_msg(timeout=60)
            kind, content = told["header"]["msg_type"], told["content"]
            if kind == "comm_open" and content["target_name"] == "zenodo_jupyter":
                self.heard.append(content["data"])
                self.comms[content["data"]["op"]] = content["comm_id"]
                if self.hears is not None:
                    self.hears(self, content["data"])
            elif kind == "stream":
                shown["text"] += content["text"]
            elif kind in ("display_data", "execute_result"):
                shown.update(content["data"])
            elif kind == "update_display_data":
                self.updated.append(content["data"])
            elif kind == "error":
                raise AssertionError("\n".join(content["traceback"]))
            elif kind == "status" and content["execution_state"] == "idle" and _is_for(told, message):
                return shown

    def answer(self, op: str, **data: Any) -> None:
        """Answer a comm, as a front end does, and wait until the kernel has heard it."""
        content = {"comm_id": self.comms[op], "data": {"op": op, **data}}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", content))
        self.run("pass")

    def close(self) -> None:
        """Stop the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def _is_for(told: dict[str, Any], message: dict[str, Any]) -> bool:
    return told["parent_header"].get("msg_id") == message["header"]["msg_id"]
