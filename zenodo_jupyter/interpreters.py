"""The Pythons on this machine, and the one that is nearest to what a notebook was written with."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from packaging.version import InvalidVersion, Version

#: The oldest minor version that ipykernel 5.3 still runs on, as 3.N.
OLDEST = 6
#: Seconds that one interpreter may take to say its version.
_PATIENCE = 10


@dataclass(frozen=True)
class Interpreter:
    """One Python.

    Attributes
    ----------
    path : str
        Absolute.
    version : str
        Such as ``3.8.18``.
    """

    path: str
    version: str

    @property
    def minor(self) -> int:
        """The N of 3.N."""
        return Version(self.version).minor


def found() -> tuple[Interpreter, ...]:
    """Return the Pythons 3.6 and newer on this machine, newest first; this one stands for its own version.

    Looked for are this one, those on the path, those of pyenv whether active or not, and those that uv manages. Nothing is
    downloaded.
    """
    return _found(os.environ.get("PATH", ""), str(_pyenv()))


@lru_cache(maxsize=8)
def _found(path: str, pyenv: str) -> tuple[Interpreter, ...]:
    by_version = {".".join(map(str, sys.version_info[:3])): sys.executable}
    names = ["python3", "python", *(f"python3.{minor}" for minor in range(OLDEST, sys.version_info.minor + 10))]
    # A shim of pyenv starts a shell each time, and what it leads to is found below.
    folders = [folder for folder in path.split(os.pathsep) if Path(folder) != Path(pyenv, "shims")]
    candidates = [shutil.which(name, path=os.pathsep.join(folders)) for name in names]
    for python in (*Path(pyenv).glob("versions/*/bin/python"), *Path(pyenv).glob("versions/*/python.exe")):
        named = re.search(r"versions[/\\](\d+\.\d+\.\d+)[/\\]", str(python))
        if named:
            by_version.setdefault(named[1], str(python))
    for candidate in dict.fromkeys(filter(None, candidates)):
        version = version_of(candidate)
        if version:
            by_version.setdefault(version, candidate)
    for version, at in _managed():
        by_version.setdefault(version, at)
    known = (Interpreter(at, version) for version, at in by_version.items())
    usable = [one for one in known if Version(one.version).major == 3 and one.minor >= OLDEST]
    return tuple(sorted(usable, key=lambda one: Version(one.version), reverse=True))


def nearest(wanted: str, among: tuple[Interpreter, ...] | None = None) -> Interpreter:
    """Return the Python that is nearest to a version.

    The same minor version goes before all others, then the smaller distance, then the newer; of several with one minor
    version the very one that is wanted, else the newest. Without a wanted version it is this one.

    Examples
    --------
    >>> here = tuple(Interpreter("/p", v) for v in ("3.12.1", "3.9.2", "3.8.18", "3.8.5"))
    >>> [nearest(v, here).version for v in ("3.8", "3.8.5", "3.10", "3.7.1", "2.7.18")]
    ['3.8.18', '3.8.5', '3.9.2', '3.8.18', '3.8.18']
    """
    among = among or found()
    try:
        version = Version(wanted)
    except InvalidVersion:
        version = Version(".".join(map(str, sys.version_info[:2])))
    minor = version.minor if version.major == 3 else 0

    def rank(one: Interpreter) -> tuple[int, int, bool, bool, Version]:
        exact = one.version == wanted
        return (-abs(one.minor - minor), one.minor, exact, one.path == sys.executable, Version(one.version))

    return max(among, key=rank)


def own() -> Interpreter:
    """Return the Python that this runs in."""
    return Interpreter(sys.executable, ".".join(map(str, sys.version_info[:3])))


def is_met(wanted: str, version: str) -> bool:
    """Tell whether a Python is one that was asked for, by its minor version; no wish is always met."""
    return not wanted or version.split(".")[:2] == wanted.split(".")[:2]


def _pyenv() -> Path:
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def version_of(path: str) -> str:
    """Return an interpreter's version, such as ``3.8.18``; empty where it does not say."""
    try:
        done = subprocess.run(
            [path, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"],
            capture_output=True, text=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    told = done.stdout.strip()
    return told if done.returncode == 0 and re.fullmatch(r"\d+\.\d+\.\d+", told) else ""


def _managed() -> list[tuple[str, str]]:
    """Return version and path of the Pythons that uv has downloaded."""
    from .installers import find_uv

    uv = find_uv()
    if uv is None:
        return []
    try:
        command = [
            uv,
            "python",
            "list",
            "--only-installed",
            "--managed-python",
            "--no-config",
            "--output-format",
            "json",
        ]
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL)
        listed = json.loads(done.stdout or b"[]")
        return [(str(one["version"]), str(one["path"])) for one in listed if one["implementation"] == "cpython"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return []
