"""The files of drafts and records: their names and states. How bytes come is in `transfers`, where they are in `blobs`."""

from __future__ import annotations

import json
import mimetypes
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..errors import AccessDenied, RecordNotFound
from .database import Database, now
from .flavours import Switches

# Only the types that Python knows by itself, as /etc/mime.types differs between machines, and a few of research data.
_TYPES = mimetypes.MimeTypes()
for _ending, _type in (
    (".md", "text/markdown"),
    (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
):
    _TYPES.add_type(_type, _ending)
UNKNOWN_TYPE = "application/octet-stream"
_PACKED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}


@dataclass
class Entry:
    """One file.

    Attributes
    ----------
    bucket, key : str
        The list it is in, and its name there: any text, never a path on this machine.
    status : str
        ``pending`` until it is committed, then ``completed``.
    blob : str or None
        SHA-256 of its bytes as soon as they are there.
    size : int or None
        In bytes; what was announced as long as nothing came.
    checksum : str or None
        ``md5:…``; the same.
    file_id, version_id : str or None
        InvenioRDM's ids of the bytes and of this use of them.
    stored : str or None
        When the bytes came.
    details : dict
        ``metadata``, ``access``, ``transfer``.
    """

    bucket: str
    key: str
    status: str = "pending"
    blob: str | None = None
    size: int | None = None
    checksum: str | None = None
    mimetype: str | None = None
    file_id: str | None = None
    version_id: str | None = None
    stored: str | None = None
    created: str = ""
    updated: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def transfer(self) -> dict[str, Any]:
        """How the bytes come."""
        found: dict[str, Any] = self.details["transfer"]
        return found

    @property
    def in_parts(self) -> bool:
        """Whether they come in parts and have not all come yet."""
        return bool(self.transfer["type"] == "M")


def guess_type(key: str) -> str:
    """Return the media type that a name stands for."""
    kind, encoding = _TYPES.guess_type(key)
    return _PACKED.get(encoding, UNKNOWN_TYPE) if encoding else kind or UNKNOWN_TYPE


def extension(key: str, mimetype: str | None) -> str:
    """Return the ending that stands for a file's type, without the dot: the usual one, else its own if that is short."""
    usual = _TYPES.guess_extension(mimetype or UNKNOWN_TYPE)
    own = PurePosixPath(key).suffix.lower()
    if usual and mimetype != UNKNOWN_TYPE:
        return usual[1:]
    return own[1:] if 1 < len(own) <= 5 else "bin"


def new_bucket(db: Database) -> str:
    """Make an empty list of files and return its id."""
    bucket = str(uuid.uuid4())
    with db.writing() as connection:
        connection.execute("INSERT INTO buckets (id, created) VALUES (?, ?)", (bucket, now()))
    return bucket


def lock(db: Database, bucket: str) -> None:
    """Make a list of files unchangeable."""
    with db.writing() as connection:
        connection.execute("UPDATE buckets SET locked = 1 WHERE id = ?", (bucket,))


def unlock(db: Database, bucket: str) -> None:
    """Let a list of files be changed again."""
    with db.writing() as connection:
        connection.execute("UPDATE buckets SET locked = 0 WHERE id = ?", (bucket,))


def room(db: Database, bucket: str, usual: int) -> int:
    """Return how many bytes a list of files may have in all, which are also the most for one file."""
    row = db.one("SELECT quota FROM buckets WHERE id = ?", bucket)
    return usual if row is None or row["quota"] is None else int(row["quota"])


def is_locked(db: Database, bucket: str) -> bool:
    """Tell whether a list of files is unchangeable."""
    row = db.one("SELECT locked FROM buckets WHERE id = ?", bucket)
    return row is not None and bool(row["locked"])


def drop_bucket(db: Database, bucket: str) -> None:
    """Forget a list of files; their bytes go with the next garbage collection."""
    with db.writing() as connection:
        connection.execute("DELETE FROM buckets WHERE id = ?", (bucket,))


