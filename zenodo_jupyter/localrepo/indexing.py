"""The search index: what of a record or draft is found, by which words and values. It can be made anew from the records."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from . import access, entries, facets, identifiers, relations, searchfields, versions
from .database import Database
from .flavours import Flavour
from .schema import edtf
from .searchfields import TEXTS, WHOLE
from .versions import Version

log = logging.getLogger(__name__)

#: Counts changes of what is kept in the index; a store whose index is of another format gets a new one.
FORMAT = "5"
_COLUMNS = (WHOLE, *TEXTS)
# Words are told apart before they come here, and have no spaces; ``words`` lists them, for wildcards.
_TOKENIZER = "ascii tokenchars '_.:,;'''"
# Parts the values of one field in the full text index, so that no phrase reaches from one into the next.
_BETWEEN = " ¦ "


def index_number(db: Database, number: int, flavour: Flavour) -> None:
    """Index a published record anew, as when it is not the newest version any more."""
    record = versions.find_record(db, number)
    if record is not None:
        index(db, record, flavour)


def index(db: Database, version: Version, flavour: Flavour) -> None:
    """Make a draft or record findable; inside the transaction that changes it."""
    doc = doc_of(version)
    with db.writing() as connection:
        remove(db, version)
        if version.deletion is not None:
            return
        leaves = list(_leaves(db, version))
        values = dict(leaves)
        begin, end = edtf.days(values.get("metadata.publication_date", ""))
        status, kind = values["access.status"], values.get("metadata.resource_type.id", "")
        file_types = facets.joined(v for f, v in leaves if f == "files.types")
        connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                doc, version.is_draft, version.is_latest, version.access["record"] == "public",
                facets.combination(db, status, values["is_published"], file_types, kind),
                version.parent.owner, version.parent.number, version.number, version.index, version.created,
                version.updated, status, kind, values.get("metadata.publication_date", ""), begin,
                end or (begin and "9999"), _changed(db, version),
                facets.joined(v for f, v in leaves if f == "metadata.subjects.subject.keyword"),
            ),
        )  # fmt: skip
        texts: dict[str, list[str]] = {}
        terms: set[tuple[str, str]] = set()
        for field, value in leaves:
            if field in TEXTS:
                texts.setdefault(field, []).append(" ".join(searchfields.words(value, field)))
            if searchfields.is_found_whole(field):
                texts.setdefault(WHOLE, []).append(searchfields.whole_word(value))
            if searchfields.is_whole(field):
                terms.add((field, value))
            elif searchfields.is_wordy(field):
                terms.update((field, word) for word in searchfields.words(value, field))
        connection.execute(
            f"INSERT INTO texts (rowid, {_quoted(_COLUMNS)}) VALUES (?{', ?' * len(_COLUMNS)})",
            (doc, *(_BETWEEN.join(texts.get(column, ())) for column in _COLUMNS)),
        )
        connection.executemany("INSERT OR IGNORE INTO fields (name) VALUES (?)", [(f,) for f in {f for f, _ in terms}])
        connection.executemany(
            "INSERT INTO terms SELECT id, ?, ? FROM fields WHERE name = ?", [(v, doc, f) for f, v in terms]
        )
        count_change(db)


def touch(db: Database, version: Version) -> None:
    """Move an indexed draft or record in the order of changes, and nothing else."""
    with db.writing() as connection:
        connection.execute("UPDATE documents SET updated = ? WHERE doc = ?", (version.updated, doc_of(version)))


def remove(db: Database, version: Version) -> None:
    """Make a draft or record unfindable."""
    doc = doc_of(version)
    with db.writing() as connection:
        connection.execute("DELETE FROM texts WHERE rowid = ?", (doc,))
        connection.execute("DELETE FROM documents WHERE doc = ?", (doc,))
        count_change(db)


def count_change(db: Database) -> None:
    """Count that the index changed, or who may find what, for whoever keeps what it said before."""
    with db.writing() as connection:
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'index_changes'")


def rebuild(db: Database, flavour: Flavour) -> None:
    """Make the index anew if it is of another format, as after an upgrade; otherwise do nothing."""
    if db.meta("index_format") == FORMAT:
        return
    with db.writing() as connection:
        if db.meta("index_format") == FORMAT:  # another process was faster
            return
        if connection.execute("SELECT 1 FROM records UNION ALL SELECT 1 FROM drafts").fetchone():
            log.warning("%s: the search index is made anew for this version of zenodo_jupyter.", db.path.parent)
        for table in ("words", "texts"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute(
            f"CREATE VIRTUAL TABLE texts USING fts5 ({_quoted(_COLUMNS)}, tokenize = \"{_TOKENIZER}\", prefix = '2 3')"
        )
        connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab (texts, row)")
        connection.execute("DELETE FROM documents")
        connection.execute("DELETE FROM combinations")
        db.set_meta("index_changes", "0")
        for table, find in (("records", versions.find_record), ("drafts", versions.find_draft)):
            for row in connection.execute(f"SELECT id FROM {table}").fetchall():
                version = find(db, row["id"])
                if version is not None:
                    index(db, version, flavour)
        db.set_meta("index_format", FORMAT)


def doc_of(version: Version) -> int:
    """Return the number of a draft or record in the index."""
    return 2 * version.number + version.is_draft


def _changed(db: Database, version: Version) -> str:
    """Return when a record, or what communities it is in, last changed: what harvesters ask for."""
    row = db.one("SELECT MAX(created) AS at FROM community_records WHERE parent_id = ?", version.parent.number)
    return max(version.updated, (row["at"] if row else None) or "")


def _leaves(db: Database, version: Version) -> Iterator[tuple[str, str]]:
    """Yield each field and value that something can be found by."""
    document, parent = relations.spell_out(version.document), version.parent
    for name in ("metadata", "custom_fields", "access", "pids"):
        yield from _flat(document[name], name)
    yield from _flat(parent.document.get("pids", {}), "parent.pids")
    metadata = document["metadata"]
    for name in ("title", "publisher"):
        if metadata.get(name):
            yield f"metadata.{name}.keyword", metadata[name]
    yield "metadata.title.original", metadata.get("title", "")
    for subject in metadata.get("subjects", ()):
        yield "metadata.subjects.subject.keyword", subject.get("subject", "")
    for award in (f.get("award", {}) for f in metadata.get("funding", ())):
        yield "metadata.funding.award.acronym.text", award.get("acronym", "")
    if kind := metadata.get("resource_type", {}).get("id"):
        yield "metadata.resource_type.props.type", kind.split("-")[0]
        if "-" in kind:
            yield "metadata.resource_type.props.subtype", kind
    for name, number in (("id", version.number), ("parent.id", parent.number)):
        yield name, str(number)
        yield name, identifiers.to_base32(number)
    yield "parent.access.owned_by.user", str(parent.owner)
    yield from _communities(db, parent)
    yield "is_published", _word(not version.is_draft or versions.find_record(db, version.number) is not None)
    yield "is_draft", _word(version.is_draft)
    yield "access.status", access.status(version.access, has_files=version.files_enabled)
    yield "versions.index", str(version.index)
    yield "versions.is_latest", _word(version.is_latest)
    yield "status", "draft" if version.is_draft else "published"
    yield from _files(db, version)


def _communities(db: Database, parent: versions.Parent) -> Iterator[tuple[str, str]]:
    held = parent.document.get("communities", {})
    yield "parent.communities.default", held.get("default") or ""
    for community in held.get("ids", ()):
        yield "parent.communities.ids", community
        row = db.one("SELECT slug FROM communities WHERE id = ?", community)
        if row is not None:
            yield "parent.communities.entries.slug", row["slug"]


def _files(db: Database, version: Version) -> Iterator[tuple[str, str]]:
    """Yield what is known of the files, where everybody may know it."""
    yield "files.enabled", _word(version.files_enabled)
    if not version.files_enabled or access.status(version.access, has_files=True) != "open":
        return
    done = [e for e in entries.listing(db, version.bucket) if e.status == "completed"]
    yield "files.count", str(len(done))
    yield "files.totalbytes", str(sum(e.size or 0 for e in done))
    yield "files.default_preview", version.document["files"].get("default_preview") or ""
    for entry in done:
        ending = entries.extension(entry.key, entry.mimetype)
        yield "files.types", ending
        yield "files.mimetypes", entry.mimetype or ""
        yield "files.entries.key", entry.key
        yield "files.entries.ext", ending
        yield "files.entries.mimetype", entry.mimetype or ""
        yield "files.entries.checksum", entry.checksum or ""
        yield "files.entries.size", str(entry.size or 0)


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield the leaves of JSON with the names on the way to them; lists have none."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(inner, name)
    elif isinstance(value, bool):
        yield name, _word(value)
    elif value not in (None, ""):
        yield name, searchfields.plain(value) if name.endswith("description") else str(value)


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _word(value: bool) -> str:
    return "true" if value else "false"
