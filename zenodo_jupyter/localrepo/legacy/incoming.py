"""What a client of the deposit API sends, as a native draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...errors import FieldError, RefusedMetadata
from .. import access, vocabularies
from ..flavours import DOI_PREFIX
from ..schema.identifiers import WORK
from . import licences
from .words import ALTERNATE, COMMUNITIES, CUSTOM, EUROPEAN_COMMISSION, FUNDERS, SUBJECTS

#: Zenodo takes DOIs with its own prefix for ones that it manages, wherever it runs.
_MANAGED_PREFIXES = (f"{DOI_PREFIX}/", "10.5281/")


def to_native(body: Any, own_prefix: str = DOI_PREFIX) -> dict[str, Any]:
    """Return the native body of a draft.

    Parameters
    ----------
    body : object
        ``{}`` or ``{"metadata": {…}}``; unknown fields in it are ignored, as clients send back what they were told.
    own_prefix : str
        Of the DOIs that are given here.

    Raises
    ------
    RefusedMetadata
        When a field cannot be read, or there is anything beside ``metadata``.
    """
    body = {} if body is None else body
    if not isinstance(body, dict):
        raise refused("_schema", "Invalid input type.")
    for name in body:
        if name != "metadata":
            raise refused(name, "Unknown field.")
    given = body.get("metadata") or {}
    if not isinstance(given, dict):
        raise refused("metadata", "Invalid input type.")
    native: dict[str, Any] = {"access": _access(given), "files": {"enabled": True}, "custom_fields": _custom(given)}
    if given:
        native["metadata"] = _metadata(given)
    doi = given.get("doi")
    if doi:
        managed = str(doi).startswith((f"{own_prefix}/", *_MANAGED_PREFIXES))
        kept = {"provider": "datacite", "client": "datacite"} if managed else {"provider": "external"}
        native["pids"] = {"doi": {"identifier": str(doi), **kept}}
    return native


def refused(field: str, message: str) -> RefusedMetadata:
    """Return the refusal of one field."""
    return RefusedMetadata("A validation error occurred.", (FieldError(field, (message,)),))


def _metadata(given: dict[str, Any]) -> dict[str, Any]:
    native: dict[str, Any] = {
        "publication_date": given.get("publication_date") or access.today(),
        "publisher": given.get("imprint_publisher") or "Zenodo",
    }
    for name in ("title", "description", "version"):
        if given.get(name) is not None:
            native[name] = given[name]
    kind = given.get("upload_type")
    if kind:
        below = given.get(f"{kind}_type")
        below = "dissertation" if (kind, below) == ("publication", "thesis") else below
        native["resource_type"] = {"id": f"{kind}-{below}" if below else kind}
    for name, source, read in _LISTS:
        items = [read(item, f"metadata.{source}.{i}") for i, item in enumerate(_list(given, source))]
        if items:
            native[name] = items
    supervisors = [
        {**_person(item, f"metadata.thesis_supervisors.{i}"), "role": {"id": "supervisor"}}
        for i, item in enumerate(_list(given, "thesis_supervisors"))
    ]
    if supervisors:
        native["contributors"] = [*supervisors, *native.get("contributors", ())]
    for name, wanted in (("related_identifiers", False), ("identifiers", True)):
        items = [_related(i, alternate=wanted) for i in _relations(given) if (i.get("relation") == ALTERNATE) is wanted]
        if items:
            native[name] = items
    described = [(given.get("notes"), "notes"), (given.get("method"), "methods")]
    texts = [{"description": text, "type": {"id": id}} for text, id in described if text]
    if texts:
        native["additional_descriptions"] = texts
    if rights := _rights(given):
        native["rights"] = rights
    if given.get("language"):
        native["languages"] = [{"id": _language(given["language"])}]
    places = [_place(item, f"metadata.locations.{i}") for i, item in enumerate(_list(given, "locations"))]
    if places:
        native["locations"] = {"features": places}
    return native


def _list(given: dict[str, Any], name: str) -> list[Any]:
    value = given.get(name) or []
    if not isinstance(value, list):
        raise refused(f"metadata.{name}", "Not a valid list.")
    return value


def _mapping(item: Any, field: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise refused(field, "Invalid input type.")
    return item


def _person(item: Any, field: str) -> dict[str, Any]:
    """Read a person; whoever it is, Zenodo takes them for one, and a single comma for the end of the family name."""
    item = _mapping(item, field)
    name = str(item.get("name") or "")
    person: dict[str, Any] = {"type": "personal"}
    if name.count(",") == 1:
        person["family_name"], person["given_name"] = (part.strip() for part in name.split(","))
    elif name:
        person["family_name"] = name
    identifiers = [{"scheme": s, "identifier": _bare(s, str(item[s]))} for s in ("orcid", "gnd") if item.get(s)]
    if identifiers:
        person["identifiers"] = identifiers
    creator: dict[str, Any] = {"person_or_org": person}
    if item.get("affiliation"):
        creator["affiliations"] = [{"name": item["affiliation"]}]
    return creator


def _bare(scheme: str, identifier: str) -> str:
    import idutils  # half a second of regular expressions

    return str(idutils.normalize_pid(identifier, scheme))


def _contributor(item: Any, field: str) -> dict[str, Any]:
    contributor = _person(item, field)
    if item.get("type"):
        contributor["role"] = {"id": str(item["type"]).lower()}
    return contributor


def _grant(item: Any, field: str) -> dict[str, Any]:
    item = _mapping(item, field)
    if "id" not in item:
        raise refused(f"{field}.id", "Missing data for required field.")
    id = str(item["id"])
    funder, _, award = (id if "::" in id else f"{EUROPEAN_COMMISSION}::{id}").partition("::")
    funder = FUNDERS.get(funder, funder)
    return {"funder": {"id": funder}, "award": {"id": f"{funder}::{award}"}}


def _date(item: Any, field: str) -> dict[str, Any]:
    item = _mapping(item, field)
    start, end = item.get("start"), item.get("end")
    if not (start or end):
        raise refused("metadata.dates", "Invalid date provided.")
    if not item.get("type"):
        raise refused(f"{field}.type", "Missing data for required field.")
    text = f"{start}/{end}" if start and end and start != end else start or end
    date = {"date": text, "type": {"id": str(item["type"]).lower()}}
    return {**date, "description": item["description"]} if item.get("description") else date


_LISTS: tuple[tuple[str, str, Callable[[Any, str], dict[str, Any]]], ...] = (
    ("creators", "creators", _person),
    ("contributors", "contributors", _contributor),
    ("subjects", "keywords", lambda item, _: {"subject": item}),
    ("references", "references", lambda item, _: {"reference": item}),
    ("dates", "dates", _date),
    ("funding", "grants", _grant),
)


def _relations(given: dict[str, Any]) -> Iterable[dict[str, Any]]:
    items = given.get("related_identifiers") or []
    if not isinstance(items, list):
        raise refused("metadata.related_identifiers", "related_identifiers must be a list")
    for index, item in enumerate(items):
        field = f"metadata.related_identifiers.{index}"
        if not isinstance(item, dict):
            raise refused(field, "Each related identifier must be an object")
        if item.get("relation") is not None and not isinstance(item["relation"], str):
            raise refused(f"{field}.relation", "relation must be a string")
    return items


def _related(item: dict[str, Any], *, alternate: bool) -> dict[str, Any]:
    """Read a related work; its scheme is found out again, whatever the client says."""
    import idutils

    identifier = str(item.get("identifier") or "").strip()
    scheme = next((s for s in idutils.detect_identifier_schemes(identifier) if s in WORK), None) if identifier else None
    if scheme is None:
        raise refused("metadata.related_identifiers.scheme", "No valid scheme recognized for identifier.")
    found: dict[str, Any] = {"identifier": idutils.normalize_pid(identifier, scheme), "scheme": scheme}
    if alternate:
        return found
    if not item.get("relation"):
        raise refused("metadata.related_identifiers.relation", "Missing data for required field.")
    # The second spelling is an old mistake of Zenodo's own that some clients still send.
    relation = item["relation"].lower()
    found["relation_type"] = {"id": "isoriginalformof" if relation == "isorignialformof" else relation}
    if item.get("resource_type"):
        found["resource_type"] = {"id": item["resource_type"]}
    return found


def _rights(given: dict[str, Any]) -> list[dict[str, Any]]:
    if "license" not in given:
        if given.get("access_right", "open") not in ("open", "embargoed"):
            return []
        return [{"id": "cc0-1.0" if given.get("upload_type") == "dataset" else "cc-by-4.0"}]
    licence = given["license"]
    if not isinstance(licence, dict | str):
        raise refused(
            "metadata.license",
            f"Invalid license value provided (expected string, or object with 'id' key): {licence}",
        )
    if isinstance(licence, dict) and "id" not in licence:
        raise refused("metadata.license", f"Invalid license object provided (missing 'id' key): {licence}")
    id = str(licence["id"] if isinstance(licence, dict) else licence)
    found = licences.to_native(id)
    if found is None:
        raise refused("metadata.license", f"Invalid license provided: {id}")
    return [found]


def _language(code: Any) -> str:
    """Return the code of three letters (ISO 639-3)."""
    text = str(code)
    if len(text) == 3:
        return text
    if len(text) == 2:
        _, found = vocabularies.search("languages", suggest=text)
        exact = [item["id"] for item in found if item.get("props", {}).get("alpha_2") == text.lower()]
        if exact:
            return str(exact[0])
    raise refused("metadata.language", "Language must be either ISO-639-1 or 639-2 compatible.")


def _place(item: Any, field: str) -> dict[str, Any]:
    item = _mapping(item, field)
    if not item.get("place"):
        raise refused(f"{field}.place", "Missing data for required field.")
    place: dict[str, Any] = {"place": item["place"]}
    if item.get("lat") is not None and item.get("lon") is not None:
        place["geometry"] = {"type": "Point", "coordinates": [item["lon"], item["lat"]]}
    if item.get("description"):
        place["description"] = item["description"]
    return place


def _custom(given: dict[str, Any]) -> dict[str, Any]:
    custom: dict[str, Any] = {}
    for field, parts in CUSTOM.items():
        found = {part: given[name] for part, name in parts.items() if given.get(name) is not None}
        if found:
            custom[field] = found
    custom |= _mapping(given.get("custom") or {}, "metadata.custom")
    communities = given.get("communities") or []
    if communities:
        if not (isinstance(communities, list) and all(isinstance(c, dict) and "identifier" in c for c in communities)):
            raise refused("communities", "Communities must be an array of objects with an 'identifier' key.")
        custom[COMMUNITIES] = [c["identifier"] for c in communities]
    if given.get("subjects"):
        items = [_mapping(s, f"subjects.{i}") for i, s in enumerate(_list(given, "subjects"))]
        custom[SUBJECTS] = [{k: s.get(k) for k in ("term", "identifier", "scheme")} for s in items]
    return custom


def _access(given: dict[str, Any]) -> dict[str, Any]:
    right = given.get("access_right") or "open"
    if right in ("open", "none"):
        return {"record": "public", "files": "public"}
    if right in ("restricted", "closed"):
        return {"record": "public", "files": "restricted"}
    if right == "embargoed" and given.get("embargo_date"):
        embargo = {"active": True, "until": given["embargo_date"]}
        return {"record": "public", "files": "restricted", "embargo": embargo}
    raise refused("_schema", "Unknown access type.")
