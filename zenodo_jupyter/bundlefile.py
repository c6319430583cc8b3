"""BundleFile: one file with its role, its checksums and the reason why it is in; and what a record may hold."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from .digest import Digest
from .errors import ChangedMeanwhile
from .report import Progress, Report

#: What a file is in a bundle.
ROLES = (
    "notebook",
    "rendering",
    "data",
    "output",
    "environment",
    "citation",
    "readme",
    "crate",
    "manifest",
    "archive",
    "rehearsal",
)
#: Bytes read at a time. Reading in smaller pieces costs hashing up to a third of its speed; larger ones gain nothing.
BLOCK = 1 << 20
#: The checksums of a file: the repository compares md5, and the manifest keeps SHA-256.
DIGESTS = ("md5", "sha256")


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
    """One file: on disk (`path`), made here (`content`), or made while it is read (`stream`).

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
    stream : callable or None
        Makes its bytes, the same ones each time; they are `length` long.
    length : int
        Bytes, for a `stream`.
    """

    key: str
    role: str
    reason: str
    path: Path | None = None
    content: bytes | None = field(default=None, repr=False)
    stream: Callable[[], BinaryIO] | None = field(default=None, repr=False)
    length: int = 0
    _known: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    _state: tuple[int, int] = field(default=(0, 0), init=False, repr=False)

    def __post_init__(self) -> None:
        if sum(given is not None for given in (self.path, self.content, self.stream)) != 1:
            raise ValueError(f"{self.key}: give one of path, content and stream")
        if self.path is not None:
            object.__setattr__(self, "_state", _state(os.stat(self.path)))

    @property
    def size(self) -> int:
        """Bytes, as they were when the file was put in."""
        if self.stream is not None:
            return self.length
        return self._state[0] if self.content is None else len(self.content)

    @property
    def md5(self) -> str:
        """32 hex digits, which a repository's own checksum is compared with."""
        return self._digest("md5")

    @property
    def sha256(self) -> str:
        """64 hex digits, which the manifest keeps."""
        return self._digest("sha256")

    @property
    def known_md5(self) -> str | None:
        """The md5 if it is known already."""
        return self._known.get("md5")

    def learn(self, **digests: str) -> None:
        """Take in checksums that were worked out elsewhere, of the same bytes."""
        self._known.update(digests)

    def open(self, *hashing: str) -> BinaryIO:
        """Open the bytes for reading.

        Parameters
        ----------
        *hashing : str
            Checksums, ``md5`` or ``sha256``, that are to be known when it has been read to its end.

        Raises
        ------
        ChangedMeanwhile
            When the file is not as it was when it was put in.
        """
        missing = [name for name in hashing if name not in self._known]
        stream = self._open()
        return cast(BinaryIO, _Hashing(self, stream, missing)) if missing else stream

    def hash(self, say: Callable[[int], None] = lambda done: None) -> None:
        """Read it once, so that its checksums are known; what is known is not read again.

        Parameters
        ----------
        say : callable
            Is told the bytes that were read, block by block; it may raise to stop.

        Raises
        ------
        ChangedMeanwhile
            See `open`.
        """
        if len(self._known) == len(DIGESTS):
            return
        with contextlib.closing(self.open(*DIGESTS)) as file:
            done = 0
            while block := file.read(BLOCK):
                done += len(block)
                say(done)

    def unchanged(self, file: BinaryIO) -> None:
        """Raise `ChangedMeanwhile` when an open file is no longer as it was when it was put in."""
        if self.path is not None and _state(os.fstat(file.fileno())) != self._state:
            raise self._changed()

    def _open(self) -> BinaryIO:
        if self.stream is not None:
            return self.stream()
        if self.path is None:
            return io.BytesIO(self.content or b"")
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise ChangedMeanwhile(
                f"{self.key} was there when the files were collected, and cannot be read now ({error.strerror}).",
                "Put it back, or collect again.",
            ) from error
        try:
            self.unchanged(file)
        except ChangedMeanwhile:
            file.close()
            raise
        return file

    def _digest(self, name: str) -> str:
        if name not in self._known:
            self.hash()
        return self._known[name]

    def _changed(self) -> ChangedMeanwhile:
        return ChangedMeanwhile(
            f"{self.key} was changed after the files were collected, so its checksum would not be right.",
            "Wait until nothing writes to it, and collect again.",
        )


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, 64 hex digits."""
    file = BundleFile(path.name, "data", "", path=path)
    with contextlib.closing(file.open("sha256")) as stream:
        while stream.read(BLOCK):
            pass
    return file.sha256


def hash_all(files: Iterable[BundleFile], report: Report, step: str) -> None:
    """Read files once so that their checksums are known, telling how far it is; whoever is told may stop it.

    Raises
    ------
    ChangedMeanwhile
        See `BundleFile.open`.
    """
    todo = [file for file in files if file.known_md5 is None]
    total, before = sum(file.size for file in todo), 0
    for file in todo:

        def say(done: int, key: str = file.key, before: int = before) -> None:
            report(Progress(step, f"Comparing {key}", before + done, total, "B", key))

        file.hash(say)
        before += file.size


def _state(status: os.stat_result) -> tuple[int, int]:
    """Return what changes when someone writes to a file: size and time of the last change."""
    return status.st_size, status.st_mtime_ns


class _Hashing:
    """A stream that is hashed as it is read; read to its end, the file's checksums are known."""

    def __init__(self, of: BundleFile, stream: BinaryIO, names: Iterable[str]) -> None:
        self._of, self._stream = of, stream
        self._left = of.size
        self._digests = {name: Digest(of.size, name) for name in names}

    def read(self, amount: int = -1) -> bytes:
        block = self._stream.read(amount)
        if block:
            for digest in self._digests.values():
                digest.update(block)
        self._left -= len(block)
        if self._left <= 0:  # not only at the empty read behind the end: who knows the length need not ask for that
            self._end()
        return block

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go elsewhere; what is read then is not the whole, and nothing is known of it."""
        self._forget()
        return self._stream.seek(offset, whence)

    def close(self) -> None:
        self._forget()
        self._stream.close()

    def _end(self) -> None:
        if self._digests:
            self._of.unchanged(self._stream)
            self._of.learn(**{name: digest.hexdigest() for name, digest in self._digests.items()})
            self._forget()

    def _forget(self) -> None:
        for digest in self._digests.values():
            digest.close()
        self._digests = {}
