"""Addresses that old clients of Zenodo have, and where they lead."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

blueprint = Blueprint("api_moved", __name__, url_prefix="")


@blueprint.get("/records/")
def records() -> Response:
    """Lead to the search of records."""
    return _there(url_for("api_records.search"))


@blueprint.get("/licenses", strict_slashes=False)
def licences() -> Response:
    """Lead to the list of licences."""
    return _there(url_for("api_vocabularies.search", type="licenses"))


def _there(address: str) -> Response:
    asked = request.query_string.decode("latin-1")
    return redirect(f"{address}?{asked}" if asked else address, 301)
