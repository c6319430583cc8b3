"""The address of a file that people open: a part of it may be asked for, and a browser may be told to save it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ..errors import RecordNotFound
from . import entries
from .api import here
from .api.content import send
from .api.files import readable

blueprint = Blueprint("downloads", __name__)


@blueprint.get("/records/<id>/files/<path:key>")
def download(id: str, key: str) -> Response:
    """Answer a file of a record, or a range of it; ``?download=1`` makes it an attachment whatever it is.

    With ``?preview=1`` it is the draft's, where there is one and the reader may see it, if only by a secret link.
    """
    drafted = request.args.get("preview") == "1" and here.actor().has_draft(id)
    version = readable(id, draft=drafted)
    store = here.actor().store
    entry = entries.find(store.db, version.bucket, key, id)
    if entry.blob is None or entry.status != "completed":
        raise RecordNotFound(f"Record '{id}' has no file '{key}'.")
    return send(store.blobs.open(entry.blob), entry, ranges=True, download=request.args.get("download") == "1")
