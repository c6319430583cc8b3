"""The rules that a field's value must pass, in the words of InvenioRDM where it has words for them.

A rule is called with the value (a scalar, or the dict of a group) and today's date, and yields pairs of a place and a
message. The place is "" for the value itself, or a path below it, as InvenioRDM reports it (``affiliations`` below an
empty affiliation, say).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from .choices import SCHEMES

Problem = tuple[str, str]
Rule = Callable[[Any, date], Iterator[Problem]]

MISSING = "Missing data for required field."
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_TIME = re.compile(r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?")
# SPDX short identifiers, lower-cased as InvenioRDM keeps them.
_LICENSE = re.compile(r"[a-z0-9][a-z0-9.+-]*")
# Crockford's base 32, in which ROR writes its numbers.
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
_SCHEME_LABELS = dict(SCHEMES)
# Schemes that InvenioRDM takes as they come.
_UNCHECKED = frozenset({"crossreffunderid", "grid", "igsn", "upc", "w3id", "other"})
_ISSN_KINDS = frozenset({"eissn", "issn", "lissn"})


def edtf(value: str, today: date) -> Iterator[Problem]:
    """Accept an EDTF level 0 date or interval: ``2026``, ``2026-11``, ``2026-11-22``, ``2025-01/2025-06``.

    Open intervals and seasons are EDTF level 1; InvenioRDM 14 fails on them with a status 500, so they stop here.
    """
    start, slash, end = value.partition("/")
    first, last = _days(start), _days(end if slash else start)
    if first is None or last is None or last[1] < first[0]:
        yield "", "Please provide a valid date or interval."


def edtf_or_time(value: str, today: date) -> Iterator[Problem]:
    """Accept what `edtf` does, or one date with a time (``2026-11-22T10:00:00Z``)."""
    day, mark, time = value.partition("T")
    if mark and len(day) == 10 and _days(day) and _TIME.fullmatch("T" + time):
        return
    yield from edtf(value, today)


def _days(text: str) -> tuple[str, str] | None:
    """Return the first and last day of a date of any precision, to be compared as text, or None where it is no date."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return f"{year}-{month or '01'}-{day or '01'}", f"{year}-{month or '12'}-{day or '31'}"


def iso_date(value: str, today: date) -> Iterator[Problem]:
    """Accept one day: ``2026-11-22``."""
    if len(value) != 10 or _days(value) is None:
        yield "", "Not a valid date."


def url(value: str, today: date) -> Iterator[Problem]:
    """Accept an absolute http, https or ftp address."""
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    good_host = parts.hostname and ("." in parts.hostname or parts.hostname == "localhost" or ":" in parts.hostname)
    if parts.scheme not in ("http", "https", "ftp", "ftps") or not good_host or re.search(r"\s", value):
        yield "", "Not a valid URL."


def url_identifier(value: str, today: date) -> Iterator[Problem]:
    """Accept what InvenioRDM takes for an identifier that is a web address."""
    if not _valid("url", value):
        yield "", "Invalid URL identifier."


def license_id(value: str, today: date) -> Iterator[Problem]:
    """Accept what looks like an SPDX id; whether it is one, the repository's vocabulary says."""
    if not _LICENSE.fullmatch(value):
        yield "", f"Invalid value {value}."


def language(value: str, today: date) -> Iterator[Problem]:
    """Accept what looks like an ISO 639-3 code."""
    if not re.fullmatch(r"[a-z]{3}", value):
        yield "", f"Invalid value {value}."
        yield "", "A language is given by three letters, such as eng."


def orcid(value: str, today: date) -> Iterator[Problem]:
    """Accept an ORCID iD: 16 characters, the last a check digit (ISO 7064 MOD 11-2)."""
    if _valid("orcid", value):
        return
    yield "", "Invalid ORCID identifier."
    digits = len(re.sub(r"[^0-9X]", "", value.upper()))
    if digits == 16:
        yield "", "A digit is mistyped: the last one does not fit the others. Paste the link if you have it."
    else:
        yield "", f"An ORCID iD has 16 digits, this has {digits}. Paste the link if you have it."


def isni(value: str, today: date) -> Iterator[Problem]:
    """Accept an ISNI, check digit included."""
    if not _valid("isni", value):
        yield "", "Invalid ISNI identifier."


def gnd(value: str, today: date) -> Iterator[Problem]:
    """Accept an identifier of the Gemeinsame Normdatei."""
    if not _valid("gnd", value):
        yield "", "Invalid GND identifier."


