"""What can be searched: which fields there are, what kind each is, and how its text becomes words.

Kinds, and which fields a search without a field looks at, are those of InvenioRDM 14's mapping (``record-v7.0.0.json``); old
names are those that Zenodo rewrites (``queryparser.py`` of zenodo-rdm).
"""

from __future__ import annotations

import re
import string
import unicodedata
from html import unescape


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Fields whose words are found without naming the field, with the weight of a word there: a word in a title says more about a
#: record than one in its description. They are the columns of the full text index.
TEXTS = {
    "metadata.title": 10.0,
    "metadata.title.original": 10.0,
    "metadata.additional_titles.title": 5.0,
    "metadata.creators.person_or_org.name": 5.0,
    "metadata.creators.person_or_org.given_name": 1.0,
    "metadata.creators.person_or_org.family_name": 1.0,
    "metadata.creators.affiliations.name": 1.0,
    "metadata.contributors.person_or_org.name": 2.0,
    "metadata.contributors.person_or_org.given_name": 1.0,
    "metadata.contributors.person_or_org.family_name": 1.0,
    "metadata.contributors.affiliations.name": 1.0,
    "metadata.subjects.subject": 3.0,
    "metadata.description": 1.0,
    "metadata.additional_descriptions.description": 1.0,
    "metadata.publisher": 1.0,
    "metadata.identifiers.identifier": 1.0,
    "metadata.references.reference": 1.0,
    "metadata.dates.description": 1.0,
    "metadata.locations.features.place": 1.0,
    "metadata.locations.features.description": 1.0,
    "metadata.funding.funder.name": 1.0,
    "metadata.funding.award.number": 1.0,
    "metadata.funding.award.acronym.text": 1.0,
    "metadata.funding.award.identifiers.identifier": 1.0,
}
#: The column of values that are found without naming the field, but only as a whole.
WHOLE = "whole"
_WHOLE_FIELDS = frozenset(["id", "metadata.publication_date", "metadata.version", "metadata.formats"])
#: Fields that are compared as a whole, letter by letter.
_KEYWORDS = _names(
    """access.record access.files access.status parent.id parent.access.owned_by.user parent.communities.ids
    parent.communities.default parent.communities.entries.slug pids.doi.provider status
    metadata.creators.person_or_org.type metadata.creators.person_or_org.identifiers.identifier
    metadata.creators.person_or_org.identifiers.scheme metadata.creators.affiliations.id metadata.creators.role.id
    metadata.contributors.person_or_org.type metadata.contributors.person_or_org.identifiers.identifier
    metadata.contributors.person_or_org.identifiers.scheme metadata.contributors.affiliations.id
    metadata.contributors.role.id metadata.additional_titles.type.id metadata.additional_titles.lang.id
    metadata.additional_descriptions.type.id metadata.additional_descriptions.lang.id metadata.dates.date
    metadata.dates.type.id metadata.funding.funder.id metadata.funding.award.id metadata.funding.award.acronym
    metadata.funding.award.program metadata.identifiers.scheme metadata.languages.id metadata.references.identifier
    metadata.references.scheme metadata.related_identifiers.identifier metadata.related_identifiers.scheme
    metadata.related_identifiers.relation_type.id metadata.related_identifiers.resource_type.id
    metadata.resource_type.id metadata.resource_type.props.type metadata.resource_type.props.subtype metadata.rights.id
    metadata.sizes metadata.subjects.id metadata.subjects.scheme metadata.subjects.subject.keyword
    metadata.title.keyword metadata.publisher.keyword files.default_preview files.types files.mimetypes
    files.entries.key files.entries.checksum files.entries.mimetype files.entries.ext"""
)
INTEGERS = frozenset(["versions.index", "files.count", "files.totalbytes", "files.entries.size"])
BOOLEANS = frozenset(
    ["is_published", "is_draft", "versions.is_latest", "files.enabled", "access.embargo.active", "has_draft"]
)
DATES = frozenset(["created", "updated", "access.embargo.until"])
#: From when to when: a year is a whole year here.
PUBLISHED = "metadata.publication_date_range"
#: Fields whose words are found when the field is named: the beginnings of their names.
_WORDY = ("custom_fields.", "pids.", "parent.pids.", "access.embargo.reason", "metadata.funding.award.title.")
# These go through InvenioRDM's ``accent_analyzer``: punctuation is dropped before words are told apart, accents after.
_ACCENTED = _names(
    """metadata.title metadata.additional_titles.title metadata.description metadata.creators.person_or_org.name
    metadata.creators.affiliations.name metadata.contributors.affiliations.name"""
)

