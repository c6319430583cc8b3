"""Get a record by its DOI: resolve · download · unpack · verify."""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import repositories, transfer, unpacking
from .doi import DOI
from .errors import AccessDenied, BadInput, Cancelled, RecordNotFound
from .packing import is_packed
from .records import Record
from .report import Progress, Report, silent

if TYPE_CHECKING:
    from .config import Config
    from .repository import Repository

#: What `get` leaves in the folder, to know it again; a memory, not a permission.
NOTE = ".zenodo-jupyter.json"
#: Bringing more than this is asked for where somebody can be asked, in bytes.
LARGE = 5_000_000_000


@dataclass(frozen=True)
class Fetched:
    """What was got.

    Attributes
    ----------
    record : Record
        As the repository has it.
    repository : Repository
        Where it came from.
    folder : Path
        Where it is now.
    files : tuple of Path
        The record's files, then those that were in zips of ours.
    verified : int
        How many files were compared with a checksum of the repository or of the record's own list; all were right.
    notes : tuple of str
        What else is to know: which version a concept DOI led to, or that there is a newer one.
    """

    record: Record
    repository: Repository
    folder: Path
    files: tuple[Path, ...]
    verified: int
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what the doors show."""
        return {
            "record": self.record.to_json(),
            "doi": str(self.record.doi) if self.record.doi else None,
            "repository": {"name": self.repository.name, "title": self.repository.title, "url": self.repository.url},
            "folder": str(self.folder),
            "files": [path.relative_to(self.folder).as_posix() for path in self.files],
            "verified": self.verified,
            "notes": list(self.notes),
        }


def get(
    text: str,
    folder: Path | None = None,
    *,
    from_: str | None = None,
    files: Sequence[str] | None = None,
    config: Config,
    report: Report = silent,
    confirm: Callable[[str], bool] | None = None,
    cancel: threading.Event | None = None,
) -> Fetched:
    """Get a record's files by its DOI, every checksum compared.

    Parameters
    ----------
    text : str
        A DOI in any spelling, a record's address, or its id. A DOI of all versions means the newest.
    folder : Path, optional
        An empty or new folder, or one that an earlier `get` of the same record began. By default one named after the record,
        in the current folder.
    from_ : str, optional
        Name or address of the repository.
    files : sequence of str, optional
        Only these files of the record.
    config : Config
        Repositories, data folder, policy.
    report : Report
        Is told of progress.
    confirm : callable, optional
        Asked before a large record is brought; it returns yes or no.
    cancel : threading.Event, optional
        Stops it; the next call goes on.

    Raises
    ------
    BadInput
        When the folder holds something else.
    RecordNotFound
        When there is no such record, or it has no files.
    UnsafeName, NeedsConsent, DiskFull, Mismatch, WasRefused, CouldNotAsk, Cancelled
        See `transfer.download_files` and `unpacking.unpack`.
    """
    report(Progress("resolve", f"Looking for {text}"))
    repository, record = repositories.resolve(text, from_=from_, config=config)
    notes = _about_versions(text, record)
    record = _with_files(repository, record)
    size = sum(e.size or 0 for e in record.files if files is None or e.key in files)
    if size > LARGE and confirm is not None and not confirm(f"{record.title} has {size / 1e9:.1f} GB."):
        raise Cancelled("Nothing was fetched.")
    target = Path(folder) if folder else Path(_folder_name(record))
    return bring(repository, record, target, files=files, notes=notes, report=report, cancel=cancel)


def bring(
    repository: Repository,
    record: Record,
    folder: Path,
    *,
    files: Sequence[str] | None = None,
    notes: tuple[str, ...] = (),
    report: Report = silent,
    cancel: threading.Event | None = None,
) -> Fetched:
    """Get the files of a record that was found; see `get` for the rest and for the errors.

    Parameters
    ----------
    repository, record : Repository, Record
        Where it is, and what it is.
    folder : Path
        Where it goes.
    notes : tuple of str
        What else is to know.
    """
    record = _with_files(repository, record)
    target = _folder_for(folder, repository, record)
    brought = transfer.download_files(repository, record, target, files, report, cancel)
    report(Progress("verify", "Comparing checksums"))
    for path in brought.copy():
        if is_packed(path):
            brought += [p for p in unpacking.unpack(path, target) if p not in brought]
    listed, absent = unpacking.check_manifest(target)
    verified = {e.key for e in record.files if e.md5 and (files is None or e.key in files)} | set(listed)
    if absent and files is None:
        notes += (
            f"{len(absent)} files that {unpacking.MANIFEST} lists are not in the record: {', '.join(absent[:5])}.",
        )
    return Fetched(record, repository, target, tuple(brought), len(verified), notes)


def _about_versions(text: str, record: Record) -> tuple[str, ...]:
    asked = DOI.find(text)
    version = record.version or f"version {record.index}"
    if asked is not None and asked == record.concept_doi and asked != record.doi:
        return (f"{asked} stands for all versions; this is the newest, {version}, {record.doi}.",)
    return () if record.is_latest else (f"This is {version}; there is a newer one.",)


def _with_files(repository: Repository, record: Record) -> Record:
    """Return a record that says which files it has; where it does not, they are asked for, once."""
    try:
        entries = record.files or repository.list_files(record.id, draft=False)
    except AccessDenied as error:
        if not record.files_restricted:
            raise
        until = str((record.access.get("embargo") or {}).get("until") or "")
        raise AccessDenied(
            f"{record.doi or record.id} ({record.title}) is there, but its files are restricted"
            + (f" until {until}." if until else "."),
            f"Ask its authors for access on {record.html_url}, and set a token of yours. {error.hint}",
        ) from error
    if not entries:
        raise RecordNotFound(f"The record {record.doi or record.id} ({record.title}) has no files, only a description.")
    return replace(record, files=tuple(entries))


def _folder_name(record: Record) -> str:
    """Name a folder after a record: the first words of its title in plain letters, and its id.

    An id has letters, digits and hyphens only, in Zenodo's as in InvenioRDM's form; anything else is dropped.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", record.title) if not unicodedata.combining(c)).lower()
    title = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "record"
    if len(title) > 40:  # whole words, where there are some
        title = title[:41].rpartition("-")[0] or title[:40]
    return f"{title}-{re.sub(r'[^A-Za-z0-9-]', '', record.id)}"


def _folder_for(folder: Path, repository: Repository, record: Record) -> Path:
    """Return the folder, absolute, with the note in it; refuse one that holds something else."""
    folder = folder.expanduser().absolute()
    note = {
        "repository": repository.url,
        "record": record.id,
        "doi": str(record.doi) if record.doi else None,
        "concept_doi": str(record.concept_doi) if record.concept_doi else None,
        "title": record.title,
        "files": {entry.key: entry.md5 for entry in record.files},
    }
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder} is a file, not a folder.", "Choose an empty or new folder.")
    if folder.is_dir() and any(folder.iterdir()) and not _is_of(folder / NOTE, note):
        raise BadInput(
            f"{folder} is not empty, and what is in it is not from this record. Nothing was written.",
            "Choose an empty or new folder.",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NOTE).write_text(json.dumps(note, indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise BadInput(f"{folder} cannot be written ({error.strerror}).", "Choose another folder.") from error
    return folder


def _is_of(path: Path, note: dict[str, Any]) -> bool:
    """Whether a folder's note tells of the same record."""
    try:
        there = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(there, dict) and all(there.get(key) == note[key] for key in ("repository", "record"))
