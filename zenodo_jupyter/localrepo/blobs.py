"""The bytes: content-addressed files ``blobs/ab/cd/<sha256>``.

A name that a user gave never reaches the file system. Bytes go to a temporary name, are flushed to the disk, and get
their own name inside the transaction that refers to them; the garbage collector unlinks inside a transaction too, so
it never takes a file that somebody is about to refer to.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import queue
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from ..errors import DiskFull, Mismatch
from .database import now

#: Bytes read, hashed and written at a time: few enough to stay in the processor's cache from the socket to the disk. With
#: cheroot's reader left out, uploads take 0.7 to 0.75 of what they took in blocks of 1 MiB.
BLOCK = 1 << 18
#: Uploads smaller than this are hashed in the thread that reads them: starting another costs more than it saves.
_THREAD_FROM = 8 << 20
#: Leftovers of a killed process are thrown away after this many seconds; uploads that still grow keep their time stamp.
_LEFTOVER_AGE = 24 * 3600


class Readable(Protocol):
    """Anything with ``read(size)``."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, none at the end."""


@dataclass(frozen=True)
class Blob:
    """Bytes that are on the disk.

    Attributes
    ----------
    sha256, md5 : str
        Their checksums in hexadecimal.
    size : int
        In bytes.
    temporary : Path or None
        Where they are as long as they have no row.
    """

    sha256: str
    md5: str
    size: int
    temporary: Path | None = None


