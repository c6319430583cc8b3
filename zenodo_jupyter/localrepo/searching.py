"""The search index: what of a record or draft can be found, and by which words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from . import access, entries, identifiers, query, versions
from .database import Database
from .flavours import Flavour
from .tables import TEXT_COLUMNS
from .users import User
from .versions import Version

#: InvenioRDM's names of orders, as SQL over the table ``documents`` (``score`` is bm25: smaller is better).
SORTS = {
    "bestmatch": "coalesce(score, 0), d.created DESC",
    "newest": "d.created DESC, d.doc DESC",
    "oldest": "d.created, d.doc",
    "version": "d.version_index DESC, d.created DESC",
    "updated-desc": "d.updated DESC, d.doc DESC",
    "updated-asc": "d.updated, d.doc",
    "mostviewed": "(SELECT sum(total) FROM stats s WHERE s.parent_id = d.parent_id AND kind = 'view') DESC, d.created DESC",
    "mostdownloaded": (
        "(SELECT sum(total) FROM stats s WHERE s.parent_id = d.parent_id AND kind = 'download') DESC, d.created DESC"
    ),
}
# A word in a title says more about a record than one in its description.
_WEIGHTS = "10.0, 5.0, 3.0, 1.0, 1.0"
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Found:
    """One page of what a search found.

    Attributes
    ----------
    total : int
        How many there are.
    versions : list of Version
        Those of this page.
    facets : dict
        For each field how often each of its values occurs.
    """

    total: int
    versions: list[Version]
    facets: dict[str, list[tuple[str, int]]]


@dataclass(frozen=True)
class Scope:
    """What a search looks at.

    Attributes
    ----------
    user : User or None
        Who asks; restricted records are found by who may see them.
    mine : bool
        Own drafts and records instead of everybody's records.
    all_versions : bool
        Older versions too.
    parent : int, optional
        Only the versions of this concept.
    community : str
        Only the records of the community with this id.
    """

    user: User | None
    mine: bool = False
    all_versions: bool = False
    parent: int | None = None
    community: str = ""


def index_number(db: Database, number: int, flavour: Flavour) -> None:
    """Index a published record anew, as when it is not the newest version any more."""
    record = versions.find_record(db, number)
    if record is not None:
        index(db, record, flavour)


def index(db: Database, version: Version, flavour: Flavour) -> None:
    """Make a draft or record findable; inside the transaction that changes it."""
    doc = _doc(version)
    metadata = version.document["metadata"]
    with db.writing() as connection:
        remove(db, version)
        if version.deletion is not None:
            return
        connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                doc, version.number, version.parent.number, version.parent.owner, version.is_draft, version.is_latest,
                version.access["record"] == "public", version.index, version.created, version.updated,
                metadata.get("title", "").casefold(), metadata.get("publication_date", ""),
            ),
        )  # fmt: skip
        texts = _texts(version)
        connection.execute(
            f"INSERT INTO texts (rowid, {', '.join(TEXT_COLUMNS)}) VALUES (?{', ?' * len(TEXT_COLUMNS)})",
            (doc, *(" \n ".join(texts[column]) for column in TEXT_COLUMNS)),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO terms VALUES (?, ?, ?)",
            [(field, value, doc) for field, value in _terms(db, version, flavour)],
        )


def touch(db: Database, version: Version) -> None:
    """Move an indexed draft or record in the order of changes, and nothing else."""
    with db.writing() as connection:
        connection.execute("UPDATE documents SET updated = ? WHERE doc = ?", (version.updated, _doc(version)))


def remove(db: Database, version: Version) -> None:
    """Make a draft or record unfindable."""
    doc = _doc(version)
    with db.writing() as connection:
        connection.execute("DELETE FROM texts WHERE rowid = ?", (doc,))
        connection.execute("DELETE FROM documents WHERE doc = ?", (doc,))


def search(db: Database, q: str, scope: Scope, *, sort: str, page: int, size: int) -> Found:
    """Find drafts and records.

    Parameters
    ----------
    db : Database
        Of the store.
    q : str
        Words, ``"phrases"``, ``field:value``, ``AND``, ``OR``, ``NOT``, brackets. What cannot be read finds nothing, as
        in InvenioRDM.
    scope : Scope
        What is looked at.
    sort : str
        A key of `SORTS`.
    page, size : int
        Which part; pages count from 1.
    """
    conditions, values = _scope(scope)
    score, score_values = "SELECT NULL AS rowid, 0 AS score WHERE 0", []
    if q.strip():
        try:
            parsed = query.parse(q)
        except query.UnreadableQuery:
            return Found(0, [], {})
        sql, more = query.to_sql(parsed, db.has_fts5)
        conditions.append(sql)
        values += more
        words = query.words(parsed)
        if words and sort == "bestmatch" and db.has_fts5:
            score = f"SELECT rowid, bm25(texts, {_WEIGHTS}) AS score FROM texts WHERE texts MATCH ?"
            score_values = [" OR ".join(words)]
    where = " AND ".join(f"({c})" for c in conditions)
    with db.reading() as connection:
        total = connection.execute(f"SELECT count(*) FROM documents d WHERE {where}", values).fetchone()[0]
        rows = connection.execute(
            f"SELECT d.record_id, d.is_draft FROM documents d LEFT JOIN ({score}) t ON t.rowid = d.doc WHERE {where} "
            f"ORDER BY {SORTS[sort]} LIMIT ? OFFSET ?",
            [*score_values, *values, size, (page - 1) * size],
        ).fetchall()
        find = (versions.find_record, versions.find_draft)
        found = [v for row in rows if (v := find[row["is_draft"]](db, row["record_id"]))]
        facets = {
            field: [
                (row["value"], row["n"])
                for row in connection.execute(
                    "SELECT value, count(*) AS n FROM terms WHERE field = ? AND doc IN "
                    f"(SELECT doc FROM documents d WHERE {where}) GROUP BY value ORDER BY n DESC, value",
                    [field, *values],
                )
            ]
            for field in ("access.status", "files.types", "metadata.resource_type.id", "is_published")
        }
    return Found(total, found, facets)


def _scope(scope: Scope) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    user = scope.user.id if scope.user else -1
    if scope.mine:
        # A record that is being edited is shown once, as its draft.
        conditions.append("d.owner_id = ? AND (d.is_draft OR d.record_id NOT IN (SELECT id FROM drafts))")
        values.append(user)
        if not scope.all_versions:  # of each concept what is worked on, else what was published last
            conditions.append(
                "d.record_id = (SELECT coalesce(next_draft_id, latest_id) FROM parents WHERE id = d.parent_id)"
            )
        return conditions, values
    conditions.append("NOT d.is_draft")
    if not scope.all_versions:
        conditions.append("d.latest")
    if scope.parent is not None:
        conditions.append("d.parent_id = ?")
        values.append(scope.parent)
    if scope.community:
        conditions.append("d.parent_id IN (SELECT parent_id FROM community_records WHERE community_id = ?)")
        values.append(scope.community)
    if not (scope.user and scope.user.is_admin):
        conditions.append(
            "d.public OR d.owner_id = ? OR d.parent_id IN "
            "(SELECT parent_id FROM access_grants WHERE subject_type = 'user' AND subject_id = ?)"
        )
        values += [user, str(user)]
    return conditions, values


def _doc(version: Version) -> int:
    return 2 * version.number + version.is_draft


def plain(html: str) -> str:
    """Return the text of HTML."""
    return unescape(_TAG.sub(" ", html))


def _texts(version: Version) -> dict[str, list[str]]:
    """Return the words of each column of the full text index."""
    metadata = version.document["metadata"]
    people = [*metadata.get("creators", ()), *metadata.get("contributors", ())]
    return {
        "title": [metadata.get("title", ""), *(t.get("title", "") for t in metadata.get("additional_titles", ()))],
        "creators": [p.get("person_or_org", {}).get("name", "") for p in people],
        "subjects": [s.get("subject", "") for s in metadata.get("subjects", ())],
        "description": [
            plain(metadata.get("description", "")),
            *(plain(d.get("description", "")) for d in metadata.get("additional_descriptions", ())),
        ],
        "other": [
            str(pid.get("identifier", "")) for pid in version.document["pids"].values()
        ]
        + [r.get("reference", "") for r in metadata.get("references", ())]
        + [a.get("name", "") for p in people for a in p.get("affiliations", ())]
        + [f.get("funder", {}).get("name", "") for f in metadata.get("funding", ())]
        + [metadata.get("publisher", ""), metadata.get("version", "")],
    }  # fmt: skip


def _terms(db: Database, version: Version, flavour: Flavour) -> Iterator[tuple[str, str]]:
    """Yield field and value of everything that is searched as a whole."""
    document, parent = version.document, version.parent
    metadata = document["metadata"]
    for name, number in (("id", version.number), ("parent.id", parent.number)):
        yield name, str(number)
        yield name, identifiers.to_base32(number)
    for name, pids in (("pids", document["pids"]), ("parent.pids", parent.document.get("pids", {}))):
        for scheme, pid in pids.items():
            if pid.get("identifier"):
                yield f"{name}.{scheme}.identifier", pid["identifier"]
    yield "parent.access.owned_by.user", str(parent.owner)
    for community in parent.document.get("communities", {}).get("ids", ()):
        yield "parent.communities.ids", community
        row = db.one("SELECT slug FROM communities WHERE id = ?", community)
        if row is not None:
            yield "parent.communities.entries.slug", row["slug"]
    yield "is_published", "false" if version.is_draft else "true"
    yield "is_draft", "true" if version.is_draft else "false"
    yield "access.status", access.status(version.access, has_files=version.files_enabled)
    yield "versions.index", str(version.index)
    yield "status", "draft" if version.is_draft else "published"
    kind = metadata.get("resource_type", {}).get("id")
    if kind:
        yield "metadata.resource_type.id", kind
        if "-" in kind:
            yield "metadata.resource_type.id", kind.split("-")[0]
    for name in ("publication_date", "version", "publisher"):
        if metadata.get(name):
            yield f"metadata.{name}", metadata[name]
    for name, key in (
        ("languages", "id"),
        ("rights", "id"),
        ("subjects", "subject"),
        ("related_identifiers", "identifier"),
    ):
        for item in metadata.get(name, ()):
            if item.get(key):
                yield f"metadata.{name}.{key}", item[key]
    for person in metadata.get("creators", ()):
        for identifier in person.get("person_or_org", {}).get("identifiers", ()):
            yield "metadata.creators.person_or_org.identifiers.identifier", identifier.get("identifier", "")
    if version.files_enabled and access.status(version.access, has_files=True) == "open":
        for entry in entries.listing(db, version.bucket):
            yield "files.entries.key", entry.key
            if entry.status == "completed":
                yield "files.types", entries.extension(entry.key, entry.mimetype)
