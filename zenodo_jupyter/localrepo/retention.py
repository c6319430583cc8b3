"""Keeping a store for long: reading all of it again, copying it while it is in use, and putting a copy in its place.

A backup is a data folder: one snapshot of the database, and every byte that it names, each read and compared on the way.
Copying again into the same folder brings what is new. Nothing in use is locked for longer than SQLite needs for a snapshot.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput, Mismatch
from ..keeping import in_words
from .blobs import BLOCK
from .database import now
from .store import Store

#: Told how many bytes of how many are through.
Tell = Callable[[int, int], None]
DATABASE = "repository.sqlite"
#: Ids that are left out after a restore. Records made after the backup had some of them, and perhaps a poster has their DOIs.
_LOST_IDS = 1_000_000
#: How often a snapshot is taken anew because bytes that it names were thrown away while they were copied.
_TRIES = 10


@dataclass(frozen=True)
class Damage:
    """Bytes that are not what they were when they came.

    Attributes
    ----------
    sha256 : str
        Their checksum then, which is also their name.
    what : str
        ``missing``, ``shorter``, ``longer`` or ``changed``, or what the disk said.
    files : tuple of str
        Where they are used: ``record id/name of the file``.
    """

    sha256: str
    what: str
    files: tuple[str, ...]


def fixity(store: Store, tell: Tell = lambda done, total: None) -> tuple[int, list[Damage]]:
    """Read every byte again, and SQLite's own pages.

    Returns
    -------
    checked : int
        How many blobs were read.
    damaged : list of Damage
        Those that are not what they were.

    Raises
    ------
    Mismatch
        When the database itself is damaged.
    """
    (said,) = store.db.connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise Mismatch(f"The database of {store.folder} is damaged: {said}.", "Restore it from a backup.")
    rows = store.db.all("SELECT sha256, size FROM blobs ORDER BY sha256")
    done, total, damaged, well = 0, sum(row["size"] for row in rows), [], []
    for row in rows:
        wrong = wrong_with(store.blobs.path(row["sha256"]), row["sha256"], row["size"])
        if wrong and store.db.one("SELECT 1 FROM blobs WHERE sha256 = ?", row["sha256"]):  # else thrown away meanwhile
            damaged.append(Damage(row["sha256"], wrong, _users(store, row["sha256"])))
        elif not wrong:
            well.append((now(), row["sha256"]))
        done += row["size"]
        tell(done, total)
    with store.db.writing() as connection:  # at once: each transaction waits for the disk
        connection.executemany("UPDATE blobs SET checked = ? WHERE sha256 = ?", well)
    return len(rows), damaged


def wrong_with(path: Path, sha256: str, size: int) -> str:
    """Say what is wrong with a file, empty if nothing is."""
    found = hashlib.sha256()
    try:
        have = path.stat().st_size
        if have != size:
            return "shorter" if have < size else "longer"
        with path.open("rb", buffering=0) as file:
            while block := file.read(BLOCK):
                found.update(block)
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        return error.strerror or "unreadable"
    return "" if found.hexdigest() == sha256 else "changed"


def _users(store: Store, sha256: str) -> tuple[str, ...]:
    rows = store.db.all(
        "SELECT DISTINCT COALESCE(r.id, d.id) AS id, f.key FROM files f LEFT JOIN records r ON r.bucket_id = f.bucket_id "
        "LEFT JOIN drafts d ON d.bucket_id = f.bucket_id WHERE f.blob = ? ORDER BY 1, 2",
        sha256,
    )
    return tuple(f"{row['id']}/{row['key']}" for row in rows)


def backup(store: Store, folder: Path, tell: Tell = lambda done, total: None) -> tuple[int, int]:
    """Copy a store that may be in use into a folder, which is then a data folder itself.

    Returns
    -------
    copied, kept : int
        How many blobs were copied, and how many an earlier backup had.

    Raises
    ------
    BadInput
        When the folder has something else in it, or cannot be written.
    Mismatch
        When bytes were found damaged; the backup that was there is as it was.
    """
    folder = Path(folder).absolute()
    _require_room_for(store, folder)
    with in_words(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = folder / f".{DATABASE}.{uuid.uuid4().hex}"
        try:
            copied, kept = _copy(store, folder, beside, tell)
            os.replace(beside, folder / DATABASE)
        finally:
            for name in (beside, *folder.glob(f"{beside.name}-*")):
                name.unlink(missing_ok=True)
    return copied, kept


def _require_room_for(store: Store, folder: Path) -> None:
    if folder == store.folder.absolute() or store.folder.absolute() in folder.parents:
        raise BadInput("A backup cannot be inside of what it is a backup of.", "Name a folder on another disk.")
    there = folder / DATABASE
    if there.exists():
        with contextlib.closing(sqlite3.connect(there)) as connection:
            (other,) = connection.execute("SELECT value FROM meta WHERE key = 'uuid'").fetchone() or ("",)
        if other != store.uuid:
            raise BadInput(f"{folder} is the backup of another repository.", "Name another folder.")
    elif folder.exists() and any(folder.iterdir()) and not (folder / "blobs").is_dir():
        raise BadInput(f"{folder} has something else in it.", "Name an empty or a new folder.")


def _copy(store: Store, folder: Path, beside: Path, tell: Tell) -> tuple[int, int]:
    copied, kept = 0, 0
    for _ in range(_TRIES):
        rows = _snapshot(store, beside)
        done, total, vanished = 0, sum(size for _, size in rows), False
        kept = len(rows)
        for sha256, size in rows:
            target = folder / "blobs" / sha256[:2] / sha256[2:4] / sha256
            if not (target.exists() and target.stat().st_size == size):
                try:
                    copy_blob(store.blobs.path(sha256), target, sha256)
                    copied += 1
                except FileNotFoundError:
                    if store.db.one("SELECT 1 FROM blobs WHERE sha256 = ?", sha256):
                        where = ", ".join(_users(store, sha256)) or sha256
                        raise Mismatch(f"Bytes are missing: {where}.", "`fixity` names all that is damaged.") from None
                    vanished = True  # a draft was discarded meanwhile
            done += size
            tell(done, total)
        if not vanished:
            return copied, max(kept - copied, 0)
    raise BadInput("Files were thrown away faster than they could be copied.", "Try again later.")


def _snapshot(store: Store, path: Path) -> list[tuple[str, int]]:
    """Write the database as it is at one moment, and return the blobs that it names."""
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as copy:
        store.db.connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, wherever it is carried
        # Tokens of servers that run now are for those servers.
        copy.execute("DELETE FROM tokens WHERE session IS NOT NULL")
        copy.commit()
        return [(row[0], row[1]) for row in copy.execute("SELECT sha256, size FROM blobs ORDER BY sha256")]


def copy_blob(source: Path, target: Path, sha256: str) -> None:
    """Copy bytes beside, compare them, and give them their name.

    Raises
    ------
    Mismatch
        When they are not what they were when they came.
    """
    found = hashlib.sha256()
    with source.open("rb", buffering=0) as file:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{uuid.uuid4().hex}")
        try:
            with beside.open("wb") as copy:
                while block := file.read(BLOCK):
                    found.update(block)
                    copy.write(block)
                copy.flush()
                os.fsync(copy.fileno())
            if found.hexdigest() != sha256:
                raise Mismatch(
                    f"The bytes {sha256} are not what they were.", "`fixity` names the files they are used in."
                )
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)


def restore(backup_folder: Path, folder: Path, tell: Tell = lambda done, total: None) -> Store:
    """Make a data folder of a backup; the backup stays, and may be in use.

    Parameters
    ----------
    backup_folder : Path
        What `backup` made.
    folder : Path
        Where there is no repository: what is there is never written over.

    Raises
    ------
    BadInput
        When there is no backup, or something where it is to go.
    Mismatch
        When the backup is damaged; nothing is there then.
    """
    backup_folder, folder = Path(backup_folder).absolute(), Path(folder).absolute()
    if not (backup_folder / DATABASE).is_file():
        raise BadInput(f"{backup_folder} is no backup of an embedded repository.", f"It would have a {DATABASE}.")
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(
            f"There is something at {folder} already, which is never written over.",
            "Move it away (with nothing using it) and restore again.",
        )
    beside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
    source = Store(backup_folder)
    try:
        backup(source, beside, tell)
        with contextlib.closing(sqlite3.connect(beside / DATABASE)) as connection, connection:
            connection.execute("UPDATE meta SET value = value + ? WHERE key = 'next_id'", (_LOST_IDS,))
        with in_words(folder):
            if folder.exists():
                folder.rmdir()
            os.replace(beside, folder)
    finally:
        source.db.close()
        _remove(beside)
    return Store(folder)


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
