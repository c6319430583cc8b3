"""What happens to a record: published, edited, continued by a new version."""

from __future__ import annotations

import copy
from typing import Any

from ..errors import FieldError, RecordNotFound, RefusedMetadata, WasRefused
from . import access, dois, drafts, entries, indexing, relations, request, self_service, versions
from .actor import Actor
from .database import now
from .schema import publication_errors
from .versions import Version


def publish(actor: Actor, text: str) -> Version:
    """Make a draft a record, or an edited draft the record's new state. All of it happens, or nothing.

    Raises
    ------
    RecordNotFound
        When there is no draft: a second call finds none.
    RefusedMetadata
        When fields are missing or wrong, or files are.
    """
    with actor.db.writing():
        draft = actor.draft(text)
        before = versions.find_record(actor.db, draft.number)
        review = request.of_draft(actor.db, draft)
        if review is not None and not review.is_closed:
            message = "You cannot publish a draft with an open review request. Please cancel the review request first."
            raise WasRefused(message, status=400)
        require_complete(actor, draft)
        record = before or Version(
            draft.number, draft.parent, draft.index, draft.bucket, {}, False, created=now(), updated=now()
        )
        previous = copy.deepcopy(record.document.get("pids", {}))
        record.document = draft.document
        parent = record.parent = draft.parent
        dois.publish(actor.db, record, actor.flavour, previous)
        if before is None:
            entries.lock(actor.db, record.bucket)
            replaced = parent.latest
            parent.latest, parent.next_draft = record.number, None
        else:
            self_service.exchange_files(actor, record, draft)
            replaced = None
        versions.save_parent(actor.db, parent)
        versions.drop_draft(actor.db, draft)
        versions.save_record(actor.db, record, actor.user_id)
        indexing.remove(actor.db, draft)
        indexing.index(actor.db, record, actor.flavour)
        if replaced is not None:
            indexing.index_number(actor.db, replaced, actor.flavour)
        kind = "record.published" if before is None else "record.edited"
        actor.db.log_change(kind, record.number, parent.number, actor.user_id, revision=record.revision)
    return record


def edit(actor: Actor, text: str) -> Version:
    """Return the draft of a published record, making it if there is none.

    Its files are locked: to change those, make a new version.
    """
    with actor.db.writing():
        try:
            return actor.draft(text)
        except RecordNotFound:
            record = actor.published(text)
        access.require(access.may_edit(actor.db, actor.reader, record.parent))
        draft = drafts.blank(actor, record.parent, record.number, record.index)
        draft.document = copy.deepcopy(record.document)
        entries.copy_all(actor.db, record.bucket, draft.bucket)
        entries.lock(actor.db, draft.bucket)
        versions.save_draft(actor.db, draft)
        indexing.index(actor.db, draft, actor.flavour)
        actor.db.log_change("draft.created", draft.number, draft.parent.number, actor.user_id)
    return draft


def new_version(actor: Actor, text: str) -> Version:
    """Return the draft of the next version, making it from the newest one if there is none.

    Its files are those that are sent or imported, its date is today.
    """
    with actor.db.writing():
        record = actor.published(text)
        access.require(access.may_edit(actor.db, actor.reader, record.parent))
        external = record.document["pids"].get("doi", {}).get("provider") == "external"
        access.require(actor.flavour.external_doi_versions or not external)
        parent = record.parent
        if parent.next_draft is not None:
            return actor.draft(actor.spell(parent.next_draft))
        latest = versions.find_record(actor.db, parent.latest) if parent.latest else None
        assert latest is not None, "a concept with a record has a newest one"
        parent.last_index += 1
        draft = drafts.blank(actor, parent, actor.store.next_id(), parent.last_index)
        metadata: dict[str, Any] = copy.deepcopy(latest.document["metadata"])
        metadata.pop("version", None)
        metadata["publication_date"] = access.today()
        draft.document |= {
            "metadata": metadata,
            "custom_fields": copy.deepcopy(latest.document["custom_fields"]),
            "access": copy.deepcopy(latest.access),
        }
        draft.document["files"]["enabled"] = latest.files_enabled
        parent.next_draft = draft.number
        versions.save_parent(actor.db, parent)
        versions.save_draft(actor.db, draft)
        indexing.index(actor.db, draft, actor.flavour)
        actor.db.log_change("draft.created", draft.number, parent.number, actor.user_id)
    return draft


def require_complete(actor: Actor, draft: Version) -> None:
    """Refuse a draft that is not fit to be published, in the order in which InvenioRDM looks."""
    errors = publication_errors(draft.document, actor.flavour.name)
    if errors:
        raise RefusedMetadata("A validation error occurred.", tuple(errors))
    if draft.files_enabled:
        have = entries.listing(actor.db, draft.bucket)
        if not have:
            raise RefusedMetadata("A validation error occurred.", (drafts.missing_files(actor),))
        if any(entries.missing(have)):
            wrong = "One or more files have not completed their transfer, please wait."
            raise RefusedMetadata("A validation error occurred.", (FieldError("files", (wrong,)),))
    errors = dois.check(actor.db, draft, actor.flavour)
    if errors:
        raise RefusedMetadata("A validation error occurred.", tuple(errors))
    relations.check(draft.document, strict=actor.switches.strict_vocabularies)