def listing(db: Database, bucket: str) -> list[Entry]:
    """Return all files, in the order in which they were announced."""
    return [_entry(row) for row in db.all("SELECT * FROM files WHERE bucket_id = ? ORDER BY position, key", bucket)]


def find(db: Database, bucket: str, key: str, record_id: str) -> Entry:
    """Return one file.

    Raises
    ------
    RecordNotFound
        When there is none of this name; ``record_id`` is for the text.
    """
    row = db.one("SELECT * FROM files WHERE bucket_id = ? AND key = ?", bucket, key)
    if row is None:
        raise RecordNotFound(f"Record '{record_id}' has no file '{key}'.")
    return _entry(row)


def remove(db: Database, entry: Entry, switches: Switches) -> None:
    """Forget a file.

    Raises
    ------
    AccessDenied
        When the list is locked; a pending file may go all the same if it could come.
    """
    with db.writing() as connection:
        if not (switches.locked_draft_takes_new_files and entry.blob is None):
            require_unlocked(db, entry.bucket)
        connection.execute("DELETE FROM files WHERE bucket_id = ? AND key = ?", (entry.bucket, entry.key))


def remove_all(db: Database, bucket: str) -> None:
    """Forget all files of a draft.

    Raises
    ------
    AccessDenied
        When the list is locked.
    """
    with db.writing() as connection:
        require_unlocked(db, bucket)
        connection.execute("DELETE FROM files WHERE bucket_id = ?", (bucket,))


def describe(db: Database, entry: Entry, metadata: dict[str, Any] | None, access: dict[str, Any] | None) -> Entry:
    """Change what is said of a file."""
    if metadata is not None:
        entry.details["metadata"] = metadata
    if access is not None:
        entry.details["access"] = {**entry.details["access"], **access}
    return save(db, entry)


def copy_all(db: Database, source: str, target: str) -> None:
    """Put the completed files of one list into another; no byte is copied."""
    with db.writing():
        for position, entry in enumerate(listing(db, source)):
            if entry.status == "completed":
                entry.bucket, entry.version_id = target, str(uuid.uuid4())
                entry.created = entry.updated = ""
                insert(db, entry, position)


def missing(entries: list[Entry]) -> Iterator[Entry]:
    """Yield the files that are not completed."""
    return (entry for entry in entries if entry.status != "completed")


def require_unlocked(db: Database, bucket: str) -> None:
    """Refuse a change to a list of files that is locked.

    Raises
    ------
    AccessDenied
        When it is.
    """
    if is_locked(db, bucket):
        raise AccessDenied("Bucket is locked for modifications.")


def save(db: Database, entry: Entry) -> Entry:
    """Save a file and return it as the answer shows it."""
    entry.updated = now()
    kept = (
        {**entry.details, "metadata": entry.details["metadata"] or {}} if entry.status == "completed" else entry.details
    )
    with db.writing() as connection:
        connection.execute(
            "UPDATE files SET updated = ?, status = ?, blob = ?, size = ?, checksum = ?, mimetype = ?, file_id = ?, "
            "version_id = ?, stored = ?, json = ? WHERE bucket_id = ? AND key = ?",
            (
                entry.updated, entry.status, entry.blob, entry.size, entry.checksum, entry.mimetype, entry.file_id,
                entry.version_id, entry.stored, json.dumps(kept), entry.bucket, entry.key,
            ),
        )  # fmt: skip
    return entry


def insert(db: Database, entry: Entry, position: int) -> None:
    """Give a new file its row."""
    entry.created = entry.updated = now()
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.bucket, entry.key, position, entry.created, entry.updated, entry.status, entry.blob, entry.size,
                entry.checksum, entry.mimetype, entry.file_id, entry.version_id, entry.stored,
                json.dumps(entry.details),
            ),
        )  # fmt: skip


def _entry(row: Any) -> Entry:
    return Entry(
        row["bucket_id"], row["key"], row["status"], row["blob"], row["size"], row["checksum"], row["mimetype"],
        row["file_id"], row["version_id"], row["stored"], row["created"], row["updated"], json.loads(row["json"]),
    )  # fmt: skip
