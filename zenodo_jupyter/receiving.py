"""One file on its way here: into a part file, hashed as it comes, gone on with after a cut, compared, then given its name."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import requests

from .answers import could_not_ask, timed_out
from .digest import Digest
from .errors import (
    Cancelled,
    CouldNotAsk,
    DiskFull,
    Mismatch,
    MissingFile,
    RepositoryBroken,
    TooManyRequests,
    UnsafeName,
    ZenodoJupyterError,
)
from .http import BLOCK, TIMEOUT, Patience
from .parts import claimed, part_of
from .ranges import NoRanges, Ranges
from .records import FileEntry
from .report import Progress, Report

if TYPE_CHECKING:
    from .files import Files


def receive(
    files: Files, record_id: str, entry: FileEntry, target: Path, report: Report, cancel: threading.Event | None
) -> Path:
    """Bring one file; see `files.Files.download`."""
    check_room(target.parent, still_to_come(entry, target))
    return _Incoming(files, record_id, entry, target, report, cancel).run()


def still_to_come(entry: FileEntry, target: Path) -> int:
    """Return the bytes of a file that an interrupted call did not bring yet."""
    part = part_of(entry, target)
    here = part.stat().st_size if part is not None and part.exists() else 0
    return max(0, (entry.size or 0) - here)


def check_room(folder: Path, size: int) -> None:
    """Raise `DiskFull` when a folder's disk has less free than `size` bytes."""
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DiskFull(
            f"{size:,} bytes are to come, and there is room for {free:,} in {folder}. Nothing was written.",
            "Make room, or choose another folder.",
        )


class _Incoming:
    """One file on its way in, in a part file beside the target.

    The part's name says which bytes it is of, so that the next call goes on with it, even if this process is killed.
    """

    def __init__(
        self,
        files: Files,
        record_id: str,
        entry: FileEntry,
        target: Path,
        report: Report,
        cancel: threading.Event | None,
    ) -> None:
        self._files, self._entry, self._target, self._report, self._cancel = files, entry, target, report, cancel
        self._path = f"{files.file_path(record_id, entry.key, draft=False)}/content"
        self._what = f"file {entry.key} in record {record_id}"
        self._done = 0
        self._hash = Digest(entry.size)
        self._ranges = Ranges(files, record_id, entry, cancel)

    def run(self) -> Path:
        with claimed(self._entry, self._target) as (part, can_be_kept):
            try:
                with open(part, "ab") as file:
                    self._hash_again(part)
                    self._fetch_all(file)
                self._compare()
                os.replace(part, self._target)
            except OSError as e:
                part.unlink(missing_ok=True)
                raise _disk_error(e, self._target) from e
            except (CouldNotAsk, RepositoryBroken, TooManyRequests, Cancelled, KeyboardInterrupt):
                if not (can_be_kept and self._done):
                    part.unlink(missing_ok=True)
                raise
            except BaseException:
                part.unlink(missing_ok=True)
                raise
            finally:
                self._hash.close()
        return self._target

    def _fetch_all(self, file: BinaryIO) -> None:
        patience = Patience(self._files.session, cancel=self._cancel)
        while True:
            before = self._done
            try:
                if self._fetch(file):
                    return
                continue
            except NoRanges:
                continue  # it gave some and does so no more: `_answer` begins again
            except requests.RequestException as e:
                failure = could_not_ask(e, self._files.session, self._files.url, TIMEOUT)
                if timed_out(e):
                    patience.spend(TIMEOUT[1])
            if self._done > before:
                patience.refill()
            if not patience.wait():
                raise failure

    def _fetch(self, file: BinaryIO) -> bool:
        """Ask for what is missing and write it; returns whether that was all of it.

        Raises a RequestException when it is cut.
        """
        if self._done == self._entry.size:
            return True
        with self._answer(file) as response:
            self._say()
            began, before = time.monotonic(), self._done
            for block in response.iter_content(BLOCK):
                self._take(block, file)
                if self._entry.size is not None and self._done > self._entry.size:
                    return True  # more than there is: `_compare` says so
                if self._ranges.are_worth_it(self._done, self._done - before, time.monotonic() - began):
                    first = self._ranges.first(self._done)  # before this connection is given up
                    if first:
                        self._take(first, file)
                        break
            else:
                return True
        with contextlib.closing(self._ranges.blocks(self._done)) as blocks:
            for block in blocks:
                self._take(block, file)
        return False

    def _answer(self, file: BinaryIO) -> requests.Response:
        """Ask for what is missing, or for all of it where the repository gives no ranges."""
        if self._done:
            try:
                return self._ranges.ask(self._done)
            except NoRanges:
                self._start_over(file)
        # Else neither length nor md5 would be the file's.
        headers = {"Accept-Encoding": "identity"}
        return self._files.ask(
            "GET", self._path, accept="*/*", headers=headers, stream=True, cancel=self._cancel, what=self._what
        )

    def _take(self, block: bytes | bytearray, file: BinaryIO) -> None:
        self._stop_if_asked()
        self._hash.update(block)  # before the writing, so that it goes on meanwhile
        file.write(block)
        self._done += len(block)
        self._say()

    def _stop_if_asked(self) -> None:
        if self._cancel is not None and self._cancel.is_set():
            raise Cancelled("Stopped, as you asked.", "What came so far is kept.")

    def _start_over(self, file: BinaryIO) -> None:
        file.seek(0)
        file.truncate()
        self._done = 0
        self._hash.close()
        self._hash = Digest(self._entry.size)

    def _hash_again(self, part: Path) -> None:
        """Hash what an interrupted call left behind."""
        with open(part, "rb", buffering=0) as file:
            while block := file.read(BLOCK):
                self._stop_if_asked()
                self._hash.update(block)
                self._done += len(block)
                self._say()

    def _compare(self) -> None:
        expected, got = self._entry, self._hash.hexdigest()
        if self._done != (self._done if expected.size is None else expected.size) or got != (expected.md5 or got):
            raise Mismatch(
                f"{expected.key} did not come as the repository has it: {self._done} bytes with md5 {got}, expected "
                f"{expected.size} bytes with md5 {expected.md5}. What came was deleted.",
                "Try again; if it happens again, something on the way changes data.",
            )

    def _say(self) -> None:
        key = self._entry.key
        self._report(Progress("download", f"Getting {key}", self._done, self._entry.size, "B", key))


def _disk_error(error: OSError, target: Path) -> ZenodoJupyterError:
    """Say why a file could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"The disk is full: {target.name} could not be written. What came of it was deleted.",
            "Make room and try again.",
        )
    if error.errno in (errno.ENAMETOOLONG, errno.EINVAL):
        return UnsafeName(f"This computer cannot have a file named {target.name!r}.", "Choose other files with --file.")
    return MissingFile(f"{target} cannot be written ({error.strerror}).", "May you write there?")
