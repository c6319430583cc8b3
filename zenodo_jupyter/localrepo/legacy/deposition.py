"""A deposition: a draft or record as the deposit API shows it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from .. import dois
from ..entries import Entry
from ..flavours import Flavour
from ..links import SAFE, Links
from ..versions import Version
from . import outgoing, record


def to_json(native: dict[str, Any], links: Links, flavour: Flavour, bucket: str = "") -> dict[str, Any]:
    """Return the JSON of a deposition.

    Parameters
    ----------
    native : dict
        The draft, or the record if there is no draft.
    links : Links
        From where it is looked at.
    flavour : Flavour
        How DOIs are made.
    bucket : str
        Its list of files; a list of depositions does not name them.
    """
    id = native["id"]
    own = f"{links.api}/deposit/depositions/{id}"
    metadata = outgoing.of_deposition(native, record.slugs(native))
    # On Zenodo this always begins with 10.5281, even on the sandbox, where it is wrong; here it is the DOI that will be.
    metadata["prereserve_doi"] = {"doi": dois.own_doi(int(id), flavour), "recid": int(id)}
    return {
        "created": native["created"],
        "modified": native["updated"],
        **record.identity(native),
        "record_id": int(id),
        "metadata": metadata,
        "title": native["metadata"].get("title", ""),
        "links": _links(native, links, own, bucket),
        "owner": int(native["parent"]["access"]["owned_by"]["user"]),
        "files": [
            {
                "id": entry["id"],
                "filename": entry["key"],
                "filesize": entry["size"],
                "checksum": entry["checksum"].partition(":")[2],
                "links": {
                    "self": f"{own}/files/{entry['id']}",
                    # Of a published record too, where it leads nowhere: so it is on Zenodo.
                    "download": f"{links.api}/records/{id}/draft/files/{_quoted(entry['key'])}/content",
                },
            }
            for entry in native["files"].get("entries", {}).values()
        ],
        "state": record.state(native),
        "submitted": native["is_published"],
    }


def _links(native: dict[str, Any], links: Links, own: str, bucket: str) -> dict[str, str]:
    id, is_record = native["id"], not native["is_draft"]
    page, api = f"{links.site}/records/{id}", f"{links.api}/records/{id}"
    shown = {
        "self": api if is_record else own,
        "html": page if is_record else f"{links.site}/deposit/{id}",
    }
    doi, concept = native["pids"].get("doi"), native["parent"]["pids"].get("doi")
    if doi:
        shown["doi"] = native["links"]["doi"]
        shown["badge"] = _badge(links, doi["identifier"])
    if concept and is_record:
        shown["parent_doi"] = native["links"]["parent_doi"]
        shown["conceptbadge"] = _badge(links, concept["identifier"])
    shown["files"] = f"{api}/files" if is_record else f"{own}/files"
    if bucket:
        shown["bucket"] = f"{links.api}/files/{bucket}"
    shown |= {"latest_draft": own, "latest_draft_html": f"{links.site}/deposit/{id}"}
    shown |= {action: f"{own}/actions/{action}" for action in ("publish", "edit", "discard", "newversion")}
    if native["is_published"]:
        shown |= {
            "record": api,
            "record_html": f"{links.site}/record/{id}",
            "latest": f"{api}/versions/latest",
            "latest_html": f"{page}/latest",
        }
    return shown


def _badge(links: Links, doi: str) -> str:
    return f"{links.site}/badge/doi/{quote(doi, safe='')}.svg"


def _quoted(key: str) -> str:
    return quote(key, safe=SAFE)


def file_to_json(version: Version, entry: Entry, id: str, links: Links) -> dict[str, Any]:
    """Return the JSON of one file of a deposition."""
    place = f"{links.api}/records/{id}/draft/files" if version.is_draft else f"{links.api}/records/{id}/files"
    return {
        "id": entry.file_id,
        "filename": entry.key,
        "filesize": entry.size,
        "checksum": (entry.checksum or "").partition(":")[2],
        "links": {
            "self": f"{links.api}/deposit/depositions/{id}/files/{entry.file_id}",
            "download": f"{place}/{_quoted(entry.key)}/content",
        },
    }


def object_to_json(entry: Entry, links: Links) -> dict[str, Any]:
    """Return the JSON of one file of a bucket."""
    own = f"{links.api}/files/{entry.bucket}/{quote(entry.key, safe='')}"
    return {
        "created": entry.created,
        "updated": entry.updated,
        "version_id": entry.version_id,
        "key": entry.key,
        "size": entry.size,
        "mimetype": entry.mimetype,
        "checksum": entry.checksum,
        "is_head": True,
        "delete_marker": False,
        "links": {"self": own, "version": f"{own}?version_id={entry.version_id}", "uploads": f"{own}?uploads=1"},
    }
