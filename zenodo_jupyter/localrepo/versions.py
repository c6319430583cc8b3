"""Rows of records, drafts and their parents as objects; found, made and saved here."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .database import Database, now


@dataclass
class Parent:
    """The concept that all versions of a record share.

    Attributes
    ----------
    number : int
        Its id.
    owner : int
        User number.
    latest : int or None
        The newest published version.
    next_draft : int or None
        The draft of the next version.
    last_index : int
        The highest version number given so far.
    document : dict
        ``access.settings``, ``communities``, ``pids``.
    created, updated, revision
        As InvenioRDM shows them.
    """

    number: int
    owner: int
    latest: int | None = None
    next_draft: int | None = None
    last_index: int = 0
    document: dict[str, Any] = field(default_factory=dict)
    created: str = ""
    updated: str = ""
    revision: int = 1


@dataclass
class Version:
    """One version of a record: the published state, or the draft of it.

    Attributes
    ----------
    number : int
        Its id; a published record and the draft that edits it share theirs.
    parent : Parent
        Its concept.
    index : int
        1 for the first version.
    bucket : str
        Where its files are listed.
    document : dict
        ``metadata``, ``custom_fields``, ``access``, ``pids``, ``files``, ``media_files``.
    is_draft : bool
        Which of the two it is.
    created, updated, revision, expires
        As InvenioRDM shows them.
    deletion : dict or None
        The tombstone of a deleted record.
    """

    number: int
    parent: Parent
    index: int
    bucket: str
    document: dict[str, Any]
    is_draft: bool
    created: str
    updated: str
    revision: int = 1
    expires: str = ""
    deletion: dict[str, Any] | None = None

    @property
    def access(self) -> dict[str, Any]:
        """``{"record", "files", "embargo"}``."""
        found: dict[str, Any] = self.document["access"]
        return found

    @property
    def files_enabled(self) -> bool:
        """Whether it has files at all (else it is metadata only)."""
        return bool(self.document["files"]["enabled"])

    @property
    def is_latest(self) -> bool:
        """Whether it is the newest published version."""
        return self.parent.latest == self.number


def find_parent(db: Database, number: int) -> Parent | None:
    """Return a concept by its id."""
    row = db.one("SELECT * FROM parents WHERE id = ?", number)
    if row is None:
        return None
    return Parent(
        row["id"], row["owner_id"], row["latest_id"], row["next_draft_id"], row["last_index"], json.loads(row["json"]),
        row["created"], row["updated"], row["revision"],
    )  # fmt: skip


def find_draft(db: Database, number: int) -> Version | None:
    """Return the draft with this id."""
    return _version(db, db.one("SELECT * FROM drafts WHERE id = ?", number), is_draft=True)


def find_record(db: Database, number: int) -> Version | None:
    """Return the published record with this id, deleted or not."""
    return _version(db, db.one("SELECT * FROM records WHERE id = ?", number), is_draft=False)


def find_bucket(db: Database, bucket: str) -> Version | None:
    """Return the draft whose files a bucket has, or else the record."""
    draft = _version(db, db.one("SELECT * FROM drafts WHERE bucket_id = ?", bucket), is_draft=True)
    return draft or _version(db, db.one("SELECT * FROM records WHERE bucket_id = ?", bucket), is_draft=False)


def published_versions(db: Database, parent: Parent) -> list[Version]:
    """Return the published versions of a concept, newest first, without deleted ones."""
    rows = db.all(
        "SELECT * FROM records WHERE parent_id = ? AND deletion IS NULL ORDER BY version_index DESC", parent.number
    )
    return [v for row in rows if (v := _version(db, row, is_draft=False))]


def _version(db: Database, row: Any, *, is_draft: bool) -> Version | None:
    if row is None:
        return None
    parent = find_parent(db, row["parent_id"])
    assert parent is not None, "a foreign key keeps every parent"
    version = Version(
        row["id"], parent, row["version_index"], row["bucket_id"], json.loads(row["json"]), is_draft,
        row["created"], row["updated"], row["revision"], row["expires"] if is_draft else "",
        json.loads(row["deletion"]) if not is_draft and row["deletion"] else None,
    )  # fmt: skip
    _lift_embargo(version)
    return version


def _lift_embargo(version: Version) -> None:
    """Open the files of a published record whose embargo is over: it lifts by itself, at midnight UTC."""
    embargo = version.access.get("embargo") or {}
    if not version.is_draft and embargo.get("active") and embargo.get("until", "9999") <= now()[:10]:
        version.document["access"] = {"record": "public", "files": "public", "embargo": {**embargo, "active": False}}


def save_parent(db: Database, parent: Parent) -> None:
    """Write a concept; one that is new gets its row."""
    parent.updated = now()
    parent.created = parent.created or parent.updated
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO parents (id, created, updated, revision, owner_id, latest_id, next_draft_id, last_index, json) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET updated = excluded.updated, "
            "revision = revision + 1, owner_id = excluded.owner_id, latest_id = excluded.latest_id, "
            "next_draft_id = excluded.next_draft_id, last_index = excluded.last_index, json = excluded.json",
            (
                parent.number, parent.created, parent.updated, parent.revision, parent.owner, parent.latest,
                parent.next_draft, parent.last_index, json.dumps(parent.document),
            ),
        )  # fmt: skip


def save_draft(db: Database, draft: Version) -> None:
    """Write a draft with its next revision number, which goes on counting where an earlier draft of the record ended."""
    draft.updated = now()
    with db.writing() as connection:
        row = db.one("SELECT revision FROM draft_counters WHERE id = ?", draft.number)
        draft.revision = 1 if row is None else row["revision"] + 1
        connection.execute("INSERT OR REPLACE INTO draft_counters VALUES (?, ?)", (draft.number, draft.revision))
        connection.execute(
            "INSERT INTO drafts (id, parent_id, version_index, created, updated, expires, revision, bucket_id, json) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET updated = excluded.updated, "
            "revision = excluded.revision, json = excluded.json",
            (
                draft.number, draft.parent.number, draft.index, draft.created, draft.updated, draft.expires,
                draft.revision, draft.bucket, json.dumps(draft.document),
            ),
        )  # fmt: skip


def save_record(db: Database, record: Version, user_id: int | None) -> None:
    """Write a published record and keep this state of it in its history."""
    record.updated = now()
    embargo = record.access.get("embargo") or {}
    until = embargo.get("until") if embargo.get("active") else None
    document = json.dumps(record.document)
    deletion = json.dumps(record.deletion) if record.deletion else None
    with db.writing() as connection:
        row = db.one("SELECT revision FROM records WHERE id = ?", record.number)
        record.revision = 1 if row is None else row["revision"] + 1
        connection.execute(
            "INSERT INTO records (id, parent_id, version_index, created, updated, revision, bucket_id, embargo_until, "
            "deletion, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "updated = excluded.updated, revision = excluded.revision, embargo_until = excluded.embargo_until, "
            "bucket_id = excluded.bucket_id, deletion = excluded.deletion, json = excluded.json",
            (
                record.number, record.parent.number, record.index, record.created, record.updated, record.revision,
                record.bucket, until, deletion, document,
            ),
        )  # fmt: skip
        connection.execute(
            "INSERT INTO revisions VALUES (?, ?, ?, ?, ?)",
            (record.number, record.revision, record.updated, user_id, document),
        )


def drop_draft(db: Database, draft: Version) -> None:
    """Remove the row of a draft."""
    with db.writing() as connection:
        connection.execute("DELETE FROM drafts WHERE id = ?", (draft.number,))