def ror(value: str, today: date) -> Iterator[Problem]:
    """Accept a ROR id, check digits included.

    InvenioRDM looks at the shape only. The two last digits are ISO 7064 MOD 97-10 over the six characters before them
    (ROR's own documentation); a mistyped id would name another institution, or none.
    """
    match = re.fullmatch(rf"0([{_BASE32}]{{6}})(\d\d)", value)
    number = 0
    for character in match.group(1) if match else "":
        number = number * 32 + _BASE32.index(character)
    if match is None or 98 - (number * 100) % 97 != int(match.group(2)):
        yield "", "Invalid ROR identifier."


def affiliation(item: dict[str, Any], today: date) -> Iterator[Problem]:
    """Ask for a ROR id or a name."""
    if not item.get("id") and not item.get("name"):
        yield "affiliations", "An existing id or a free text name must be present."


def person(item: dict[str, Any], today: date) -> Iterator[Problem]:
    """Refuse the same affiliation twice."""
    names = [a.get("name") or a.get("id") for a in item.get("affiliations", ())]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        yield "affiliations", f"Duplicated affiliations: {', '.join(twice)}"


def rights(item: dict[str, Any], today: date) -> Iterator[Problem]:
    """Ask for a licence's id or a title of one's own."""
    if not item.get("id") and not item.get("title"):
        yield "rights", "An existing id or a free text title must be present"


def one_locale(value: Any, today: date) -> Iterator[Problem]:
    """Accept a text in one language."""
    if isinstance(value, dict) and len(value) > 1:
        yield "", "Only one value is accepted."


def subject(item: dict[str, Any], today: date) -> Iterator[Problem]:
    """Ask for a subject's id or a keyword."""
    if not item.get("id") and not item.get("subject"):
        yield "subjects", "An existing id or a free text subject must be present."


def funder(item: dict[str, Any], today: date) -> Iterator[Problem]:
    """Ask for a funder's ROR id or name."""
    if not item.get("id") and not item.get("name"):
        yield "funder", "An existing id or a free text name must be present."


def award(item: dict[str, Any], today: date) -> Iterator[Problem]:
    """Ask for an award's id, number or title."""
    if not item.get("id") and not item.get("number") and not item.get("title"):
        yield "award", "An existing id or either number or title must be present."


def identifier(item: dict[str, Any], today: date) -> Iterator[Problem]:
    """Check an identifier against its scheme; without a scheme, one must be recognisable."""
    value, scheme = item.get("identifier"), item.get("scheme")
    if not value:
        if not scheme:
            yield "scheme", MISSING
    elif not scheme:
        if not detect_scheme(value):
            yield "scheme", "No valid scheme recognized for identifier."
    elif scheme not in _SCHEME_LABELS:
        yield "scheme", "Invalid scheme."
    elif not _valid(scheme, value):
        yield "identifier", f"Invalid {_SCHEME_LABELS[scheme]} identifier."


def reference(item: dict[str, Any], today: date) -> Iterator[Problem]:
    """Check the identifier of a reference, which need not have one."""
    if item.get("identifier"):
        yield from identifier(item, today)
    elif item.get("scheme"):
        yield "identifier", MISSING


def access(item: dict[str, Any], today: date) -> Iterator[Problem]:
    """Ask for restricted files under an embargo.

    InvenioRDM takes an embargo over public files too, and then calls open files embargoed.
    """
    under_embargo = (item.get("embargo") or {}).get("active")
    if under_embargo and "restricted" not in (item.get("files"), item.get("record")):
        yield "files", "Files under embargo must be restricted until it ends."


def embargo(item: dict[str, Any], today: date) -> Iterator[Problem]:
    """Ask an embargo that is on for a day to come, and one that is off for none."""
    until = item.get("until") or ""
    if until and any(iso_date(until, today)):
        return  # said already, of the date itself
    if item.get("active") and until <= today.isoformat():
        yield "until", "Embargo end date must be set to a future date."
    elif item.get("active") is False and until > today.isoformat():
        yield "until", "Embargo end date must be unset or in the past."


def detect_scheme(value: str) -> str | None:
    """Return the first scheme that recognises an identifier and that InvenioRDM knows, or None."""
    import idutils  # half a second, needed only when identifiers are checked

    found: list[str] = idutils.detect_identifier_schemes(value)
    return next((scheme for scheme in found if scheme in _SCHEME_LABELS), None)


def _valid(scheme: str, value: str) -> bool:
    if scheme in _UNCHECKED:
        return True
    import idutils

    return bool(getattr(idutils, f"is_{'issn' if scheme in _ISSN_KINDS else scheme}")(value))
