"""One large file by several connections at once, for repositories that are slow to each connection."""

from __future__ import annotations

import re
import threading
from collections.abc import Generator
from dataclasses import InitVar, dataclass, field
from typing import TYPE_CHECKING

import requests

from .answers import could_not_ask
from .api import key_path, segment
from .errors import RepositoryBroken, WasRefused
from .http import BLOCK, TIMEOUT, Patience, request
from .records import FileEntry
from .session import RANGE_CONNECTIONS

if TYPE_CHECKING:
    from .files import Files

#: Bytes of one range. Measured on Zenodo: one connection 0.3 MB/s, eight with 2 MiB each 10 to 14 MB/s (archivefs).
RANGE = 2 << 20
#: Ranges that may be kept while an earlier one is still to come.
_AHEAD = 12
#: Fewer bytes than that are not worth it.
WORTH = 8 * RANGE
#: A connection that brings as many bytes a second is fast enough alone.
FAST = 32e6
#: Seconds after which a connection is judged.
JUDGED_AFTER = 1.0
# Seconds to wait in all for an address of which nobody knows whether it gives ranges.
_PROBE_SECONDS = 30.0
# Seconds between two looks at whether all is over.
_BEAT = 0.25


class NoRanges(Exception):
    """The repository does not give ranges of this file."""


class Ranges:
    """A file that is asked for range by range.

    Parameters
    ----------
    files : Files
        The repository.
    record_id : str
        The published record.
    entry : FileEntry
        The file; its size must be known.
    cancel : threading.Event or None
        Ends waits.
    """

    def __init__(self, files: Files, record_id: str, entry: FileEntry, cancel: threading.Event | None) -> None:
        self._files, self._entry, self._cancel = files, entry, cancel
        self._what = f"file {entry.key} in record {record_id}"
        self._size = entry.size or 0
        self._addresses = {
            "api": f"{files.row.api}/records/{segment(record_id)}/files/{key_path(entry.key)}/content",
            # Zenodo's API ignores ranges, and the address for people honours them (zenodo/zenodo#2593).
            "site": f"{files.url}/records/{segment(record_id)}/files/{key_path(entry.key)}?download=1",
        }

    def are_worth_it(self, done: int, brought: int, seconds: float) -> bool:
        """Whether to leave a connection that brought so many bytes in so many seconds.

        Not while the repository's limit is near: a range is a request, and one connection needs only one.
        """
        session = self._files.session
        return (
            seconds >= JUDGED_AFTER
            and brought < FAST * seconds
            and self._size - done >= WORTH
            and session.abilities.get("ranges") != "nowhere"
            and not session.is_near
            and not self._is_scarce()
        )

    def ask(self, start: int, stop: int | None = None) -> requests.Response:
        """Ask for a range, by default for all from `start` on, at the first address that gives it; it is remembered.

        Raises
        ------
        NoRanges
            When the repository gives none.
        CouldNotAsk, TooManyRequests, Cancelled
            See `errors`.
        """
        session = self._files.session
        known = session.abilities.get("ranges")
        stop = self._size if stop is None else min(stop, self._size)
        places = {None: ("api", "site"), "nowhere": ()}.get(known, (known,)) if start < stop else ()
        certain = True
        for place in places:
            try:
                response = self._ask(self._addresses[place], start, stop, None if known else _PROBE_SECONDS)
            except (NoRanges, WasRefused, RepositoryBroken) as e:
                certain = certain and isinstance(e, NoRanges)  # anything else may be this file's, or this minute's
                continue
            session.abilities.found("ranges", place)
            return response
        session.abilities.found("ranges", "nowhere", lasting=certain)
        raise NoRanges

    def first(self, start: int) -> bytes:
        """Return what of the range that begins at `start` comes at once; nothing if the repository gives none."""
        try:
            with self.ask(start, start + RANGE) as response:
                return next(response.iter_content(RANGE), b"")
        except (NoRanges, requests.RequestException):
            return b""

    def blocks(self, begin: int) -> Generator[bytearray, None, None]:
        """Yield the file's bytes from `begin` on, in order; ends early when the repository's limit comes near.

        Raises
        ------
        NoRanges
            When it gives none any more.
        CouldNotAsk, WasRefused, Cancelled
            See `errors`.
        """
        window = _Window(begin)
        threads = [threading.Thread(target=self._work, args=(window,), daemon=True) for _ in range(RANGE_CONNECTIONS)]
        for thread in threads:
            thread.start()
        try:
            while begin < self._size:
                with window.changed:
                    while begin not in window.come:
                        if not any(thread.is_alive() for thread in threads):
                            return  # the limit is near
                        window.changed.wait(_BEAT)
                    block = window.come.pop(begin)
                    begin += RANGE
                    window.done = begin
                    window.changed.notify_all()
                if isinstance(block, BaseException):
                    raise block
                yield block
        finally:
            window.stop.set()

    def _work(self, window: _Window) -> None:
        session = self._files.session
        while True:
            with window.changed:
                while window.wanted >= window.done + _AHEAD * RANGE and not window.stop.is_set():
                    window.changed.wait(_BEAT)
                start = window.wanted
                if window.stop.is_set() or start >= self._size or self._is_scarce():
                    return
                window.wanted += RANGE
            try:
                with session.range_slots:
                    block: bytearray | BaseException = self._fetch(start, window.stop)
            except BaseException as e:  # raised again in the thread that waits for this range
                block = e
            with window.changed:
                window.come[start] = block
                window.changed.notify_all()
            if isinstance(block, BaseException):
                return

    def _fetch(self, start: int, stop: threading.Event) -> bytearray:
        """Fetch one range; after a cut, its rest."""
        came = bytearray()
        patience = Patience(self._files.session, cancel=self._cancel)
        while True:
            before = len(came)
            try:
                with self.ask(start + before, start + RANGE) as response:
                    for block in response.iter_content(BLOCK):
                        came += block
                        if stop.is_set():
                            break
                return came
            except requests.RequestException as e:
                failure = could_not_ask(e, self._files.session, self._files.url, TIMEOUT)
            if len(came) > before:
                patience.refill()
            if not patience.wait():
                raise failure

    def _ask(self, url: str, start: int, stop: int, budget_seconds: float | None) -> requests.Response:
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", "Range": f"bytes={start}-{stop - 1}"}
        response = request(
            self._files.session, "GET", url, headers=headers, stream=True, budget_seconds=budget_seconds,
            cancel=self._cancel, what=self._what,
        )  # fmt: skip
        said = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.headers.get("Content-Range", "").strip())
        if (
            response.status_code != 206
            or said is None
            or tuple(map(int, said.groups())) != (start, stop - 1, self._size)
        ):
            response.close()
            raise NoRanges
        return response

    def _is_scarce(self) -> bool:
        session = self._files.session
        return session.pace.is_scarce("GET", self._addresses["api"], session.token)


@dataclass
class _Window:
    """What several threads share that fetch ranges of one file: from where is done, and up to where is wanted."""

    begin: InitVar[int]
    done: int = field(init=False)
    wanted: int = field(init=False)
    come: dict[int, bytearray | BaseException] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self, begin: int) -> None:
        self.done = self.wanted = begin
