"""Zenodo's old deposit API: depositions, what happens to them, and their files. In the ``zenodo`` flavour only."""

from __future__ import annotations

import contextlib
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.utils import secure_filename

from ...errors import FieldError, RecordNotFound, RefusedMetadata, WasRefused
from .. import access, drafts, entries, published, review, transfers, versions
from ..identifiers import parse
from ..legacy import deposition, incoming
from ..legacy.words import COMMUNITIES
from ..searching import Scope
from ..versions import Version
from . import here, searches
from .answers import JSON, answer, no_content

blueprint = Blueprint("api_depositions", __name__, url_prefix="/deposit/depositions")

_OFFERED = (JSON,)


@blueprint.get("")
def mine() -> Response:
    """Answer the drafts and records of whoever asks, as a bare list."""
    actor = here.actor()
    access.require(actor.user is not None)
    scope = Scope(actor.user, mine=True, all_versions=searches.all_versions())
    found = searches.search_results(scope, "/deposit/depositions", default="updated-desc", facets=())
    links = here.view().links
    return answer(
        [deposition.to_json(native, links, here.actor().flavour) for native in found["hits"]["hits"]], offered=_OFFERED
    )


@blueprint.post("")
def create() -> Response:
    """Make a deposition."""
    draft, _ = drafts.create(here.actor(), incoming.to_native(here.body(), here.actor().flavour.doi_prefix))
    return _answer(draft, 201)


@blueprint.get("/<id>")
def read(id: str) -> Response:
    """Answer the draft if there is one, else the record."""
    return _answer(_readable(id))


@blueprint.put("/<id>")
def update(id: str) -> Response:
    """Replace the metadata of a draft; what is wrong with them is only said when it is published."""
    draft, _, _ = drafts.update(here.actor(), id, incoming.to_native(here.body(), here.actor().flavour.doi_prefix))
    return _answer(draft)


@blueprint.delete("/<id>")
@blueprint.post("/<id>/actions/discard")
def discard(id: str) -> Response:
    """Discard a draft, or what was edited of a record."""
    drafts.discard(here.actor(), id)
    return no_content()


@blueprint.post("/<id>/actions/publish")
def publish(id: str) -> Response:
    """Publish a draft, and offer it to the communities that its metadata name; unknown ones are passed over."""
    actor = here.actor()
    with actor.db.writing():
        draft = actor.draft(id)
        slugs = draft.document["custom_fields"].pop(COMMUNITIES, [])
        if slugs:
            drafts.touch(actor, draft)
        record = published.publish(actor, id)
        for slug in slugs:
            with contextlib.suppress(WasRefused):
                review.include(actor, record, {"id": slug})
            record = actor.published(id)  # an open community has taken it
    return _answer(record, 202)


@blueprint.post("/<id>/actions/edit")
def edit(id: str) -> Response:
    """Make or find the draft that edits a record."""
    return _answer(published.edit(here.actor(), id), 201)


@blueprint.post("/<id>/actions/newversion")
def new_version(id: str) -> Response:
    """Make the draft of the next version, with the files of the last one; answer with that draft."""
    actor = here.actor()
    with actor.db.writing():
        draft = published.new_version(actor, id)
        draft = drafts.import_files(actor, actor.spell(draft.number))
    return _answer(draft, 201)


@blueprint.get("/<id>/files")
def list_files(id: str) -> Response:
    """Answer the files, as a bare list."""
    version = _readable(id)
    links = here.view().links
    done = [e for e in entries.listing(here.actor().db, version.bucket) if e.file_id]
    return answer([deposition.file_to_json(version, entry, id, links) for entry in done], offered=_OFFERED)


@blueprint.post("/<id>/files")
def upload(id: str) -> Response:
    """Take a file as browsers send it; its name is made harmless, which loses folders and accents."""
    actor = here.actor()
    draft = actor.draft(id)
    if (sent := request.files.get("file")) is None:
        raise RefusedMetadata("A validation error occurred.", (FieldError("file", ("No file was sent.",)),))
    key = secure_filename(request.form.get("name") or sent.filename or "")
    blob = actor.store.receive(sent.stream)
    try:
        with actor.db.writing():
            entry = transfers.add(actor.store, draft.bucket, key, blob, actor.flavour, actor.switches)
            drafts.touch(actor, draft)
    finally:
        actor.store.blobs.forget(blob)
    return answer(deposition.file_to_json(draft, entry, id, here.view().links), 201, offered=_OFFERED)


@blueprint.get("/<id>/files/<file_id>")
def read_file(id: str, file_id: str) -> Response:
    """Answer what is known of one file."""
    version = _readable(id)
    entry = _find(version, file_id)
    return answer(deposition.file_to_json(version, entry, id, here.view().links), offered=_OFFERED)


@blueprint.delete("/<id>/files/<file_id>")
def delete_file(id: str, file_id: str) -> Response:
    """Delete one file of a draft; those of a record stay."""
    actor = here.actor()
    with actor.db.writing():
        version = _readable(id)
        entry = _find(version, file_id)
        access.require(version.is_draft)
        draft = actor.draft(id)
        entries.remove(actor.db, entry, actor.switches)
        drafts.touch(actor, draft)
    return no_content()


def _readable(id: str) -> Version:
    """Return the draft, or else the record, of somebody who may change it."""
    actor = here.actor()
    number = parse(id)
    if number is not None and versions.find_draft(actor.db, number) is not None:
        return actor.readable_draft(id)
    record = actor.published(id)
    access.require(access.may_edit(actor.db, actor.reader, record.parent))
    return record


def _find(version: Version, file_id: str) -> entries.Entry:
    for entry in entries.listing(here.actor().db, version.bucket):
        if entry.file_id == file_id:
            return entry
    raise RecordNotFound("Not found.")


def _answer(version: Version, status: int = 200) -> Response:
    view = here.view()
    native: dict[str, Any] = view.version(version)
    data = deposition.to_json(native, view.links, view.actor.flavour, version.bucket)
    return answer(data, status, offered=_OFFERED, revision=version.revision)
