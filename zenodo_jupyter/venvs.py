"""Virtual environments for re-runs: built once from a recipe, kept, and never one of the person's own."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from . import installers
from .errors import NotInstallable
from .interpreters import Interpreter
from .keeping import in_words, keep
from .report import Progress, Report, silent

#: What starts the kernel; 5.3 is the oldest that today's jupyter_client gets on with (a bare name resolves to older ones).
KERNEL = "ipykernel>=5.3"
#: Seconds after which an environment that nobody used is thrown away: 60 days.
UNUSED = 60 * 24 * 3600
_DONE = "zenodo_jupyter.json"


@dataclass(frozen=True)
class Recipe:
    """What an environment is made of.

    Attributes
    ----------
    python : Interpreter
        Its Python.
    lines : tuple of str
        Requirements.
    complete : bool
        Whether the lines name all there is; otherwise what they require is installed too.
    hashed : bool
        Whether every line has the checksums of its files.
    day : str
        ISO date; nothing that came later is installed. Empty for no such limit. Only uv can do it.
    """

    python: Interpreter
    lines: tuple[str, ...]
    complete: bool = False
    hashed: bool = False
    day: str = ""

    @property
    def key(self) -> str:
        """Names the environment: the same recipe on the same platform is built once."""
        told = json.dumps([platform.platform(), self.python.version, asdict(self)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:24]


def build(
    recipe: Recipe, place: Path, *, report: Report = silent, cancel: threading.Event | None = None
) -> tuple[str, dict[str, str]]:
    """Return the interpreter of an environment made by a recipe, and what is installed in it.

    Parameters
    ----------
    recipe : Recipe
        What it is made of.
    place : Path
        The folder in which environments are kept.
    report, cancel
        See `installers.uv`.

    Returns
    -------
    python : str
        Its path.
    versions : dict
        Normalised name to version.

    Raises
    ------
    NotInstallable, CouldNotAsk, Cancelled
        See `installers.uv`. Nothing half-made is left.
    DiskFull, BadInput
        When the place cannot be written.
    """
    folder = place / recipe.key
    with in_words(place):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(place / f"{recipe.key}.lock"):
            if not (folder / _DONE).is_file():
                _make(recipe, folder, report, cancel)
            os.utime(folder / _DONE)
        _throw_away_unused(place)
    python = str(_python_of(folder))
    return python, installers.installed(python, place, cancel)[1]


def _make(recipe: Recipe, folder: Path, report: Report, cancel: threading.Event | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # what a process that was killed had begun
    try:
        with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-", ignore_cleanup_errors=True) as name:
            _install(recipe, folder, Path(name), report, cancel)
        keep(folder / _DONE, json.dumps({"recipe": asdict(recipe)}, indent=2) + "\n")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _install(recipe: Recipe, folder: Path, scratch: Path, report: Report, cancel: threading.Event | None) -> None:
    """Make the virtual environment and install into it, by uv or, where that is not there, by venv and pip."""
    place = folder.parent
    (scratch / "requirements.txt").write_text("\n".join(recipe.lines) + "\n", "utf-8")
    how = ["--no-deps"] * recipe.complete + ["--require-hashes"] * recipe.hashed
    has_kernel = any(re.match(r"ipykernel\b", line) for line in recipe.lines)
    wanted = [[*how, "-r", "requirements.txt"]] * bool(recipe.lines) + [[KERNEL]] * (not has_kernel)
    say = f"Installing {len(recipe.lines)} packages for Python {recipe.python.version}"
    report(Progress("environment", say))
    if installers.find_uv():
        day = ["--exclude-newer", recipe.day] if recipe.day else []
        commands = [["venv", "--quiet", "--no-project", "--python", recipe.python.path, str(folder)]]
        into = ["--python", str(_python_of(folder))]
        commands += [["pip", "install", "--quiet", *into, *day, *arguments] for arguments in wanted]
        for arguments in commands:
            installers.uv(arguments, scratch=scratch, place=place, say=say, report=report, cancel=cancel)
        return
    if recipe.day:
        raise NotInstallable("Only uv can install the packages of a day, and it is not there.")
    pip = [str(_python_of(folder)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    settings = installers.pip_settings()
    make = [recipe.python.path, "-m", "venv", str(folder)]
    installers.call(make, {}, scratch, place, say, report=report, cancel=cancel)
    for arguments in wanted:
        installers.call([*pip, *arguments], settings, scratch, place, say, report=report, cancel=cancel)


def _python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _throw_away_unused(place: Path) -> None:
    for done in place.glob(f"*/{_DONE}"):
        if time.time() - done.stat().st_mtime > UNUSED:
            shutil.rmtree(done.parent, ignore_errors=True)
