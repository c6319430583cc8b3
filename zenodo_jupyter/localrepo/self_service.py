"""What Zenodo lets owners do without asking: exchange the files of a record that is new, and take more room for a draft."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from ..errors import FieldError, RefusedMetadata
from . import access, entries
from .actor import Actor
from .request import Request, add_event, make, save
from .versions import Version

#: How long after its publication the files of a record may be opened for exchange, and how long the exchange may take.
GRACE, DEADLINE = timedelta(days=30), timedelta(days=30 + 15)
#: Bytes that one person may take beyond what every record has, for all of theirs together.
EXTRA_ROOM = 150 * 10**9
_SHORTEST_COMMENT = 25


def open_files(actor: Actor, text: str, body: Any) -> Request:
    """Unlock the files of the draft of a published record.

    Raises
    ------
    AccessDenied
        Where that is not allowed at all, to others than its owner, and later than 30 days after the publication.
    RecordNotFound
        When the record is not being edited.
    RefusedMetadata
        When the comment says too little.
    """
    with actor.db.writing():
        record = actor.record(text)
        _require_owner(actor, record)
        access.require(actor.user is not None and (actor.user.is_admin or _age(record) <= GRACE))
        comment = str((body if isinstance(body, dict) else {}).get("comment") or "")
        if comment and len(comment) < _SHORTEST_COMMENT:
            wrong = FieldError("comment", (f"Shorter than minimum length {_SHORTEST_COMMENT}.",))
            raise RefusedMetadata("A validation error occurred.", (wrong,))
        entries.unlock(actor.db, actor.draft(text).bucket)
        title = f'File modification request for "{_title(record)}"'
        payload = {"policy_id": "file-grace-period-v1"} | ({"comment": comment} if comment else {})
        return _granted(actor, "file-modification", record, title, payload)


def take_room(actor: Actor, text: str, body: Any) -> Request:
    """Give the files of a draft more room, out of what its owner may take for all drafts and records together.

    Raises
    ------
    AccessDenied
        Where that is not allowed at all, to others than its owner, and when it is more than is left.
    """
    with actor.db.writing() as connection:
        access.require(actor.flavour.self_service)
        draft = actor.draft(text)
        _require_owner(actor, draft)
        gigabytes = (body if isinstance(body, dict) else {}).get("quota_size", 0)
        if not str(gigabytes).isdigit():
            wrong = FieldError("quota_size", ("Not a valid integer.",))
            raise RefusedMetadata("A validation error occurred.", (wrong,))
        wanted = int(gigabytes) * 10**9
        taken = connection.execute(
            "SELECT coalesce(sum(quota - ?), 0) FROM buckets WHERE quota IS NOT NULL AND id <> ? AND id IN "
            "(SELECT bucket_id FROM drafts d JOIN parents p ON p.id = d.parent_id WHERE owner_id = ? "
            "UNION SELECT bucket_id FROM records r JOIN parents p ON p.id = r.parent_id WHERE owner_id = ?)",
            (actor.flavour.max_bytes, draft.bucket, draft.parent.owner, draft.parent.owner),
        ).fetchone()[0]
        access.require(0 < wanted - actor.flavour.max_bytes <= EXTRA_ROOM - taken)
        connection.execute("UPDATE buckets SET quota = ? WHERE id = ?", (wanted, draft.bucket))
        title = f'Quota increase request for "{_title(draft)}"' if _title(draft) else "Quota increase request"
        return _granted(actor, "quota-increase", draft, title, {"quota_size": str(gigabytes)})


def exchange_files(actor: Actor, record: Version, draft: Version) -> None:
    """Give a record that is published again the files of its draft, if those were opened.

    Raises
    ------
    AccessDenied
        Later than 45 days after the first publication.
    """
    if entries.is_locked(actor.db, draft.bucket):
        # They are what they were: the draft's list of them says nothing new.
        entries.drop_bucket(actor.db, draft.bucket)
        return
    access.require(_age(record) <= DEADLINE)
    entries.drop_bucket(actor.db, record.bucket)
    entries.lock(actor.db, draft.bucket)
    record.bucket = draft.bucket


def _require_owner(actor: Actor, version: Version) -> None:
    manages = access.level(actor.db, actor.reader, version.parent) == "manage"
    access.require(actor.flavour.self_service and manages)


def _age(record: Version) -> timedelta:
    return datetime.now(timezone.utc) - datetime.fromisoformat(record.created)


def _title(version: Version) -> str:
    title: str = version.document["metadata"].get("title", "")
    return title


def _granted(actor: Actor, type: str, version: Version, title: str, payload: dict[str, Any]) -> Request:
    made = make(actor, type, None, version.number, title=title, payload=payload)
    made.status = "accepted"
    save(actor.db, made)
    add_event(actor, made, "L", {"event": made.status, "format": "html"}, system=True)
    actor.db.log_change(type, version.number, version.parent.number, actor.user_id)
    return made
