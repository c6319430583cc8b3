"""One data folder: its database, its bytes, its owner.

Any number of processes have it open at once, and each may be killed at any moment: a change is one transaction, bytes
are on the disk before a row names them, and a row is gone before bytes are.
"""

from __future__ import annotations

import logging
import uuid
from functools import cached_property
from pathlib import Path

from ..keeping import in_words
from . import identifiers, users
from .blobs import Blob, Blobs, Readable
from .database import Database

log = logging.getLogger(__name__)

#: Where pages are shown when nothing is served: the address that ``jupyter zenodo serve`` takes if it can.
DEFAULT_SITE_URL = "http://127.0.0.1:18390"


class Store:
    """Everything that one embedded repository keeps.

    Parameters
    ----------
    folder : Path
        Made when it is not there. Holds ``repository.sqlite`` and ``blobs/``.
    journal : {"wal", "rollback"}, optional
        See `Database`.

    Attributes
    ----------
    db : Database
        Its rows.
    blobs : Blobs
        Its bytes.
    """

    def __init__(self, folder: Path, journal: str | None = None) -> None:
        self.folder = Path(folder)
        with in_words(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        self.db = Database(self.folder / "repository.sqlite", journal)
        self.blobs = Blobs(self.folder / "blobs")
        if self.db.meta("uuid") is None:
            self._begin()

    def _begin(self) -> None:
        with self.db.writing():
            if self.db.meta("uuid") is not None:  # another process was faster
                return
            self.db.set_meta("uuid", str(uuid.uuid4()))
            self.db.set_meta("next_id", str(identifiers.random_base()))
            self.db.set_meta("site_url", DEFAULT_SITE_URL)
            users.add_user(self.db, users.OWNER_EMAIL, "Local owner", roles=("admin",))

    @cached_property
    def uuid(self) -> str:
        """What tells this store from all others."""
        return self.db.meta("uuid") or ""

    @property
    def owner(self) -> users.User:
        """The person whose folder it is."""
        owner = users.find_user(self.db, email=users.OWNER_EMAIL)
        assert owner is not None, "every store begins with its owner"
        return owner

    @property
    def site_url(self) -> str:
        """Where a browser finds the pages when the store is served; no slash at the end."""
        return self.db.meta("site_url") or DEFAULT_SITE_URL

    def set_site_url(self, url: str) -> None:
        """Remember where the store is served, so that links made in process lead there."""
        if url != self.site_url:
            self.db.set_meta("site_url", url.rstrip("/"))

    def next_id(self) -> int:
        """Take the next record id; inside the transaction that uses it."""
        with self.db.writing():
            number = int(self.db.meta("next_id") or 0)
            self.db.set_meta("next_id", str(number + 1))
            return number

    def receive(self, stream: Readable, size: int | None = None) -> Blob:
        """Write a stream to the disk; see `Blobs.receive`."""
        return self.blobs.receive(stream, size)

    def collect_garbage(self) -> int:
        """Throw away bytes that nothing refers to any more, and return how many."""
        with self.db.writing() as connection:
            return self.blobs.collect_garbage(connection)
