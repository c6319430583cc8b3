"""Fetch: one verified file of a record, for use in an analysis; kept once for all notebooks, there without a network."""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from . import repositories, unpacking
from .doi import DOI
from .errors import CouldNotAsk, RecordNotFound, RepositoryBroken, TooManyRequests
from .keeping import in_words, keep
from .names import safe_join
from .records import FileEntry, Record
from .report import Report, silent

if TYPE_CHECKING:
    from .config import Config


def fetch(
    doi: str, file: str, *, from_: str | None = None, config: Config | None = None, report: Report = silent
) -> Path:
    """Return the path of one file of a record, its checksum verified.

    The file is kept in the user's data folder by its checksum, so that notebooks share it and an unchanged file of a newer
    version is not fetched again. What a version's DOI means never changes, so that it is not asked for twice: once fetched, it
    is there offline. A concept DOI means the newest version and is asked for each time; without a network the last known
    one is taken, with a warning.

    Parameters
    ----------
    doi : str
        A DOI in any spelling, a record's address or id.
    file : str
        The file's name in the record, folders included, such as ``data/a.csv``. Of a record that was published with this
        tool, files that were packed into a zip are found too.
    from_ : str, optional
        Name or address of the repository, where it is not clear.
    config : Config, optional
        Read from the files and the environment otherwise.
    report : Report
        Is told of progress.

    Returns
    -------
    Path
        Read it, do not write to it: it is shared.

    Raises
    ------
    RecordNotFound
        When there is no such record, or no such file in it.
    Mismatch
        When the bytes that came are not those of the record; they are thrown away.
    CouldNotAsk, WasRefused
        See `errors`.
    """
    if config is None:
        from .config import Config

        config = Config.load()
    cache = Path(config.data_dir) / "cache"
    found = DOI.find(doi)
    asked = json.dumps([str(found or doi), from_, file])
    note = cache / "known" / f"{hashlib.sha256(asked.encode()).hexdigest()[:32]}.json"
    known = _read(note)
    there = _kept(cache, known, file)
    if known and known["fixed"] and there is not None:
        return there
    try:
        repository, record = repositories.resolve(doi, from_=from_, config=config)
    except (CouldNotAsk, RepositoryBroken, TooManyRequests) as e:
        if known and there is not None:
            warnings.warn(f"{e.message} Taking {file} of {known['doi']}, the newest that was fetched.", stacklevel=2)
            return there
        raise
    entry = record.file(file)
    if entry is None and (packed := _packed(doi, file, record, from_, config, report)) is not None:
        return packed
    if entry is None:
        names = ", ".join(f.key for f in record.files[:20])
        raise RecordNotFound(f"{record.doi or record.id} has no file {file!r}.", f"It has: {names}.")
    known = {
        "doi": str(record.doi),
        "digest": _digest(repository.url, record.id, entry),
        "size": entry.size,
        "fixed": found is not None and found == record.doi,
    }
    path = _path(cache, known["digest"], file)
    with in_words(cache):
        path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.parent / ".lock"):  # another notebook may be fetching the same
        if _kept(cache, known, file) is None:
            if path.exists():
                path.chmod(0o600)  # else Windows does not let it be replaced
            repository.download(record.id, file, path, entry=entry, report=report)
            path.chmod(0o444)  # shared: who wants to change it takes a copy
    keep(note, json.dumps(known))
    return path


def _packed(doi: str, file: str, record: Record, from_: str | None, config: Config, report: Report) -> Path | None:
    """Return a file out of a zip of the record; None where the record's own list of checksums does not name it.

    Without that list nothing is looked for: a stranger's zips may be many gigabytes.
    """
    if record.file(unpacking.MANIFEST) is None:
        return None
    manifest = fetch(doi, unpacking.MANIFEST, from_=from_, config=config, report=report)
    sha256 = unpacking.listed(manifest).get(file)
    if sha256 is None:
        return None
    for entry in sorted(record.files, key=lambda entry: entry.size or 0):
        if not entry.key.lower().endswith(".zip"):
            continue
        archive = fetch(doi, entry.key, from_=from_, config=config, report=report)
        target = _path(Path(config.data_dir) / "cache", sha256, file)
        if target.is_file():
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.parent / ".lock"):
            if target.is_file() or unpacking.take_out(archive, file, sha256, target):
                target.chmod(0o444)
                return target
    return None


def _digest(url: str, record_id: str, entry: FileEntry) -> str:
    """Return what a file is kept by: its md5, or what stands for it where the repository gives none that can be a name."""
    if entry.md5 and re.fullmatch("[0-9a-f]{32}", entry.md5):
        return entry.md5
    return hashlib.sha256(json.dumps([url, record_id, entry.key]).encode()).hexdigest()


def _path(cache: Path, digest: str, file: str) -> Path:
    """Return where a file is kept; it has its own name, so that what reads it knows its kind."""
    return safe_join(cache / digest[:2] / digest, file.rsplit("/", 1)[-1])


def _kept(cache: Path, known: dict[str, Any] | None, file: str) -> Path | None:
    """Return the file if it is there; one of another size was changed by somebody and does not count."""
    if known is None:
        return None
    path = _path(cache, known["digest"], file)
    whole = path.is_file() and known["size"] in (None, path.stat().st_size)
    return path if whole else None


def _read(note: Path) -> dict[str, Any] | None:
    try:
        return json.loads(note.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
