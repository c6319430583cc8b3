"""Embargoes that end: a record read alone is open at once (see `versions`), and here the index hears of it."""

from __future__ import annotations

from . import access, indexing, versions
from .actor import Actor


def lift(actor: Actor) -> None:
    """Open what was closed until today, and find it as open: before a search, as nothing runs here once a day."""
    due = "SELECT id FROM records WHERE embargo_until IS NOT NULL AND embargo_until <= ?"
    if not actor.db.all(due, access.today()):
        return
    with actor.db.writing():
        for row in actor.db.all(due, access.today()):
            record = versions.find_record(actor.db, row["id"])
            if record is not None:
                versions.save_record(actor.db, record, None)
                indexing.index(actor.db, record, actor.flavour)
                actor.db.log_change("embargo.lifted", record.number, record.parent.number, None)
