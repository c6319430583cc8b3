"""The shapes besides JSON in which records are to be had: citations, schema.org, and the set of its links."""

from __future__ import annotations

from typing import Any

from flask import request

from .. import formats, signposting
from ..formats import styles
from .answers import records_offered, register_export


def register() -> None:
    """Offer them."""
    for name, export in formats.EXPORTS.items():
        if name not in ("json", "cff"):  # JSON has a dialect of its own, and CITATION.cff no media type
            register_export(export.mimetype, export.write)
    register_export("application/x-datacite+xml", formats.EXPORTS["datacite-xml"].write)
    register_export(signposting.LINKSET, _linkset)
    # InvenioRDM sends citation text as plain text without a charset.
    register_export("text/x-bibliography", _bibliography, "text/plain")


def _bibliography(record: dict[str, Any]) -> str:
    return styles.cite(record, request.args.get("style", "apa"), request.args.get("locale", "en-US"))


def _linkset(record: dict[str, Any]) -> str:
    shapes = [
        shape for shape in records_offered() if shape not in (signposting.LINKSET, "application/vnd.zenodo.v1+json")
    ]
    return signposting.linkset(record, shapes)
