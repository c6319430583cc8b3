"""Run a notebook: in a process, folder, HOME and environment of its own, without the user's credentials."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import site
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import isolation, kernels, processes
from .compare.pairing import expects_error
from .errors import BadInput, Cancelled, MissingFile
from .report import Progress, Report, silent

#: Says to our own magics that a notebook is only being re-run: acting verbs print what they would do.
RERUN_VARIABLE = "ZENODO_JUPYTER_RERUN"
#: Carries the name of the run, by which whatever it started is found again.
MARK = "ZENODO_JUPYTER_RUN"
#: How long a process may take to write down what it has when its kernel was ended, in seconds.
GRACE = 15.0
#: A run that puts out more characters than this is ended: nobody could open such a notebook, and memory has an end.
MOST = 100_000_000
#: Seconds between two words to whoever watches.
_BEAT = 0.25

# Names of variables that hold credentials or open a way to them: agents, keyrings, hubs, clouds, package indexes.
_SECRET = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|COOKIE|NETRC|KUBECONFIG|DOCKER_CONFIG"
    r"|^(?:ZENODO|AWS|AZURE|GOOGLE|GCP|GCLOUD|GH|GITHUB|GITLAB|CI_JOB|HF|OPENAI|ANTHROPIC|SSH|GPG|DBUS|JPY|JUPYTERHUB|TWINE"
    r"|PYPI|NPM|VAULT|MYSQL|REDIS|WANDB)_|^KRB5|^PIP_.*(?:INDEX|URL)|^UV_.*(?:INDEX|URL)",
    re.IGNORECASE,
)
# Variables that lead back to the user's own folders and settings; MPLBACKEND would keep figures out of the notebook.
_PERSONAL = re.compile(
    r"^(?:XDG_.*_(?:HOME|DIR)|IPYTHON.*|JUPYTER_.*|PYTHONSTARTUP|MPLBACKEND|MPLCONFIGDIR|MATPLOTLIBRC)$"
)
_USER_IN_URL = re.compile(r"://[^/\s]*@")


@dataclass(frozen=True)
class Execution:
    """How a run ended.

    Attributes
    ----------
    ok : bool
        Whether every cell ran; cells tagged ``raises-exception`` may raise.
    reason : str
        Why not: ``error`` (a cell raised), ``timeout``, ``died`` (the kernel ended), ``flood`` (it put out more than anybody
        could open), ``broken`` (it could not be started); empty when all is well.
    failed_cell : int or None
        Index of the cell in the executed notebook, from 0, where it stopped.
    error : str
        One line, such as ``ModuleNotFoundError: No module named 'x'``.
    ename, evalue : str
        The exception's name and text, where a cell raised.
    traceback : str
        As plain text.
    seconds : float
        How long it took.
    cells : int
        How many code cells were run, the failed one included.
    """

    ok: bool
    reason: str = ""
    failed_cell: int | None = None
    error: str = ""
    ename: str = ""
    evalue: str = ""
    traceback: str = ""
    seconds: float = 0.0
    cells: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a dictionary."""
        return dict(self.__dict__)


