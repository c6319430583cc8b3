"""What happens to a draft: made, changed, discarded, given a DOI and the files of the version before."""

from __future__ import annotations

from typing import Any

from ..errors import FieldError, RefusedMetadata, WasRefused
from . import access, dois, entries, indexing, relations, request, versions
from .actor import Actor
from .database import now
from .schema import load_draft
from .versions import Parent, Version

_NO_FILES = "Missing uploaded files. To disable files for this record please mark it as metadata-only."
_NO_FILES_STRICT = "Missing uploaded files."
_MAY_NOT_TOGGLE = "You don't have permissions to manage files options."
SETTINGS = {
    "allow_user_requests": False,
    "allow_guest_requests": False,
    "accept_conditions_text": None,
    "secret_link_expiration": 0,
}


def create(actor: Actor, body: Any) -> tuple[Version, list[FieldError]]:
    """Make a draft of a new record.

    Returns
    -------
    draft : Version
        With what of the body is valid.
    errors : list of FieldError
        What is wrong with the rest.

    Raises
    ------
    AccessDenied
        For a stranger.
    WasRefused
        For an unknown vocabulary id, and for access that is not allowed; nothing is made then.
    """
    access.require(actor.user is not None)
    assert actor.user is not None
    data, errors = load_draft(_mapping(body, actor), actor.flavour.name)
    with actor.db.writing():
        parent = Parent(actor.store.next_id(), actor.user.id, last_index=1)
        parent.document = {"access": {"settings": dict(SETTINGS)}, "communities": {}, "pids": {}}
        draft = blank(actor, parent, actor.store.next_id(), 1)
        draft.document["metadata"] = data.get("metadata", {})
        draft.document["custom_fields"] = data.get("custom_fields", {})
        _set_access(actor, draft, data)
        if data.get("files", {}).get("enabled", True) is False:
            if actor.flavour.metadata_only:
                draft.document["files"]["enabled"] = False
            else:
                errors.append(FieldError("files.enabled", (_MAY_NOT_TOGGLE,)))
        draft.document["pids"] = data.get("pids", {})
        errors += dois.check(actor.db, draft, actor.flavour)
        relations.check(draft.document, strict=actor.switches.strict_vocabularies)
        parent.next_draft = draft.number
        versions.save_parent(actor.db, parent)
        _save(actor, draft, "draft.created")
    return draft, errors


def blank(actor: Actor, parent: Parent, number: int, index: int) -> Version:
    """Return a draft with nothing in it, not saved yet."""
    time = now()
    document: dict[str, Any] = {
        "metadata": {},
        "custom_fields": {},
        "access": {"record": "public", "files": "public", "embargo": {"active": False, "reason": None}},
        "pids": {},
        "files": {"enabled": True, "default_preview": None},
        "media_files": {"enabled": False, "default_preview": None},
    }
    # InvenioRDM shows when a draft was made as the time when it expires, in str()'s format.
    expires = time.replace("T", " ")
    return Version(number, parent, index, entries.new_bucket(actor.db), document, True, time, time, expires=expires)


def update(actor: Actor, text: str, body: Any, if_match: int | None = None) -> tuple[Version, list[FieldError], bool]:
    """Replace a draft.

    Returns
    -------
    draft : Version
        As it is now.
    errors : list of FieldError
        What is wrong with the rest of the body.
    had_files : bool
        Whether files were enabled before, which InvenioRDM's answer shows as ``access.status``.

    Raises
    ------
    RecordNotFound, AccessDenied
        See `Actor.draft`.
    WasRefused
        As for `create`, and 412 when ``if_match`` is not the draft's revision.
    """
    with actor.db.writing():
        draft = actor.draft(text)
        require_revision(draft, if_match)
        data, errors = load_draft(_mapping(body, actor), actor.flavour.name)
        had_files = draft.files_enabled
        draft.document["metadata"] = data.get("metadata", {})
        draft.document["custom_fields"] = data.get("custom_fields", {})
        _set_access(actor, draft, data)
        errors += _set_files(actor, draft, data.get("files", {}))
        if "pids" in data:
            draft.document["pids"] = data["pids"]
        errors += dois.check(actor.db, draft, actor.flavour)
        relations.check(draft.document, strict=actor.switches.strict_vocabularies)
        dois.release(actor.db, draft)
        _save(actor, draft, "draft.updated")
    return draft, errors, had_files


def discard(actor: Actor, text: str, if_match: int | None = None) -> None:
    """Delete a draft: for good if it was never published, else only what was edited."""
    with actor.db.writing() as connection:
        draft = actor.draft(text)
        require_revision(draft, if_match)
        review = request.of_draft(actor.db, draft)
        if review is not None and review.is_open:
            message = "You cannot delete a draft with an open review. Please cancel the review first."
            raise WasRefused(message, status=400)
        record = versions.find_record(actor.db, draft.number)
        draft.document["pids"] = record.document["pids"] if record else {}
        dois.release(actor.db, draft)
        versions.drop_draft(actor.db, draft)
        entries.drop_bucket(actor.db, draft.bucket)
        indexing.remove(actor.db, draft)
        if record is None:
            draft.parent.next_draft = None
            draft.parent.last_index = draft.index - 1  # the next one gets this number
            versions.save_parent(actor.db, draft.parent)
            if draft.parent.latest is None:
                connection.execute("DELETE FROM parents WHERE id = ?", (draft.parent.number,))
        actor.db.log_change("draft.discarded", draft.number, draft.parent.number, actor.user_id)


