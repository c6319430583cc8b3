"""A record in DataCite's words (schema 4.5), as JSON and as XML: what is registered with a DOI, and what harvesters take.

The shape of the JSON is DataCite's REST API's, whose schema the package ``datacite`` has; it also writes the XML.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .. import citation, landing, markup, vocabularies
from . import xmltext

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

#: What DataCite takes several of.
_LISTS = (
    "subjects", "contributors", "dates", "alternateIdentifiers", "relatedIdentifiers", "sizes", "formats", "rightsList",
    "descriptions", "geoLocations", "fundingReferences",
)  # fmt: skip
SCHEMA_VERSION = "http://datacite.org/schema/kernel-4"
#: The version of the schema as OAI-PMH envelopes name it.
VERSION = "4.5"
#: How DataCite spells schemes of identifiers for people, organisations and funders.
_SCHEMES = {"orcid": "ORCID", "isni": "ISNI", "gnd": "GND", "ror": "ROR", "grid": "GRID", "doi": "Crossref Funder ID"}
#: How it spells schemes of related identifiers (appendix 1 of the schema); what is not here cannot be said.
_RELATED = {
    "ark": "ARK", "arxiv": "arXiv", "ads": "bibcode", "bibcode": "bibcode", "doi": "DOI", "ean13": "EAN13", "eissn": "EISSN",
    "handle": "Handle", "igsn": "IGSN", "isbn": "ISBN", "issn": "ISSN", "istc": "ISTC", "lissn": "LISSN", "lsid": "LSID",
    "pmid": "PMID", "purl": "PURL", "upc": "UPC", "url": "URL", "urn": "URN", "w3id": "w3id",
}  # fmt: skip


def to_json(record: dict[str, Any]) -> dict[str, Any]:
    """Return native JSON of a record as DataCite's."""
    metadata = record.get("metadata") or {}
    found, concept = citation.doi(record), citation.concept_doi(record)
    date = metadata.get("publication_date") or ""
    kind = _props("resourcetypes", metadata.get("resource_type"))
    languages = [language["id"] for language in metadata.get("languages") or ()]
    page = (record.get("links") or {}).get("self_html")
    oai = ((record.get("pids") or {}).get("oai") or {}).get("identifier")
    if concept and concept.is_test and citation.is_registered(record):
        concept = None  # of the time before DOIs were registered: nobody else can follow it
    related = [*_related(metadata), *([_relation(concept.value, "DOI", "IsVersionOf")] if concept else ())]
    item: dict[str, Any] = {
        "doi": found.value if found else None,
        "types": {
            "resourceTypeGeneral": kind.get("datacite_general") or "Other",
            "resourceType": kind.get("datacite_type") or landing.title(metadata.get("resource_type")),
        },
        "creators": [_person(c) for c in metadata.get("creators") or ()],
        "titles": _titles(metadata),
        "publisher": {"name": metadata.get("publisher") or "Unknown"},
        "publicationYear": date[:4],
        "subjects": _unique({"subject": subject} for subject in landing.subjects(record)),
        "contributors": [_contributor(c) for c in metadata.get("contributors") or ()],
        "dates": _dates(record, date),
        "language": languages[0] if languages else None,
        "alternateIdentifiers": [
            {"alternateIdentifier": value, "alternateIdentifierType": name}
            for value, name in [(page, "URL"), (oai, "oai"), *_alternates(metadata)]
            if value
        ],
        "relatedIdentifiers": _unique(related),
        "sizes": _unique(metadata.get("sizes") or ()),
        "formats": _unique(metadata.get("formats") or ()),
        "version": metadata.get("version"),
        "rightsList": _unique(_right(right) for right in metadata.get("rights") or ()),
        "descriptions": _descriptions(record),
        "geoLocations": _places(metadata),
        "fundingReferences": [_funding(f) for f in metadata.get("funding") or ()],
        "schemaVersion": SCHEMA_VERSION,
    }
    return {name: value for name, value in item.items() if value}


def for_registration(record: dict[str, Any]) -> dict[str, Any]:
    """Return the same as DataCite's REST API takes it: what is empty is said, since it keeps what is not mentioned."""
    return {**{name: [] for name in _LISTS}, "language": "", "version": "", **to_json(record)}


def concept_for_registration(record: dict[str, Any], versions: Iterable[str]) -> dict[str, Any]:
    """Return what is registered for the DOI of all versions: what the newest one says, and the DOIs of all."""
    said = for_registration(record)
    concept = citation.concept_doi(record)
    assert concept is not None, "a concept is registered when it has a DOI"
    related = [r for r in said["relatedIdentifiers"] if r["relationType"] != "IsVersionOf"]
    said["relatedIdentifiers"] = [*related, *(_relation(doi, "DOI", "HasVersion") for doi in versions)]
    return {**said, "doi": concept.value, "alternateIdentifiers": []}


def json_text(record: dict[str, Any]) -> str:
    """Return that JSON as text."""
    return json.dumps(to_json(record), indent=2, ensure_ascii=False) + "\n"


def element(record: dict[str, Any]) -> Element:
    """Return DataCite's XML of a record as an element."""
    from datacite import schema45

    made: Element = schema45.dump_etree(xmltext.clean(to_json(record)))
    return made


def xml_text(record: dict[str, Any]) -> str:
    """Return that XML as text."""
    return xmltext.write(element(record))


def _props(vocabulary: str, item: dict[str, Any] | None) -> dict[str, Any]:
    """Return what a vocabulary says of an item besides its title, such as DataCite's word for it."""
    known = vocabularies.get(vocabulary, (item or {}).get("id", "")) or {}
    props: dict[str, Any] = known.get("props") or {}
    return props


