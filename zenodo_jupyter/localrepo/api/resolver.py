"""What doi.org answers, for the DOIs that are here: a client that is pointed at this server resolves them without a network."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from ...doi import DOI
from . import here
from .answers import as_json

blueprint = Blueprint("api_resolver", __name__)

#: The Handle System's codes (Handle.net REST API): success, and "not found".
_FOUND, _UNKNOWN = 1, 100
#: How long a handle may be kept, in seconds; doi.org's own.
_TTL = 86400


@blueprint.get("/handles/<path:doi>")
def handle(doi: str) -> Response:
    """Answer where a DOI leads: a version's to its page, a concept's to the page of the newest version."""
    parsed = DOI.find(doi)
    record = current_app.extensions["zenodo_jupyter"].doi(doi)
    if record is None:
        return as_json({"responseCode": _UNKNOWN, "handle": doi}, 404)
    view = here.view()
    actor = view.actor
    value = {
        "index": 1,
        "type": "URL",
        "data": {"format": "string", "value": f"{view.links.site}/records/{record}"},
        "ttl": _TTL,
        "timestamp": actor.published(record).created[:19] + "Z",
    }
    wanted = request.args.get("type")
    values = [value] if wanted in (None, "URL") else []
    return as_json({"responseCode": _FOUND, "handle": parsed.value if parsed else doi, "values": values})