def reserve_doi(actor: Actor, text: str) -> Version:
    """Give a draft its DOI; raises RefusedMetadata when it has one."""
    with actor.db.writing():
        draft = actor.draft(text)
        dois.reserve(actor.db, draft, actor.flavour)
        _save(actor, draft, "doi.reserved")
    return draft


def discard_doi(actor: Actor, text: str) -> Version:
    """Take the reserved DOI from a draft; raises RecordNotFound when it has none."""
    with actor.db.writing():
        draft = actor.draft(text)
        dois.discard(actor.db, draft)
        _save(actor, draft, "doi.discarded")
    return draft


def import_files(actor: Actor, text: str) -> Version:
    """Put the files of the newest published version into a draft, without copying a byte.

    Raises
    ------
    RefusedMetadata
        When the draft has files already, or none are allowed.
    """
    with actor.db.writing():
        draft = actor.draft(text)
        latest = versions.find_record(actor.db, draft.parent.latest) if draft.parent.latest else None
        wrong = ""
        if latest is None:
            raise WasRefused("Not found.", status=404)
        access.require(access.may_read_files(actor.db, actor.reader, latest))
        if not draft.files_enabled:
            wrong = "Files support must be enabled."
        elif entries.listing(actor.db, draft.bucket):
            wrong = "Please remove all files first."
        elif not latest.files_enabled:
            wrong = "The record has no files."
        if wrong:
            raise RefusedMetadata("A validation error occurred.", (FieldError("files.enabled", (wrong,)),))
        entries.copy_all(actor.db, latest.bucket, draft.bucket)
        draft.document["files"]["default_preview"] = latest.document["files"].get("default_preview")
        _save(actor, draft, "files.imported")
    return draft


def touch(actor: Actor, draft: Version) -> None:
    """Save a draft whose files changed, which moves its revision on; what is searched for is the same."""
    preview = draft.document["files"].get("default_preview")
    if preview and all(entry.key != preview for entry in entries.listing(actor.db, draft.bucket)):
        draft.document["files"]["default_preview"] = None
    versions.save_draft(actor.db, draft)
    indexing.touch(actor.db, draft)


def require_revision(draft: Version, if_match: int | None) -> None:
    """Refuse a change to another state than the one the client knows.

    Raises
    ------
    WasRefused
        With 412.
    """
    if if_match is not None and if_match != draft.revision:
        raise WasRefused(f"Revision id provided({if_match}) doesn't match record's one({draft.revision})", status=412)


def missing_files(actor: Actor) -> FieldError:
    """Return what is said of a draft that should have files and has none."""
    return FieldError("files.enabled", (_NO_FILES if actor.flavour.metadata_only else _NO_FILES_STRICT,))


def _save(actor: Actor, draft: Version, kind: str) -> None:
    versions.save_draft(actor.db, draft)
    indexing.index(actor.db, draft, actor.flavour)
    actor.db.log_change(kind, draft.number, draft.parent.number, actor.user_id)


def _mapping(body: Any, actor: Actor) -> dict[str, Any]:
    if body is None:
        return {}
    if not isinstance(body, dict):
        status = 500 if actor.switches.crashes else 400
        raise WasRefused("The body must be a JSON object.", 'Send {"metadata": {…}}.', status=status)
    return body


def _set_access(actor: Actor, draft: Version, data: dict[str, Any]) -> None:
    """Take over who may see what. What is wrong here is refused at once, as InvenioRDM does."""
    if "access" not in data:
        return
    given = data["access"]
    for name in ("record", "files"):
        if name not in given:
            raise RefusedMetadata("A validation error occurred.", (FieldError("access", (f"'{name}'",)),))
    if given["record"] != draft.access["record"] and not actor.flavour.restricted_records:
        wrong = FieldError("access", ("You don't have permissions to manage record access.",))
        raise RefusedMetadata("A validation error occurred.", (wrong,))
    embargo = given.get("embargo") or {}
    kept = {"active": bool(embargo.get("active")), "reason": embargo.get("reason")}
    if embargo.get("until"):
        kept["until"] = embargo["until"]
    draft.document["access"] = {"record": given["record"], "files": given["files"], "embargo": kept}


def _set_files(actor: Actor, draft: Version, given: dict[str, Any]) -> list[FieldError]:
    enabled = given.get("enabled", True)
    have = entries.listing(actor.db, draft.bucket)
    settings = draft.document["files"]
    if enabled != settings["enabled"] and not actor.flavour.metadata_only:
        return [FieldError("files.enabled", (_MAY_NOT_TOGGLE,))]
    if not enabled and have:
        wrong = "You must first delete all files to set the record to be metadata-only."
        return [FieldError("files.enabled", (wrong,))]
    settings["enabled"] = enabled
    errors = [] if have or not enabled else [missing_files(actor)]
    preview = given.get("default_preview")
    if preview and all(entry.key != preview for entry in have):
        errors.append(FieldError("files.default_preview", (f'No file with key "{preview}"',)))
    else:
        settings["default_preview"] = preview
    return errors
