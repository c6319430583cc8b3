"""What a landing page says of a record, for people and for machines, taken from native JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ..doi import DOI
from . import citation, markup, preview, vocabularies

_MONTHS = "January February March April May June July August September October November December"


@dataclass(frozen=True)
class Person:
    """A creator or contributor as a page shows them.

    Attributes
    ----------
    name, role : str
        The name in reading order; the role may be empty.
    url : str
        The person's ORCID page or the organisation's ROR page, or empty.
    scheme : str
        ``orcid`` or ``ror``, when there is a url.
    affiliations : tuple of int
        Numbers into the list of affiliations, from 1.
    """

    name: str
    role: str
    url: str
    scheme: str
    affiliations: tuple[int, ...]


@dataclass(frozen=True)
class Related:
    """A related, alternate or referenced identifier: what it is to the record, its text, and where it leads (or empty)."""

    relation: str
    identifier: str
    url: str
    kind: str = ""


def people(entries: list[dict[str, Any]] | None) -> tuple[list[Person], list[str]]:
    """Return creators or contributors, and the list of affiliations that they count into."""
    affiliations: list[str] = []
    found = []
    for entry in entries or ():
        person = entry.get("person_or_org") or {}
        numbers = []
        for affiliation in entry.get("affiliations") or ():
            name = affiliation.get("name") or affiliation.get("id") or ""
            if name not in affiliations:
                affiliations.append(name)
            numbers.append(affiliations.index(name) + 1)
        name = " ".join(filter(None, (person.get("given_name"), person.get("family_name")))) or person.get("name", "")
        identifiers = {i.get("scheme"): i.get("identifier", "") for i in person.get("identifiers") or ()}
        scheme = next((s for s in ("orcid", "ror") if identifiers.get(s)), "")
        url = address(identifiers[scheme], scheme) if scheme else ""
        found.append(Person(name, title(entry.get("role")), url, scheme, tuple(numbers)))
    return found, affiliations


def related(record: dict[str, Any], find: Callable[[str], str | None], local: Callable[[str], str]) -> list[Related]:
    """Return everything that the record points at.

    Parameters
    ----------
    record : dict
        Native JSON.
    find : callable
        Gives the id of a record in this repository for a DOI, or None.
    local : callable
        Gives the address of such a record's page.
    """

    def link(item: dict[str, Any]) -> str:
        known = find(item["identifier"]) if item.get("scheme") == "doi" else None
        return local(known) if known else address(item["identifier"], item.get("scheme", ""))

    metadata = record.get("metadata") or {}
    found = [
        Related(title(i.get("relation_type")), i["identifier"], link(i), title(i.get("resource_type")))
        for i in metadata.get("related_identifiers") or ()
    ]
    found += [Related("Also known as", i["identifier"], link(i)) for i in metadata.get("identifiers") or ()]
    for reference in metadata.get("references") or ():
        identifier = {"identifier": reference.get("identifier") or "", "scheme": reference.get("scheme") or ""}
        url = link(identifier) if identifier["identifier"] else ""
        found.append(Related("Refers to", reference.get("reference") or identifier["identifier"], url))
    return found


def address(identifier: str, scheme: str) -> str:
    """Return where an identifier leads, empty if nowhere on the web (a test DOI, an unknown scheme).

    >>> address("0000-0002-1825-0097", "orcid"), address("10.5072/zenodo.7", "doi"), address("javascript:x()", "url")
    ('https://orcid.org/0000-0002-1825-0097', '', '')
    """
    import idutils

    found = DOI.find(identifier) if scheme == "doi" else None
    if scheme == "doi":
        return found.url if found and not found.is_test else ""
    url = str(idutils.to_url(identifier, scheme, url_scheme="https") or "") if scheme else ""
    return url if url.lower().startswith(("https://", "http://")) else ""


def files(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the files, notebooks first and folders last, each with ``key``, ``size``, ``md5`` and how it can be previewed."""
    entries = (record.get("files") or {}).get("entries") or {}
    return [
        {
            "key": e["key"],
            "size": e.get("size") or 0,
            "md5": str(e.get("checksum") or "").removeprefix("md5:"),
            "kind": preview.kind(e["key"]),
        }
        for e in sorted(entries.values(), key=_place)
    ]


def first_preview(record: dict[str, Any], entries: list[dict[str, Any]]) -> str | None:
    """Choose the file that is shown first: the one the record names, else a notebook, a readme, a page, a picture."""
    keys = [e["key"] for e in entries if e["kind"]]
    named = (record.get("files") or {}).get("default_preview")
    if named in keys:
        return str(named)
    wanted: tuple[Callable[[str], bool], ...] = (
        lambda key: preview.kind(key) == "notebook" and "/" not in key,
        lambda key: preview.kind(key) == "notebook",
        lambda key: PurePosixPath(key).name.lower().startswith("readme"),
        lambda key: preview.kind(key) in ("html", "pdf", "image", "table"),
    )
    return next((key for fits in wanted for key in keys if fits(key)), keys[0] if keys else None)


