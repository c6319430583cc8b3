"""Native metadata in the old dialect: what records and depositions have in common, and what each spells its own way.

A draft may hold half of an item whose other half was refused, so nothing in it is taken for granted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import vocabularies
from . import licences
from .words import ALTERNATE, COMMUNITIES, CUSTOM, FUNDERS, RELATIONS, ROLES, SUBJECTS

_CROSSREF = {ror: crossref for crossref, ror in reversed(FUNDERS.items())}
#: Custom fields that have names of their own in the old dialect; all others are in ``custom``.
_OWN_NAMES = ("legacy:", "thesis:", "imprint:", "meeting:", "journal:", "part_of:")


def of_deposition(native: dict[str, Any], slugs: Iterable[str]) -> dict[str, Any]:
    """Return the metadata of a deposition: flat, as clients send it."""
    metadata, custom = native["metadata"], native["custom_fields"]
    shown = _common(native)
    if grants := [{"id": g["internal_id"]} for g in _grants(metadata)]:
        shown["grants"] = grants
    if licence := _licence(metadata):
        shown["license"] = licence
    for field, parts in CUSTOM.items():
        shown |= {name: custom[field][part] for part, name in parts.items() if custom.get(field, {}).get(part)}
    if metadata.get("publisher"):
        shown["imprint_publisher"] = metadata["publisher"]
    if found := _slugs(native, slugs):
        shown["communities"] = [{"identifier": slug} for slug in found]
    alternates = [
        {"identifier": i["identifier"], "relation": ALTERNATE, "scheme": i["scheme"]}
        for i in metadata.get("identifiers", ())
        if {"identifier", "scheme"} <= i.keys()
    ]
    if alternates:
        shown["related_identifiers"] = [*shown.get("related_identifiers", ()), *alternates]
    kind = metadata.get("resource_type", {}).get("id")
    if kind:
        top, _, below = kind.partition("-")
        shown["upload_type"] = top
        if below:
            shown[f"{top}_type"] = below
    return shown


def of_record(native: dict[str, Any], slugs: Iterable[str]) -> dict[str, Any]:
    """Return the metadata of a record: nested."""
    metadata, custom = native["metadata"], native["custom_fields"]
    shown = _common(native)
    kind = metadata.get("resource_type", {})
    if kind.get("id"):
        top, _, below = kind["id"].partition("-")
        title = (kind.get("title") or vocabularies.get("resourcetypes", kind["id"]) or {}).get("en", "")
        shown["resource_type"] = {"title": title, "type": top, **({"subtype": below} if below else {})}
    for name in ("journal", "meeting", "imprint", "thesis"):
        if found := custom.get(f"{name}:{name}"):
            shown[name] = found
    if alternates := [{"identifier": i["identifier"]} for i in metadata.get("identifiers", ()) if "identifier" in i]:
        shown["alternate_identifiers"] = alternates
    if licence := _licence(metadata):
        shown["license"] = {"id": licence}
    if grants := list(_grants(metadata)):
        shown["grants"] = grants
    if communities := _slugs(native, slugs):
        shown["communities"] = [{"id": slug} for slug in communities]
    versions = native["versions"]
    shown["relations"] = {
        "version": [
            {
                "index": versions["index"] - 1,
                "is_last": versions["is_latest"],
                "parent": {"pid_type": "recid", "pid_value": native["parent"]["id"]},
            }
        ]
    }
    return shown


def _common(native: dict[str, Any]) -> dict[str, Any]:
    metadata, custom = native["metadata"], native["custom_fields"]
    shown: dict[str, Any] = {name: metadata[name] for name in ("title",) if name in metadata}
    doi = native["pids"].get("doi", {}).get("identifier")
    if doi:
        shown["doi"] = doi
    shown |= {name: metadata[name] for name in ("publication_date", "description") if name in metadata}
    shown["access_right"] = access_right(native["access"])
    until = (native["access"].get("embargo") or {}).get("until")
    if until:
        shown["embargo_date"] = until
    if "creators" in metadata:
        shown["creators"] = [_person(p) for p in metadata["creators"]]
    if "contributors" in metadata:
        shown["contributors"] = [
            {**_person(p), "type": ROLES.get(p.get("role", {}).get("id", ""))} for p in metadata["contributors"]
        ]
    if keywords := [s["subject"] for s in metadata.get("subjects", ()) if s.get("subject") and not s.get("id")]:
        shown["keywords"] = keywords
    if custom.get(SUBJECTS):
        shown["subjects"] = custom[SUBJECTS]
    if "related_identifiers" in metadata:
        shown["related_identifiers"] = [_related(r) for r in metadata["related_identifiers"]]
    if places := [_place(f) for f in metadata.get("locations", {}).get("features", ())]:
        shown["locations"] = places
    if "dates" in metadata:
        shown["dates"] = [_date(d) for d in metadata["dates"]]
    if "version" in metadata:
        shown["version"] = metadata["version"]
    if references := [r["reference"] for r in metadata.get("references", ()) if "reference" in r]:
        shown["references"] = references
    if metadata.get("languages"):
        shown["language"] = metadata["languages"][0].get("id")
    if rest := {k: v for k, v in custom.items() if not k.startswith(_OWN_NAMES)}:
        shown["custom"] = rest
    for name, kind in (("notes", "notes"), ("method", "methods")):
        texts = [
            d["description"]
            for d in metadata.get("additional_descriptions", ())
            if d.get("type", {}).get("id") == kind and "description" in d
        ]
        if texts:
            shown[name] = texts[0]
    return shown


def access_right(access: dict[str, Any]) -> str:
    """Return the old word for who may have the files."""
    if access["files"] == "public":
        return "open"
    return "embargoed" if (access.get("embargo") or {}).get("active") else "restricted"


def _person(person: dict[str, Any]) -> dict[str, Any]:
    affiliations = person.get("affiliations") or [{}]
    who = person.get("person_or_org", {})
    shown = {"name": who.get("name", ""), "affiliation": affiliations[0].get("name")}
    for identifier in who.get("identifiers", ()):
        if identifier.get("scheme") in ("orcid", "gnd") and "identifier" in identifier:
            shown[identifier["scheme"]] = identifier["identifier"].removeprefix("gnd:")
    return shown


def _related(item: dict[str, Any]) -> dict[str, Any]:
    shown = {"identifier": item.get("identifier", "")}
    if relation := RELATIONS.get(item.get("relation_type", {}).get("id", "")):
        shown["relation"] = relation
    if item.get("resource_type"):
        shown["resource_type"] = item["resource_type"].get("id")
    return {**shown, "scheme": item.get("scheme", "")}


def _place(feature: dict[str, Any]) -> dict[str, Any]:
    shown = {name: feature[name] for name in ("place", "description") if feature.get(name)}
    geometry = feature.get("geometry", {})
    if geometry.get("type") == "Point" and len(geometry.get("coordinates") or ()) >= 2:
        shown["lon"], shown["lat"] = geometry["coordinates"][:2]
    return shown


def _date(date: dict[str, Any]) -> dict[str, Any]:
    """Return an interval; a single date is lost on the way, as it is on Zenodo."""
    start, _, end = date.get("date", "").partition("/")
    shown = {"start": start, "end": end} if end else {}
    shown["type"] = date.get("type", {}).get("id")
    return {**shown, "description": date["description"]} if date.get("description") else shown


def _licence(metadata: dict[str, Any]) -> str:
    rights = metadata.get("rights") or [{}]
    return licences.from_native(rights[0]["id"]) if rights[0].get("id") else ""


def _slugs(native: dict[str, Any], slugs: Iterable[str]) -> list[str]:
    return sorted({*native["custom_fields"].get(COMMUNITIES, ()), *slugs})


def _grants(metadata: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for item in metadata.get("funding", ()):
        funder, award = item.get("funder") or {}, item.get("award") or {}
        number = award.get("number") or award.get("id", "").partition("::")[2]
        if not (funder.get("id") and number):
            continue
        id = _CROSSREF.get(funder["id"], funder["id"])
        who = {"name": funder.get("name", "")}
        if id.startswith("10.13039/"):
            who["doi"] = id
        grant: dict[str, Any] = {"code": number, "internal_id": f"{id}::{number}", "funder": who}
        title = award.get("title") or {}
        if title:
            grant["title"] = title.get("en") or next(iter(title.values()))
        grant |= {name: award[name] for name in ("acronym", "program") if award.get(name)}
        for i in award.get("identifiers", ()):
            if i.get("scheme") in ("url", "doi") and "identifier" in i:
                grant[i["scheme"]] = i["identifier"]
        yield grant
