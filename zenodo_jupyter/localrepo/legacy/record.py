"""A record or draft in Zenodo's own JSON, which is what it answers for ``application/json``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from ..links import SAFE
from . import outgoing

#: The media type that names it; ``application/json`` means it too.
MIMETYPE = "application/vnd.zenodo.v1+json"


def to_json(native: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of a record that is natively ``native``."""
    files = native["links"]["files"]
    shown: dict[str, Any] = {
        "created": native["created"],
        "modified": native["updated"],
        **identity(native),
        "recid": native["id"],
        "revision": native["revision_id"],
        "metadata": outgoing.of_record(native, slugs(native)),
        "title": native["metadata"].get("title", ""),
        "links": native["links"],
        "updated": native["updated"],
        "files": [
            {
                "id": entry["id"],
                "key": entry["key"],
                "size": entry["size"],
                "checksum": entry["checksum"],
                "links": {"self": f"{files}/{quote(entry['key'], safe=SAFE)}/content"},
            }
            for entry in native["files"].get("entries", {}).values()
        ],
        "swh": {},
        "owners": [{"id": native["parent"]["access"]["owned_by"]["user"]}],
        "status": "draft" if native["is_draft"] else "published",
    }
    if "stats" in native:
        shown["stats"] = _stats(native["stats"])
    return {**shown, "state": state(native), "submitted": native["is_published"]}


def search_to_json(found: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of a page of search results."""
    hits = {**found["hits"], "hits": [to_json(native) for native in found["hits"]["hits"]]}
    return {"hits": hits} | {name: found[name] for name in ("aggregations", "links") if name in found}


def identity(native: dict[str, Any]) -> dict[str, Any]:
    """Return the ids and DOIs that records and depositions begin with; DOIs only once there are any."""
    shown: dict[str, Any] = {"id": int(native["id"]), "conceptrecid": native["parent"]["id"]}
    if doi := native["pids"].get("doi"):
        shown["doi"] = doi["identifier"]
    if concept := native["parent"]["pids"].get("doi"):
        shown["conceptdoi"] = concept["identifier"]
    if link := native["links"].get("doi"):
        shown["doi_url"] = link
    return shown


def slugs(native: dict[str, Any]) -> Iterable[str]:
    """Return the names of the communities that a record is in."""
    return [c["slug"] for c in native["parent"]["communities"].get("entries", ())]


def state(native: dict[str, Any]) -> str:
    """Return ``unsubmitted``, ``inprogress`` or ``done``."""
    if not native["is_published"]:
        return "unsubmitted"
    return "inprogress" if native["is_draft"] else "done"


def _stats(native: dict[str, Any]) -> dict[str, int]:
    shown = {}
    for prefix, part in (("", native["all_versions"]), ("version_", native["this_version"])):
        for name in ("downloads", "unique_downloads", "views", "unique_views"):
            shown[f"{prefix}{name}"] = int(part[name])
    return shown
