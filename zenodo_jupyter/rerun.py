"""How a notebook is run again: in a copy of its folder, out of sight of credentials, within a time that is known to do."""

from __future__ import annotations

import math
import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import execute, isolation
from . import notebook as notebooks
from .errors import BadInput
from .getting import NOTE
from .report import Report, silent

if TYPE_CHECKING:
    from .config import Config
    from .preparing import Prepared

#: A cell may take ten times as long as it did for its author, ten minutes in any case, and thirty days at most, in seconds.
SLOWER, AT_LEAST, AT_MOST = 10, 600.0, 30 * 24 * 3600.0


@dataclass(frozen=True)
class Rerun:
    """What is run, in what, and how far it may go.

    Attributes
    ----------
    folder : Path
        The files; they stay as they are.
    name : str
        The notebook among them.
    config : Config
        For the data folder, which is hidden from it.
    timeout : float, optional
        The longest that one cell may take, in seconds; as long as it likes if not given.
    parameters : dict
        Values for the notebook's cell tagged ``parameters``.
    network : bool
        Whether it may use the network.

    Raises
    ------
    BadInput
        When it shall not use the network, and this machine cannot keep it away.
    """

    folder: Path
    name: str
    config: Config
    timeout: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    network: bool = True

    def __post_init__(self) -> None:
        if not self.network and not isolation.is_possible():
            raise BadInput(
                "This machine cannot keep the network away from a notebook.",
                "That takes Linux, unshare, and leave to make user namespaces. Run it with the network, or without a line.",
            )

    @property
    def words(self) -> str:
        """What the code could do, in the words of a question."""
        network = "and use the network" if self.network else "but not use the network"
        if isolation.is_possible():
            return (
                f"Its code would run on this computer as you: it can read and change your files {network}. It gets a copy of "
                "the record's folder and a HOME of its own, and sees neither your other programs nor the places where tokens "
                "and keys are kept (.ssh, .netrc, keyrings and the like)."
            )
        return (
            f"Its code would run on this computer as you: it can read and change your files {network}. It gets a copy of "
            "the record's folder, and a HOME and environment without your tokens; this machine cannot keep it from looking for "
            "them elsewhere."
        )

    def __call__(
        self,
        executed: Path,
        prepared: Prepared,
        *,
        left: Path | None = None,
        report: Report = silent,
        cancel: threading.Event | None = None,
    ) -> execute.Execution:
        """Run it in a copy of the folder, which goes away.

        Parameters
        ----------
        executed : Path
            Where the executed notebook goes.
        prepared : Prepared
            The environment.
        left : Path, optional
            Where the copy goes instead, with what the run wrote there: a notebook that comes after it may read that.
        report, cancel
            See `execute.run_notebook`, with its errors.
        """
        with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-", ignore_cleanup_errors=True) as scratch:
            copy = Path(scratch, "record")
            shutil.copytree(self.folder, copy, ignore=shutil.ignore_patterns(NOTE))
            source, result = copy / self.name, Path(scratch, "executed.ipynb")
            # What other readers stumble over, an older format or a byte-order mark, is put right in the copy.
            source.write_bytes(notebooks.dumps(notebooks.read(source, upgrade=True)))
            execution = execute.run_notebook(
                source, result, cwd=source.parent, python=prepared.python or None, kernel=prepared.kernel,
                cell_timeout=self.timeout, parameters=self.parameters, isolated=isolation.is_possible(),
                network=self.network, hidden=isolation.credentials(Path(self.config.data_dir)), report=report, cancel=cancel,
            )  # fmt: skip
            shutil.copyfile(result, executed)
            if left is not None:
                shutil.rmtree(left, ignore_errors=True)
                shutil.move(copy, left)
        return execution


def limit(nb: Mapping[str, Any]) -> float | None:
    """Return how long a cell may take by the times that a notebook has of its cells; None where it has none.

    papermill notes a duration; JupyterLab, where a person asks for it, when the kernel began and when it was done.
    """
    longest = max((_seconds(cell.get("metadata", {})) for cell in nb["cells"]), default=0.0)
    return min(max(AT_LEAST, SLOWER * longest), AT_MOST) if longest else None


def _seconds(metadata: Mapping[str, Any]) -> float:
    try:
        if metadata.get("papermill", {}).get("duration"):
            took = float(metadata["papermill"]["duration"])
            return took if math.isfinite(took) else 0.0
        times = metadata.get("execution", {})
        begun, done = (
            datetime.fromisoformat(str(times[name]).replace("Z", "+00:00"))
            for name in ("iopub.execute_input", "shell.execute_reply")
        )
        return (done - begun).total_seconds()
    except (KeyError, ValueError, TypeError, AttributeError):  # a stranger's metadata can be anything
        return 0.0
