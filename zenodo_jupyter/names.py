"""Names that strangers chose, joined to a folder of ours: the one function that does it."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from .errors import UnsafeName

# Device names of Windows, with any extension: opening "aux.txt" there opens a device.
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?", re.IGNORECASE | re.DOTALL)
#: Bytes of a name in a folder, on all usual file systems.
_LONGEST = 255
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*\\]|[. ]$')


def safe_join(folder: Path, name: str) -> Path:
    """Join a name that somebody else chose to a folder, so that the result is inside it.

    Parameters
    ----------
    folder : Path
        The folder; need not exist.
    name : str
        A relative name with ``/`` between folders, such as ``data/a.csv``.

    Raises
    ------
    UnsafeName
        When the name is empty or absolute, goes up, has a drive letter, control characters or the name of a Windows device,
        or goes through a link that leads out of the folder.

    Examples
    --------
    >>> safe_join(Path("here"), "data/a.csv").as_posix()
    'here/data/a.csv'
    """
    folder = Path(folder)
    why = fault(name)
    if why:
        raise UnsafeName(f"The file name {name[:200]!r} {why}; it was not written.", "Choose other files.")
    target = folder.joinpath(*name.split("/"))
    if not target.resolve().is_relative_to(folder.resolve()):
        raise UnsafeName(
            f"The file name {name[:200]!r} goes through a link that leads out of the folder; it was not written.",
            "Choose other files.",
        )
    return target


def fault(name: str) -> str:
    """Say why a name cannot be had in any folder on any computer, or nothing.

    The same names are refused on their way up as on their way down, so that nobody publishes what nobody can get.

    Examples
    --------
    >>> fault("data/con.csv"), fault("data/a.csv")
    ('is that of a device on Windows', '')
    """
    # A backslash is a letter here and a folder there: both readings must be harmless.
    parts = re.split(r"[/\\]", name)
    if not name:
        return "is empty"
    if name[0] in "/\\" or re.match(r"[A-Za-z]:", name):
        return "is an absolute path"
    if any(part in ("", ".", "..") for part in parts):
        return "does not stay in its folder"
    if any(ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF for c in name):
        return "has control characters in it, or what is no character"
    if any(len(part.encode()) > _LONGEST for part in parts):
        return "is longer than disks allow"
    if any(_DEVICES.fullmatch(part) for part in parts):
        return "is that of a device on Windows"
    if os.name == "nt" and any(_NOT_ON_WINDOWS.search(part) for part in name.split("/")):
        return "cannot be had on Windows"
    return ""


def clashes(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of names that cannot both be files: one is a folder of the other, or only case or composition differ.

    Examples
    --------
    >>> clashes(["a", "a/b.csv", "c"]), clashes(["Data.csv", "data.csv"])
    ([('a', 'a/b.csv')], [('Data.csv', 'data.csv')])
    """
    seen: dict[str, str] = {}
    found = []
    # By parts, so that a folder comes right before what is in it.
    for name in sorted(names, key=lambda n: (n.count("/"), n)):
        folded = unicodedata.normalize("NFC", name.casefold())  # macOS takes both ways to write an accent for one name
        ancestors = [folded[: m.start()] for m in re.finditer("/", folded)]
        found += [(seen[a], name) for a in (*ancestors, folded) if a in seen]
        seen[folded] = name
    return found
