"""One file on its way into a draft: read once, hashed as it goes, compared with what the repository got."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .digest import Digest
from .errors import Cancelled, Mismatch, MissingFile, RecordNotFound, RepositoryBroken, ZenodoJupyterError
from .http import BLOCK
from .multipart import Multipart, goes_in_parts
from .records import FileEntry
from .report import Progress, Report

if TYPE_CHECKING:
    from .files import Files

#: A file, or what opens it as a binary stream.
Source = Path | Callable[[], BinaryIO]
#: How often a file is sent when the repository loses it or gets other bytes, before that is said.
SENDINGS = 3


class Sending:
    """One file on its way into a draft.

    Parameters
    ----------
    files : Files
        The repository.
    record_id, key : str
        The draft, and the file's name in it.
    source : Path or callable
        See `Source`.
    size : int
        Bytes.
    md5 : str or None
        If it is known.
    report : Report
        Is told the bytes that went out.
    cancel : threading.Event or None
        Stops it.
    in_parts : bool
        Whether reading may begin anywhere in it.
    """

    def __init__(
        self,
        files: Files,
        record_id: str,
        key: str,
        source: Source,
        size: int,
        md5: str | None,
        report: Report,
        cancel: threading.Event | None,
        in_parts: bool = True,
    ) -> None:
        self._files, self._id, self._key = files, record_id, key
        self._source, self._size, self._md5 = source, size, md5
        self._report, self._cancel, self._may_in_parts = report, cancel, in_parts

    def run(self, entry: FileEntry | None) -> FileEntry:
        """Send it, unless the draft has it; see `files.Files.upload`.

        Parameters
        ----------
        entry : FileEntry or None
            What the draft has under this name.
        """
        if entry and entry.status == "completed" and entry.size == self._size and self._md5 in (entry.md5, None):
            if self._md5 is None:
                self._md5 = self._hash()
            if self._md5 == entry.md5:
                self._say(self._size)
                return entry
        if self._may_in_parts and goes_in_parts(self._files.session, self._size):
            # The parts go in any order, so that the md5 of the whole cannot be had on the way.
            self._md5 = self._md5 or self._hash()
            done = self._in_parts(self._md5).run(entry)
            if done is not None:
                return done
            entry = None
        failure: ZenodoJupyterError | None = None
        for _ in range(SENDINGS):
            # Content must never be sent to an entry that is complete: the answer would be 200, and the file gone. One that
            # another client began in parts takes no content in one piece.
            if entry and (entry.status == "completed" or "parts" in entry.links):
                self._files.delete_file(self._id, self._key)
                entry = None
            if entry is None:
                self._files.init_files(self._id, [self._key])
            outgoing = self._send()
            if outgoing is not None:
                entry = self._files.commit(self._id, self._key)
                if (entry.size, entry.md5 or outgoing.md5) == (self._size, outgoing.md5):
                    return entry
                failure = self._other_bytes(entry, outgoing)
            else:
                entry = self._there()
                failure = RepositoryBroken(
                    f"{self._files.title} took {self._key} in and could not store it.",
                    "What was done so far is kept; try again later.",
                )
        if entry is not None:
            self._files.delete_file(self._id, self._key)  # no wrong bytes stay behind
        assert failure is not None
        raise failure

    def _send(self) -> _Outgoing | None:
        """Send the content; None when the repository says, with status 200, that it lost it."""
        opened: list[_Outgoing] = []

        def body() -> _Outgoing | bytes:
            self._close(opened)
            outgoing = _Outgoing(self._key, self._open(), self._size, self._say, self._cancel)
            opened.append(outgoing)
            # requests would send an empty stream in chunks, which not every server takes.
            return outgoing if self._size else outgoing.read(BLOCK)

        try:
            answer = self._files.content(self._id, self._key, body, self._cancel)
        except RecordNotFound:  # an earlier try whose answer was lost had failed there, and took the entry with it
            return None
        finally:
            self._close(opened)
        if isinstance(answer, dict) and answer.get("errors"):
            return None
        if self._md5 not in (None, opened[-1].md5):
            raise Mismatch(
                f"{self._key} changed after it was looked at: its md5 was {self._md5} and is now {opened[-1].md5}.",
                "Nothing was published. Publish again when it is finished.",
            )
        return opened[-1]

    def _in_parts(self, md5: str) -> Multipart:
        def body(stream: BinaryIO, length: int, say: Callable[[int], None]) -> _Outgoing:
            return _Outgoing(self._key, stream, length, say, self._cancel)

        return Multipart(
            self._files, self._id, self._key, self._size, md5, self._open, body, self._say, self._cancel
        )  # fmt: skip

    @staticmethod
    def _close(opened: list[_Outgoing]) -> None:
        for outgoing in opened:
            outgoing.close()

    def _open(self) -> BinaryIO:
        try:
            return self._source() if callable(self._source) else open(self._source, "rb", buffering=0)
        except OSError as e:
            raise MissingFile(f"{self._key} cannot be read ({e.strerror}).", "Is it still there?") from e

    def _there(self) -> FileEntry | None:
        return next((e for e in self._files.list_files(self._id) if e.key == self._key), None)

    def _hash(self) -> str:
        outgoing = _Outgoing(self._key, self._open(), self._size, lambda done: None, self._cancel)
        try:
            while outgoing.read(BLOCK):
                pass
            return outgoing.md5
        finally:
            outgoing.close()

    def _say(self, done: int) -> None:
        self._report(Progress("upload", f"Sending {self._key}", done, self._size, "B", self._key))

    def _other_bytes(self, entry: FileEntry, outgoing: _Outgoing) -> Mismatch:
        return Mismatch(
            f"{self._files.title} has other bytes for {self._key} than were sent: {entry.size} bytes with md5 {entry.md5}, "
            f"expected {self._size} bytes with md5 {outgoing.md5}. It was sent {SENDINGS} times, and then taken away again.",
            "Try again; if it happens again, something on the way changes data.",
        )


class _Outgoing:
    """A file as the body of a request: read in blocks, hashed as it goes, never longer than was said.

    `requests` takes the length from ``len``.
    """

    def __init__(
        self, key: str, stream: BinaryIO, size: int, say: Callable[[int], None], cancel: threading.Event | None
    ) -> None:
        self.len = size
        self._key, self._stream, self._say, self._cancel = key, stream, say, cancel
        self._sent = 0
        self._hash = Digest(size)

    def read(self, amount: int = BLOCK) -> bytes:
        """Return the next block; the size is checked at the end."""
        if self._cancel is not None and self._cancel.is_set():
            raise Cancelled("Stopped, as you asked.", "What was done so far is kept.")
        self._say(self._sent)
        try:
            # One byte more than is left, at the end, shows whether the file grew.
            block = self._stream.read(min(amount, self.len - self._sent) or 1)
        except OSError as e:
            # Not let through: to the layers above it would look like a cut connection.
            raise MissingFile(f"{self._key} cannot be read any further ({e.strerror}).", "Look at the disk.") from e
        if bool(block) != (self._sent < self.len):
            raise Mismatch(
                f"{self._key} {'grew' if block else 'became shorter'} while it was sent: it had {self.len} bytes.",
                "Nothing was published. Publish again when it is finished.",
            )
        self._hash.update(block)
        self._sent += len(block)
        return block

    @property
    def md5(self) -> str:
        """The md5 of what was sent so far, in hex."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        self._hash.close()
