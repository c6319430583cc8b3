"""One notebook of a record: what would be done with it, and the doing, with what its code turns out to need besides."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import distributions, execute, kernels, preparing
from . import notebook as notebooks
from . import outlook as outlooks
from .cells import python_cells
from .compare.pairing import tags_of
from .errors import BadInput, CouldNotAsk, NotInstallable
from .outlook import Outlook
from .preparing import Prepared
from .report import Progress, Report
from .rerun import Rerun, limit
from .verdict import UsedEnvironment

if TYPE_CHECKING:
    from .config import Config

#: How many packages that only a run shows to be missing are put in, one after another.
MENDED = 3
#: Steps whose packages are guessed by the imports, so that a guess may be put right.
_GUESSED = frozenset({"era", "today"})
# What says which module was missing: Python's own words first, then how libraries put it.
_MISSING = (
    re.compile(r"No module named '([A-Za-z_]\w*)"),
    re.compile(r"(?:[Mm]issing optional dependency|[Pp]lease install|pip install|[Uu]nable to import)\s+[`'\"]?(\w[\w-]*)"),
    re.compile(r"\b[`'\"]?(\w[\w-]*)[`'\"]? (?:must be|is not|needs to be) installed"),
    re.compile(r"requires? (?:the )?[`'\"]?(\w[\w-]*)[`'\"]?(?: (?:package|library|module)| to be installed)"),
)  # fmt: skip


@dataclass(frozen=True)
class Attempt:
    """What would be done with one notebook; nothing has run and nothing is installed.

    Attributes
    ----------
    name : str
        The notebook's, among the record's files.
    archived : NotebookNode
        The notebook as it was published.
    run : Rerun
        How it is run.
    outlook : Outlook or None
        Which environments there are for it; None where it is not in Python.
    kernel : kernels.Spec or None
        The installed kernel of its language, where that is not Python.
    """

    name: str
    archived: Mapping[str, Any]
    run: Rerun
    outlook: Outlook | None = None
    kernel: kernels.Spec | None = None

    @property
    def title(self) -> str:
        """The notebook, its size and its language."""
        cells = sum(cell["cell_type"] == "code" for cell in self.archived["cells"])
        language = self.kernel.language if self.kernel else "Python"
        version = notebooks.kernel(self.archived).version
        return f"{self.name}: {cells} code cells, {language} {version}".rstrip()

    @property
    def words(self) -> str:
        """What would be installed, in the words of a question."""
        if self.outlook is not None:
            return self.outlook.words
        return f"It runs with the {self.kernel.language if self.kernel else ''} of this computer; nothing is installed."

    def prepare(self, report: Report, cancel: threading.Event | None) -> Prepared:
        """Make its environment; see `preparing.prepare`."""
        if self.outlook is not None:
            return preparing.prepare(self.outlook, report=report, cancel=cancel)
        language = self.kernel.language if self.kernel else ""
        return Prepared("", UsedEnvironment("current", "", language=language), kernel=self.kernel)

    def do(
        self, executed: Path, *, left: Path | None, report: Report, cancel: threading.Event | None
    ) -> tuple[Prepared, execute.Execution]:
        """Prepare and run it; where packages were guessed and one was missing, put it in and run it once more.

        Parameters
        ----------
        executed : Path
            Where the executed notebook goes.
        left, report, cancel
            See `preparing.prepare` and `Rerun`, with their errors.
        """
        prepared = self.prepare(report, cancel)
        execution = self.run(executed, prepared, left=left, report=report, cancel=cancel)
        outlook, asked = self.outlook, list[str]()
        while outlook is not None and prepared.used.step in _GUESSED and len(asked) < MENDED:
            module = missing(execution)
            wanted = distributions.of_module(module) if module else ""
            if not wanted or wanted in outlook.wanted:
                break
            report(Progress("environment", f"Its code asked for {wanted}"))
            outlook = replace(outlook, steps=(prepared.used.step,), wanted=(*outlook.wanted, wanted))
            try:
                again = preparing.prepare(outlook, report=report, cancel=cancel)
            except (NotInstallable, CouldNotAsk):
                break
            asked.append(wanted)
            tried = prepared.used.tried
            note = (
                f"Its code asked for {', '.join(asked)} while it ran, which it does not import itself; installed too."
            )
            prepared = replace(again, used=replace(again.used, tried=tried), notes=(*again.notes, note))
            execution = self.run(executed, prepared, left=left, report=report, cancel=cancel)
        return prepared, execution


def attempt(
    folder: Path,
    name: str,
    *,
    published: date,
    timeout: float | None,
    environment: str | None,
    parameters: Mapping[str, Any] | None,
    network: bool,
    config: Config,
    anew: bool = False,
) -> Attempt:
    """Look what can be done with one notebook of a record.

    Parameters
    ----------
    folder : Path
        The record's files.
    name : str
        The notebook among them.
    published : date
        When the record was published.
    timeout, environment, parameters, network, config
        See `reproduce.reproduce`.
    anew : bool
        Whether what a record describes is installed anew, though what is here would do.

    Raises
    ------
    BadInput
        When it is no notebook, has no such parameter, or no kernel of its language is installed.
    """
    archived = notebooks.read(folder / name, upgrade=True)
    refuse_unknown(parameters or {}, archived, name)
    run = Rerun(folder, name, config, timeout or limit(archived), parameters or {}, network)
    spoken = notebooks.kernel(archived)
    if spoken.language not in ("", "python"):
        return Attempt(name, archived, run, kernel=kernels.installed(spoken.name, spoken.language))
    outlook = outlooks.look(folder, name, archived, published=published, config=config, only=environment, anew=anew)
    return Attempt(name, archived, run, outlook)


def refuse_unknown(parameters: Mapping[str, Any], nb: Mapping[str, Any], name: str) -> None:
    """Raise BadInput for parameters that a notebook does not have: set all the same, they would change nothing.

    Those that it has are what its cell tagged ``parameters`` sets, as far as that is Python.
    """
    if not parameters:
        return
    cell = next((cell for cell in nb["cells"] if "parameters" in tags_of(cell)), None)
    if cell is None:
        raise BadInput(f"{name} has no cell tagged parameters, so it has none that could be set.")
    code = next(python_cells({**nb, "cells": [cell]}), None)
    targets = [node for node in ast.walk(code.tree) if isinstance(node, ast.Name)] if code and code.tree else []
    known = {node.id for node in targets if isinstance(node.ctx, ast.Store)}
    for one in parameters:
        if not re.fullmatch(r"[^\W\d][\w.]*", one) or (known and one not in known):
            raise BadInput(f"{name} has no parameter {one!r}.", f"It has {', '.join(sorted(known)) or 'others'}.")


def missing(execution: execute.Execution) -> str:
    """Return the module that a run stopped for; empty where it did not stop for one.

    A library that needs another only for some things says so in words of its own; Python's, before them in the traceback, name
    the module.
    """
    if execution.ename not in ("ModuleNotFoundError", "ImportError"):
        return ""
    for pattern in _MISSING:
        found = pattern.search(f"{execution.traceback}\n{execution.error}")
        if found:
            return found[1]
    return ""
