"""The child process that runs one notebook: ``python -m zenodo_jupyter._run ORDER.json``.

It is started by `execute.run_notebook` and by nobody else. It tells what happens as one JSON object a line on its standard
output, which the kernel does not inherit, and ends when its standard input closes: then nobody waits for it any more.
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from . import isolation
from .compare.pairing import RAISES, expects_error

#: Beside a tag that is there for the run only.
_OURS = "zenodo-jupyter-for-the-run"


def main(order_file: str) -> None:
    """Run the notebook that the order names."""
    without_grammar_of_addresses()
    events = _own_channel()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    order = json.loads(Path(order_file).read_text("utf-8"))
    if order["isolated"]:
        isolation.enter(order["hidden"], network=order["network"])

    def tell(**event: Any) -> None:
        events.write(json.dumps(event) + "\n")
        events.flush()

    tell(event="end", **_execute(order, tell))


def without_grammar_of_addresses() -> None:
    """Let jsonschema, which nbformat brings, do without rfc3987_syntax in this process of ours.

    That compiles a grammar for one and a half seconds when it is imported, and nothing here asks for the format ``iri``.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None makes an import fail


def _own_channel() -> TextIO:
    """Keep standard output for the events, and give whoever else writes there (the kernel's C code) standard error."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")  # not inheritable, which is what dup gives
    os.dup2(2, 1)
    return events


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)  # the kernel notices that its parent is gone, and ends


def _execute(order: dict[str, Any], tell: Any) -> dict[str, Any]:
    """Run the notebook and return how it ended; the executed notebook is in the target file in any case."""
    import nbformat
    import papermill
    import papermill.engines
    import psutil
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine, papermill_engines
    from papermill.exceptions import PapermillExecutionError

    class Engine(NBClientEngine):
        """papermill's own, telling about each code cell before it runs."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
            code = [i for i, cell in enumerate(nb_man.nb.cells) if cell.cell_type == "code"]
            for cell in nb_man.nb.cells:  # nbclient goes by the tag, nbval also by a comment in the cell
                if expects_error(cell) and RAISES not in cell.metadata.get("tags", []):
                    cell.metadata["tags"] = [*cell.metadata.get("tags", []), RAISES, _OURS]
            start = nb_man.cell_start

            def cell_start(cell: Any, cell_index: int, **more: Any) -> Any:
                if cell.cell_type == "code":
                    tell(event="cell", cell=cell_index, done=code.index(cell_index), total=len(code))
                return start(cell, cell_index, **more)

            nb_man.cell_start = cell_start
            return super().execute_managed_notebook(nb_man, kernel_name, **options)

    class Client(PapermillNotebookClient):
        """papermill's own, counting what cells put out."""

        left = order["most"]

        def process_message(self, msg: dict[str, Any], *more: Any, **named: Any) -> Any:
            if msg["msg_type"] in ("stream", "display_data", "update_display_data", "execute_result", "error"):
                self.left -= len(json.dumps(msg["content"], default=str))
            if self.left > 0:
                return super().process_message(msg, *more, **named)
            if not ended["reason"]:
                ended.update(reason="flood", message=f"It put out more than {order['most']:,} characters.")
                psutil.Process(self.km.provisioner.pid).kill()
            return None

    papermill.engines.PapermillNotebookClient = Client
    papermill_engines.register("zenodo_jupyter", Engine)
    # papermill takes braces in names for places of parameters.
    places = {name: re.sub("[{}]", r"\g<0>\g<0>", order[name]) for name in ("source", "target")}
    ended: dict[str, Any] = {"reason": "", "message": ""}
    try:
        papermill.execute_notebook(
            places["source"],
            places["target"],
            parameters=order["parameters"] or None,
            engine_name="zenodo_jupyter",
            kernel_name=order["kernel"],
            language=order["language"],
            cwd=order["cwd"],
            progress_bar=False,
            execution_timeout=order["cell_timeout"] and math.ceil(order["cell_timeout"]),
        )
    except PapermillExecutionError:
        pass  # the outputs tell, see execute.py; papermill raises also where the author expects an error
    except CellTimeoutError as error:
        ended = {"reason": "timeout", "message": str(error)}
    except DeadKernelError as error:
        if not ended["reason"]:
            ended = {"reason": "died", "message": str(error)}
    target = Path(order["target"])
    nb = nbformat.read(target, as_version=4)
    nb.cells = [c for c in nb.cells if "papermill-error-cell-tag" not in c.metadata.get("tags", [])]
    for cell in nb.cells:
        if _OURS in cell.metadata.get("tags", []):
            cell.metadata["tags"] = [tag for tag in cell.metadata["tags"] if tag not in (RAISES, _OURS)]
    nbformat.write(nb, target)
    return ended


if __name__ == "__main__":
    main(sys.argv[1])
