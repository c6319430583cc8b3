"""The shapes besides JSON in which records are to be had: citations, schema.org, and the set of its links."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from flask import request

from ...errors import BadInput
from .. import citation, landing
from ..links import SAFE
from .answers import records_offered, register_export

#: Citation styles that are written here.
STYLES = {"apa": citation.apa}
LINKSET = "application/linkset+json"


def register() -> None:
    """Offer them."""
    for name in ("bibtex", "csl"):
        export = citation.EXPORTS[name]
        register_export(export.mimetype, export.write)
    register_export("application/ld+json", _schema_org)
    register_export(LINKSET, _linkset)
    # InvenioRDM sends citation text as plain text without a charset.
    register_export("text/x-bibliography", _bibliography, "text/plain")


def _bibliography(record: dict[str, Any]) -> str:
    style = STYLES.get(request.args.get("style", "apa"))
    if style is None:
        raise BadInput("Citation string style not found.", f"Here: {', '.join(STYLES)}.")
    return style(record)


def _schema_org(record: dict[str, Any]) -> str:
    return json.dumps(landing.json_ld(record, record["links"]["self_html"]), ensure_ascii=False)


def _linkset(record: dict[str, Any]) -> str:
    """Write what belongs together (RFC 9264): the page, the record in each of its shapes, and the files."""
    page, own = record["links"]["self_html"], record["links"]["self"].removesuffix("/draft")
    shapes = [shape for shape in records_offered() if shape not in (LINKSET, "application/vnd.zenodo.v1+json")]
    files = [
        (f"{page}/files/{quote(key, safe=SAFE)}", entry["mimetype"])
        for key, entry in record["files"].get("entries", {}).items()
    ]
    about: dict[str, Any] = {}
    if authors := [{"href": f"https://orcid.org/{orcid}"} for orcid in _orcids(record)]:
        about["author"] = authors
    about |= {"cite-as": [{"href": citation.address(record) or page}]}
    about["describedby"] = [{"href": own, "type": shape} for shape in sorted(shapes)]
    if files:
        about["item"] = [{"href": address, "type": kind} for address, kind in files]
    if rights := [url for r in record["metadata"].get("rights", ()) if (url := (r.get("props") or {}).get("url"))]:
        about["license"] = [{"href": url} for url in rights]
    about |= {"type": [{"href": "https://schema.org/AboutPage"}], "anchor": page}
    inside = [{"anchor": address, "collection": [{"href": page, "type": "text/html"}]} for address, _ in files]
    describes = {"anchor": own, "describes": [{"href": page, "type": "text/html"}]}
    return json.dumps({"linkset": [about, *inside, describes]}, ensure_ascii=False)


def _orcids(record: dict[str, Any]) -> list[str]:
    return [
        known["identifier"]
        for creator in record["metadata"].get("creators", ())
        for known in creator["person_or_org"].get("identifiers", ())
        if known.get("scheme") == "orcid"
    ]