def run_notebook(
    source: Path,
    target: Path,
    *,
    cwd: Path,
    python: str | None = None,
    kernel: kernels.Spec | None = None,
    home: Path | None = None,
    timeout: float | None = None,
    cell_timeout: float | None = None,
    parameters: Mapping[str, Any] | None = None,
    isolated: bool = False,
    network: bool = True,
    hidden: Sequence[str] = (),
    report: Report = silent,
    cancel: threading.Event | None = None,
) -> Execution:
    """Run a notebook with papermill in a child process.

    This is no sandbox: the code may read and write what the user may. It only does not find credentials where programs
    look for them. Ask before running what somebody else wrote.

    Parameters
    ----------
    source : Path
        The notebook; it is not changed.
    target : Path
        Where the executed notebook goes, as far as it came.
    cwd : Path
        The folder it runs in.
    python : str, optional
        The interpreter of the kernel, which must have ipykernel; this one if not given.
    kernel : kernels.Spec, optional
        The kernel itself, where it is none of Python.
    home : Path, optional
        HOME for the run; a temporary one if not given.
    timeout, cell_timeout : float, optional
        The longest that all cells, and that one cell may take, in seconds; as long as they like if not given.
    parameters : dict, optional
        Values for the notebook's cell tagged ``parameters``.
    isolated : bool
        Run it where it sees neither other processes nor what is hidden; see `isolation`.
    network : bool
        Whether it may use the network; without it only where it is isolated.
    hidden : sequence of str
        The files and folders that it shall not see, such as `isolation.credentials`; needs `isolated`.
    report : Report
        Told about every code cell.
    cancel : threading.Event, optional
        When it is set, everything the run started is ended.

    Returns
    -------
    Execution
        A cell that fails is a result, not an error.

    Raises
    ------
    BadInput
        When `target` is `source`.
    MissingFile
        When there is no such notebook or folder.
    Cancelled
        When it was cancelled; the processes are gone.
    """
    source, target, cwd = Path(source).resolve(), Path(target).resolve(), Path(cwd).resolve()
    if source == target:
        raise BadInput(f"{source.name} would be overwritten by its own re-run.", "Give the result another name.")
    for needed in (source, cwd):
        if not needed.exists():
            raise MissingFile(f"{needed} is not there.")
    spec = kernel or kernels.of_python(python or sys.executable)
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        order = {
            "source": str(source),
            "target": str(target),
            "cwd": str(cwd),
            "kernel": kernels.NAME,
            "language": spec.language,
            "cell_timeout": cell_timeout,
            "most": MOST,
            "parameters": dict(parameters or {}),
            "isolated": isolated,
            "network": network,
            "hidden": list(map(str, hidden)) if isolated else [],
        }
        (scratch / "order.json").write_text(json.dumps(order), "utf-8")
        spec.write(scratch / "jupyter", isolated=isolated)
        environment = clean_environment(os.environ, home or scratch / "home", scratch)
        started = time.monotonic()
        ended, last, cells = _watch(scratch, environment, timeout, report, cancel or threading.Event())
        return _judge(source, target, ended, last, cells, time.monotonic() - started)


