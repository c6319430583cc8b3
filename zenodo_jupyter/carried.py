"""What a record says when it is carried to another repository, and whether it says the same there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .records import FileEntry, Record

#: What is compared of a record besides its files; the rest may be spelled otherwise by another repository.
_COMPARED = ("title", "publication_date", "version", "publisher")


def body(record: Record, *, named: bool = False) -> dict[str, Any]:
    """Return what a record says as a draft says it, with organisations by their ids, or by their names alone.

    The DOI that was given to it goes along among its identifiers; one that it had from elsewhere stays its own.
    """
    metadata = _bare(record.metadata)
    for person in (*metadata.get("creators", ()), *metadata.get("contributors", ())):
        if person.get("affiliations"):
            person["affiliations"] = [_organisation(a, named) for a in person["affiliations"]]
    for funding in metadata.get("funding", ()):
        if funding.get("funder"):
            funding["funder"] = _organisation(funding["funder"], named)
    said: dict[str, Any] = {
        "metadata": metadata,
        "access": {k: v for k, v in record.access.items() if k in ("record", "files", "embargo")},
        "custom_fields": _bare(record.custom_fields),
        "files": {"enabled": bool(record.files), **({"default_preview": record.preview} if record.preview else {})},
    }
    doi = record.pids.get("doi") or {}
    if doi.get("provider") == "external":
        said["pids"] = {"doi": {"identifier": doi["identifier"], "provider": "external"}}
    metadata["identifiers"] = list(metadata.get("identifiers", ()))
    if record.doi and doi.get("provider") != "external":
        own = {"identifier": f"local DOI {record.doi.value}", "scheme": "other"}
        if record.links.get("doi") == record.doi.url:  # it was registered from there
            own = {"identifier": record.doi.value, "scheme": "doi"}
        if own not in metadata["identifiers"]:
            metadata["identifiers"].append(own)
    return said


def _organisation(said: dict[str, Any], named: bool) -> dict[str, str]:
    by_name = "id" not in said or (named and said.get("name"))
    return {"name": said["name"]} if by_name else {"id": said["id"]}


def _bare(value: Any) -> Any:
    """Return JSON with terms of vocabularies by their ids alone, without what a repository shows of them."""
    if isinstance(value, dict):
        if "id" in value and ("title" in value or "props" in value):
            return {"id": value["id"]}
        return {key: _bare(inner) for key, inner in value.items()}
    return [_bare(inner) for inner in value] if isinstance(value, list) else value


def differences(record: Record, there: Record, files: Iterable[FileEntry]) -> list[str]:
    """Say in what a record there is not what it is here; an empty list if it is the same."""
    wrong = [
        f"{name} is {there.metadata.get(name)!r} and not {record.metadata.get(name)!r}"
        for name in _COMPARED
        if there.metadata.get(name) != record.metadata.get(name)
    ]
    names = [[c["person_or_org"].get("name") for c in r.metadata.get("creators", ())] for r in (record, there)]
    if names[0] != names[1]:
        wrong.append("the creators differ")
    if [there.access.get(k) for k in ("record", "files")] != [record.access.get(k) for k in ("record", "files")]:
        wrong.append("other people may see it")
    mine, theirs = ({e.key: (e.size, e.md5) for e in entries} for entries in (record.files, files))
    wrong += [f"{key} differs" for key in sorted(mine.keys() | theirs.keys()) if mine.get(key) != theirs.get(key)]
    return wrong
