"""Which DOIs are registered at DataCite, and the queue of what it has to be told: one row per DOI, on disk.

A row says that a DOI changed, not what changed: what DataCite is to hold is read from the store when it is told. So changes of
one DOI never overtake each other, many of them are told at once, and whatever is told twice ends the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ..doi import DATACITE
from .database import Database, now, now_and

#: DataCite's APIs. What is registered at the one for tests is unknown to doi.org.
API, TEST_API = DATACITE, "https://api.test.datacite.org"
RESOLVER, TEST_RESOLVER = "https://doi.org", "https://handle.test.datacite.org"
#: DataCite's words for what it holds: not public and deletable; public; and public once, no longer in its search.
DRAFT, FINDABLE, HIDDEN = "draft", "findable", "registered"
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)


@dataclass(frozen=True)
class Registration:
    """One DOI as DataCite is known to hold it.

    Attributes
    ----------
    doi : str
        Its value.
    registry : str
        Address of DataCite's API.
    state : str
        ``draft``, ``findable``, ``registered``, or empty when nothing was acknowledged.
    change : int
        Counts the changes that it is to hear of.
    due : str or None
        When to tell it; None when there is nothing to tell, or it refused.
    tries : int
        How often that failed.
    said : str
        What it answered, or what came instead of an answer.
    """

    doi: str
    registry: str
    state: str
    change: int
    due: str | None
    tries: int
    said: str

    @property
    def is_refused(self) -> bool:
        """Whether DataCite does not take it as it is."""
        return self.due is None and bool(self.said)


def begin(db: Database, doi: str, registry: str) -> None:
    """Have a DOI registered, inside the transaction that gives it; one that is known has changed."""
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO registrations (doi, registry, due) VALUES (?, ?, ?) ON CONFLICT (doi) DO NOTHING",
            (doi, registry, now()),
        )
        changed(db, doi)


def changed(db: Database, doi: str) -> None:
    """Have DataCite hear what became of a DOI, inside the transaction that changes it; a local one is left alone."""
    with db.writing() as connection:
        connection.execute(
            "UPDATE registrations SET change = change + 1, due = ?, tries = 0, said = '' WHERE doi = ?", (now(), doi)
        )


def all_changed(db: Database, registry: str, *, waiting_only: bool = False) -> None:
    """Have it hear of all DOIs again, or at once of those that wait or were refused."""
    only = " AND (due IS NOT NULL OR said <> '')" if waiting_only else ""
    with db.writing() as connection:
        connection.execute(
            f"UPDATE registrations SET change = change + 1, due = ?, tries = 0, said = '' WHERE registry = ?{only}",
            (now(), registry),
        )


def find(db: Database, doi: str) -> Registration | None:
    """Return what is known of a DOI; None for one that is local or of another repository."""
    return _read(db.one("SELECT * FROM registrations WHERE doi = ?", doi))


def following(db: Database, registry: str) -> Registration | None:
    """Return the DOI of which DataCite is to hear next; None when nothing is due."""
    return _read(
        db.one("SELECT * FROM registrations WHERE due <= ? AND registry = ? ORDER BY due LIMIT 1", now(), registry)
    )


def unsettled(db: Database) -> list[Registration]:
    """Return those that wait and those that were refused."""
    rows = db.all("SELECT * FROM registrations WHERE due IS NOT NULL OR said <> '' ORDER BY due IS NULL, due, doi")
    return [found for row in rows if (found := _read(row))]


def address(db: Database, doi: str) -> str:
    """Return where a DOI leads that DataCite has made public; empty for any other."""
    row = db.one("SELECT registry FROM registrations WHERE doi = ? AND state IN (?, ?)", doi, FINDABLE, HIDDEN)
    return f"{RESOLVER if row['registry'] == API else TEST_RESOLVER}/{doi}" if row else ""


def told(db: Database, entry: Registration, state: str | None) -> None:
    """Remember what DataCite acknowledged, None for a DOI that is no more; what changed while it was told stays due."""
    with db.writing() as connection:
        if state is None:
            connection.execute("DELETE FROM registrations WHERE doi = ? AND change = ?", (entry.doi, entry.change))
        connection.execute("UPDATE registrations SET state = ? WHERE doi = ?", (state or "", entry.doi))
        connection.execute(
            "UPDATE registrations SET due = NULL, tries = 0, said = '' WHERE doi = ? AND change = ?",
            (entry.doi, entry.change),
        )


def refused(db: Database, entry: Registration, said: str) -> None:
    """Lay a DOI aside until it changes again, with what DataCite said; the others go on."""
    with db.writing() as connection:
        connection.execute(
            "UPDATE registrations SET due = NULL, said = ? WHERE doi = ? AND change = ?",
            (said, entry.doi, entry.change),
        )


def postponed(db: Database, entry: Registration, said: str, *, all_due: bool) -> None:
    """Wait, each time twice as long; where it is not for the one DOI alone, with all that are due."""
    due = now_and(min(_FIRST_WAIT * 2 ** min(entry.tries, 20), _LONGEST_WAIT))
    with db.writing() as connection:
        connection.execute(
            "UPDATE registrations SET due = ?, tries = tries + 1, said = ? WHERE "
            + ("due <= ? AND registry = ?" if all_due else "doi = ? AND change = ?"),
            (due, said, *((now(), entry.registry) if all_due else (entry.doi, entry.change))),
        )


def _read(row: Any) -> Registration | None:
    return None if row is None else Registration(**dict(row))
