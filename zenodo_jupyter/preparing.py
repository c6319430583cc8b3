"""Prepare the environment that a notebook is run again in: step by step, from what its authors had to what is here.

already satisfied · the lock rebuilt · exact pins · conda's or pixi's own file · packages of its era · today's · what is here

Each step that does not do is written down with its reason. Whatever is installed goes into a folder of its own.
"""

from __future__ import annotations

import re
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path

from . import conda, era, installers, interpreters, kernels, packages, venvs
from .errors import CouldNotAsk, NotInstallable
from .outlook import Outlook
from .report import Progress, Report, silent
from .verdict import UsedEnvironment

_NOT_FOUND = re.compile(
    r"(?:[Bb]ecause |there are no versions of )([A-Za-z0-9._-]+) was not found in the package registry"
)
_IMPORT = (
    "import sys\nfor n in sys.argv[1:]:\n try: __import__(n)\n except BaseException as e: print(n, type(e).__name__)"
)


@dataclass(frozen=True)
class Prepared:
    """An environment that is ready.

    Attributes
    ----------
    python : str
        Its interpreter; empty for another language.
    used : UsedEnvironment
        How it was found, and how it differs from what the record says.
    notes : tuple of str
        What else is to be known, such as a line of the record that was not followed.
    kernel : kernels.Spec or None
        What runs it, where that is not a Python.
    requirements : tuple of str
        What is installed in it, as exact lines; empty where that is not known.
    """

    python: str
    used: UsedEnvironment
    notes: tuple[str, ...] = ()
    kernel: kernels.Spec | None = None
    requirements: tuple[str, ...] = ()


def prepare(outlook: Outlook, *, report: Report = silent, cancel: threading.Event | None = None) -> Prepared:
    """Make the environment, by the first step that does.

    Parameters
    ----------
    outlook : Outlook
        From `outlook.look`; a person has agreed to what it says.
    report, cancel
        See `installers.uv`.

    Raises
    ------
    NotInstallable, CouldNotAsk
        When only one step was to be tried, and it did not do.
    Cancelled
        When it was cancelled.
    """
    tried: list[tuple[str, str]] = []
    reachable = True
    for step in outlook.steps:
        if not reachable and step != "current":
            continue
        report(Progress("environment", f"Preparing the environment: {step}"))
        try:
            python, version, used, day, notes = _DO[step](outlook, report, cancel)
        except (NotInstallable, CouldNotAsk) as error:
            if outlook.steps == (step,):
                raise
            tried.append((step, error.message))
            reachable = step == "conda" or not isinstance(error, CouldNotAsk)  # its channels are not the package index
            continue
        differences = packages.differences(outlook.archived, used, version)
        how = UsedEnvironment(step, version, differences, day, tuple(tried))
        about = outlook.about_python() if step not in ("satisfied", "current", "today", "conda") else []
        exact = tuple(f"{name}=={release.split('+')[0]}" for name, release in sorted(used.items()))
        return Prepared(python, how, (*about, *outlook.about_ignored(), *notes), requirements=exact)
    raise AssertionError("the last step never fails")


#: The interpreter, its version, what is installed for it, the day whose packages these are, and notes.
_Done = tuple[str, str, Mapping[str, str], str, list[str]]


def _here(outlook: Outlook, report: Report, cancel: threading.Event | None) -> _Done:
    return sys.executable, interpreters.own().version, outlook.here, "", []


def _lock(outlook: Outlook, report: Report, cancel: threading.Event | None) -> _Done:
    recipe = venvs.Recipe(outlook.python, outlook.archived.lock, complete=True, hashed=True)
    return *_built(recipe, outlook, report, cancel), "", []


def _built(
    recipe: venvs.Recipe, outlook: Outlook, report: Report, cancel: threading.Event | None
) -> tuple[str, str, Mapping[str, str]]:
    python, used = venvs.build(recipe, outlook.place, report=report, cancel=cancel)
    return python, recipe.python.version, used


