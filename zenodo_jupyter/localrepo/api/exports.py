"""The shapes besides JSON in which records are to be had: citations."""

from __future__ import annotations

from typing import Any

from flask import request

from ...errors import BadInput
from .. import citation
from .answers import register_export

#: Citation styles that are written here.
STYLES = {"apa": citation.apa}


def register() -> None:
    """Offer them."""
    for name in ("bibtex", "csl"):
        export = citation.EXPORTS[name]
        register_export(export.mimetype, export.write)
    # InvenioRDM sends citation text as plain text without a charset.
    register_export("text/x-bibliography", _bibliography, "text/plain")


def _bibliography(record: dict[str, Any]) -> str:
    style = STYLES.get(request.args.get("style", "apa"))
    if style is None:
        raise BadInput("Citation string style not found.", f"Here: {', '.join(STYLES)}.")
    return style(record)
