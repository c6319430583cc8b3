"""How to cite a record: citation text, BibTeX and CSL-JSON, from native JSON.

A DOI that doi.org does not know is never shown as an address there: the landing page stands in for it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from ..doi import DOI
from . import markup, vocabularies
from .badge import FOR_TESTS, NOT_REGISTERED, NOT_YET
from .registrations import RESOLVER, TEST_RESOLVER

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: BibTeX entry types by resource type, as InvenioRDM 14 writes them; all others are ``misc``.
_BIBTEX_TYPES = {
    "publication-conferencepaper": "inproceedings",
    "publication-conferenceproceeding": "proceedings",
    "publication-book": "book",
    "publication-section": "incollection",
    "publication-article": "article",
    "publication-preprint": "unpublished",
    "publication-dissertation": "phdthesis",
    "publication-technicalnote": "manual",
    "publication-workingpaper": "unpublished",
    "software": "software",
    "dataset": "dataset",
}
#: What APA 7 puts in brackets behind a title (section 10.8 to 10.14); texts get none.
_APA_KINDS = {
    "dataset": "Data set",
    "software": "Computer software",
    "software-computationalnotebook": "Computational notebook",
    "presentation": "Presentation",
    "poster": "Poster",
    "lesson": "Lesson",
    "video": "Video",
    "audio": "Audio",
    "model": "Model",
    "workflow": "Workflow",
    "image": "Image",
    "image-figure": "Figure",
    "image-photo": "Photograph",
}
# The backslash first: the others bring one in.
_TEX = {
    "\\": r"\textbackslash{}",
    **{c: f"\\{c}" for c in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def doi(record: dict[str, Any]) -> DOI | None:
    """Return the DOI of this version."""
    return _doi(record.get("pids"))


def concept_doi(record: dict[str, Any]) -> DOI | None:
    """Return the DOI of all versions."""
    return _doi((record.get("parent") or {}).get("pids"))


def is_registered(record: dict[str, Any]) -> bool:
    """Return whether doi.org knows the record's DOI: one that was registered elsewhere before, or from here by now."""
    found = doi(record)
    if found is None or found.is_test:
        return False
    return record["pids"]["doi"].get("provider") == "external" or _leads_to(record).startswith(RESOLVER)


def why_not_registered(record: dict[str, Any]) -> str:
    """Say why doi.org does not know the record's DOI; empty when it does, or there is none."""
    found = doi(record)
    if found is None or is_registered(record):
        return ""
    if found.is_test:
        return NOT_REGISTERED
    return FOR_TESTS if _leads_to(record).startswith(TEST_RESOLVER) else NOT_YET


def _leads_to(record: dict[str, Any]) -> str:
    return str((record.get("links") or {}).get("self_doi") or "")


def address(record: dict[str, Any]) -> str:
    """Return the address to cite: at doi.org for a registered DOI, else the landing page."""
    found = doi(record)
    if found and is_registered(record):
        return found.url
    return (record.get("links") or {}).get("self_html") or ""


def apa(record: dict[str, Any]) -> str:
    """Write a citation in the manner of APA 7, as plain text.

    >>> apa({"metadata": {"title": "Tides", "publication_date": "2026-11-22", "publisher": "Zenodo", "version": "v1",
    ...   "creators": [{"person_or_org": {"family_name": "Doe", "given_name": "Ada B."}}]}})
    'Doe, A. B. (2026). Tides (Version 1). Zenodo.'
    """
    metadata = record.get("metadata") or {}
    names = [_apa_name(c.get("person_or_org") or {}) for c in metadata.get("creators") or ()]
    title = metadata.get("title") or "Untitled"
    version, kind = (
        str(metadata.get("version") or ""),
        _APA_KINDS.get((metadata.get("resource_type") or {}).get("id", "")),
    )
    if version:
        title += f" (Version {re.sub(r'^[vV](?=[0-9])', '', version)})"
    if kind:
        title += f" [{kind}]"
    date = f"({(metadata.get('publication_date') or 'n.d.')[:4]})"
    parts = [_sentence(_and(names)), f"{date}.", _sentence(title)] if names else [_sentence(title), f"{date}."]
    if metadata.get("publisher"):
        parts.append(_sentence(metadata["publisher"]))
    return " ".join([*parts, address(record)]).strip()


