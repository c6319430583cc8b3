"""Rehearse a publication: what would be published is laid out elsewhere, run there in an environment of its own, and compared.

collect · lay out · environment from the bundle's own files · run · compare · run again · keep the result

It never forbids anything; it tells. What it told goes into the record, if notebook and files are still the same then.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import attempts, execute, isolation, locking, notebook
from . import collect as collecting
from .collect import Plan
from .compare import Comparison, compare
from .keeping import keep
from .metadata import Metadata
from .names import safe_join
from .report import Progress, Report, silent
from .verdict import Rung, UsedEnvironment, holds, rung

if TYPE_CHECKING:
    from .config import Config

#: Of the JSON.
SCHEMA_VERSION = "1.0"


@dataclass(frozen=True)
class Rehearsal:
    """What came of a rehearsal.

    Attributes
    ----------
    notebook : str
        The notebook's name.
    execution : Execution
        How the run ended.
    comparison : Comparison
        The stored outputs beside those of the run; what a second run gave otherwise is called ``unsteady``.
    again : Comparison or None
        The run beside a second one; None where the first did not end well.
    environment : UsedEnvironment
        What it ran in.
    network : bool
        Whether the notebook could use the network.
    at : str
        When, in UTC, ISO 8601.
    state : str
        Checksum of notebook and files; of another state it says nothing.
    notes : tuple of str
        What else is to be known.
    """

    notebook: str
    execution: execute.Execution
    comparison: Comparison
    again: Comparison | None
    environment: UsedEnvironment
    network: bool
    at: str
    state: str
    notes: tuple[str, ...] = ()

    @property
    def rung(self) -> Rung:
        """How far it came."""
        return rung(holds(self.comparison, ran=self.execution.ok, again=self.again))

    @property
    def verdict(self) -> str:
        """The result in one or two sentences."""
        used = self.environment
        with_what = f"with {f'Python {used.python} and ' if used.python else ''}{used.words}"
        if not self.execution.ok:
            where = "" if self.execution.failed_cell is None else f" at cell {self.execution.failed_cell + 1}"
            return f"It stopped{where}: {self.execution.error.rstrip('.')}, {with_what}."
        network = "" if self.network else ", without the network"
        return f"{self.comparison.summary(f'R{int(self.rung)}')}, {with_what}{network}."

    @property
    def advice(self) -> str:
        """What to do about a run that stopped; empty where nothing is."""
        name = self.execution.ename
        if self.execution.ok:
            return ""
        if name in ("ModuleNotFoundError", "ImportError"):
            return "Install the missing package in the notebook's kernel and run it there, or put the module beside it."
        if name in ("FileNotFoundError", "NotADirectoryError"):
            return "Name the missing file (--data), or write its path relative to the notebook."
        if name in ("URLError", "ConnectionError", "HTTPError", "gaierror") and not self.network:
            return "It uses the network, which may not answer for others: put what it fetches beside it."
        if name == "NameError":
            return "Restart the kernel and run all cells: something was defined in a cell that is gone or stands below."
        return "Restart the kernel and run all cells, to see the same here."

    def to_json(self) -> dict[str, Any]:
        """Return what goes into the record: no path, no name of this machine."""
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": "rehearsal",
            "at": self.at,
            "notebook": self.notebook,
            "level": f"R{int(self.rung)}",
            "verdict": self.verdict,
            "ran": self.execution.ok,
            "failed_cell": self.execution.failed_cell,
            "error": self.execution.ename or self.execution.reason,
            "seconds": round(self.execution.seconds, 1),
            "cells": self.execution.cells,
            "network": self.network,
            "environment": self.environment.to_json(),
            "outputs": self.comparison.to_json(),
            "advice": self.advice,
            "state": self.state,
            "notes": list(self.notes),
        }


def rehearse(
    path: Path,
    *,
    data: Sequence[Path] = (),
    exclude: Sequence[str] = (),
    to: str | None = None,
    metadata: Metadata | None = None,
    timeout: float | None = None,
    environment: str | None = None,
    network: bool | None = None,
    config: Config,
    report: Report = silent,
    cancel: threading.Event | None = None,
) -> Rehearsal:
    """Run what would be published as somebody else would, and say what came out the same.

    Parameters
    ----------
    path, data, exclude, to, metadata, config, report
        See `collect`.
    timeout : float, optional
        The longest that one cell may run, in seconds.
    environment : str, optional
        One of `outlook.STEPS`; without it the bundle's lock or exact versions are installed anew, else what is here is used.
    network : bool, optional
        Whether the notebook may use the network; if not given, it may not, where this machine can keep it away.
    cancel : threading.Event, optional
        Stops it.

    Raises
    ------
    BadInput
        When the notebook cannot be used, or no kernel of its language is installed.
    Cancelled
        When it was cancelled.
    """
    plan = collecting.collect(path, data=data, exclude=exclude, to=to, metadata=metadata, config=config, report=report)
    online = not isolation.is_possible() if network is None else network
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch, "record")
        described = locking.locked(plan.environment, Path(config.data_dir) / "locks", report=report)
        _lay_out(plan, described.to_files() if described else {}, folder)
        name = plan.bundle.notebook.key
        attempt = attempts.attempt(
            folder, name, published=date.today(), timeout=timeout, environment=environment, parameters=None,
            network=online, config=config, anew=True,
        )  # fmt: skip
        prepared = attempt.prepare(report, cancel)
        first, second = Path(scratch, "first.ipynb"), Path(scratch, "second.ipynb")
        execution = attempt.run(first, prepared, report=report, cancel=cancel)
        report(Progress("compare", "Comparing the outputs"))
        rerun = notebook.read(first)
        comparison, again = compare(plan.nb, rerun, stopped=execution.failed_cell), None
        if execution.ok:
            report(Progress("execute", "Running it a second time, to find what is not deterministic"))
            attempt.run(second, prepared, report=report, cancel=cancel)
            again = compare(rerun, notebook.read(second))
            comparison = comparison.beside(again)
    now = datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
    done = Rehearsal(name, execution, comparison, again, prepared.used, online, now, state(plan), prepared.notes)
    keep(_kept(path, config), json.dumps(done.to_json(), indent=2, ensure_ascii=False) + "\n")
    return done


def kept(plan: Plan, config: Config) -> dict[str, Any] | None:
    """Return the JSON of the last rehearsal of a notebook, if notebook and files have not changed since; None otherwise."""
    try:
        told = json.loads(_kept(plan.notebook, config).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and told.get("state") == state(plan) else None


def state(plan: Plan) -> str:
    """Return a checksum of what a rehearsal was about: the cells with their outputs, and each file by size and last change."""
    files = []
    for file in plan.bundle.files:
        if file.role not in ("notebook", "environment"):
            changed = file.path.stat().st_mtime_ns if file.path and file.path.is_file() else 0
            files.append((file.key, file.size, changed))
    packages = plan.environment.to_files().get("requirements.txt", "") if plan.environment else ""
    told = json.dumps([notebook.fingerprint(plan.nb), sorted(files), packages])
    return hashlib.sha256(told.encode()).hexdigest()


def _kept(path: Path, config: Config) -> Path:
    name = hashlib.sha256(str(Path(path).expanduser().resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return Path(config.data_dir) / "rehearsals" / f"{name}.json"


def _lay_out(plan: Plan, environment: dict[str, str], folder: Path) -> None:
    """Write the files of the bundle into an empty folder, as `get` would bring them."""
    folder.mkdir()
    for file in plan.bundle.files:
        target = safe_join(folder, file.key)
        target.parent.mkdir(parents=True, exist_ok=True)
        with file.open() as source, open(target, "xb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
    for name, text in environment.items():
        if not (folder / name).exists():
            (folder / name).write_text(text, "utf-8")
