"""SQLite for several threads and several processes at once.

Durability: ``synchronous=FULL``. A DOI that was answered is printed on posters, so it must outlive a power cut as
well as a killed process; ``NORMAL`` would lose the last commits in the first case. The price, measured: about 1 ms
for each commit.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from filelock import FileLock

from ..errors import BadInput, DiskFull
from ..keeping import in_words
from . import tables

log = logging.getLogger(__name__)

#: How long one process waits for another's write, in seconds. Writes are short: bytes are stored outside of them.
BUSY_TIMEOUT = 60.0
_PROBE = "CREATE VIRTUAL TABLE temp.probe USING fts5 (a)"
# What SQLite says of a disk or a file that is not as it should be (https://sqlite.org/rescode.html).
_TROUBLES = ("readonly", "unable to open", "disk I/O", "not a database", "malformed", "locked")
# WAL keeps its index in memory shared by the processes of one machine (https://sqlite.org/wal.html, "does not work over
# a network filesystem"), so on these it may look fine and corrupt the database from the second machine.
_NETWORK_FILESYSTEMS = frozenset(
    [
        "9p",
        "afs",
        "afpfs",
        "beegfs",
        "ceph",
        "cifs",
        "davfs",
        "fhgfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "panfs",
        "pvfs2",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "virtiofs",
        "wekafs",
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.ceph",
        "fuse.davfs",
        "fuse.s3fs",
        "fuse.gcsfuse",
        "fuse.rclone",
    ]
)


def now() -> str:
    """Return the time in UTC as InvenioRDM writes it: ISO 8601 with microseconds and offset."""
    return now_and(timedelta())


def now_and(more: timedelta) -> str:
    """Return the time some time from now, written the same."""
    return (datetime.now(timezone.utc) + more).isoformat(timespec="microseconds")


class Database:
    """One SQLite file.

    Parameters
    ----------
    path : Path
        The file; made with its tables when it is not there.
    journal : {"wal", "rollback"}, optional
        Overrides what the disk is found to allow.

    Raises
    ------
    BadInput
        When a newer version of this software made the file.
    """

    def __init__(self, path: Path, journal: str | None = None) -> None:
        self.path = path
        self._local = threading.local()
        #: What was computed from rows and holds until they change, by whoever computed it.
        self.kept: dict[str, Any] = {}
        # Within a process threads queue here, first come, first served; SQLite's own waiting is by chance.
        self._writer = threading.RLock()
        try:
            with in_words(path), FileLock(str(path.with_suffix(".lock"))):
                self._prepare(journal)
        except sqlite3.DatabaseError as error:
            raise _said(error, path) from error

    @property
    def connection(self) -> sqlite3.Connection:
        """Connection of the running thread, in autocommit mode."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None or self._local.process != os.getpid():  # a connection must not cross a fork
            connection = self._connect()
            self._local.connection, self._local.process = connection, os.getpid()
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock of the store: everything in the block happens, or nothing.

        A block inside a block belongs to the outer one.

        Raises
        ------
        DiskFull
            When there is no room for it; nothing was changed then.
        """
        with self._writer:
            connection = self.connection
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                _roll_back(connection)
                raise _said(error, self.path) from error
            except BaseException:
                _roll_back(connection)
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """See one unchanging state of the store for the length of the block."""
        connection = self.connection
        if connection.in_transaction:
            yield connection
            return
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            _roll_back(connection)

    def one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        row: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        return self.connection.execute(sql, values).fetchall()

    def meta(self, key: str) -> str | None:
        """Return a setting of the store, or None."""
        row = self.one("SELECT value FROM meta WHERE key = ?", key)
        return None if row is None else str(row["value"])

    def set_meta(self, key: str, value: str) -> None:
        """Keep a setting of the store."""
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def secret(self, key: str) -> str:
        """Return a secret of the store, made when it is first asked for."""
        if self.meta(key) is None:
            with self.writing() as connection:  # two processes may be here at once
                connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, secrets.token_hex(32)))
        return self.meta(key) or ""

    def log_change(
        self, kind: str, record_id: int | None, parent_id: int | None, user_id: int | None, **more: Any
    ) -> None:
        """Append to the log of changes; call it inside the transaction that makes the change."""
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO changes (at, kind, record_id, parent_id, user_id, json) VALUES (?, ?, ?, ?, ?, ?)",
                (now(), kind, record_id, parent_id, user_id, json.dumps(more)),
            )

    def _prepare(self, journal: str | None) -> None:
        """Choose the journal, make or migrate the tables."""
        connection = self.connection
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(tables.SCRIPTS):
            raise BadInput(
                f"{self.path} was made by a newer version of zenodo_jupyter (schema {version}, "
                f"this one knows {len(tables.SCRIPTS)}).",
                "Upgrade zenodo_jupyter, or name another data folder.",
            )
        wanted = journal or ("wal" if version == 0 else None)
        if wanted == "wal" and journal is None and not wal_works(self.path.parent):
            wanted = "rollback"
        elif version and is_network(self.path.parent):
            wanted = "rollback"  # the folder was moved to a network disk
        if wanted:
            connection.execute(f"PRAGMA journal_mode = {'WAL' if wanted == 'wal' else 'DELETE'}")
        if wanted == "rollback":
            log.warning(
                "%s: this disk does not allow write-ahead logging; using the rollback journal.", self.path.parent
            )
        if version == len(tables.SCRIPTS):
            return
        _require_fts5(connection)
        with self.writing():
            for script in tables.SCRIPTS[version:]:
                for statement in _statements(script):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(tables.SCRIPTS)}")

    @property
    def journal(self) -> str:
        """The journal mode in use: ``wal`` or ``delete`` (the rollback journal)."""
        return str(self.connection.execute("PRAGMA journal_mode").fetchone()[0])


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _said(error: sqlite3.DatabaseError, path: Path) -> Exception:
    """Return an error of the disk or of the file in words for people, and any other, which is a mistake of ours, as it is."""
    told = str(error)
    if "full" in told:
        return DiskFull(
            "There is no room left on the disk of the embedded repository; nothing was changed.",
            "Free some space and try again.",
        )
    if any(trouble in told for trouble in _TROUBLES):
        return BadInput(
            f"The embedded repository's database {path} cannot be used ({told}); nothing was changed.",
            "May you write there, and is the disk well? ZENODO_JUPYTER_DATA names another folder.",
        )
    return error


def _statements(script: str) -> Iterator[str]:
    """Split a script (executescript would commit the transaction it runs in)."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _require_fts5(connection: sqlite3.Connection) -> None:
    try:
        connection.execute(_PROBE)
        connection.execute("DROP TABLE temp.probe")
    except sqlite3.OperationalError as error:
        raise BadInput(
            f"The SQLite of this Python ({sqlite3.sqlite_version}) has no full text search (FTS5).",
            "Use a Python from python.org, conda or your system's packages; all of them have it.",
        ) from error