def _pins(outlook: Outlook, report: Report, cancel: threading.Event | None) -> _Done:
    """Install exact versions; what they require and the record does not name, as it was when it was published."""
    archived = outlook.archived
    lines = archived.pins or tuple(f"{name}=={version}" for name, version in archived.versions.items())
    days = [outlook.published.isoformat(), ""] if installers.find_uv() else [""]
    for day in days:
        try:
            recipe = venvs.Recipe(outlook.python, lines, day=day)
            return *_built(recipe, outlook, report, cancel), "", []
        except NotInstallable as error:  # some indexes do not say when a file came
            failed = error
    raise failed


def _conda(outlook: Outlook, report: Report, cancel: threading.Event | None) -> _Done:
    assert outlook.archived.conda is not None
    python = conda.build(outlook.archived.conda, outlook.place, report=report, cancel=cancel)
    return python, *installers.installed(python, outlook.place, cancel), "", []


def _era(outlook: Outlook, report: Report, cancel: threading.Event | None) -> _Done:
    """Take the packages of the day, or of an earlier one where those cannot even be imported; the best of them.

    Of each day wheels alone are tried first, and then what was there as sources, too.
    """
    earliest = (
        None if interpreters.is_met(outlook.asked_python, outlook.python.version) else era.earliest(outlook.python)
    )
    days = dict.fromkeys(max(day, earliest or day) for day in era.days(outlook.published))
    best: tuple[int, _Done] | None = None
    failed: NotInstallable | None = None
    tried: list[tuple[str, ...]] = []
    for day, wheels in product(days, (True, False)):
        try:
            lines, dropped = _resolved(outlook, day, wheels, report, cancel)
            if lines in tried:
                continue
            tried.append(lines)
            hashed = all("--hash" in line for line in lines)
            recipe = venvs.Recipe(outlook.python, lines, complete=True, hashed=hashed)
            built = _built(recipe, outlook, report, cancel)
        except NotInstallable as error:
            failed = failed or error
            continue
        broken = _cannot_import(built[0], outlook, cancel)
        notes = [f"{name} is in no package index and was left out." for name in dropped]
        notes += [f"With the packages of {day}, {what} cannot be imported." for what in broken]
        if best is None or len(broken) < best[0]:
            best = (len(broken), (*built, day.isoformat(), notes))
        if not broken:
            break
    if best is None:
        raise failed or NotInstallable("There are no packages of that day.")
    return best[1]


def _today(outlook: Outlook, report: Report, cancel: threading.Event | None) -> _Done:
    return *_built(venvs.Recipe(interpreters.own(), outlook.wanted), outlook, report, cancel), "", []


_DO: dict[str, Callable[[Outlook, Report, threading.Event | None], _Done]] = {
    "satisfied": _here, "lock": _lock, "pins": _pins, "conda": _conda, "era": _era, "today": _today, "current": _here,
}  # fmt: skip


def _resolved(
    outlook: Outlook, day: date, wheels: bool, report: Report, cancel: threading.Event | None
) -> tuple[tuple[str, ...], list[str]]:
    """Return the packages of a day, without those that no index knows: an import need not be called like its package."""
    wanted, dropped = list(outlook.wanted), list[str]()
    while True:
        try:
            lines = era.resolve(wanted, outlook.python, day, outlook.place, wheels=wheels, report=report, cancel=cancel)
            return lines, dropped
        except NotInstallable as error:
            unknown = _NOT_FOUND.search(error.message)
            left = [line for line in wanted if not unknown or packages.normal(line) != packages.normal(unknown[1])]
            if len(left) == len(wanted):
                raise
            dropped += [line for line in wanted if line not in left]
            wanted = left


def _cannot_import(python: str, outlook: Outlook, cancel: threading.Event | None) -> Sequence[str]:
    """Return what of the notebook's imports fails, each with its error."""
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-", ignore_cleanup_errors=True) as scratch:
        command = [python, "-c", _IMPORT, *outlook.modules]
        try:
            told = installers.call(
                command, {}, Path(scratch), outlook.place, "Trying the imports", timeout=300, cancel=cancel
            )
        except NotInstallable:
            return ["something"]
    return [f"{line.split()[0]} ({line.split()[1]})" for line in told.splitlines() if len(line.split()) == 2]