def meta_tags(record: dict[str, Any], url: str) -> list[tuple[str, str]]:
    """Return the ``citation_*`` tags that reference managers and scholarly search engines read.

    A DOI that is not registered is left out: they would look for it at doi.org.
    """
    metadata = record.get("metadata") or {}
    tags = [("citation_title", metadata.get("title") or "")]
    for creator in metadata.get("creators") or ():
        person = creator.get("person_or_org") or {}
        tags.append(("citation_author", person.get("name") or ""))
        tags += [("citation_author_institution", a.get("name") or "") for a in creator.get("affiliations") or ()]
        tags += [
            ("citation_author_orcid", i.get("identifier") or "")
            for i in person.get("identifiers") or ()
            if i.get("scheme") == "orcid"
        ]
    tags += [
        ("citation_publisher", metadata.get("publisher") or ""),
        ("citation_publication_date", (metadata.get("publication_date") or "").split("/")[0].replace("-", "/")),
        ("citation_doi", str(citation.doi(record)) if citation.is_registered(record) else ""),
        ("citation_abstract_html_url", url),
    ]
    tags += [("citation_keywords", s) for s in subjects(record)]
    tags += [("citation_language", i["id"]) for i in metadata.get("languages") or ()]
    return [(name, content) for name, content in tags if content]


def json_ld(record: dict[str, Any], url: str) -> dict[str, Any]:
    """Return the record in schema.org's words, as search engines for data read them."""
    metadata = record.get("metadata") or {}
    resource_type = vocabularies.get("resourcetypes", (metadata.get("resource_type") or {}).get("id", "")) or {}
    found = citation.doi(record)
    creators = [_schema_person(c) for c in metadata.get("creators") or ()]
    licences = [(r.get("props") or {}).get("url") or r.get("link") or title(r) for r in metadata.get("rights") or ()]
    item = {
        "@context": "https://schema.org",
        "@id": citation.address(record) or url,
        "@type": ((resource_type.get("props") or {}).get("schema.org") or "CreativeWork").rsplit("/", 1)[-1],
        "identifier": str(found) if found else url,
        "url": url,
        "name": metadata.get("title"),
        "description": markup.plain(metadata.get("description") or ""),
        "creator": creators,
        "author": creators,
        "publisher": {"@type": "Organization", "name": metadata["publisher"]} if metadata.get("publisher") else None,
        "keywords": ", ".join(subjects(record)),
        "dateCreated": record.get("created"),
        "dateModified": record.get("updated"),
        "datePublished": metadata.get("publication_date"),
        "inLanguage": [i["id"] for i in metadata.get("languages") or ()],
        "version": metadata.get("version"),
        "license": licences[0] if len(licences) == 1 else licences,
    }
    return {name: value for name, value in item.items() if value}


def subjects(record: dict[str, Any]) -> list[str]:
    """Return keywords and subjects as words."""
    entries = (record.get("metadata") or {}).get("subjects") or ()
    return [s.get("subject") or title(s) or s.get("id", "") for s in entries]


def narrowing(
    aggregations: dict[str, Any], chosen: Mapping[str, Sequence[str]]
) -> list[tuple[str, list[tuple[str, int, bool, dict[str, Sequence[str]]]]]]:
    """Return the facets of a search as pages show them.

    Returns
    -------
    list of tuple
        For each facet with something to choose its title, and for each value its words, how many have it, whether it is chosen,
        and what is chosen once it is pressed.
    """
    found = []
    for name, facet in aggregations.items():
        values = []
        for bucket in facet["buckets"]:
            key, now = str(bucket["key"]), list(chosen.get(name, ()))
            pressed = [v for v in now if v != key] if key in now else [*now, key]
            values.append((bucket["label"], bucket["doc_count"], key in now, {**chosen, name: pressed}))
        if len(values) > 1 or chosen.get(name):
            found.append((facet["label"], values))
    return found


def day(date: str | None) -> str:
    """Spell a date or an interval of dates out.

    >>> day("2024-05-17"), day("2024-05"), day("2023/2024-01-02T10:00:00Z"), day("later")
    ('17 May 2024', 'May 2024', '2023 to 2 January 2024', 'later')
    """
    if not date:
        return ""
    if "/" in date:
        return " to ".join(day(part) for part in date.split("/"))
    year, *rest = date.split("T")[0].split("-")
    if not all(part.isdigit() for part in (year, *rest)) or (rest and not 1 <= int(rest[0]) <= 12):
        return date
    words = [str(int(rest[1]))] if len(rest) > 1 else []
    return " ".join([*words, *([_MONTHS.split()[int(rest[0]) - 1]] if rest else []), year])


def size(number: float) -> str:
    """Spell a number of bytes out, in powers of 1000.

    >>> size(1), size(23598), size(6_100_000_000)
    ('1 byte', '23.6 kB', '6.1 GB')
    """
    if number < 1000:
        return f"{number:.0f} byte{'' if number == 1 else 's'}"
    for unit in ("kB", "MB", "GB"):
        number /= 1000
        if number < 999.95:
            return f"{number:.1f} {unit}"
    return f"{number / 1000:.1f} TB"


def title(item: dict[str, Any] | None) -> str:
    """Return the title of a vocabulary item in English, or whatever names it."""
    title = (item or {}).get("title") or {}
    return str(title.get("en") or next(iter(title.values()), "") or (item or {}).get("id") or "")


def _place(entry: dict[str, Any]) -> tuple[bool, bool, str]:
    """Where a file stands in the list."""
    key = entry["key"]
    return preview.kind(key) != "notebook", "/" in key, key.casefold()


def _schema_person(creator: dict[str, Any]) -> dict[str, Any]:
    person = creator.get("person_or_org") or {}
    (shown,), _ = people([creator])
    item = {
        "@type": "Organization" if person.get("type") == "organizational" else "Person",
        "@id": shown.url,
        "name": person.get("name"),
        "givenName": person.get("given_name"),
        "familyName": person.get("family_name"),
        "affiliation": [{"@type": "Organization", "name": a.get("name")} for a in creator.get("affiliations") or ()],
    }
    return {name: value for name, value in item.items() if value}