#: Zenodo's old names of fields.
OLD_NAMES = {
    "resource_type.subtype": "metadata.resource_type.props.subtype",
    "resource_type.type": "metadata.resource_type.props.type",
    "type": "metadata.resource_type.props.type",
    "access_right": "access.status",
    "alternate.identifier": "metadata.identifiers.identifier",
    "alternate.scheme": "metadata.identifiers.scheme",
    "communities": "parent.communities.entries.slug",
    "conceptdoi": "parent.pids.doi.identifier",
    "conceptrecid": "parent.id",
    "creators.affiliation": "metadata.creators.affiliations.name",
    "creators.name": "metadata.creators.person_or_org.name",
    "creators.orcid": "metadata.creators.person_or_org.identifiers.identifier",
    "creators.gnd": "metadata.creators.person_or_org.identifiers.identifier",
    "contributors.affiliation": "metadata.contributors.affiliations.name",
    "contributors.name": "metadata.contributors.person_or_org.name",
    "contributors.orcid": "metadata.contributors.person_or_org.identifiers.identifier",
    "contributors.gnd": "metadata.contributors.person_or_org.identifiers.identifier",
    "contributors.type": "metadata.contributors.role.id",
    "description": "metadata.description",
    "doi": "pids.doi.identifier",
    "embargodate": "access.embargo.until",
    "grants.code": "metadata.funding.award.number",
    "grants.acronym": "metadata.funding.award.acronym",
    "grants.program": "metadata.funding.award.program",
    "grants.title": "metadata.funding.award.title.en",
    "grants.funder.doi": "metadata.funding.funder.identifiers.identifier",
    "grants.funder.name": "metadata.funding.funder.name",
    "owners": "parent.access.owned_by.user",
    "user": "parent.access.owned_by.user",
    "keywords": "metadata.subjects.subject",
    "language": "metadata.languages.id",
    "license.identifier": "metadata.rights.id",
    "publicationdate": "metadata.publication_date",
    "publication_date": "metadata.publication_date",
    "recid": "id",
    "related.identifier": "metadata.related_identifiers.identifier",
    "related.scheme": "metadata.related_identifiers.scheme",
    "related.relation": "metadata.related_identifiers.relation_type.id",
    "title": "metadata.title",
    "version": "versions.index",
    "notes": "metadata.additional_descriptions.description",
    **{f"journal.{name}": f"custom_fields.journal:journal.{name}" for name in ("title", "pages", "volume", "issn")},
    **{
        f"meeting.{name}": f"custom_fields.meeting:meeting.{name}"
        for name in ("title", "acronym", "dates", "place", "url", "session", "session_part")
    },
    "part_of.title": "custom_fields.imprint:imprint.title",
    "part_of.pages": "custom_fields.imprint:imprint.pages",
    **{f"imprint.{name}": f"custom_fields.imprint:imprint.{name}" for name in ("isbn", "place", "publisher")},
    "thesis.university": "custom_fields.thesis:thesis.university",
    "filecount": "files.count",
    "filename": "files.entries.key",
    "filetype": "files.types",
    "filesize": "files.totalbytes",
    "size": "files.totalbytes",
    "_files.checksum": "files.entries.checksum",
    "_files.size": "files.entries.size",
}
#: Of these a bare DOI may be the value; in other fields a slash begins a regular expression.
OLD_DOIS = frozenset(["doi", "conceptdoi", "grants.funder.doi"])

_TAG = re.compile(r"<[^>]*>")
_ASCII_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
# Words as Unicode's UAX 29 tells them apart, as far as it matters here: letters and digits, with a point or an apostrophe
# between letters, a point or a comma between digits; each Chinese character and each kana is a word of its own.
_HAN = "\u3040-\u309f\u3400-\u4dbf\u4e00-\u9fff"
_LETTER, _PART = rf"(?:(?![{_HAN}])[^\W\d_])", rf"(?:(?![{_HAN}])\w)"
_TOKEN = re.compile(rf"[{_HAN}]|{_PART}+(?:(?:(?<=[^\W\d_])[.'’:·](?={_LETTER})|(?<=\d)[.,;'’](?=\d)){_PART}+)*")
# Longer ones are taken for several, as Lucene does.
_LONGEST = 255
# What asciifolding makes of letters that Unicode does not take apart.
_FOLDED = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})


def is_whole(field: str) -> bool:
    """Tell whether a field's value is compared as a whole, and kept so."""
    return field in _KEYWORDS or field in _WHOLE_FIELDS or field in INTEGERS or field in BOOLEANS or field in DATES


def is_found_whole(field: str) -> bool:
    """Tell whether the whole value is found without naming the field, too."""
    return field in _WHOLE_FIELDS


def is_wordy(field: str) -> bool:
    """Tell whether single words of a field are found when the field is named."""
    return field.startswith(_WORDY) and not is_whole(field)


def is_accented(field: str) -> bool:
    """Tell whether a field's words are kept without accents."""
    return field in _ACCENTED


def plain(html: str) -> str:
    """Return the text of HTML."""
    return unescape(_TAG.sub(" ", html))


def words(text: str, field: str) -> list[str]:
    """Return the words of a text as they are kept and looked for in a field.

    >>> words("Café au lait, 3.5 °C", "metadata.publisher")
    ['café', 'au', 'lait', '3.5', 'c']
    >>> words("Café-au-lait", "metadata.title")
    ['cafeaulait']
    """
    if field in _ACCENTED:
        text = _ASCII_PUNCTUATION.sub("", text)
        if not text.isascii():
            text = "".join(c for c in text if not unicodedata.category(c).startswith("S"))
    found = [
        token[n : n + _LONGEST].lower()
        for token in _TOKEN.findall(text)
        if token.strip("_")
        for n in range(0, len(token), _LONGEST)
    ]
    return [fold(token) for token in found] if field in _ACCENTED else found


def fold(word: str) -> str:
    """Return a word in small letters without accents."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.lower().translate(_FOLDED))
    return "".join(c for c in apart if not unicodedata.combining(c))


def pattern_of(pattern: str, field: str) -> str:
    """Return a pattern with ``*`` and ``?`` as it is looked for among a field's words."""
    return fold(pattern) if field in _ACCENTED else pattern.lower()


def whole_word(value: str) -> str:
    """Return a value as one word of the column `WHOLE`: what could part it is spelled by its number."""
    return "".join(c if c.isalnum() else f"_{ord(c):x}_" for c in value)
