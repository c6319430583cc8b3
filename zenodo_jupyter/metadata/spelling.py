"""What people and files write for a field, brought into the form that is kept.

Each function takes anything and returns what it does not understand as it is: saying what is wrong is the rules' part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .choices import LANGUAGES, TWO_LETTERS
from .people import tidy_affiliation

_LANGUAGE_NAMES = {label.lower(): key for key, label in LANGUAGES}
_RELATION_WORDS = frozenset(("identifier", "id", "scheme", "relation", "relation_type", "resource_type", "_native"))


def tidy_language(value: Any) -> Any:
    """Read a language by name or two letters.

    >>> tidy_language("en"), tidy_language("German"), tidy_language("gsw")
    ('eng', 'deu', 'gsw')
    """
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    return TWO_LETTERS.get(text.split("-")[0]) or _LANGUAGE_NAMES.get(text) or text


def tidy_subject(value: Any) -> Any:
    """Read a keyword, or the address by which a vocabulary knows a subject."""
    if not isinstance(value, str):
        return value
    return {"id": value.strip()} if re.match(r"https?://", value.strip()) else {"subject": value}


def tidy_text_in(key: str, kind: str = "") -> Callable[[Any], Any]:
    """Return a function that reads a text as an item with only that sub-field (and, if given, that type)."""

    def tidy(value: Any) -> Any:
        return {key: value, **({"type": kind} if kind else {})} if isinstance(value, str) else value

    return tidy


def tidy_dated(value: Any) -> Any:
    """Read ``{collected: 2025-01/2025-06}`` as a date of that type, and legacy ``start`` and ``end``."""
    if not isinstance(value, Mapping) or "date" in value:
        return value
    if "start" in value or "end" in value:
        item = {k: v for k, v in value.items() if k not in ("start", "end")}
        return {**item, "date": "/".join(dict.fromkeys(str(value[k]) for k in ("start", "end") if value.get(k)))}
    if len(value) == 1:
        (kind, day), *_ = value.items()
        return value if kind in ("type", "description") else {"date": day, "type": str(kind)}
    return value


def tidy_related(value: Any) -> Any:
    """Read ``{cites: 10.1234/x}`` as an identifier with that relation."""
    if isinstance(value, str):
        return {"identifier": value}
    if isinstance(value, Mapping) and len(value) == 1:
        (relation, identifier), *_ = value.items()
        if str(relation) not in _RELATION_WORDS and isinstance(identifier, str):
            return {"identifier": identifier, "relation": str(relation)}
    return value


def tidy_funding(value: Any) -> Any:
    """Read a funder's name, and a grant as ``<funder>::<number>``, the id that InvenioRDM gives it.

    >>> tidy_funding("00k4n6c32::101097036")
    {'funder': {'id': '00k4n6c32'}, 'award': {'id': '00k4n6c32::101097036'}}
    """
    text = value.get("id") if isinstance(value, Mapping) and set(value) == {"id"} else value
    if isinstance(text, str):
        funder, mark, number = (part.strip() for part in text.partition("::"))
        # The Crossref Funder ID of the European Commission, which old .zenodo.json files use; its ROR id.
        funder = "00k4n6c32" if funder == "10.13039/501100000780" else funder
        if mark:
            return {"funder": {"id": funder}, "award": {"id": f"{funder}::{number}"}}
        return {"funder": tidy_affiliation(funder)}
    if isinstance(value, Mapping) and isinstance(value.get("award"), str):
        award = value["award"]
        return {**value, "award": {"id": award} if "::" in award else {"number": award}}
    return value


def tidy_access(value: Any) -> Any:
    """Read ``public``, ``restricted``, or an embargo given as its last day; an embargo restricts the files."""
    if isinstance(value, str):
        word = value.strip().lower()
        value = {"files": {"open": "public", "closed": "restricted"}.get(word, word)}
    if not isinstance(value, Mapping):
        return value
    item = dict(value)
    embargo = item.get("embargo")
    if isinstance(embargo, Mapping):
        embargo = {**({"active": True} if embargo.get("until") and "active" not in embargo else {}), **embargo}
    elif embargo and not isinstance(embargo, bool):
        embargo = {"active": True, "until": embargo}
    if isinstance(embargo, Mapping):
        item["embargo"] = embargo
        if embargo.get("active") in (True, "true"):
            item.setdefault("files", "restricted")
    return item
