"""One large file on its way into a draft in parts, several at a time; what was sent is not sent again by the next call.

InvenioRDM's transfer type M. The repository does not tell which parts it has, so that is written down here, and the md5 of
the whole is compared in the end. Where parts are refused, that is remembered and the file goes in one piece.
"""

from __future__ import annotations

import hashlib
import json
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .errors import Cancelled, RepositoryBroken, WasRefused
from .records import FileEntry
from .session import PART_CONNECTIONS

if TYPE_CHECKING:
    from .files import Files
    from .session import Session

#: Bytes of a part, but for larger files: S3, where such parts often end up, takes 10,000 of them at most.
PART = 32 << 20
_MOST = 10_000
#: Files from this size on go in parts.
FROM = 4 * PART
#: How often a part is sent that the repository took in and lost.
_SENDINGS = 3

#: Makes the body of a request from a stream (with `read` and `close`) that ends with the part, the part's size, and what hears
#: how much of it went out.
MakeBody = Callable[[Any, int, Callable[[int], None]], Any]


def goes_in_parts(session: Session, size: int) -> bool:
    """Whether a file is to be sent in parts, as far as is known."""
    return size >= FROM and not session.is_near and session.abilities.get("parts") is not False


class Multipart:
    """One file in parts.

    Parameters
    ----------
    files : Files
        The repository.
    record_id, key : str
        The draft, and the file's name in it.
    size : int
        Bytes.
    md5 : str
        Of the whole.
    open_stream : callable
        Opens the file; one stream for each part.
    body : callable
        See `MakeBody`.
    say : callable
        Is told how many bytes went out so far.
    cancel : threading.Event or None
        Stops it.
    """

    def __init__(
        self,
        files: Files,
        record_id: str,
        key: str,
        size: int,
        md5: str,
        open_stream: Callable[[], BinaryIO],
        body: MakeBody,
        say: Callable[[int], None],
        cancel: threading.Event | None,
    ) -> None:
        self._files, self._id, self._key, self._size, self._md5 = files, record_id, key, size, md5
        self._open, self._body, self._say, self._cancel = open_stream, body, say, cancel
        self._part = max(PART, -(-size // _MOST))
        self._count = -(-size // self._part)
        self._lock = threading.Lock()
        self._done: dict[int, int] = {}
        path = files.file_path(record_id, key)
        name = hashlib.sha256(f"{files.row.api}{path} {md5} {self._part}".encode()).hexdigest()[:24]
        self._memory = files.session.memory / f"{name}.json" if files.session.memory else None

    def run(self, entry: FileEntry | None) -> FileEntry | None:
        """Send what is missing and commit; None if it has to go in one piece, and then there is no entry any more.

        Parameters
        ----------
        entry : FileEntry or None
            What the draft has under this name.
        """
        sent = self._remembered() if entry is not None and "parts" in entry.links else set()
        if entry is not None and not sent:
            self._files.delete_file(self._id, self._key)
            entry = None
        try:
            if entry is None:
                self._begin()
            self._done = {n: self._length(n) for n in sent}
            self._send_all([n for n in range(1, self._count + 1) if n not in sent], sent)
        except WasRefused as e:
            if e.status not in (400, 403, 404, 405):
                raise
            self._files.session.abilities.found("parts", False)
            self._give_up()
            return None
        self._files.session.abilities.found("parts", True)
        done = self._files.commit(self._id, self._key)
        self._forget()
        # A checksum of another kind (S3's) says nothing; then the size has to do.
        if (done.size, done.md5 or self._md5) == (self._size, self._md5):
            return done
        self._give_up()
        return None

    def _begin(self) -> None:
        transfer = {"type": "M", "parts": self._count, "part_size": self._part}
        body = [{"key": self._key, "size": self._size, "transfer": transfer}]
        self._files.begin(self._id, body)

    def _give_up(self) -> None:
        self._forget()
        if any(e.key == self._key for e in self._files.list_files(self._id)):
            self._files.delete_file(self._id, self._key)

    def _send_all(self, missing: list[int], sent: set[int]) -> None:
        todo: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in missing:
            todo.put(number)
        failures: list[BaseException] = []
        stop = threading.Event()

        def work() -> None:
            while not stop.is_set() and not (self._cancel and self._cancel.is_set()):
                try:
                    number = todo.get_nowait()
                except queue.Empty:
                    return
                try:
                    with self._files.session.part_slots:
                        self._send(number)
                    with self._lock:
                        sent.add(number)
                        self._remember(sent)
                except BaseException as e:  # raised again below, in the thread that waits
                    failures.append(e)
                    stop.set()

        threads = [threading.Thread(target=work, daemon=True) for _ in range(min(PART_CONNECTIONS, len(missing)))]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive() and not (self._cancel and self._cancel.is_set()):
                    thread.join(0.25)
        finally:
            stop.set()
        if self._cancel is not None and self._cancel.is_set():
            raise Cancelled("Stopped, as you asked.", "What was done so far is kept.")
        if failures:
            raise failures[0]

    def _send(self, number: int) -> None:
        """Send one part; it may be sent again, in any order."""
        length = self._length(number)
        opened: list[_Slice] = []

        def body() -> Any:
            stream = _Slice(self._open(), (number - 1) * self._part, length)
            opened.append(stream)
            return self._body(stream, length, lambda done: self._tell(number, done))

        try:
            for _ in range(_SENDINGS):
                answer = self._files.content(self._id, self._key, body, self._cancel, part=number)
                if not (isinstance(answer, dict) and answer.get("errors")):
                    self._tell(number, length)
                    return
        finally:
            for stream in opened:
                stream.close()
        raise RepositoryBroken(
            f"{self._files.title} took part {number} of {self._key} in and could not store it.",
            "What was done so far is kept; try again later.",
        )

    def _length(self, number: int) -> int:
        return min(self._part, self._size - (number - 1) * self._part)

    def _tell(self, number: int, done: int) -> None:
        with self._lock:
            self._done[number] = done
            total = sum(self._done.values())
        self._say(total)

    def _remembered(self) -> set[int]:
        try:
            return {int(n) for n in json.loads(self._memory.read_text("utf-8"))} if self._memory else set()
        except (OSError, ValueError, TypeError):
            return set()

    def _remember(self, sent: set[int]) -> None:
        if self._memory is not None:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            beside = self._memory.with_suffix(".new")
            beside.write_text(json.dumps(sorted(sent)), "utf-8")
            beside.replace(self._memory)

    def _forget(self) -> None:
        if self._memory is not None:
            Path(self._memory).unlink(missing_ok=True)


class _Slice:
    """A part of a file as a stream."""

    def __init__(self, stream: BinaryIO, start: int, length: int) -> None:
        self._stream, self._left = stream, length
        stream.seek(start)

    def read(self, amount: int) -> bytes:
        block = self._stream.read(min(amount, self._left))
        self._left -= len(block)
        return block

    def close(self) -> None:
        self._stream.close()
