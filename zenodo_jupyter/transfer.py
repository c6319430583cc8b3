"""Many files at once, up or down: a few at a time, with the progress of all of them together."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .errors import BadInput, MissingFile, NeedsConsent, RecordNotFound, UnsafeName
from .http import BLOCK
from .multipart import goes_in_parts
from .names import clashes
from .names import safe_join as safe_join
from .parts import part_of, sweep
from .receiving import check_room, still_to_come
from .records import FileEntry, Record
from .report import Progress, Report, silent
from .workers import Meter, a_few_at_a_time, stopped

if TYPE_CHECKING:
    from .repository import Repository

#: Files that are sent at a time. Zenodo's users found more to be slower, and to run into its limits (8 and 4 blocked, 2
#: worked); four keep a connection busy while another waits for an answer.
SENDERS = 4
#: Files that are brought at a time: on a slow link eight are nearly twice as fast as four, and were the best on Zenodo. From
#: this machine four are the fastest, and eight a quarter slower: they share its processors with the repository.
RECEIVERS = 8
NEAR_RECEIVERS = 4


@dataclass(frozen=True)
class Upload:
    """A file to send.

    Attributes
    ----------
    key : str
        Its name in the record, with folders.
    open : callable
        Opens it as a binary stream, as often as needed.
    size : int
        Bytes.
    md5 : str or None
        32 hex digits if known; a file that is there with the same md5 is not sent.
    in_parts : bool
        Whether reading may begin anywhere in it, so that several parts can be sent at a time.
    """

    key: str
    open: Callable[[], BinaryIO]
    size: int
    md5: str | None = None
    in_parts: bool = True


def upload_files(
    repository: Repository,
    draft_id: str,
    uploads: Sequence[Upload],
    report: Report = silent,
    cancel: threading.Event | None = None,
    *,
    workers: int = SENDERS,
    already: int = 0,
    arrived: Callable[[FileEntry], None] = lambda entry: None,
) -> dict[str, FileEntry]:
    """Send files into a draft and check that each arrived as it is. What is there already is not sent again.

    Parameters
    ----------
    repository : Repository
        Where to.
    draft_id : str
        The draft.
    uploads : sequence of Upload
        The files; other files of the draft stay as they are.
    report : Report
        Is told the bytes of all files together. To cancel, it raises `Cancelled`.
    cancel : threading.Event, optional
        Another way to cancel.
    workers : int
        Files at a time.
    already : int
        How many other files are there already, for whoever watches.
    arrived : callable
        Is told of each file that is there whole, by whichever worker brought it.

    Returns
    -------
    dict
        Key to the entry that the repository has now.

    Raises
    ------
    Mismatch, MissingFile, CouldNotAsk, WasRefused, Cancelled
        Of the first file that fails; the others are stopped. The next call goes on with what is missing.
    """
    if len({u.key for u in uploads}) < len(uploads):
        raise BadInput("Two files have the same name in the record.", "Rename one of them.")
    if not uploads:
        return {}
    meter = Meter("upload", {u.key: u.size for u in uploads}, report, already)
    with repository.session.watched_by(meter.watch(cancel, repository.title)):
        there = {e.key: e for e in repository.list_files(draft_id)}
        for upload in uploads:
            entry = there.get(upload.key)
            other = entry and (entry.size != upload.size or (upload.md5 and upload.md5 != entry.md5))
            # One after the other: two at once, one of them the file that is shown first, InvenioRDM refuses as invalid.
            if other and entry and entry.status == "completed":
                repository.delete_file(draft_id, upload.key)
                del there[upload.key]
        meter.have([u.key for u in uploads if _is_same(u, there.get(u.key))])
        # One request for all of them: a repository counts requests, not files. Those that go in parts are begun otherwise.
        new = [u for u in uploads if u.key not in there]
        whole = [u.key for u in new if not (u.in_parts and goes_in_parts(repository.session, u.size))]
        there |= repository.init_files(draft_id, whole)

    def send(upload: Upload, stop: threading.Event) -> FileEntry:
        entry = repository.upload(
            draft_id, upload.key, upload.open, size=upload.size, md5=upload.md5, entry=there.get(upload.key),
            report=meter, cancel=stop, in_parts=upload.in_parts,
        )  # fmt: skip
        arrived(entry)
        return entry

    # The largest first, so that none is left alone at the end.
    ordered = sorted((u for u in uploads if not _is_same(u, there.get(u.key))), key=lambda u: -u.size)
    sent = a_few_at_a_time(send, ordered, workers, meter, cancel, repository.session)
    return {**there, **{upload.key: entry for upload, entry in zip(ordered, sent, strict=True)}}


def download_files(
    repository: Repository,
    record: Record,
    folder: Path,
    keys: Sequence[str] | None = None,
    report: Report = silent,
    cancel: threading.Event | None = None,
    *,
    workers: int | None = None,
) -> list[Path]:
    """Bring the files of a published record into a folder, each checked before it gets its name.

    Parameters
    ----------
    repository : Repository
        Where from.
    record : Record
        The record.
    folder : Path
        Is made if it is not there. Nothing is written outside it.
    keys : sequence of str, optional
        Which files; all by default.
    report : Report
        Is told the bytes of all files together. To cancel, it raises `Cancelled`.
    cancel : threading.Event, optional
        Another way to cancel.
    workers : int, optional
        Files at a time; by default as many as was found to be the fastest.

    Returns
    -------
    list of Path
        The files, in the order of `keys` or of the record. What was there already with the same md5 was not asked for.

    Raises
    ------
    UnsafeName
        When a name would leave the folder, or two cannot be files side by side. Nothing is brought then.
    NeedsConsent
        When a file of that name is there and is another one. Nothing is brought then.
    DiskFull
        When there is not enough room. Nothing is brought then.
    RecordNotFound, AccessDenied, Mismatch, CouldNotAsk, Cancelled
        See `Repository.download`; the next call goes on with what is missing.
    """
    # A record says nothing of its files to those who may not have them; the list of files says why.
    entries = record.files or repository.list_files(record.id, draft=False)
    wanted = _wanted(entries, keys, record)
    for one, other in clashes(wanted):
        raise UnsafeName(
            f"The files {one!r} and {other!r} cannot be side by side in a folder. Nothing was written.",
            "Get them one at a time with --file.",
        )
    targets = {key: safe_join(folder, key) for key in wanted}
    missing = [key for key, entry in wanted.items() if not _is_there(entry, targets[key], report, cancel)]
    try:
        for path in (folder, *(targets[key].parent for key in missing)):
            path.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise MissingFile(f"The folder {path} cannot be made ({e.strerror}).", "Choose another folder.") from e
    parts = {part for key in missing if (part := part_of(wanted[key], targets[key]))}
    for parent in {folder, *(targets[key].parent for key in missing)}:
        sweep(parent, parts)
    check_room(folder, sum(still_to_come(wanted[key], targets[key]) for key in missing))
    meter = Meter("download", {key: entry.size or 0 for key, entry in wanted.items()}, report)
    meter.have([key for key in wanted if key not in missing])

    def bring(key: str, stop: threading.Event) -> Path:
        return repository.download(record.id, key, targets[key], entry=wanted[key], report=meter, cancel=stop)

    ordered = sorted(missing, key=lambda k: -(wanted[k].size or 0))
    workers = workers or (NEAR_RECEIVERS if repository.session.is_near else RECEIVERS)
    a_few_at_a_time(bring, ordered, workers, meter, cancel, repository.session)
    return [targets[key] for key in wanted]


def _is_same(upload: Upload, entry: FileEntry | None) -> bool:
    """Whether the draft is known to have a file already."""
    return entry is not None and entry.status == "completed" and upload.md5 is not None and entry.size == upload.size


def _wanted(entries: Sequence[FileEntry], keys: Sequence[str] | None, record: Record) -> dict[str, FileEntry]:
    there = {e.key: e for e in entries}
    if keys is None:
        return there
    unknown = [key for key in keys if key not in there]
    if unknown:
        raise RecordNotFound(
            f"Record {record.id} has no file {unknown[0]!r}.", f"It has {', '.join(sorted(there)[:20]) or 'none'}."
        )
    return {key: there[key] for key in keys}


def _is_there(entry: FileEntry, target: Path, report: Report, cancel: threading.Event | None) -> bool:
    """Whether a file is here already; another one in its place is never overwritten."""
    if not target.exists() and not target.is_symlink():
        return False
    if target.is_file() and entry.md5 and target.stat().st_size == entry.size:
        digest = hashlib.md5(usedforsecurity=False)
        with open(target, "rb", buffering=0) as file:
            while block := file.read(BLOCK):
                digest.update(block)
                if cancel is not None and cancel.is_set():
                    raise stopped()
                report(Progress("download", f"Comparing {entry.key}", file.tell(), entry.size, "B", entry.key))
        if digest.hexdigest() == entry.md5:
            return True
    raise NeedsConsent(
        f"{target} is there, and is not what the record has. Nothing was written.",
        "Choose an empty folder, or move that file away.",
    )