def is_network(folder: Path) -> bool:
    """Tell whether a folder is on a network filesystem, as far as the system says so (Linux does)."""
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    place = str(folder.resolve())
    best, kind = "", ""
    for line in lines:
        _, mount, fstype, *_ = line.split(" ")
        mount = mount.encode().decode("unicode_escape")
        inside = place == mount or place.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, fstype
    return kind in _NETWORK_FILESYSTEMS


def wal_works(folder: Path) -> bool:
    """Try write-ahead logging with a scratch database: one connection writes, another reads."""
    if is_network(folder):
        return False
    scratch = folder / f".wal-probe-{os.getpid()}-{threading.get_ident()}.sqlite"
    try:
        one, two = sqlite3.connect(scratch), sqlite3.connect(scratch)
        try:
            if one.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
                return False
            one.execute("CREATE TABLE t (x)")
            one.execute("INSERT INTO t VALUES (1)")
            one.commit()
            return bool(two.execute("SELECT x FROM t").fetchone()[0] == 1)
        finally:
            one.close()
            two.close()
    except sqlite3.OperationalError:
        return False
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull("There is no room left on the disk of the embedded repository.") from error
        return False
    finally:
        for name in (scratch, Path(f"{scratch}-wal"), Path(f"{scratch}-shm"), Path(f"{scratch}-journal")):
            name.unlink(missing_ok=True)