def bibtex(record: dict[str, Any]) -> str:
    """Write a BibTeX entry with the key, types and fields of InvenioRDM."""
    metadata = record.get("metadata") or {}
    kind = _BIBTEX_TYPES.get((metadata.get("resource_type") or {}).get("id", ""), "misc")
    date = (metadata.get("publication_date") or "").split("/")[0].split("-")
    found, people = doi(record), [c.get("person_or_org") or {} for c in metadata.get("creators") or ()]
    fields: list[tuple[str, str]] = [
        ("author", (" and\n" + " " * 18).join(map(_bibtex_name, people))),
        ("title", _tex(metadata.get("title") or "")),
        ("month", _MONTHS[int(date[1]) - 1] if len(date) > 1 else ""),
        ("year", date[0]),
        ("publisher", _tex(metadata.get("publisher") or "")),
        ("version", _tex(str(metadata.get("version") or ""))),
        ("doi", found.value if found else ""),
        ("url", address(record)),
        ("note", f"DOI {why}" if (why := why_not_registered(record)) else ""),
    ]
    # Months are BibTeX's own words and years are numbers: without braces.
    lines = [f"  {n:<12} = {v if n in ('month', 'year') else '{' + v + '}'},\n" for n, v in fields if v]
    return f"@{kind}{{{_key(record, people, date[0])},\n{''.join(lines)}}}\n"


def csl(record: dict[str, Any]) -> dict[str, Any]:
    """Return CSL-JSON, which reference managers and citation processors read."""
    metadata = record.get("metadata") or {}
    resource_type = vocabularies.get("resourcetypes", (metadata.get("resource_type") or {}).get("id", "")) or {}
    date = (metadata.get("publication_date") or "").split("/")[0]
    found = doi(record)
    item = {
        "id": str(record.get("id", "")),
        "type": (resource_type.get("props") or {}).get("csl") or "document",
        "title": metadata.get("title"),
        "abstract": markup.plain(metadata.get("description") or ""),
        "author": [_csl_name(c.get("person_or_org") or {}) for c in metadata.get("creators") or ()],
        "issued": {"date-parts": [[int(part) for part in date.split("-")]]} if date else None,
        "language": next((language["id"] for language in metadata.get("languages") or ()), None),
        "version": metadata.get("version"),
        "DOI": found.value if found else None,
        "URL": address(record),
        "note": f"DOI {why}" if (why := why_not_registered(record)) else None,
        "publisher": metadata.get("publisher"),
    }
    return {name: value for name, value in item.items() if value}


def _doi(pids: dict[str, Any] | None) -> DOI | None:
    value = ((pids or {}).get("doi") or {}).get("identifier")
    return DOI(value.lower()) if value else None


def _bibtex_name(person: dict[str, Any]) -> str:
    """Family name, comma, given name; an organisation in braces, which BibTeX would take apart otherwise."""
    if not person.get("family_name"):
        return "{" + _tex(person.get("name") or "") + "}"
    return _tex(", ".join(filter(None, (person["family_name"], person.get("given_name")))))


def _apa_name(person: dict[str, Any]) -> str:
    """Family name and initials; an organisation as it calls itself."""
    if not person.get("family_name"):
        return person.get("name") or ""
    words = (person.get("given_name") or "").replace(".", ". ").split()
    initials = ["-".join(f"{part[0]}." for part in word.split("-") if part) for word in words]
    return ", ".join(filter(None, (person["family_name"], " ".join(filter(None, initials)))))


def _csl_name(person: dict[str, Any]) -> dict[str, str]:
    if not person.get("family_name"):
        return {"literal": person.get("name") or ""}
    given = person.get("given_name")
    return {"family": person["family_name"], **({"given": given} if given else {})}


def _and(names: list[str]) -> str:
    """Join names as APA does: up to 20 of them, and beyond that the first 19, an ellipsis, and the last."""
    if len(names) > 20:
        return f"{', '.join(names[:19])}, … {names[-1]}"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _key(record: dict[str, Any], people: list[dict[str, Any]], year: str) -> str:
    """Build InvenioRDM's citation key: first family name, year, record id."""
    first = (people[0].get("family_name") or people[0].get("name") or "") if people else ""
    folded = unicodedata.normalize("NFKD", first).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", folded.lower()).strip("_")[:40]
    return "_".join(filter(None, (name, year, str(record.get("id", "")))))


def _tex(text: str) -> str:
    """Escape what TeX would read as a command."""
    return "".join(_TEX.get(char, char) for char in text)