def _person(entry: dict[str, Any]) -> dict[str, Any]:
    person = entry.get("person_or_org") or {}
    said = {
        "name": person.get("name") or ", ".join(filter(None, (person.get("family_name"), person.get("given_name")))),
        "nameType": "Organizational" if person.get("type") == "organizational" else "Personal",
        "givenName": person.get("given_name"),
        "familyName": person.get("family_name"),
        "nameIdentifiers": _unique(
            {"nameIdentifier": i["identifier"], "nameIdentifierScheme": _SCHEMES.get(i["scheme"], i["scheme"])}
            for i in person.get("identifiers") or ()
            if i.get("scheme")
        ),
        "affiliation": _unique(_affiliation(a) for a in entry.get("affiliations") or ()),
    }
    return {name: value for name, value in said.items() if value}


def _affiliation(entry: dict[str, Any]) -> dict[str, str]:
    name, ror = entry.get("name") or entry.get("id") or "", entry.get("id")
    if not ror:
        return {"name": name}
    return {"name": name, "affiliationIdentifier": f"https://ror.org/{ror}", "affiliationIdentifierScheme": "ROR"}


def _contributor(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        **_person(entry),
        "contributorType": _props("contributorsroles", entry.get("role")).get("datacite") or "Other",
    }


def _titles(metadata: dict[str, Any]) -> list[dict[str, str]]:
    titles = [{"title": metadata.get("title") or "Untitled"}]
    for other in metadata.get("additional_titles") or ():
        kind = _props("titletypes", other.get("type")).get("datacite")
        titles.append({"title": other["title"], **({"titleType": kind} if kind else {}), **_language(other)})
    return _unique(titles)


def _dates(record: dict[str, Any], issued: str) -> list[dict[str, str]]:
    dates = [{"date": issued, "dateType": "Issued"}] if issued else []
    for date in (record.get("metadata") or {}).get("dates") or ():
        kind = _props("datetypes", date.get("type")).get("datacite") or "Other"
        more = {"dateInformation": date["description"]} if date.get("description") else {}
        dates.append({"date": date["date"], "dateType": kind, **more})
    if record.get("updated"):
        dates.append({"date": record["updated"][:10], "dateType": "Updated"})
    return _unique(dates)


def _alternates(metadata: dict[str, Any]) -> list[tuple[str, str]]:
    return [(i.get("identifier", ""), i.get("scheme") or "other") for i in metadata.get("identifiers") or ()]


def _relation(identifier: str, scheme: str, relation: str) -> dict[str, str]:
    return {"relatedIdentifier": identifier, "relationType": relation, "relatedIdentifierType": scheme}


def _related(metadata: dict[str, Any]) -> list[dict[str, str]]:
    """Return what the record is related to, as far as DataCite knows the scheme and the relation."""
    found = []
    for item in metadata.get("related_identifiers") or ():
        scheme = _RELATED.get(item.get("scheme") or "")
        relation = _props("relationtypes", item.get("relation_type")).get("datacite")
        if scheme and relation:
            kind = _props("resourcetypes", item.get("resource_type")).get("datacite_general")
            said = {"resourceTypeGeneral": kind} if kind else {}
            found.append({**_relation(item["identifier"], scheme, relation), **said})
    for item in metadata.get("references") or ():
        if scheme := _RELATED.get(item.get("scheme") or ""):
            found.append(_relation(item["identifier"], scheme, "References"))
    return found


def _right(entry: dict[str, Any]) -> dict[str, str]:
    link = (entry.get("props") or {}).get("url") or entry.get("link")
    named = {"rightsIdentifier": entry["id"], "rightsIdentifierScheme": "spdx"} if entry.get("id") else {}
    return {"rights": landing.title(entry), **({"rightsUri": link} if link else {}), **named}


def _descriptions(record: dict[str, Any]) -> list[dict[str, str]]:
    metadata, found = record.get("metadata") or {}, []
    if text := markup.plain(metadata.get("description") or ""):
        found.append({"description": text, "descriptionType": "Abstract"})
    for other in metadata.get("additional_descriptions") or ():
        kind = _props("descriptiontypes", other.get("type")).get("datacite") or "Other"
        found.append({"description": markup.plain(other["description"]), "descriptionType": kind, **_language(other)})
    if why := citation.why_not_registered(record):
        found.append({"description": f"DOI {why}", "descriptionType": "Other"})
    return _unique(d for d in found if d["description"])


def _language(entry: dict[str, Any]) -> dict[str, str]:
    language = (entry.get("lang") or {}).get("id")
    return {"lang": language} if language else {}


def _places(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the places that have a name or are points; other shapes have no match that is as exact."""
    found = []
    for feature in (metadata.get("locations") or {}).get("features") or ():
        shape, said = feature.get("geometry") or {}, {}
        if feature.get("place"):
            said["geoLocationPlace"] = feature["place"]
        if shape.get("type") == "Point":
            longitude, latitude = shape["coordinates"][:2]
            said["geoLocationPoint"] = {"pointLongitude": longitude, "pointLatitude": latitude}
        if said:
            found.append(said)
    return _unique(found)


def _funding(entry: dict[str, Any]) -> dict[str, str]:
    funder, award = entry.get("funder") or {}, entry.get("award") or {}
    ror = funder.get("id")
    said = {
        "funderName": funder.get("name") or ror or "Unknown",
        "funderIdentifier": f"https://ror.org/{ror}" if ror else None,
        "funderIdentifierType": "ROR" if ror else None,
        "awardNumber": award.get("number"),
        "awardTitle": landing.title(award) if award.get("title") else None,
    }
    return {name: value for name, value in said.items() if value}


def _unique(items: Any) -> list[Any]:
    """Return each item once: the schema wants lists without repetitions."""
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found
