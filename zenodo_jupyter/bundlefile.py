"""BundleFile: one file with its role, its checksums and the reason why it is in; and what a record may hold."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from .errors import ChangedMeanwhile

#: What a file is in a bundle.
ROLES = ("notebook", "rendering", "data", "output", "environment", "citation", "readme", "crate", "manifest", "archive")
# Reading in smaller pieces costs hashing up to a third of its speed; larger ones gain nothing.
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one record may hold.

    The defaults are Zenodo's: 100 files, 50 GB, no empty file (zenodo-rdm's ``invenio.cfg``, August 2026).

    Attributes
    ----------
    max_files : int or None
        None where there is no limit.
    max_bytes : int or None
        Bytes of all files together; None where there is no limit.
    allow_empty : bool
        Whether a file may have no bytes.
    """

    max_files: int | None = 100
    max_bytes: int | None = 50 * 10**9
    allow_empty: bool = False


class LeftOut(NamedTuple):
    """A file or folder that is not in a bundle, and why."""

    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class BundleFile:
    """One file: on disk (`path`) or made here (`content`).

    Attributes
    ----------
    key : str
        Its name in the record, folders with ``/``.
    role : str
        One of `ROLES`.
    reason : str
        Why it is in, for people.
    path : Path or None
        Where its bytes are; they are read when they are needed.
    content : bytes or None
        Its bytes, where there is no file.
    """

    key: str
    role: str
    reason: str
    path: Path | None = None
    content: bytes | None = field(default=None, repr=False)
    _known: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    _state: tuple[int, int] = field(default=(0, 0), init=False, repr=False)

    def __post_init__(self) -> None:
        if (self.path is None) == (self.content is None):
            raise ValueError(f"{self.key}: give either a path or the content")
        if self.path is not None:
            object.__setattr__(self, "_state", _state(os.stat(self.path)))

    @property
    def size(self) -> int:
        """Bytes, as they were when the file was put in."""
        return self._state[0] if self.content is None else len(self.content)

    @property
    def md5(self) -> str:
        """32 hex digits, which a repository's own checksum is compared with."""
        return self._digests()["md5"]

    @property
    def sha256(self) -> str:
        """64 hex digits, which the manifest keeps."""
        return self._digests()["sha256"]

    def open(self) -> BinaryIO:
        """Open the bytes for reading.

        Raises
        ------
        ChangedMeanwhile
            When the file is not as it was when it was put in.
        """
        if self.path is None:
            return io.BytesIO(self.content or b"")
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise ChangedMeanwhile(
                f"{self.key} was there when the files were collected, and cannot be read now ({error.strerror}).",
                "Put it back, or collect again.",
            ) from error
        if _state(os.fstat(file.fileno())) != self._state:
            file.close()
            raise self._changed()
        return file

    def _digests(self) -> dict[str, str]:
        if not self._known:
            with self.open() as file:
                self._known.update(_digests(file))
                if self.path is not None and _state(os.fstat(file.fileno())) != self._state:
                    self._known.clear()
                    raise self._changed()
        return self._known

    def _changed(self) -> ChangedMeanwhile:
        return ChangedMeanwhile(
            f"{self.key} was changed after the files were collected, so its checksum would not be right.",
            "Wait until nothing writes to it, and collect again.",
        )


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, 64 hex digits."""
    with open(path, "rb") as file:
        return _digests(file)["sha256"]


def _state(status: os.stat_result) -> tuple[int, int]:
    """Return what changes when someone writes to a file: size and time of the last change."""
    return status.st_size, status.st_mtime_ns


def _digests(file: BinaryIO) -> dict[str, str]:
    """Read once and hash twice; md5 for the repository, which is not asked to keep anything safe."""
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    while block := file.read(_BLOCK):
        md5.update(block)
        sha256.update(block)
    return {"md5": md5.hexdigest(), "sha256": sha256.hexdigest()}
