"""How the bytes of a file come: announced, sent in one piece or in parts, committed."""

from __future__ import annotations

import uuid
from typing import Any

from ..errors import WasRefused
from . import entries
from .blobs import Blob
from .database import Database, now
from .entries import Entry
from .flavours import Flavour, Switches
from .store import Store


class TransferFailed(Exception):
    """Bytes came that cannot be the file's; InvenioRDM answers this with 200 and ``errors``."""


def announce(db: Database, bucket: str, files: list[dict[str, Any]], flavour: Flavour, switches: Switches) -> None:
    """Make pending files, all or none.

    Raises
    ------
    AccessDenied
        When the list is locked.
    WasRefused
        When a name is taken, or there would be too many files or bytes.
    """
    with db.writing() as connection:
        if not switches.locked_draft_takes_new_files:
            entries.require_unlocked(db, bucket)
        taken = {entry.key: entry for entry in entries.listing(db, bucket)}
        if len(taken) + len(files) > flavour.max_files:
            message = "Uploading selected files will result in exceeding the max amount per record."
            raise WasRefused(message, status=400)
        row = connection.execute("SELECT max(position) FROM files WHERE bucket_id = ?", (bucket,)).fetchone()
        position = (row[0] or 0) + 1
        for offset, file in enumerate(files):
            if file["key"] in taken:
                raise WasRefused(f"File with key {file['key']} already exists.", status=400)
            entry = Entry(bucket, file["key"], size=file.get("size"), checksum=file.get("checksum"))
            entry.details = {
                "metadata": file.get("metadata"),
                "access": {"hidden": False, **file.get("access", {})},
                "transfer": file["transfer"],
            }
            if entry.in_parts:
                entry.checksum = None
                entry.mimetype = entries.guess_type(entry.key)
                entry.file_id, entry.version_id = str(uuid.uuid4()), str(uuid.uuid4())
            taken[entry.key] = entry
            entries.insert(db, entry, position + offset)


def take_content(store: Store, entry: Entry, blob: Blob, flavour: Flavour) -> Entry:
    """Give a pending file its bytes; they may come again until it is committed.

    Raises
    ------
    AccessDenied
        When the list is locked.
    WasRefused
        When there would be too many bytes, or the file is not waiting for any.
    """
    with store.db.writing() as connection:
        entries.require_unlocked(store.db, entry.bucket)
        row = connection.execute(
            "SELECT coalesce(sum(b.size), 0) FROM files f JOIN blobs b ON b.sha256 = f.blob "
            "WHERE bucket_id = ? AND key <> ?",
            (entry.bucket, entry.key),
        ).fetchone()
        if row[0] + blob.size > entries.room(store.db, entry.bucket, flavour.max_bytes):
            raise WasRefused("Bucket quota exceeded.", status=400)
        store.blobs.adopt(connection, blob)
        changed = connection.execute(
            "UPDATE files SET blob = ?, stored = ? WHERE bucket_id = ? AND key = ? AND status = 'pending'",
            (blob.sha256, now(), entry.bucket, entry.key),
        )
        if changed.rowcount == 0:
            raise WasRefused(f"File '{entry.key}' was completed or deleted while it was being sent.", status=400)
    return entry


def add(
    store: Store, bucket: str, key: str, blob: Blob, flavour: Flavour, switches: Switches, *, replace: bool = False
) -> Entry:
    """Announce, fill and commit a file at once, as Zenodo's old APIs do; inside a transaction.

    Raises
    ------
    AccessDenied
        When the list is locked.
    WasRefused
        When the name is taken and not to be replaced, or there would be too many files or bytes.
    """
    if replace:
        with store.db.writing() as connection:
            entries.require_unlocked(store.db, bucket)
            connection.execute("DELETE FROM files WHERE bucket_id = ? AND key = ?", (bucket, key))
    announce(store.db, bucket, [{"key": key, "transfer": {"type": "L"}}], flavour, switches)
    take_content(store, entries.find(store.db, bucket, key, ""), blob, flavour)
    return commit(store, entries.find(store.db, bucket, key, ""), None, flavour, switches)


def take_part(store: Store, entry: Entry, part: int, blob: Blob) -> None:
    """Keep one part of a file.

    Raises
    ------
    TransferFailed
        When there is no such part, or it has another size than announced.
    """
    parts, part_size = entry.transfer["parts"], entry.transfer["part_size"]
    wanted = part_size if part < parts else (entry.size or 0) - part_size * (parts - 1)
    if not 1 <= part <= parts or blob.size != wanted:
        raise TransferFailed
    with store.db.writing() as connection:
        entries.require_unlocked(store.db, entry.bucket)
        store.blobs.adopt(connection, blob)
        connection.execute(
            "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)", (entry.bucket, entry.key, part, blob.sha256)
        )


def commit(store: Store, entry: Entry, joined: Blob | None, flavour: Flavour, switches: Switches) -> Entry:
    """Complete a file; ``joined`` is what `join_parts` made of one that came in parts.

    Raises
    ------
    WasRefused
        When nothing was sent, or empty files are not allowed.
    """
    if entry.status == "completed":
        return entries.save(store.db, entry)
    with store.db.writing() as connection:
        entries.require_unlocked(store.db, entry.bucket)
        if joined is not None:
            store.blobs.adopt(connection, joined)
            connection.execute("DELETE FROM parts WHERE bucket_id = ? AND key = ?", (entry.bucket, entry.key))
            entry.blob, entry.stored = joined.sha256, now()
            entry.details["transfer"] = {"type": "L"}
        if entry.blob is None:
            raise WasRefused(
                f"File '{entry.key}' cannot be committed: its content was never sent.",
                "PUT its content, then commit it.",
                status=500 if switches.crashes else 400,
            )
        blob = connection.execute("SELECT md5, size FROM blobs WHERE sha256 = ?", (entry.blob,)).fetchone()
        if blob["size"] == 0 and not flavour.empty_files:
            raise WasRefused("Empty files are not accepted.", status=400)
        entry.size, entry.checksum, entry.status = blob["size"], f"md5:{blob['md5']}", "completed"
        entry.mimetype = entries.guess_type(entry.key)
        entry.file_id = entry.file_id or str(uuid.uuid4())
        entry.version_id = entry.version_id or str(uuid.uuid4())
        return entries.save(store.db, entry)


def join_parts(store: Store, entry: Entry, switches: Switches) -> Blob | None:
    """Write the parts of a file one behind the other; outside of a transaction, as it takes its time.

    Returns
    -------
    Blob or None
        None for a file that comes in one piece, or is complete.

    Raises
    ------
    WasRefused
        When a part is missing.
    """
    if entry.status == "completed" or not entry.in_parts:
        return None
    rows = store.db.all("SELECT part, blob FROM parts WHERE bucket_id = ? AND key = ?", entry.bucket, entry.key)
    have = {row["part"]: row["blob"] for row in rows}
    parts, part_size, size = entry.transfer["parts"], entry.transfer["part_size"], entry.size or 0
    gaps = [part for part in range(1, parts + 1) if part not in have]
    if gaps and not switches.missing_part_becomes_zeros:
        raise WasRefused(
            f"File '{entry.key}' cannot be committed: part {', '.join(map(str, gaps))} of {parts} was never sent.",
            "PUT the missing parts, then commit it.",
            status=400,
        )
    sizes = [part_size] * (parts - 1) + [size - part_size * (parts - 1)]
    return store.blobs.join((have.get(part), length) for part, length in enumerate(sizes, start=1))
