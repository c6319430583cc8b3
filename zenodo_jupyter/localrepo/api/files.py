"""The files of drafts and records: listed, announced, committed, described, deleted."""

from __future__ import annotations

from flask import Blueprint, Response

from ...errors import AccessDenied
from .. import access, drafts, entries, transfers
from ..schema import load_description, load_new_files
from ..versions import Version
from . import here
from .answers import FILES, PLAIN, answer, no_content

blueprint = Blueprint("api_files", __name__)


def readable(id: str, *, draft: bool) -> Version:
    """Return a draft or a record whose files the asking person may see."""
    actor = here.actor()
    version = actor.readable_draft(id, gone="Not found.") if draft else actor.record(id, unpublished="Not found.")
    access.require(access.may_read_files(actor.db, actor.reader, version))
    return version


def require_enabled(version: Version) -> None:
    """Refuse what only a record with files can do."""
    if not version.files_enabled:
        raise AccessDenied("Files are not enabled.")


@blueprint.get("/records/<id>/files")
def list_record_files(id: str) -> Response:
    """Answer the files of a record."""
    return answer(here.view().files(readable(id, draft=False)), offered=FILES)


@blueprint.get("/records/<id>/draft/files")
def list_draft_files(id: str) -> Response:
    """Answer the files of a draft."""
    return answer(here.view().files(readable(id, draft=True)))


@blueprint.post("/records/<id>/draft/files")
def announce(id: str) -> Response:
    """Announce files of a draft, all or none."""
    actor = here.actor()
    files = load_new_files(here.body(), strict=not actor.switches.bad_part_answers_200)
    with actor.db.writing():
        draft = actor.draft(id)
        require_enabled(draft)
        transfers.announce(actor.db, draft.bucket, files, actor.flavour, actor.switches)
        drafts.touch(actor, draft)
    return answer(here.view().files(draft), 201)


@blueprint.delete("/records/<id>/draft/files")
def delete_all(id: str) -> Response:
    """Delete all files of a draft."""
    actor = here.actor()
    with actor.db.writing():
        draft = actor.draft(id)
        entries.remove_all(actor.db, draft.bucket)
        drafts.touch(actor, draft)
    return no_content()


@blueprint.get("/records/<id>/files/<path:key>")
def read_record_file(id: str, key: str) -> Response:
    """Answer what is known of one file of a record."""
    return _read(id, key, draft=False)


@blueprint.get("/records/<id>/draft/files/<path:key>")
def read_draft_file(id: str, key: str) -> Response:
    """Answer what is known of one file of a draft."""
    return _read(id, key, draft=True)


def _read(id: str, key: str, *, draft: bool) -> Response:
    version = readable(id, draft=draft)
    entry = entries.find(here.actor().db, version.bucket, key, id)
    return answer(here.view().file(version, entry), offered=PLAIN if draft else FILES)


@blueprint.put("/records/<id>/draft/files/<path:key>")
def describe(id: str, key: str) -> Response:
    """Change what is said of a file."""
    actor = here.actor()
    said = load_description(here.body())
    with actor.db.writing():
        draft = actor.draft(id)
        entry = entries.find(actor.db, draft.bucket, key, id)
        entry = entries.describe(actor.db, entry, said.get("metadata"), said.get("access"))
        drafts.touch(actor, draft)
    return answer(here.view().file(draft, entry))


@blueprint.delete("/records/<id>/draft/files/<path:key>")
def delete(id: str, key: str) -> Response:
    """Delete one file of a draft."""
    actor = here.actor()
    with actor.db.writing():
        draft = actor.draft(id)
        entries.remove(actor.db, entries.find(actor.db, draft.bucket, key, id), actor.switches)
        drafts.touch(actor, draft)
    return no_content()


@blueprint.post("/records/<id>/draft/files/<path:key>/commit")
def commit(id: str, key: str) -> Response:
    """Complete a file."""
    actor = here.actor()
    draft = actor.draft(id)
    entry = entries.find(actor.db, draft.bucket, key, id)
    joined = transfers.join_parts(actor.store, entry, actor.switches)
    with actor.db.writing():
        entry = transfers.commit(actor.store, entry, joined, actor.flavour, actor.switches)
        drafts.touch(actor, draft)
    return answer(here.view().file(draft, entry))
