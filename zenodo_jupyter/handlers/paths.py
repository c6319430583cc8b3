"""Contents paths (what front ends name files by) and where they are on the disk."""

from __future__ import annotations

import os
from pathlib import Path, PurePath
from typing import Any

from jupyter_core.paths import is_hidden
from jupyter_server.services.contents.fileio import FileManagerMixin
from tornado.web import HTTPError

from ..errors import BadInput, MissingFile, UnsafeName

#: The drive that jupyter-collaboration puts before the path of a shared document; the file is the server's own.
SHARED = "RTC"


def real(contents: Any, path: str) -> Path:
    """Return where a contents path is on the disk, whether or not something is there.

    Parameters
    ----------
    contents : ContentsManager
        The server's.
    path : str
        Relative to the server's folder, with ``/`` between names.

    Raises
    ------
    BadInput
        When the server does not keep its files on a disk, or the path is on another drive.
    UnsafeName
        When it leads out of the server's folder.
    MissingFile
        When it is hidden, and this server does not show hidden files.
    """
    if not isinstance(contents, FileManagerMixin):
        raise BadInput(
            f"This server does not keep its files on a disk ({type(contents).__name__}), and files cannot be sent from there.",
            "Copy the notebook and its data to a server or a computer that does.",
        )
    root = root_of(contents)
    try:
        found = Path(contents._get_os_path(_without_drive(path, root)))
    except HTTPError:
        raise UnsafeName(
            f"{path!r} is outside of the folder that this server shows.", "Name a file inside of it."
        ) from None
    if not getattr(contents, "allow_hidden", False) and is_hidden(found, root):
        raise MissingFile(f"{path!r} is hidden, and this server does not show hidden files.", "Rename or move it.")
    return found


def root_of(contents: Any) -> Path:
    """Return the server's folder."""
    return Path(os.path.abspath(contents.root_dir))


def shown(root: Path, path: Path) -> str:
    """Return the contents path of something on the disk; the absolute path of what the server does not show."""
    inside = os.path.relpath(path, root)
    return str(path) if inside.startswith("..") else PurePath(inside).as_posix().removeprefix(".")


def opened(root: Path, path: str) -> str | None:
    """Return the contents path by which a front end can open a file; None where it is gone, or outside of the folder."""
    return shown(root, Path(path)) if path and Path(path).is_relative_to(root) and Path(path).exists() else None


def _without_drive(path: str, root: Path) -> str:
    drive, colon, rest = path.lstrip("/").partition(":")
    if not colon or "/" in drive or (root / path.lstrip("/")).exists():  # a colon may also stand in a name
        return path.strip("/")
    if drive != SHARED:
        raise BadInput(
            f"{path!r} is on the drive {drive!r}, which is not this server's disk.", "Copy it to the server."
        )
    return rest.strip("/")
