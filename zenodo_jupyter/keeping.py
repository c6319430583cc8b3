"""Small files that are kept for a user: whole or not there, readable by nobody else; and what to say when that fails."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .errors import BadInput, DiskFull, ZenodoJupyterError

_FULL = (errno.ENOSPC, errno.EDQUOT)


def keep(path: Path, text: str) -> None:
    """Write a file beside itself, to the disk, and swap it in; its folder is made if it is not there.

    Half of a surrogate pair, which UTF-8 cannot hold, becomes its escape, which JSON reads.

    Raises
    ------
    DiskFull, BadInput
        When it cannot be written; what was there before is untouched.
    """
    with in_words(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes files of mode 0600, on every platform that has modes.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)


@contextlib.contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Let the errors of the system come out as ours, for a file or folder that is kept for the user."""
    try:
        yield
    except OSError as error:
        raise unkept(error, path) from error


def unkept(error: OSError, path: Path) -> ZenodoJupyterError:
    """Say why something could not be kept."""
    why = error.strerror or type(error).__name__
    if error.errno in _FULL:
        return DiskFull(f"There is no room to write {path}.", "Make room on the disk and try again.")
    return BadInput(
        f"{path} cannot be used ({why}).",
        "May you write there? ZENODO_JUPYTER_DATA names another folder for what is kept.",
    )
