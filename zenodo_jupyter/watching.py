"""What code reads and writes, seen while it runs: for files whose names no reading of the code can tell.

Two witnesses: Python's audit hook sees what Python opens, wherever it lies; inotify (Linux) sees what is opened below the
notebook's folder by libraries that read by themselves, which the hook misses (parquet, HDF5, netCDF, polars, duckdb), and by
programs that are called. Other processes that open files there meanwhile are seen too, so a person has a look at the list.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import json
import os
import site
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from .cells import label
from .datafinder import Use
from .keeping import keep

_ACCESS, _MODIFY, _CLOSE_WRITE, _OPEN, _MOVED_TO, _CREATE = 0x1, 0x2, 0x8, 0x20, 0x80, 0x100
_IS_DIR = 0x4000_0000
_NONBLOCK, _CLOEXEC = 0o4000, 0o2000000
_EVENT = struct.Struct("iIII")
#: Folders below the notebook's that are watched; the kernel's own limit is some thousands for a user.
_MOST_FOLDERS = 1000
_CODE = (".py", ".pyc", ".so", ".pyd", ".dll", ".ipynb")


class Sighting(NamedTuple):
    """A file that was touched.

    Attributes
    ----------
    path : Path
        Absolute, links resolved.
    how : str
        ``read`` or ``written``, as it was touched first; what was opened for both counts as written.
    """

    path: Path
    how: str


class Watch:
    """Sees which files are touched between `begin` and `end`.

    Parameters
    ----------
    folder : Path
        The notebook's. Files elsewhere are seen too, where Python opens them, but not those of libraries and of the system.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._touched: dict[Path, str] = {}
        self._open = False
        self._inotify = _Inotify(self.folder) if sys.platform == "linux" else None
        _listen(self._heard)

    def begin(self) -> None:
        """Begin to look, with nothing seen yet."""
        if self._inotify:
            self._inotify.drain()
        self._touched = {}
        self._open = True

    def end(self) -> tuple[Sighting, ...]:
        """Stop looking, and return what was touched, in the order in which it was."""
        self._open = False
        if self._inotify:
            for path, how in self._inotify.drain():
                self._touched.setdefault(path, how)
        return tuple(Sighting(path, how) for path, how in self._touched.items() if self._is_data(path))

    def close(self) -> None:
        """See nothing any more."""
        self._open = False
        _HEARERS.remove(self._heard)
        if self._inotify:
            self._inotify.close()

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._open:
            return
        if event == "open":
            name, mode, flags = arguments
            writes = flags & (os.O_WRONLY | os.O_RDWR) if isinstance(flags, int) else False
            how = "written" if writes or any(letter in (mode or "") for letter in "wax+") else "read"
        elif event == "sqlite3.connect":
            name, how = arguments[0], "read"
        else:
            return
        if isinstance(name, str | bytes | os.PathLike):
            with suppress(OSError, ValueError):
                self._touched.setdefault(Path(os.path.realpath(os.fsdecode(name))), how)

    def _is_data(self, path: Path) -> bool:
        try:
            inside = path.relative_to(self.folder)
        except ValueError:
            return path.is_file() and path.suffix not in _CODE and not _belongs_to_the_machine(path)
        return (
            path.is_file()
            and path.suffix != ".ipynb"
            and not any(part.startswith((".", "__")) for part in inside.parts)
        )


def _belongs_to_the_machine(path: Path) -> bool:
    """Tell whether a file is one of the system, of Python or its packages, of a cache or of somebody's settings."""
    places = {sys.prefix, sys.base_prefix, *site.getsitepackages(), site.getusersitepackages(), tempfile.gettempdir()}
    system = ("/usr", "/etc", "/proc", "/sys", "/dev", "/lib", "/opt", "/run", "/var", "/System", "/Library")
    if any(path.is_relative_to(place) for place in (*places, *system)):
        return True
    return any(part.startswith(".") or part == "AppData" for part in path.parts)


# A hook cannot be taken off again, so there is one for the process, which tells whoever listens.
_HEARERS: list[Callable[[str, tuple[Any, ...]], None]] = []
_hooked = False


