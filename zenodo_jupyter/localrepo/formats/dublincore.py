"""A record in simple Dublin Core, in the envelope of OAI-PMH (``oai_dc``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import citation, landing, markup, vocabularies
from . import xmltext

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
_DC = "http://purl.org/dc/elements/1.1/"
#: The vocabulary of OpenAIRE for who may see what (info:eu-repo-Access-Terms).
_ACCESS = {"open": "open", "embargoed": "embargoed", "restricted": "restricted", "metadata-only": "closed"}


def element(record: dict[str, Any]) -> Element:
    """Return the record's Dublin Core as an element."""
    from lxml import etree

    root = etree.Element(
        f"{{{NAMESPACE}}}dc",
        {xmltext.SCHEMA_LOCATION: f"{NAMESPACE} {SCHEMA}"},
        nsmap={"oai_dc": NAMESPACE, "dc": _DC, "xsi": xmltext.XSI},
    )
    for name, values in _terms(record).items():
        for value in dict.fromkeys(filter(None, values)):
            xmltext.add(root, _DC, name, value)
    return root


def xml_text(record: dict[str, Any]) -> str:
    """Return it as text."""
    return xmltext.write(element(record))


def access_right(record: dict[str, Any]) -> str:
    """Return who may see what in the words that OpenAIRE reads."""
    return f"info:eu-repo/semantics/{_ACCESS.get((record.get('access') or {}).get('status', ''), 'open')}Access"


def kind(record: dict[str, Any]) -> str:
    """Return the kind of work in the words that OpenAIRE reads."""
    resource_type = ((record.get("metadata") or {}).get("resource_type") or {}).get("id", "")
    known = vocabularies.get("resourcetypes", resource_type) or {}
    return str((known.get("props") or {}).get("eurepo") or "info:eu-repo/semantics/other")


def _terms(record: dict[str, Any]) -> dict[str, list[str]]:
    metadata = record.get("metadata") or {}
    found, concept = citation.doi(record), citation.concept_doi(record)
    oai = ((record.get("pids") or {}).get("oai") or {}).get("identifier") or ""
    registered = citation.is_registered(record)
    texts = [metadata.get("description"), *(d["description"] for d in metadata.get("additional_descriptions") or ())]
    rights = [access_right(record)]
    for right in metadata.get("rights") or ():
        rights += [landing.title(right), (right.get("props") or {}).get("url") or right.get("link") or ""]
    return {
        "creator": [_name(c) for c in metadata.get("creators") or ()],
        "contributor": [_name(c) for c in metadata.get("contributors") or ()],
        "date": [metadata.get("publication_date") or ""],
        "description": [
            *(markup.plain(t or "") for t in texts),
            f"DOI {why}" if (why := citation.why_not_registered(record)) else "",
        ],
        "identifier": [citation.address(record), f"doi:{found.value}" if found and not registered else "", oai],
        "language": [language["id"] for language in metadata.get("languages") or ()],
        "publisher": [metadata.get("publisher") or ""],
        "relation": [
            *(f"{i.get('scheme')}:{i['identifier']}" for i in metadata.get("related_identifiers") or ()),
            f"doi:{concept.value}" if concept else "",
        ],
        "rights": rights,
        "subject": landing.subjects(record),
        "title": [metadata.get("title") or "", *(t["title"] for t in metadata.get("additional_titles") or ())],
        "type": [kind(record)],
    }


def _name(entry: dict[str, Any]) -> str:
    return str((entry.get("person_or_org") or {}).get("name") or "")
