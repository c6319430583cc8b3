"""What harvesters are told: the public records in the order in which they changed, page by page.

A list ends with what had changed when it was asked for, and goes on behind the last record that was told. So a record that does
not change is told exactly once, whatever is published meanwhile; one that does change is told by the next harvest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from typing import Any

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from . import embargo, versions
from .actor import Actor
from .database import Database, now
from .versions import Version

#: Records, or sets, in one answer; Zenodo's number.
PAGE = 50
#: How long a resumption token is good, in seconds. Zenodo's are for two minutes; nothing is kept here for one.
TOKEN_SECONDS = 3600


class BadToken(Exception):
    """A resumption token that was not given out here, or too long ago."""


@dataclass(frozen=True)
class Wish:
    """A list that is asked for, and how far it was told.

    Attributes
    ----------
    verb, prefix, set : str
        As in the request; the set is the name of a community's, or empty.
    since, before : str
        Times that limit when records changed: from the first on, and before the second.
    changed : str
        When the last record that was told changed.
    number : int
        Its id.
    cursor, total : int
        How many were told, and how many there were at the beginning.
    """

    verb: str
    prefix: str
    set: str = ""
    since: str = ""
    before: str = ""
    changed: str = ""
    number: int = 0
    cursor: int = 0
    total: int = 0


@dataclass(frozen=True)
class Page:
    """A part of a list.

    Attributes
    ----------
    records : list of (Version, str)
        Each with the time when it changed.
    cursor, total : int
        How many came before, and how many there are.
    rest : Wish or None
        What to ask for next.
    """

    records: list[tuple[Version, str]]
    cursor: int
    total: int
    rest: Wish | None


def begin(actor: Actor, wish: Wish) -> Wish:
    """Fix the end of a list at this moment.

    The time is taken while nobody else writes: writers stamp changes, so none can come with an earlier stamp.
    """
    embargo.lift(actor)
    with actor.db.writing():
        moment = now()
    wish = replace(wish, before=min(filter(None, (wish.before, moment))))
    row = actor.db.one(f"SELECT COUNT(*) AS n FROM {_TABLE} WHERE {_FITS}", *_values(actor, wish))
    return replace(wish, total=row["n"] if row else 0)


def tell(actor: Actor, wish: Wish) -> Page:
    """Return the next part of a list."""
    rows = actor.db.all(
        f"SELECT record_id, changed FROM {_TABLE} WHERE {_FITS} AND (d.changed, d.record_id) > (?, ?) "
        "ORDER BY d.changed, d.record_id LIMIT ?",
        *_values(actor, wish), wish.changed, wish.number, PAGE + 1,
    )  # fmt: skip
    shown, cursor = rows[:PAGE], wish.cursor
    records = [(v, row["changed"]) for row in shown if (v := versions.find_record(actor.db, row["record_id"]))]
    rest = None
    if len(rows) > PAGE:
        last = shown[-1]
        rest = replace(wish, changed=last["changed"], number=last["record_id"], cursor=cursor + len(shown))
    return Page(records, cursor, wish.total, rest)


# The index has exactly these rows in this order; left to itself SQLite may take another one and sort all of it for each part.
_TABLE = "documents d INDEXED BY documents_changed"
_FITS = (
    "d.is_draft = 0 AND d.public = 1 AND d.changed >= ? AND d.changed < ? "
    "AND EXISTS (SELECT 1 FROM pids p WHERE p.record_id = d.record_id AND p.scheme = 'oai') "
    "AND (? = '' OR d.parent_id IN (SELECT r.parent_id FROM community_records r JOIN communities c ON c.id = r.community_id "
    "WHERE c.slug = ? AND c.deletion IS NULL AND json_extract(c.json, '$.access.visibility') = 'public'))"
)


def _values(actor: Actor, wish: Wish) -> tuple[str, str, str, str]:
    return wish.since, wish.before, wish.set, wish.set.removeprefix(actor.flavour.oai_set)


def find(db: Database, identifier: str) -> Version | None:
    """Return the record that an OAI identifier names."""
    row = db.one("SELECT record_id FROM pids WHERE scheme = 'oai' AND value = ?", identifier)
    found = versions.find_record(db, row["record_id"]) if row else None
    return found if found and found.deletion is None else None


def changed(db: Database, version: Version) -> str:
    """Return when a record changed."""
    row = db.one("SELECT changed FROM documents WHERE doc = ?", 2 * version.number)
    return str(row["changed"]) if row else version.updated


def sets(actor: Actor) -> Iterator[tuple[str, str]]:
    """Yield name and title of the set of every public community, oldest first."""
    for row in actor.db.all(
        "SELECT slug, json_extract(json, '$.metadata.title') AS title FROM communities "
        "WHERE deletion IS NULL AND json_extract(json, '$.access.visibility') = 'public' ORDER BY created, slug"
    ):
        yield actor.flavour.oai_set + row["slug"], row["title"] or row["slug"]


def sets_of(actor: Actor, version: Version) -> list[str]:
    """Return the names of the sets that a record is in."""
    rows = actor.db.all(
        "SELECT c.slug FROM community_records r JOIN communities c ON c.id = r.community_id WHERE r.parent_id = ? "
        "AND c.deletion IS NULL AND json_extract(c.json, '$.access.visibility') = 'public' ORDER BY c.slug",
        version.parent.number,
    )
    return [actor.flavour.oai_set + row["slug"] for row in rows]


def to_token(actor: Actor, wish: Wish) -> str:
    """Write what is left of a list as a resumption token: all that is needed is in it, so none is kept here."""
    return _signer(actor).dumps(astuple(wish))


def from_token(actor: Actor, token: str, verb: str) -> Wish:
    """Read a resumption token.

    Raises
    ------
    BadToken
        When it is not one of ours for this verb, or too old.
    """
    try:
        wish = Wish(*_signer(actor).loads(token, max_age=TOKEN_SECONDS))
    except (BadData, SignatureExpired, TypeError) as error:
        raise BadToken("The value of the resumptionToken argument is invalid or expired.") from error
    if wish.verb != verb:
        raise BadToken("The value of the resumptionToken argument is invalid or expired.")
    return wish


def _signer(actor: Actor) -> Any:
    return URLSafeTimedSerializer(actor.store.uuid, salt="oai-pmh")


def earliest(db: Database) -> str:
    """Return when the first record came that harvesters may see; the store's beginning is not later."""
    row = db.one("SELECT MIN(changed) AS at FROM documents WHERE is_draft = 0 AND public = 1")
    return str((row["at"] if row else None) or now())
