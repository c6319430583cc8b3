"""Zenodo's old file API: a deposition's bucket takes each file in one request. In the ``zenodo`` flavour only."""

from __future__ import annotations

from flask import Blueprint, Response

from ...errors import RecordNotFound, WasRefused
from .. import access, drafts, entries, transfers, versions
from ..legacy import deposition
from ..versions import Version
from . import here
from .answers import JSON, answer, no_content
from .content import body_size, body_stream, send

# A key is one segment of the path, as on Zenodo: names with a slash need the native API.
blueprint = Blueprint("api_buckets", __name__, url_prefix="/files")

_BYTES = ("application/octet-stream",)


@blueprint.get("/<bucket>")
def list_objects(bucket: str) -> Response:
    """Answer the files of a bucket."""
    version = _readable(bucket)
    links = here.view().links
    done = [e for e in entries.listing(here.actor().db, version.bucket) if e.status == "completed"]
    return answer({"entries": [deposition.object_to_json(entry, links) for entry in done]}, offered=(JSON,))


@blueprint.put("/<bucket>/<key>")
def put_object(bucket: str, key: str) -> Response:
    """Take a file; one of the same name is replaced."""
    actor = here.actor()
    here.require_content_type(_BYTES)
    _writable(bucket)
    size = body_size()
    if size is not None and size > entries.room(actor.db, bucket, actor.flavour.max_bytes):
        raise WasRefused("Maximum file size exceeded.", status=400)
    blob = actor.store.receive(body_stream(), size)
    try:
        with actor.db.writing():
            draft = _writable(bucket)
            entry = transfers.add(actor.store, bucket, key, blob, actor.flavour, actor.switches, replace=True)
            drafts.touch(actor, draft)
    finally:
        actor.store.blobs.forget(blob)
    return answer(deposition.object_to_json(entry, here.view().links), 201, offered=(JSON,))


@blueprint.get("/<bucket>/<key>")
def get_object(bucket: str, key: str) -> Response:
    """Answer the bytes of a file."""
    actor = here.actor()
    version = _readable(bucket)
    entry = entries.find(actor.db, bucket, key, actor.spell(version.number))
    if entry.blob is None:
        raise RecordNotFound("Not found.")
    return send(actor.store.blobs.open(entry.blob), entry, ranges=False, download=False)


@blueprint.delete("/<bucket>/<key>")
def delete_object(bucket: str, key: str) -> Response:
    """Delete a file of a draft."""
    actor = here.actor()
    with actor.db.writing():
        draft = _writable(bucket)
        entries.remove(actor.db, entries.find(actor.db, bucket, key, actor.spell(draft.number)), actor.switches)
        drafts.touch(actor, draft)
    return no_content()


def _find(bucket: str) -> Version:
    found = versions.find_bucket(here.actor().db, bucket)
    if found is None:
        raise RecordNotFound("Not found.")
    return found


def _readable(bucket: str) -> Version:
    actor, version = here.actor(), _find(bucket)
    access.require(access.may_read_files(actor.db, actor.reader, version))
    return version


def _writable(bucket: str) -> Version:
    actor, version = here.actor(), _find(bucket)
    access.require(version.is_draft and access.may_edit(actor.db, actor.reader, version.parent))
    entries.require_unlocked(actor.db, bucket)
    return version
