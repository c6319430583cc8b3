"""The routes of the native API, one file per noun; and of Zenodo's old one, ``depositions``, ``buckets`` and ``moved``."""

from __future__ import annotations

from flask import Flask

from . import (
    authorizing,
    buckets,
    communities,
    content,
    depositions,
    drafts,
    exports,
    files,
    limiting,
    logos,
    moved,
    people,
    records,
    requests,
    resolver,
    sharing,
    vocabularies,
)
from .answers import answer_errors


def register(app: Flask) -> None:
    """Hang all routes into an application, with the way errors and rate limits are answered."""
    answer_errors(app)
    limiting.limit_requests(app)
    exports.register()
    for part in (
        people,
        records,
        drafts,
        files,
        content,
        vocabularies,
        resolver,
        communities,
        logos,
        requests,
        sharing,
    ):
        app.register_blueprint(part.blueprint, url_prefix="/api")
    app.register_blueprint(authorizing.blueprint)
    if app.extensions["zenodo_jupyter.localrepo"].flavour.old_dialect:
        for old in (depositions, buckets, moved):
            app.register_blueprint(old.blueprint, url_prefix=f"/api{old.blueprint.url_prefix}")