def _listen(hearer: Callable[[str, tuple[Any, ...]], None]) -> None:
    global _hooked
    _HEARERS.append(hearer)
    if not _hooked:
        _hooked = True
        sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("open", "sqlite3.connect"):
        for hearer in _HEARERS:
            hearer(event, arguments)


class _Inotify:
    """Linux's inotify on a folder and those below it, read when asked: the events wait in the kernel meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
        self._handle = self._libc.inotify_init1(_NONBLOCK | _CLOEXEC)
        self._folders: dict[int, Path] = {}
        self._add(folder)

    def _add(self, top: Path) -> None:
        for at, names, _ in os.walk(top):
            names[:] = [name for name in sorted(names) if not name.startswith((".", "__"))]
            if self._handle < 0 or len(self._folders) >= _MOST_FOLDERS:
                return
            mask = _ACCESS | _MODIFY | _CLOSE_WRITE | _OPEN | _MOVED_TO | _CREATE
            number = self._libc.inotify_add_watch(self._handle, os.fsencode(at), mask)
            if number >= 0:
                self._folders[number] = Path(at)

    def drain(self) -> Iterator[tuple[Path, str]]:
        """Return the files touched since the last time, each with what was done to it first."""
        masks: dict[Path, int] = {}
        for path, mask in list(self._events()):
            if mask & _IS_DIR:
                if mask & (_CREATE | _MOVED_TO):
                    self._add(path)
            else:
                masks[path] = masks.get(path, 0) | mask
        made = _CREATE | _MOVED_TO
        return iter(
            [
                (path, "written" if mask & made or (mask & (_MODIFY | _CLOSE_WRITE) and not mask & _ACCESS) else "read")
                for path, mask in masks.items()
            ]
        )

    def _events(self) -> Iterator[tuple[Path, int]]:
        while self._handle >= 0:
            try:
                block = os.read(self._handle, 65_536)
            except BlockingIOError:
                return
            position = 0
            while position < len(block):
                number, mask, _, length = _EVENT.unpack_from(block, position)
                position += _EVENT.size
                name = block[position : position + length].rstrip(b"\0")
                position += length
                if number in self._folders and name:
                    yield self._folders[number] / os.fsdecode(name), mask

    def close(self) -> None:
        """Close it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


# -- what is kept of it ----------------------------------------------------------------------------------------------


class Watched:
    """What was seen of one notebook, kept in the user's data folder by the cells' sources.

    A cell's sightings count as long as a cell with that source is in the notebook.

    Parameters
    ----------
    notebook : Path
        The notebook.
    data_dir : Path
        The user's data folder.
    """

    def __init__(self, notebook: Path, data_dir: Path) -> None:
        self.notebook = notebook.resolve()
        self.file = data_dir / "watched" / f"{_digest(str(self.notebook))}.json"

    def read(self) -> dict[str, dict[str, str]]:
        """Return by cell what it touched: path (relative to the notebook's folder where it is below it) to how."""
        try:
            kept = json.loads(self.file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return kept.get("cells", {}) if isinstance(kept, dict) else {}

    def note(self, source: str, sightings: tuple[Sighting, ...]) -> None:
        """Keep what a cell touched in its last run, instead of what it did before."""
        cells = self.read()
        folder = self.notebook.parent
        cells[_digest(source)] = {
            s.path.relative_to(folder).as_posix() if s.path.is_relative_to(folder) else str(s.path): s.how
            for s in sightings
        }
        cells = {name: seen for name, seen in cells.items() if seen}
        keep(self.file, json.dumps({"notebook": str(self.notebook), "cells": cells}, indent=1))

    def forget(self) -> None:
        """Keep nothing of it."""
        self.file.unlink(missing_ok=True)

    def uses(self, nb: Mapping[str, Any]) -> tuple[Use, ...]:
        """Return what is still true of a notebook, in the order of its cells; what an earlier cell wrote is no input."""
        cells, found, made = self.read(), [], set()
        for index, cell in enumerate(nb["cells"]):
            for text, how in cells.get(_digest(cell["source"]), {}).items() if cell["cell_type"] == "code" else ():
                path = self.notebook.parent / text
                if not path.is_file():
                    continue
                made |= {text} if how == "written" else set()
                how = "written" if text in made else how
                place = "outside" if Path(text).is_absolute() else "inside"
                found.append(Use(text, how, place, label(cell, index), index))
        return tuple(found)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
