"""The files of a version on their way into its draft: what is there stays, what changed is sent, what is gone is removed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from . import transfer
from .bundle import BundleFile, hash_all
from .errors import Mismatch
from .records import FileEntry, Record
from .report import Progress, Report

if TYPE_CHECKING:
    from .repository import Repository


@dataclass
class Delivery:
    """What is brought into a draft.

    Attributes
    ----------
    repository : Repository
        Where to.
    draft_id : str
        The draft.
    report : Report
        Is told how far it is, and may stop it.
    note : callable
        Is told, as name to md5, what this puts there: with an empty md5 before it is tried, then soon after it is done. By
        then, or when it is stopped; never after that.
    sent, kept : dict
        Name to size of what was sent, and of what was there already.
    removed : tuple of str
        What was there and is no longer wanted.
    files : list of BundleFile
        All that is in the draft now.
    """

    repository: Repository
    draft_id: str
    report: Report
    note: Callable[[dict[str, str]], None] = lambda brought: None
    sent: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    files: list[BundleFile] = field(default_factory=list)

    def bring(
        self, files: Sequence[BundleFile], last: Callable[[], Sequence[BundleFile]], names: Collection[str] = ()
    ) -> None:
        """Bring the draft's files to what is wanted.

        Parameters
        ----------
        files : sequence of BundleFile
            What is wanted.
        last : callable
            Makes the small files that list the checksums of all others, when those are known.
        names : collection of str
            What those are called.

        Raises
        ------
        ChangedMeanwhile, Mismatch, CouldNotAsk, WasRefused, Cancelled
            See `transfer.upload_files`; the next call goes on with what is missing.
        """
        entries = self.repository.list_files(self.draft_id)
        # First, for a record may hold only so many; and also what was begun and never came, which would forbid publishing.
        unwanted = {e.key: e.status for e in entries if e.key not in {*names, *(f.key for f in files)}}
        for key in unwanted:
            self.repository.delete_file(self.draft_id, key)
        self.removed = tuple(sorted(key for key, status in unwanted.items() if status == "completed"))
        there = {e.key: e for e in entries if e.status == "completed" and e.md5}
        # A checksum is asked of a file only where it decides: where one of the same name and size is there.
        hash_all((f for f in files if f.key in there and there[f.key].size == f.size), self.report, "upload")
        self._send(files, there, self.report)
        # A few kilobytes more; a bar that begins once more would say something else.
        small = Progress("upload", "Sending the checksums of all files")
        self._send(last(), there, lambda progress: self.report(small))

    def _send(self, files: Sequence[BundleFile], there: dict[str, FileEntry], report: Report) -> None:
        missing = []
        for file in files:
            entry = there.get(file.key)
            if entry is not None and entry.size == file.size and entry.md5 == file.md5:
                self.kept[file.key] = file.size
            else:
                missing.append(file)
        self.note({f.key: f.md5 if f.key in self.kept else "" for f in files})
        uploads = [
            transfer.Upload(f.key, partial(f.open, "sha256"), f.size, f.known_md5, in_parts=f.stream is None)
            for f in missing
        ]
        already = sum(f.key in self.kept for f in files)
        with _Notes(self.note) as notes:
            done = transfer.upload_files(
                self.repository, self.draft_id, uploads, report=report, already=already, arrived=notes
            )
        for file in missing:
            md5 = done[file.key].md5
            if md5:  # it was compared with what was sent
                file.learn(md5=md5)
            self.sent[file.key] = file.size
        self.files += files


class _Notes:
    """Passes on what arrived, once a second: writing it down takes a disk longer than a small file takes on the wire."""

    def __init__(self, note: Callable[[dict[str, str]], None]) -> None:
        self._note = note
        self._lock = threading.Lock()
        self._arrived: dict[str, str] = {}
        self._passed, self._over = time.monotonic(), False

    def __call__(self, entry: FileEntry) -> None:
        with self._lock:
            # A worker that was left alone comes too late: the journal may be another process's by then.
            if not self._over:
                self._arrived[entry.key] = entry.md5 or ""
                if time.monotonic() - self._passed >= 1:
                    self._pass_on()

    def __enter__(self) -> _Notes:
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._lock:
            self._over = True
            self._pass_on()

    def _pass_on(self) -> None:
        if self._arrived:
            self._note(self._arrived)
        self._arrived, self._passed = {}, time.monotonic()


def compare(record: Record, files: Sequence[BundleFile], report: Report) -> None:
    """Compare every md5 of a record with what was to be published.

    Raises
    ------
    Mismatch
        When a file is not there, or has other bytes.
    """
    there: dict[str, FileEntry] = {f.key: f for f in record.files}
    wrong = [f.key for f in files if f.key not in there or there[f.key].md5 not in (None, f.md5)]
    if wrong:
        raise Mismatch(
            f"The record {record.doi} is published, but these files are not in it as they were sent: {', '.join(wrong)}.",
            "Look at the record, and publish a new version.",
        )
    report(Progress("verify", f"Every checksum is right, {len(record.files)} files"))
