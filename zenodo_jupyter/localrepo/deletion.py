"""Deleted records: what their owner may delete within a month, what an administrator may at any time, and what is left."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from ..errors import FieldError, RefusedMetadata
from . import access, citation, dois, identifiers, indexing, versions, vocabularies
from .actor import Actor
from .database import now
from .native import View
from .versions import Version

#: How long the owner of a record on Zenodo may delete it, after its publication.
GRACE = timedelta(days=30)
_SHORTEST_COMMENT = 25


def delete_own(view: View, text: str, body: Any) -> Version:
    """Delete a record as its owner, within the time allowed.

    Raises
    ------
    AccessDenied
        Later, in the flavour that does not allow it at all, and to anybody else.
    RefusedMetadata
        Without a reason, or with a comment that says too little.
    """
    actor = view.actor
    with actor.db.writing():
        record = actor.record(text)
        access.require(actor.flavour.self_service and access.level(actor.db, actor.reader, record.parent) == "manage")
        age = datetime.now(timezone.utc) - datetime.fromisoformat(record.created)
        access.require(age <= GRACE)
        body = body if isinstance(body, dict) else {}
        reason, comment = body.get("reason"), str(body.get("comment") or "")
        if not reason:
            _refuse("reason", "Missing data for required field.")
        if not vocabularies.exists("removalreasons", str(reason)):
            _refuse("reason", f"Invalid value {reason}.")
        if comment and len(comment) < _SHORTEST_COMMENT:
            _refuse("comment", f"Shorter than minimum length {_SHORTEST_COMMENT}.")
        return _bury(view, record, str(reason), "", policy="grace-period-v1")


def delete(view: View, text: str, body: Any) -> Version:
    """Delete a record as an administrator."""
    actor = view.actor
    with actor.db.writing():
        access.require(actor.user is not None and actor.user.is_admin)
        record = actor.record(text)
        body = body if isinstance(body, dict) else {}
        reason = (body.get("removal_reason") or {}).get("id", "")
        return _bury(view, record, reason, str(body.get("note") or ""), visible=bool(body.get("is_visible", True)))


def erase(actor: Actor, text: str) -> None:
    """Take a record away without a tombstone, as an administrator; its id stays taken."""
    with actor.db.writing():
        record = actor.record(text)
        access.require(actor.user is not None and actor.user.is_admin)
        record.deletion = {"erased": True, "is_visible": False}
        _save(actor, record, "record.erased")


def restore(actor: Actor, text: str) -> Version:
    """Take a deleted record back, as an administrator."""
    with actor.db.writing():
        access.require(actor.user is not None and actor.user.is_admin)
        number = identifiers.parse(text)
        record = versions.find_record(actor.db, number) if number is not None else None
        if record is None:
            return actor.published(text)
        record.deletion = None
        _save(actor, record, "record.restored")
    return record


def _bury(view: View, record: Version, reason: str, note: str, *, policy: str = "", visible: bool = True) -> Version:
    actor = view.actor
    tombstone: dict[str, Any] = {
        "note": note,
        "removed_by": {"user": str(actor.user_id)},
        "removal_date": now(),
        "citation_text": citation.apa(view.version(record)),
        "is_visible": visible,
    }
    if reason:
        tombstone["removal_reason"] = {"id": reason}
    if policy:
        tombstone["deletion_policy"] = {"id": policy}
    record.deletion = tombstone
    _save(actor, record, "record.deleted")
    return record


def _save(actor: Actor, record: Version, kind: str) -> None:
    """Save a record that was buried or taken back; the newest version may be another one now."""
    versions.save_record(actor.db, record, actor.user_id)
    left = versions.published_versions(actor.db, record.parent)
    record.parent.latest = left[0].number if left else None
    versions.save_parent(actor.db, record.parent)
    dois.hidden_or_shown(actor.db, record)
    indexing.index(actor.db, record, actor.flavour)
    for version in left:
        indexing.index_number(actor.db, version.number, actor.flavour)
    actor.db.log_change(kind, record.number, record.parent.number, actor.user_id, revision=record.revision)


def _refuse(field: str, message: str) -> None:
    raise RefusedMetadata("A validation error occurred.", (FieldError(field, (message,)),))
