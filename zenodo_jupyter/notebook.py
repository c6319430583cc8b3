"""Notebook files: read and write them without losing or reordering anything, and tell whether one has changed.

What goes *into* a notebook, its badge and the memory of its record, is in `badge`; how one looks as a page is in `rendering`.
Both are offered here under their names.
"""

from __future__ import annotations

import contextlib
import copy
import errno
import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .badge import Deposit, badge_index, badge_markdown, is_badge, read_deposit, stamp, unstamp
from .card import is_card
from .errors import BadInput, DiskFull, MissingFile
from .parsing import parse, upgraded
from .rendering import render_html

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "Deposit",
    "Kernel",
    "badge_index",
    "badge_markdown",
    "dumps",
    "fingerprint",
    "is_badge",
    "kernel",
    "read",
    "read_deposit",
    "render_html",
    "stamp",
    "unstamp",
    "write",
]


class Kernel(NamedTuple):
    """What a notebook says about the kernel that ran it; each part is empty where it says nothing."""

    name: str
    language: str
    version: str


def read(path: Path, content: bytes | None = None, *, upgrade: bool = False) -> NotebookNode:
    """Read a notebook, keeping every key and its order; texts split into lines come as one string, as in nbformat.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file of nbformat 4.
    content : bytes, optional
        What is read instead of what is in the file: what somebody has open, and has not saved.
    upgrade : bool
        Read older formats too, converted to 4; what is published has to be in format 4.

    Raises
    ------
    MissingFile
        When there is no such file.
    DamagedNotebook
        When it cannot be read as a notebook; the message says what is wrong with it.
    """
    import nbformat
    from nbformat.v4.rwbase import rejoin_lines

    path = Path(path)
    content = _load(path) if content is None else content
    nb = nbformat.from_dict(parse(path, upgraded(path, content) if upgrade else content))
    return rejoin_lines(nb)


def write(path: Path, nb: Mapping[str, Any]) -> None:
    """Write a notebook beside its file and swap it in, so that at any moment the old or the new one is there.

    Indent, line ends, escapes, final newline, file mode and owner stay as they were, and a cell that did not change is
    written as it stood. A notebook equal to the one in the file is not written at all. Where `path` is a link, the file that
    it points to is replaced and the link stays.

    Raises
    ------
    BadInput
        When the file or its folder is write-protected; nothing was changed.
    DiskFull
        When there is no room; nothing was changed.
    """
    target = Path(path).resolve()
    content = dumps(nb, like=target)
    if not target.exists() or content != target.read_bytes():
        swap_in(target, content)


def dumps(nb: Mapping[str, Any], *, like: Path | None = None) -> bytes:
    """Return the bytes of a notebook's file, laid out like the file `like` if that exists, else as JupyterLab does.

    A notebook equal to the one in that file gives that file's bytes, however unusual.
    """
    before = _load(like) if like and like.exists() else b""
    old = parse(like, before) if like and before else None
    plain = _unchanged_as_they_stood(nb, old)
    if old is not None and json.dumps(old) == json.dumps(plain):
        return before
    return _Layout.of(before).dump(plain)