class Blobs:
    """The folder of all bytes of a store.

    Parameters
    ----------
    folder : Path
        ``blobs`` in the data folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._incoming = folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._durable: set[Path] = set()  # at most 65,536

    def path(self, sha256: str) -> Path:
        """Return where the bytes with this SHA-256 are."""
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """Open bytes for reading, unbuffered: they are read in large blocks or sent by the kernel."""
        return open(self.path(sha256), "rb", buffering=0)

    def receive(self, stream: Readable, size: int | None = None) -> Blob:
        """Write a stream to the disk, hashing on the way; md5 and SHA-256 in one pass.

        Parameters
        ----------
        stream : object with ``read(size)``
            Read to its end.
        size : int, optional
            How many bytes were announced.

        Raises
        ------
        Mismatch
            When the stream ended early or late; nothing is kept then. A client that goes away in the middle looks like
            a normal end of the stream, so the size is the only sign.
        DiskFull
            When there is no room; nothing is kept then.
        """
        temporary = self._incoming / uuid.uuid4().hex
        try:
            with open(temporary, "wb", buffering=0) as target:
                blob = self._copy(stream, target, size, temporary)
                if size is not None and blob.size != size:
                    raise Mismatch(
                        f"{size} bytes were announced and {blob.size} came; they were not kept.", "Send the file again."
                    )
                os.fsync(target.fileno())
            self._make_folder(self.path(blob.sha256).parent)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(
                    "There is no room left on the disk of the embedded repository; the file was not kept.",
                    "Free some space and send it again.",
                ) from error
            raise
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return blob

    def _copy(self, stream: Readable, target: BinaryIO, size: int | None, temporary: Path) -> Blob:
        hashes = _Hashes(threaded=(size is None or size >= _THREAD_FROM))
        total = 0
        try:
            while True:
                # Never more than was announced: what follows is the next request on the connection.
                block = stream.read(BLOCK if size is None else min(BLOCK, size - total))
                if not block:
                    break
                hashes.update(block)
                view = memoryview(block)
                while view:
                    view = view[target.write(view) :]
                total += len(block)
                if total == size:
                    break
        finally:
            hashes.finish()
        return Blob(hashes.sha256.hexdigest(), hashes.md5.hexdigest(), total, temporary)

    def _make_folder(self, folder: Path) -> None:
        """Make a durable folder for bytes; before the transaction, since nobody else can write during that."""
        if folder not in self._durable:  # somebody else may have made it, and not flushed it yet
            folder.mkdir(parents=True, exist_ok=True)
            _flush_folder(folder.parent)
            _flush_folder(self.folder)
            self._durable.add(folder)

    def adopt(self, connection: sqlite3.Connection, blob: Blob) -> None:
        """Give received bytes their name and their row; call it inside the transaction that refers to them."""
        if blob.temporary is not None:
            final = self.path(blob.sha256)
            if final.exists():
                blob.temporary.unlink(missing_ok=True)
            else:
                os.replace(blob.temporary, final)
                _flush_folder(final.parent)
        connection.execute(
            "INSERT OR IGNORE INTO blobs (sha256, md5, size, created) VALUES (?, ?, ?, ?)",
            (blob.sha256, blob.md5, blob.size, now()),
        )

    def forget(self, blob: Blob) -> None:
        """Throw received bytes away that nothing will refer to."""
        if blob.temporary is not None:
            blob.temporary.unlink(missing_ok=True)

    def join(self, parts: Iterable[tuple[str | None, int]]) -> Blob:
        """Write several blobs one behind the other as a new one.

        Parameters
        ----------
        parts : iterable of (str or None, int)
            SHA-256 and size of each; None stands for so many zero bytes.
        """
        return self.receive(_Joined(self, parts))

    def collect_garbage(self, connection: sqlite3.Connection) -> int:
        """Unlink what no file refers to any more; call it inside a transaction.

        Returns
        -------
        int
            How many bytes were freed.
        """
        freed = 0
        for row in connection.execute(
            "SELECT sha256, size FROM blobs b WHERE NOT EXISTS (SELECT 1 FROM files WHERE blob = b.sha256) "
            "AND NOT EXISTS (SELECT 1 FROM parts WHERE blob = b.sha256)"
        ).fetchall():
            self.path(row["sha256"]).unlink(missing_ok=True)
            connection.execute("DELETE FROM blobs WHERE sha256 = ?", (row["sha256"],))
            freed += row["size"]
        oldest = time.time() - _LEFTOVER_AGE
        for leftover in self._incoming.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process was faster
                status = leftover.stat()
                if status.st_mtime < oldest:
                    leftover.unlink()
                    freed += status.st_size
        return freed


class _Hashes:
    """md5 and SHA-256 of blocks; in a second thread where it pays (both release Python's lock)."""

    def __init__(self, threaded: bool) -> None:
        self.md5 = hashlib.md5(usedforsecurity=False)
        self.sha256 = hashlib.sha256()
        self._queue: queue.Queue[bytes | None] | None = None
        self._thread: threading.Thread | None = None
        if threaded and (os.cpu_count() or 1) > 1:
            self._queue = queue.Queue(maxsize=4)  # blocks in flight: memory stays flat
            self._thread = threading.Thread(target=self._work, name="hashing", daemon=True)
            self._thread.start()

    def update(self, block: bytes) -> None:
        if self._queue is None:
            self.md5.update(block)
            self.sha256.update(block)
        else:
            self._queue.put(block)
            # SHA-256 has an instruction of its own on most processors and is the faster one; md5 has none.
            self.sha256.update(block)

    def _work(self) -> None:
        assert self._queue is not None
        while (block := self._queue.get()) is not None:
            self.md5.update(block)

    def finish(self) -> None:
        if self._queue is not None and self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._queue = None


class _Joined:
    """A stream of several blobs, one behind the other."""

    def __init__(self, blobs: Blobs, parts: Iterable[tuple[str | None, int]]) -> None:
        self._blobs = blobs
        self._parts = iter(parts)
        self._file: BinaryIO | None = None
        self._left = 0

    def read(self, size: int, /) -> bytes:
        while self._left == 0:
            if self._file is not None:
                self._file.close()
                self._file = None
            part = next(self._parts, None)
            if part is None:
                return b""
            sha256, self._left = part
            self._file = None if sha256 is None else self._blobs.open(sha256)
        wanted = min(size, self._left)
        block = bytes(wanted) if self._file is None else self._file.read(wanted)
        if not block:
            raise Mismatch("A part of the file is shorter than it was when it came.", "Send the file again.")
        self._left -= len(block)
        return block


def _flush_folder(folder: Path) -> None:
    """Make a new name durable (Windows cannot open folders, and needs no such thing)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
