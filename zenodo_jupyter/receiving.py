"""One file on its way here: into a part file, hashed as it comes, gone on with after a cut, compared, then given its name."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import threading
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
    WasRefused,
    ZenodoJupyterError,
)
from .http import BLOCK, TIMEOUT, Patience
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
    kept = _kept(entry, target)
    here = kept.stat().st_size if kept is not None and kept.exists() else 0
    return max(0, (entry.size or 0) - here)


def _kept(entry: FileEntry, target: Path) -> Path | None:
    """Return the name under which an interrupted call leaves what came; it says which bytes they are of."""
    return target.with_name(f".{target.name[:50]}.part-{entry.md5}") if entry.md5 else None


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

    The part has a name of its own, so that two processes never write into one. If the transfer is interrupted it gets a name
    that says which bytes it is of; the next call that wants those takes it over, by a rename that only one can win.
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
        # File systems take names of 255 bytes.
        self._part = target.with_name(f".{target.name[:50]}.part-{secrets.token_hex(6)}")
        self._kept = _kept(entry, target)
        self._done = 0
        self._ranges = True
        self._etag = ""
        self._hash = Digest(entry.size)

    def run(self) -> Path:
        try:
            self._adopt()
            with open(self._part, "ab") as file:
                self._hash_again()
                self._fetch_all(file)
            self._compare()
            os.replace(self._part, self._target)
        except OSError as e:
            self._part.unlink(missing_ok=True)
            raise _disk_error(e, self._target) from e
        except (CouldNotAsk, RepositoryBroken, TooManyRequests, Cancelled, KeyboardInterrupt):
            self._keep()
            raise
        except BaseException:
            self._part.unlink(missing_ok=True)
            raise
        finally:
            self._hash.close()
        return self._target

    def _fetch_all(self, file: BinaryIO) -> None:
        patience = Patience(self._files.session, cancel=self._cancel)
        while True:
            before = self._done
            try:
                return self._fetch(file)
            except requests.RequestException as e:
                failure = could_not_ask(e, self._files.session, self._files.url, TIMEOUT)
                if timed_out(e):
                    patience.spend(TIMEOUT[1])
            if self._done > before:
                patience.refill()
            if not patience.wait():
                raise failure

    def _fetch(self, file: BinaryIO) -> None:
        """Ask for what is missing and write it; raises a RequestException when it is cut."""
        if self._done and (self._done > (self._entry.size or self._done) or not self._ranges):
            self._start_over(file)
        if self._done == self._entry.size:
            return
        headers = {"Accept-Encoding": "identity"}  # else neither length nor md5 nor range would be the file's
        if self._done:
            headers["Range"] = f"bytes={self._done}-"
            if self._etag:
                headers["If-Range"] = self._etag
        with self._ask(headers) as response:
            if self._done and not self._goes_on(response):
                self._start_over(file)
            self._say()
            if not self._etag:
                self._etag = response.headers.get("ETag", "")
            for block in response.iter_content(BLOCK):
                if self._cancel is not None and self._cancel.is_set():
                    raise Cancelled("Stopped, as you asked.", "What came so far is kept.")
                self._hash.update(block)  # before the writing, so that it goes on meanwhile
                file.write(block)
                self._done += len(block)
                if self._entry.size is not None and self._done > self._entry.size:
                    break  # more than there is: `_compare` says so
                self._say()
            file.flush()

    def _ask(self, headers: dict[str, str]) -> requests.Response:
        try:
            return self._files.ask(
                "GET", self._path, accept="*/*", headers=headers, stream=True, cancel=self._cancel, what=self._what
            )
        except WasRefused as e:
            if e.status != 416:
                raise
            self._ranges = False  # no such range: then all of it
            raise requests.exceptions.ChunkedEncodingError("the range is refused") from None

    def _goes_on(self, response: requests.Response) -> bool:
        """Whether an answer is the rest of the same file, from where we are."""
        if response.status_code != 206:
            return False
        match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", "").strip())
        etag = response.headers.get("ETag", "")
        if match is None or int(match[1]) != self._done or (self._etag and etag and etag != self._etag):
            self._ranges = False
            raise requests.exceptions.ChunkedEncodingError("a range that was not asked for")
        return True

    def _start_over(self, file: BinaryIO) -> None:
        file.seek(0)
        file.truncate()
        self._done = 0
        self._hash.close()
        self._hash = Digest(self._entry.size)

    def _adopt(self) -> None:
        """Take over what an interrupted call left behind."""
        if self._kept is not None:
            try:
                os.replace(self._kept, self._part)
            except FileNotFoundError:
                return

    def _hash_again(self) -> None:
        with open(self._part, "rb", buffering=0) as file:
            while block := file.read(BLOCK):
                self._hash.update(block)
                self._done += len(block)

    def _keep(self) -> None:
        """Leave what came for the next call, if it can be told what it is of."""
        if self._kept is not None and self._done:
            os.replace(self._part, self._kept)
        else:
            self._part.unlink(missing_ok=True)

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
