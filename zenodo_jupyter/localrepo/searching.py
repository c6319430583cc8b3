"""Searching: which of the drafts and records somebody may find, in which order, and what they are counted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from sqlite3 import Row
from typing import Any

from . import facets, query, versions
from .conditions import Condition, Rows, all_of
from .database import Database
from .facets import Counts
from .flavours import Flavour
from .searchfields import TEXTS
from .users import User
from .versions import Version

_NEWEST = "d.created DESC, d.doc DESC"
_MOST = "(SELECT sum(unique_total) FROM stats s WHERE s.parent_id = d.parent_id AND kind = '{}') {}, d.created DESC"


def _of_field(name: str, direction: str = "") -> str:
    return (
        "(SELECT min(value) FROM terms WHERE doc = d.doc AND field = "
        f"(SELECT id FROM fields WHERE name = 'custom_fields.{name}')) {direction}"
    )


#: InvenioRDM's names of orders, as SQL over the table ``documents``.
SORTS = {
    "bestmatch": _NEWEST,
    "newest": _NEWEST,
    "oldest": "d.created, d.doc",
    "version": "d.version_index DESC, d.created DESC",
    "updated-desc": "d.updated DESC, d.doc DESC",
    "updated-asc": "d.updated, d.doc",
    "mostviewed": _MOST.format("view", "DESC"),
    "mostdownloaded": _MOST.format("download", "DESC"),
    "newestactivity": "d.updated DESC, d.doc DESC",
    "oldestactivity": "d.updated, d.doc",
}
_JOURNAL = ", ".join(_of_field(f"journal:journal.{part}") for part in ("volume", "issue", "pages"))
_SESSIONS = [_of_field(f"meeting:meeting.{part}", "{0}") for part in ("session", "session_part")]
#: What Zenodo adds (``invenio.cfg`` of zenodo-rdm): with ``mostrecent`` a minus is the oldest first.
OLD_SORTS = {
    "publication-desc": "d.published_from DESC, d.created DESC",
    "publication-asc": "d.published_from, d.created",
    "publication_date": "d.published_from DESC, d.created DESC",
    "-publication_date": "d.published_from, d.created",
    "mostrecent": _NEWEST,
    "-mostrecent": "d.created, d.doc",
    "-bestmatch": "d.created, d.doc",
    "-mostviewed": _MOST.format("view", ""),
    "-version": "d.version_index, d.created",
    "journal": f"d.published_from DESC, {_JOURNAL}",
    "-journal": f"d.published_from, {_JOURNAL}",
    "journal-desc": f"d.published_from DESC, {_JOURNAL}",
    "journal-asc": f"d.published_from, {_JOURNAL}",
    "conference_session": ", ".join(_SESSIONS).format("DESC"),
    "-conference_session": ", ".join(_SESSIONS).format(""),
    "conference-desc": ", ".join(_SESSIONS).format("DESC"),
    "conference-asc": ", ".join(_SESSIONS).format(""),
}
_READ = "'view', "
_WEIGHTS = ", ".join(str(weight) for weight in (1.0, *TEXTS.values()))


@dataclass(frozen=True)
class Found:
    """One page of what a search found.

    Attributes
    ----------
    total : int
        How many there are.
    versions : list of Version
        Those of this page.
    counts : Counts
        For each facet how often each of its values occurs.
    """

    total: int
    versions: list[Version]
    counts: Counts


@dataclass(frozen=True)
class Scope:
    """What a search looks at.

    Attributes
    ----------
    user : User or None
        Who asks; restricted records are found by who may see them.
    mine : bool
        Own drafts and records instead of everybody's records.
    shared : bool
        With ``mine``: what others granted them instead of their own.
    all_versions : bool
        Older versions too.
    parent : int, optional
        Only the versions of this concept.
    community : str
        Only the records of the community with this id.
    """

    user: User | None
    mine: bool = False
    shared: bool = False
    all_versions: bool = False
    parent: int | None = None
    community: str = ""


@dataclass(frozen=True)
class Wish:
    """What is looked for, and how it is shown.

    Attributes
    ----------
    q : str
        In the language of `query`.
    sort : str
        A key of `SORTS` or `OLD_SORTS`.
    page, size : int
        Which part; pages count from 1.
    facets : tuple of str
        What is counted.
    chosen : mapping
        For each facet the values that are wanted, whatever is counted.
    filters : tuple of Condition
        What else is wanted.
    """

    q: str = ""
    sort: str = "newest"
    page: int = 1
    size: int = 25
    facets: tuple[str, ...] = ()
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    filters: tuple[Condition, ...] = ()


def sorts(flavour: Flavour) -> Mapping[str, str]:
    """Return the orders that a flavour knows."""
    return {**SORTS, **OLD_SORTS} if flavour.old_dialect else SORTS


def search(db: Database, flavour: Flavour, scope: Scope, wish: Wish, *, words_at_least: bool = False) -> Found:
    """Find drafts and records.

    Parameters
    ----------
    db : Database
        Of the store.
    flavour : Flavour
        Whose names of fields and orders are understood.
    scope, wish : Scope, Wish
        What is looked at, and for.
    words_at_least : bool
        Whether a query that cannot be read finds its words, as in InvenioRDM.

    Raises
    ------
    query.UnreadableQuery
        When it cannot be read, and that is not wanted; or not answered.
    """
    asked = _asked(db, flavour, wish.q, words_at_least)
    counted = all_of([_scope(scope, listed=asked is None), *wish.filters, *([asked] if asked else [])])
    narrowed = [c for name, values in wish.chosen.items() if (c := facets.chosen(name, values))]
    wanted = all_of([counted, *narrowed])
    with db.reading():
        counts = facets.count(db, wish.facets, counted)
        total = facets.count(db, (), wanted).total if narrowed else counts.total
        if wish.sort == "bestmatch" and asked and asked.ranking:
            rows = _best(db, wanted, wish, total)
        else:
            rows = _page(db, *wanted.source(), _NEWEST if wish.sort == "bestmatch" else sorts(flavour)[wish.sort], wish)
        find = (versions.find_record, versions.find_draft)
        found = [v for row in rows if (v := find[row["is_draft"]](db, row["record_id"]))]
    return Found(total, found, counts)


def _asked(db: Database, flavour: Flavour, q: str, words_at_least: bool) -> Condition | None:
    if not q.strip():
        return None
    try:
        return query.read(db, q, flavour)
    except query.NoQuery:
        if not words_at_least:
            raise
        return query.any_word(q)


def _page(db: Database, source: str, values: list[Any], order: str, wish: Wish, more: str = "") -> list[Row]:
    sql = f"SELECT d.record_id, d.is_draft{more} {source} ORDER BY {order} LIMIT ? OFFSET ?"
    return db.all(sql, *values, wish.size, (wish.page - 1) * wish.size)


def _best(db: Database, wanted: Condition, wish: Wish, total: int) -> list[Row]:
    """Return one page of what is wanted, the best match first, and of equal ones the newest."""
    assert isinstance(wanted, Rows), "a scope is none of the full text index"
    best = f"SELECT rowid, bm25(texts, {_WEIGHTS}) AS score FROM texts WHERE texts MATCH ?"
    order = f"coalesce(t.score, 0), {_NEWEST}"
    if wanted.ranking != wanted.match:
        where, values = wanted.sql()
        source = f"FROM documents d LEFT JOIN ({best}) t ON t.rowid = d.doc WHERE {where}"
        return _page(db, source, [wanted.ranking, *values], order, wish)
    best = (
        f"SELECT rowid, score, max(score) OVER () AS worst, count(*) OVER () AS n FROM ({best} ORDER BY score LIMIT ?)"
    )
    source = f"FROM ({best}) t CROSS JOIN documents d ON d.doc = t.rowid WHERE {wanted.condition}"
    # Some of the best are enough, unless too many of them are not wanted, or the next ones are as good as the last of them.
    full = min(wish.size, total - (wish.page - 1) * wish.size)
    if full <= 0:
        return []
    matches = db.all("SELECT count(*) AS n FROM texts WHERE texts MATCH ?", wanted.match)[0]["n"]
    some = (
        (2 * wish.page * wish.size + 100) * matches // total
    )  # of all matches as many are wanted as of the best, or so
    if some < matches:
        sure = f", t.score < t.worst OR t.n < {some} AS sure"
        rows = _page(db, source, [wanted.match, some, *wanted.values], order, wish, sure)
        if len(rows) >= full and all(row["sure"] for row in rows):
            return rows
    return _page(db, source, [wanted.match, -1, *wanted.values], order, wish)


def _scope(scope: Scope, *, listed: bool) -> Rows:
    # Whoever looks for something finds it by its index, and only a list goes by the index of what is newest: a plus bars it.
    plus = "" if listed else "+"
    conditions: list[str] = []
    values: list[Any] = []
    user = scope.user.id if scope.user else -1
    granted = "d.parent_id IN (SELECT parent_id FROM access_grants WHERE subject_type = 'user' AND subject_id = ? "
    granted += "AND permission IN ({}'preview', 'edit', 'manage'))"
    if scope.mine:
        # A record that is being edited is shown once, as its draft.
        conditions.append("(d.is_draft OR d.record_id NOT IN (SELECT id FROM drafts))")
        conditions.append(granted.format("") if scope.shared else "d.owner_id = ?")
        values.append(str(user) if scope.shared else user)
        if not scope.all_versions:  # of each concept what is worked on, else what was published last
            conditions.append(
                "d.record_id = (SELECT coalesce(next_draft_id, latest_id) FROM parents WHERE id = d.parent_id)"
            )
        return Rows(" AND ".join(conditions), values)
    conditions.append("NOT d.is_draft" if scope.all_versions else f"{plus}d.is_draft = 0 AND {plus}d.latest = 1")
    if scope.parent is not None:
        conditions.append("d.parent_id = ?")
        values.append(scope.parent)
    if scope.community:
        conditions.append("d.parent_id IN (SELECT parent_id FROM community_records WHERE community_id = ?)")
        values.append(scope.community)
    if not (scope.user and scope.user.is_admin):
        conditions.append(f"(d.public OR d.owner_id = ? OR {granted.format(_READ)})" if scope.user else "d.public")
        values += [user, str(user)] if scope.user else []
    return Rows(" AND ".join(conditions), values)
