"""Names of people and organisations, in the spellings that people and files use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

# Words that begin a family name of several words ("van der Berg", "de la Cruz").
_PARTICLES = frozenset((
    "al", "bin", "da", "das", "de", "dei", "del", "della", "den", "der", "di", "dos", "du",
    "el", "la", "le", "ten", "ter", "van", "vom", "von", "zu", "zum", "zur",
))  # fmt: skip
# Words by which an organisation is told from a person.
_ORGANISATION = re.compile(
    r"\b(universit\w*|institut\w*|colle(?:ge|ction)|consortium|collaboration|team|group|laborator\w*|labs?|cent(?:er|re)|"
    r"department|foundation|society|association|council|agency|developers|contributors|project|network|inc|ltd|gmbh)\b",
    re.IGNORECASE,
)
_ORCID = re.compile(r"(?:https?://)?(?:www\.)?orcid\.org/", re.IGNORECASE)
_ROR = re.compile(r"(?:https?://)?(?:www\.)?ror\.org/", re.IGNORECASE)


def parse_name(text: str) -> dict[str, str]:
    """Read a name as a person's or an organisation's.

    >>> parse_name("Lovelace, Ada") == parse_name("Ada Lovelace")
    True
    >>> parse_name("Ludwig van Beethoven")["family_name"]
    'van Beethoven'
    >>> parse_name("Tide Consortium")
    {'type': 'organizational', 'name': 'Tide Consortium'}
    """
    text = " ".join(text.split())
    family, comma, given = (part.strip() for part in text.partition(","))
    if not comma:
        words = text.split(" ")
        if len(words) == 1 or _ORGANISATION.search(text):
            return {"type": "organizational", "name": text}
        first = len(words) - 1
        while first > 1 and words[first - 1].lower() in _PARTICLES:
            first -= 1
        given, family = " ".join(words[:first]), " ".join(words[first:])
    person = {"type": "personal", "family_name": family}
    return {**person, "given_name": given} if given else person


def tidy_person(value: Any) -> Any:
    """Bring a creator or contributor into the form of the field table: a name as text, or a mapping with a plain name."""
    if isinstance(value, str):
        return parse_name(value)
    if not isinstance(value, Mapping):
        return value
    item = dict(value)
    kind = str(item.pop("type", None) or "").lower()
    if kind.startswith("org") or kind in ("institution", "entity", "group"):
        return {"type": "organizational", **item}
    if kind not in ("", "person", "personal"):
        return {"type": kind, **item}  # refused later, in InvenioRDM's words
    if isinstance(item.get("name"), str) and not item.get("family_name"):
        name = item.pop("name")
        guess = parse_name(name)
        if guess["type"] == "organizational" and (kind or item.get("orcid") or item.get("given_name")):
            guess = {"type": "personal", "family_name": name}
        item = {**guess, **item}
    return {"type": item.pop("type", "personal"), **item}


def tidy_orcid(value: Any) -> Any:
    """Write an ORCID iD as its sixteen characters in groups of four, without the link around it."""
    if not isinstance(value, str):
        return value
    bare = re.sub(r"[\s-]", "", _ORCID.sub("", value.strip())).upper()
    return "-".join(bare[i : i + 4] for i in range(0, 16, 4)) if len(bare) == 16 else _ORCID.sub("", value.strip())


def tidy_ror(value: Any) -> Any:
    """Write a ROR id without the link around it, in lower case."""
    return _ROR.sub("", value.strip()).rstrip("/").lower() if isinstance(value, str) else value


def tidy_affiliation(value: Any) -> Any:
    """Read an affiliation given as text: a ROR link or id, or a name."""
    if not isinstance(value, str):
        return value
    bare = tidy_ror(value)
    return (
        {"id": bare}
        if _ROR.match(value.strip()) or re.fullmatch(r"0[0-9a-hjkmnp-tv-z]{6}\d\d", bare)
        else {"name": value}
    )


def name_of(person: Mapping[str, Any]) -> str:
    """Return a name as lists of authors write it: ``Lovelace, Ada``, or the organisation's name."""
    if person.get("type") == "organizational":
        return str(person.get("name", ""))
    return ", ".join(part for part in (person.get("family_name"), person.get("given_name")) if part)


def authors_line(people: Iterable[Mapping[str, Any]]) -> str:
    """Return the names as a citation has them: ``Lovelace, A., & Byron, G. G.``."""
    names = []
    for person in people:
        initials = " ".join(f"{word[0]}." for word in re.split(r"[\s-]+", person.get("given_name", "")) if word)
        is_person = person.get("type") != "organizational"
        names.append(f"{person.get('family_name', '')}, {initials}".rstrip(", ") if is_person else name_of(person))
    names = [name for name in names if name]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f", & {names[-1]}" if names else ""
