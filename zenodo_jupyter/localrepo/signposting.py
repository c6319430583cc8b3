"""Signposts for machines (https://signposting.org): links in the header of a landing page, and the set of all of a record's."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from . import citation
from .links import SAFE

LINKSET = "application/linkset+json"
_PAGE = "https://schema.org/AboutPage"


def header(record: dict[str, Any], page: str, api: str) -> str:
    """Return the value of the header ``Link`` of a landing page.

    Parameters
    ----------
    record : dict
        Native JSON.
    page, api : str
        Addresses of the landing page and of the record in the API, which answers with the set of links.
    """
    links = [
        f'<{api}>; rel="linkset"; type="{LINKSET}"',
        f'<{citation.address(record) or page}>; rel="cite-as"',
        f'<{_PAGE}>; rel="type"',
        *(f'<{address}>; rel="author"' for address in _authors(record)),
        *(f'<{quote(address, safe=SAFE + "%?#")}>; rel="license"' for address in _licences(record)),
    ]
    return ", ".join(links)


def linkset(record: dict[str, Any], shapes: Iterable[str]) -> str:
    """Write what belongs together (RFC 9264): the page, the record in each of its shapes, and the files."""
    page, own = record["links"]["self_html"], record["links"]["self"].removesuffix("/draft")
    files = [
        (f"{page}/files/{quote(key, safe=SAFE)}", entry["mimetype"])
        for key, entry in record["files"].get("entries", {}).items()
    ]
    about: dict[str, Any] = {}
    if authors := _authors(record):
        about["author"] = [{"href": address} for address in authors]
    about |= {"cite-as": [{"href": citation.address(record) or page}]}
    about["describedby"] = [{"href": own, "type": shape} for shape in sorted(shapes)]
    if files:
        about["item"] = [{"href": address, "type": kind} for address, kind in files]
    if licences := _licences(record):
        about["license"] = [{"href": address} for address in licences]
    about |= {"type": [{"href": _PAGE}], "anchor": page}
    inside = [{"anchor": address, "collection": [{"href": page, "type": "text/html"}]} for address, _ in files]
    describes = {"anchor": own, "describes": [{"href": page, "type": "text/html"}]}
    return json.dumps({"linkset": [about, *inside, describes]}, ensure_ascii=False)


def _authors(record: dict[str, Any]) -> list[str]:
    return [
        f"https://orcid.org/{known['identifier']}"
        for creator in record["metadata"].get("creators", ())
        for known in creator["person_or_org"].get("identifiers", ())
        if known.get("scheme") == "orcid"
    ]


def _licences(record: dict[str, Any]) -> list[str]:
    return [url for r in record["metadata"].get("rights", ()) if (url := (r.get("props") or {}).get("url"))]