def clean_environment(environ: Mapping[str, str], home: Path, scratch: Path) -> dict[str, str]:
    """Return the environment of a run: no credentials, no personal settings, folders of its own.

    Parameters
    ----------
    environ : dict
        What to start from.
    home : Path
        Becomes HOME; made if it is not there.
    scratch : Path
        A folder for temporary files; its subfolder ``jupyter`` holds the kernel.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if not _SECRET.search(name) and not _PERSONAL.match(name) and not _USER_IN_URL.search(value)
    }
    own = {"HOME": home, "USERPROFILE": home, "APPDATA": home / "AppData", "LOCALAPPDATA": home / "AppData"}
    own |= {name: scratch / "tmp" for name in ("TMPDIR", "TEMP", "TMP")}
    own |= {"JUPYTER_PATH": scratch / "jupyter", "IPYTHONDIR": home / ".ipython"}
    for path in own.values():
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept |= {name: str(path) for name, path in own.items()}
    # Packages that the user installed for themselves stay importable, though HOME is another.
    kept.setdefault("PYTHONUSERBASE", site.getuserbase())
    return {**kept, RERUN_VARIABLE: "1", "PYTHONIOENCODING": "utf-8"}


# --- the child process ------------------------------------------------------------------------------------------------


def _watch(
    scratch: Path, environment: dict[str, str], timeout: float | None, report: Report, cancel: threading.Event
) -> tuple[dict[str, Any], int | None, int]:
    """Start the child, report what it tells, and make sure that nothing of it is left.

    Returns
    -------
    ended : dict
        ``reason`` and ``message``.
    last : int or None
        The cell that was run last.
    cells : int
        How many code cells were begun.
    """
    mark = uuid.uuid4().hex
    began = time.time()
    deadline = None if timeout is None else time.monotonic() + timeout
    order = json.loads((scratch / "order.json").read_text("utf-8"))
    command = [sys.executable, "-m", "zenodo_jupyter._run", str(scratch / "order.json")]
    if order["isolated"]:
        command = isolation.around(command, network=order["network"])
    ended: dict[str, Any] | None = None
    last, cells = None, 0
    with open(scratch / "stderr.txt", "wb") as stderr:
        child = subprocess.Popen(
            command,
            cwd=scratch,  # not the notebook's folder: a json.py there would be imported
            env={**environment, MARK: mark, "PYTHONPATH": _module_path(environment)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            **processes.of_its_own(),
        )
    events: queue.Queue[bytes | None] = queue.Queue()
    threading.Thread(target=_read, args=(child.stdout, events), daemon=True).start()
    late = False
    said = Progress("execute", "Starting the kernel")
    try:
        while True:
            try:
                line = events.get(timeout=_BEAT)
            except queue.Empty:
                report(said)  # again, since whoever watches may answer with a cancel, also while one cell runs for ever
                if cancel.is_set():
                    raise Cancelled("The run was stopped; its processes are ended.") from None
                if deadline is not None and time.monotonic() > deadline:
                    if late:  # it did not even write down what it had
                        break
                    late, deadline = True, time.monotonic() + GRACE
                    # The kernel; what runs it then saves and ends.
                    processes.end(_but_the_runner(processes.started_by(child.pid, MARK, mark, began)))
                continue
            if line is None:
                break
            event = json.loads(line)
            if event["event"] == "end":
                ended = event
                continue
            last, cells = event["cell"], cells + 1
            message = f"Running cell {cells} of {event['total']}"
            said = Progress("execute", message, event["done"], event["total"], "cells", f"cell {last + 1}")
            report(said)
    finally:
        processes.end([*processes.started_by(child.pid, MARK, mark, began), child.pid])
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()
        child.wait()
    if late:
        ended = {"reason": "timeout", "message": f"It took longer than {timeout:g} seconds."}
    if ended is None:
        complaint = (scratch / "stderr.txt").read_text("utf-8", "replace").strip().splitlines()
        ended = {
            "reason": "broken",
            "message": complaint[-1] if complaint else f"The process ended with {child.returncode}.",
        }
    return ended, last, cells


def _but_the_runner(pids: Sequence[int]) -> list[int]:
    """Leave out the process that watches the kernel, which stands below ``unshare`` where a run is isolated."""
    import psutil

    left = []
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            if "zenodo_jupyter._run" not in psutil.Process(pid).cmdline():
                left.append(pid)
    return left


def _module_path(environment: Mapping[str, str]) -> str:
    """Let the child import this package from where it is, installed or not."""
    here = str(Path(__file__).resolve().parent.parent)
    return os.pathsep.join([*filter(None, [environment.get("PYTHONPATH")]), here])


def _read(pipe: Any, events: queue.Queue[bytes | None]) -> None:
    for line in pipe:
        events.put(line)
    events.put(None)


# --- how it went --------------------------------------------------------------------------------------------------------


def _judge(
    source: Path, target: Path, ended: dict[str, Any], last: int | None, cells: int, seconds: float
) -> Execution:
    """Look into the executed notebook: papermill also raises where the author expects an error, so that does not count."""
    import nbformat

    if not target.exists():  # not even the kernel started: a notebook without outputs says so best
        nb = nbformat.read(source, as_version=4)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(nb, target)
    if ended["reason"]:
        message = ended["message"].strip().split("\n", 1)[0]
        return Execution(False, ended["reason"], last, message, seconds=seconds, cells=cells)
    nb = nbformat.read(target, as_version=4)
    for index, cell in enumerate(nb.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "error" and not _expected(cell, output):
                error = f"{output.ename}: {output.evalue}".strip().split("\n", 1)[0]
                text = _plain("\n".join(output.traceback))
                return Execution(False, "error", index, error, output.ename, output.evalue, text, seconds, cells)
        if not cell.get("outputs") or any(output.output_type == "error" for output in cell.outputs):
            continue
        if cell.metadata.get("papermill", {}).get("exception"):  # a magic that fails says so on standard error alone
            said = "".join(output.get("text", "") for output in cell.outputs if output.get("name") == "stderr")
            ename, _, evalue = _plain(said).strip().rpartition("\n")[2].partition(": ")
            return Execution(False, "error", index, f"{ename}: {evalue}", ename, evalue, "", seconds, cells)
    return Execution(True, seconds=seconds, cells=cells)


def _expected(cell: Mapping[str, Any], output: Mapping[str, Any]) -> bool:
    """Whether an error is meant: its cell says so, or it ends the notebook with ``sys.exit(0)``."""
    if expects_error(cell):
        return True
    return output.get("ename") == "SystemExit" and output.get("evalue") in ("", "0", "None")


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
