"""Drafts: make, read, change, discard, reserve a DOI, publish."""

from __future__ import annotations

from flask import Blueprint, Response

from .. import drafts, published
from . import here
from .answers import answer, answer_record, negotiate, no_content, records_offered

blueprint = Blueprint("api_drafts", __name__)

#: What a new record may come as; the second is RO-Crate.
_NEW = ("application/json", 'application/ld+json;profile="https://w3id.org/ro/crate/1.1"')


@blueprint.post("/records")
def create() -> Response:
    """Make a draft of a new record."""
    negotiate(records_offered())
    draft, errors = drafts.create(here.actor(), here.body(types=_NEW))
    return answer_record(here.view().version(draft, errors, had_files=False), 201)


@blueprint.get("/records/<id>/draft")
def read(id: str) -> Response:
    """Answer a draft."""
    negotiate(records_offered())
    return answer_record(here.view().version(here.actor().readable_draft(id)))


@blueprint.put("/records/<id>/draft")
def update(id: str) -> Response:
    """Replace a draft."""
    negotiate(records_offered())
    draft, errors, had_files = drafts.update(here.actor(), id, here.body(), here.if_match())
    return answer_record(here.view().version(draft, errors, had_files=had_files))


@blueprint.delete("/records/<id>/draft")
def discard(id: str) -> Response:
    """Discard a draft."""
    drafts.discard(here.actor(), id, here.if_match())
    return no_content()


@blueprint.post("/records/<id>/draft")
def edit(id: str) -> Response:
    """Make or find the draft that edits a published record."""
    negotiate(records_offered())
    return answer_record(here.view().version(published.edit(here.actor(), id)), 201)


@blueprint.post("/records/<id>/draft/pids/doi")
def reserve(id: str) -> Response:
    """Reserve the DOI."""
    negotiate(records_offered())
    return answer_record(here.view().version(drafts.reserve_doi(here.actor(), id)), 201)


@blueprint.delete("/records/<id>/draft/pids/doi")
def release(id: str) -> Response:
    """Give the reserved DOI back."""
    negotiate(records_offered())
    return answer_record(here.view().version(drafts.discard_doi(here.actor(), id)))


@blueprint.post("/records/<id>/draft/actions/publish")
def publish(id: str) -> Response:
    """Publish a draft."""
    negotiate(records_offered())
    return answer_record(here.view().version(published.publish(here.actor(), id)), 202)


@blueprint.post("/records/<id>/draft/actions/files-import")
def import_files(id: str) -> Response:
    """Put the files of the newest version into a draft."""
    return answer(here.view().files(drafts.import_files(here.actor(), id)), 201)