def fingerprint(nb: NotebookNode, data: Mapping[str, str] | None = None) -> str:
    """Return a checksum of what matters: it stays the same when a notebook is merely stamped, saved or run again.

    It covers the sources and attachments of all cells but the badge, and the results in the outputs, without what differs
    from run to run: counters, warnings on stderr, addresses in memory, durations and random ids; and without the cards that
    tell what became of it.

    Parameters
    ----------
    nb : NotebookNode
        The notebook.
    data : dict, optional
        SHA-256 by name of the files that belong to it.

    Returns
    -------
    str
        64 hex digits (SHA-256).
    """
    cells = [
        [
            cell["cell_type"],
            cell["source"],
            cell.get("attachments") or {},
            _results(cell),
        ]
        for cell in unstamp(nb)["cells"]
    ]
    text = json.dumps([cells, sorted((data or {}).items())], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def kernel(nb: Mapping[str, Any]) -> Kernel:
    """Return the kernel's name, its language (lower case) and that language's version, as the notebook has them.

    >>> kernel({"metadata": {"kernelspec": {"name": "python3"}, "language_info": {"name": "python", "version": "3.11.2"}}})
    Kernel(name='python3', language='python', version='3.11.2')
    """
    spec = nb["metadata"].get("kernelspec") or {}
    info = nb["metadata"].get("language_info") or {}
    language = info.get("name") or spec.get("language") or ""
    return Kernel(str(spec.get("name") or ""), str(language).lower(), str(info.get("version") or ""))


# --- reading -----------------------------------------------------------------------------------------------------------


def _load(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise MissingFile(f"There is no notebook {path}.", "Check the name and the folder.") from None
    except OSError as error:
        raise BadInput(f"The notebook {path} cannot be read: {error.strerror}.") from error


# --- writing -----------------------------------------------------------------------------------------------------------


class _Layout(NamedTuple):
    """How a notebook's JSON is laid out; the defaults are nbformat's and JupyterLab's."""

    indent: str | int | None = 1
    separators: tuple[str, str] = (",", ": ")
    newline: str = "\n"
    ending: str = "\n"
    ascii: bool = False
    mark: bytes = b""

    @classmethod
    def of(cls, content: bytes) -> _Layout:
        """Read the layout off a file's bytes."""
        if not content:
            return cls()
        text = content.decode("utf-8-sig")
        body = text.rstrip()
        indent = re.match(r"\{\r?\n([ \t]*)", text)
        colon = re.search(r'"\w+"(:\s?)', text)
        comma = ", " if not indent and re.search(r', "\w+":', text) else ","
        return cls(
            indent=(indent.group(1) or 0) if indent else None,
            separators=(comma, colon.group(1) if colon else ": "),
            newline="\r\n" if "\r\n" in text else "\n",
            ending=text[len(body) :],
            # Only escapes of characters that could have stood as they are: control characters always need one.
            ascii=body.isascii() and bool(re.search(r"(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9a-fA-F]{4}", body)),
            mark=b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b"",
        )

    def dump(self, nb: Mapping[str, Any]) -> bytes:
        text = json.dumps(nb, indent=self.indent, separators=self.separators, ensure_ascii=self.ascii)
        # Line ends inside strings are escaped in JSON, so these are all of the layout. A lone surrogate, which UTF-8 cannot
        # hold, goes back to the escape that it was read from.
        text = text.replace("\n", self.newline) + self.ending
        return self.mark + text.encode("utf-8", "backslashreplace")


def _unchanged_as_they_stood(nb: Mapping[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """Split texts into lines as nbformat does, but give unchanged cells back in the shape that the file has."""
    import nbformat
    from nbformat.v4.rwbase import rejoin_lines, split_lines

    stood = {}
    if before:
        joined = rejoin_lines(nbformat.from_dict(copy.deepcopy(before)))
        stood = {json.dumps(cell): raw for cell, raw in zip(joined["cells"], before["cells"], strict=True)}
    split = split_lines(nbformat.from_dict(copy.deepcopy(dict(nb))))
    cells = [stood.get(json.dumps(cell), new) for cell, new in zip(nb["cells"], split["cells"], strict=True)]
    return {**split, "cells": cells}


def swap_in(target: Path, content: bytes) -> None:
    """Write a temporary file in the same folder, force it to disk, and rename it over the target, whose mode and owner stay.

    Raises
    ------
    BadInput, DiskFull
        See `write`.
    """
    old = target.stat() if target.exists() else None
    if old and not os.access(target, os.W_OK):
        raise BadInput(f"{target} is write-protected; nothing was changed.", "Make it writable, or work on a copy.")
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:50]}.", suffix=".tmp", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _take_over(temporary, old)
        os.replace(temporary, target)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"There is no room to write {target}; it is as it was.", "Free some space and try again."
            ) from error
        raise BadInput(f"{target} could not be written ({error.strerror}); it is as it was.") from error


def _take_over(temporary: str, old: os.stat_result | None) -> None:
    """Give the new file the mode and owner of the old one, or those of any new file."""
    if old is None:
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        return
    os.chmod(temporary, stat.S_IMODE(old.st_mode))
    if hasattr(os, "chown") and (old.st_uid, old.st_gid) != (os.getuid(), os.getgid()):
        with contextlib.suppress(PermissionError):  # only root may give files away; the group may still be ours
            os.chown(temporary, old.st_uid, old.st_gid)


# --- what matters in an output -----------------------------------------------------------------------------------------

# Differs from run to run without meaning anything: addresses in memory, uuids and long random ids, what timers print.
_NOISE = re.compile(
    r"0x[0-9a-fA-F]{6,}"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b[0-9a-f]{32,}\b"
    r"|^(?:CPU times|Wall time)\b.*$"
    r"|^.* per loop \(mean .*$",
    re.MULTILINE,
)
#: The first of these that an output has stands for it; HTML and JavaScript beside them are only other views.
_PLAINEST = ("image/png", "image/jpeg", "text/plain")


def _results(cell: Mapping[str, Any]) -> list[Any]:
    """Reduce a cell's outputs to their results; what is printed counts as one text, however it came in pieces."""
    found: list[Any] = []
    for output in cell.get("outputs", ()):
        if is_card(output):
            continue
        if output["output_type"] != "stream":
            found.append(_result(output))
        elif output.get("name") != "stderr":
            before = found.pop() if found and isinstance(found[-1], str) else ""
            found.append(before + str(output.get("text", "")))
    return [_NOISE.sub("", result) if isinstance(result, str) else result for result in found]


def _result(output: Mapping[str, Any]) -> list[Any]:
    if output["output_type"] == "error":
        return [output.get("ename"), _NOISE.sub("", str(output.get("evalue")))]
    data = output.get("data") or {}
    for mime in _PLAINEST:
        if mime in data:
            return [mime, data[mime] if mime.startswith("image/") else _NOISE.sub("", str(data[mime]))]
    return [_NOISE.sub("", json.dumps(data, sort_keys=True))]
