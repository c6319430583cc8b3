"""A record in MARC 21, as XML (MARCXML): the fields that InvenioRDM fills, in the order that the schema asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .. import citation, landing, markup
from ..links import SAFE
from . import dublincore, xmltext

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NAMESPACE = "http://www.loc.gov/MARC21/slim"
SCHEMA = "https://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"
# New; a computer file, monograph; Unicode (https://www.loc.gov/marc/bibliographic/bdleader.html).
_LEADER = "00000nmm a2200000uu 4500"


def element(record: dict[str, Any]) -> Element:
    """Return the record in MARCXML as an element."""
    from lxml import etree

    root = etree.Element(
        f"{{{NAMESPACE}}}record", {xmltext.SCHEMA_LOCATION: f"{NAMESPACE} {SCHEMA}"},
        nsmap={None: NAMESPACE, "xsi": xmltext.XSI},
    )  # fmt: skip
    xmltext.add(root, NAMESPACE, "leader", _LEADER)
    xmltext.add(root, NAMESPACE, "controlfield", str(record.get("id", "")), tag="001")
    stamp = "".join(c for c in (record.get("updated") or "")[:19] if c.isdigit())
    xmltext.add(root, NAMESPACE, "controlfield", f"{stamp}.0", tag="005")
    for tag, subfields in sorted(_fields(record), key=lambda field: field[0][:3]):
        said = {code: value for code, value in subfields.items() if value}
        if said:
            indicators = tag[3:].ljust(2)
            field = xmltext.add(root, NAMESPACE, "datafield", tag=tag[:3], ind1=indicators[0], ind2=indicators[1])
            for code, value in said.items():
                xmltext.add(field, NAMESPACE, "subfield", str(value), code=code)
    return root


def xml_text(record: dict[str, Any]) -> str:
    """Return it as text."""
    return xmltext.write(element(record))


def _fields(record: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """Return the fields: tag and indicators, and the subfields by their codes."""
    metadata = record.get("metadata") or {}
    found, concept = citation.doi(record), citation.concept_doi(record)
    oai = ((record.get("pids") or {}).get("oai") or {}).get("identifier") or ""
    creators = [_person(c) for c in metadata.get("creators") or ()]
    fields: list[tuple[str, dict[str, str]]] = [
        ("024", {"2": "doi", "a": found.value if found else ""} if found else {}),
        *(("041", {"a": language["id"]}) for language in metadata.get("languages") or ()),
        *(("100" if n == 0 else "700", person) for n, person in enumerate(creators)),
        ("245", {"a": metadata.get("title") or ""}),
        *(("246", {"a": other["title"]}) for other in metadata.get("additional_titles") or ()),
        ("260", {"b": metadata.get("publisher") or "", "c": metadata.get("publication_date") or ""}),
        ("500", {"a": f"DOI {why}" if (why := citation.why_not_registered(record)) else ""}),
        *(("500", {"a": markup.plain(d["description"])}) for d in metadata.get("additional_descriptions") or ()),
        ("520", {"a": markup.plain(metadata.get("description") or "")}),
        *(("536", _funding(f)) for f in metadata.get("funding") or ()),
        ("540", {"a": dublincore.access_right(record)}),
        ("542", {"l": (record.get("access") or {}).get("status", "")}),
        *(("6531", {"a": subject}) for subject in landing.subjects(record)),
        *(("700", _person(c) | {"e": landing.title(c.get("role"))}) for c in metadata.get("contributors") or ()),
        *(("773", _related(i)) for i in metadata.get("related_identifiers") or ()),
        ("773", {"a": concept.value, "i": "isVersionOf", "n": "doi"} if concept else {}),
        ("909CO", {"o": oai}),
        *(
            ("980", {"a": f"user-{c['slug']}"})
            for c in (record.get("parent") or {}).get("communities", {}).get("entries", ())
        ),
        ("980", {"a": dublincore.kind(record)}),
    ]
    for right in metadata.get("rights") or ():
        link = (right.get("props") or {}).get("url") or right.get("link") or ""
        fields += [("540", {"a": landing.title(right), "u": link}), ("65017", {"a": right.get("id", ""), "2": "spdx"})]
    main, _, sub = (metadata.get("resource_type") or {}).get("id", "").partition("-")
    fields.append(("980", {"a": main, "b": sub}))
    page = (record.get("links") or {}).get("self_html") or ""
    for key, entry in ((record.get("files") or {}).get("entries") or {}).items():
        address = f"{page}/files/{quote(key, safe=SAFE)}"
        fields.append(("8564", {"s": str(entry.get("size") or 0), "z": entry.get("checksum") or "", "u": address}))
    return fields


def _person(entry: dict[str, Any]) -> dict[str, str]:
    person = entry.get("person_or_org") or {}
    orcid = next((i["identifier"] for i in person.get("identifiers") or () if i.get("scheme") == "orcid"), "")
    places = ", ".join(a.get("name") or a.get("id") or "" for a in entry.get("affiliations") or ())
    return {"a": person.get("name") or "", "u": places, "0": f"(orcid){orcid}" if orcid else ""}


def _related(item: dict[str, Any]) -> dict[str, str]:
    relation = landing.title(item.get("relation_type")) or (item.get("relation_type") or {}).get("id", "")
    return {"a": item["identifier"], "i": relation, "n": item.get("scheme") or ""}


def _funding(entry: dict[str, Any]) -> dict[str, str]:
    award = entry.get("award") or {}
    title = landing.title(award) if award.get("title") else ""
    return {"a": (entry.get("funder") or {}).get("name") or "", "c": award.get("number") or "", "f": title}
