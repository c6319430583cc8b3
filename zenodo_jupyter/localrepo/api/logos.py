"""The logos of communities."""

from __future__ import annotations

from flask import Blueprint, Response

from ...errors import RecordNotFound, WasRefused
from .. import communities, entries, transfers
from ..communities import Community
from ..entries import Entry
from . import here
from .answers import as_json, no_content
from .content import body_size, body_stream, send

blueprint = Blueprint("api_logos", __name__)

#: In bytes, as Invenio's own setting has it.
_LARGEST = 10**6
_KEY = "logo"


@blueprint.get("/communities/<id>/logo")
def read(id: str) -> Response:
    """Answer the bytes of the logo."""
    actor = here.actor()
    entry = _find(communities.get(actor, id))
    assert entry.blob is not None, "a logo is put there in one piece"
    return send(actor.store.blobs.open(entry.blob), entry, ranges=False, download=True)


@blueprint.put("/communities/<id>/logo")
def put(id: str) -> Response:
    """Take the bytes of a logo; one that is there is replaced."""
    actor = here.actor()
    here.require_content_type(("application/octet-stream",))
    community = communities.owned(actor, id)
    if (body_size() or 0) > _LARGEST:
        raise WasRefused("Logo size limit exceeded.", f"A logo has {_LARGEST} bytes at most.", status=400)
    blob = actor.store.receive(body_stream(), body_size())
    try:
        with actor.db.writing():
            bucket = community.document.get("logo") or entries.new_bucket(actor.db)
            entry = transfers.add(actor.store, bucket, _KEY, blob, actor.flavour, actor.switches, replace=True)
            communities.set_logo(actor, community, bucket)
    finally:
        actor.store.blobs.forget(blob)
    shown = here.view().file_alone(entry)
    return as_json({**shown, "links": {"self": f"{here.view().links.api}/communities/{community.id}/logo"}})


@blueprint.delete("/communities/<id>/logo")
def remove(id: str) -> Response:
    """Take the logo away."""
    actor = here.actor()
    with actor.db.writing():
        community = communities.owned(actor, id)
        entries.drop_bucket(actor.db, _find(community).bucket)
        communities.set_logo(actor, community, None)
    return no_content()


def _find(community: Community) -> Entry:
    bucket = community.document.get("logo")
    if not bucket:
        raise RecordNotFound("No logo exists for this community.")
    return entries.find(here.actor().db, bucket, _KEY, community.slug)
