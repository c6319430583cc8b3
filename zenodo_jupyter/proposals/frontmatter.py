"""What authors write above their text for MyST and Quarto: the front matter of a notebook, ``myst.yml`` and ``_quarto.yml``.

Both tools use much the same names (MyST Markdown's "Frontmatter" guide, Quarto's "Front Matter" of scholarly writing).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..metadata import yamltext

Plain = dict[str, Any]

#: Front matter at the very top of a text.
BLOCK = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


def of_notebook(nb: Mapping[str, Any]) -> Plain:
    """Return what the front matter in a notebook's first cell says; nothing where it has none.

    Raises
    ------
    InvalidMetadata
        When it is not YAML.
    """
    for cell in (nb.get("cells") or ())[:1]:
        source = cell.get("source") or ""
        text = "".join(source) if isinstance(source, list) else str(source)
        block = BLOCK.match(text) if cell.get("cell_type") in ("raw", "markdown") else None
        if block:
            return _read(yamltext.parse(block.group(1))[0])
    return {}


def project(text: str) -> Plain:
    """Read ``myst.yml`` or ``_quarto.yml``: what they say of the whole project, or of the book that it is."""
    data, _ = yamltext.parse(text)
    data.pop("version", None)  # of the format, at the top
    inner = [data.get(name) for name in ("project", "book", "website", "manuscript")]
    return _read({**data, **{k: v for part in inner if isinstance(part, dict) for k, v in part.items()}})


def _read(data: Plain) -> Plain:
    places = {
        str(place.get("id")): place.get("name") or place.get("institution")
        for place in _list(data.get("affiliations"))
        if isinstance(place, dict) and place.get("id")
    }
    authors = _list(data.get("authors")) or _list(data.get("author"))
    return {
        "title": data.get("title"),
        "creators": [_author(author, places) for author in authors],
        "description": data.get("abstract") or data.get("description"),
        "subjects": _list(data.get("keywords")) or _list(data.get("tags")),
        "rights": [licence for licence in map(_licence, _licences(data)) if licence],
        "version": data.get("version"),
        "code_repository": _repository(data),
    }


def _author(author: Any, places: Mapping[str, Any]) -> Any:
    if not isinstance(author, dict):
        return author
    name = author.get("name")
    given = name if isinstance(name, dict) else {}
    spoken = name.get("literal") if isinstance(name, dict) else name
    where = _list(author.get("affiliations")) or _list(author.get("affiliation"))
    person = {
        "family_name": given.get("family"),
        "given_name": given.get("given"),
        "name": None if given.get("family") else spoken,
        "orcid": author.get("orcid"),
        "affiliations": [place for place in (_place(item, places) for item in where) if place],
    }
    return {key: value for key, value in person.items() if value}


def _place(item: Any, places: Mapping[str, Any]) -> Any:
    if isinstance(item, dict):
        item = item.get("name") or item.get("institution") or item.get("ref")
    return places.get(str(item), item)


def _licences(data: Plain) -> list[Any]:
    licence = data.get("license")
    if isinstance(licence, dict) and (licence.get("content") or licence.get("code")):
        return [licence.get("content"), licence.get("code")]
    return _list(licence)


def _licence(licence: Any) -> str:
    """Return an SPDX id: Quarto writes Creative Commons licences as ``CC BY``, of which 4.0 is meant."""
    if isinstance(licence, dict):
        licence = licence.get("id") or licence.get("type") or licence.get("text")
    text = str(licence or "").strip()
    return (
        f"{text.replace(' ', '-')}-4.0" if re.fullmatch(r"CC[ -]BY(?:[ -](?:NC|ND|SA))*", text, re.IGNORECASE) else text
    )


def _repository(data: Plain) -> Any:
    address = data.get("github") or data.get("repo-url")
    text = str(address or "")
    return f"https://github.com/{text}" if re.fullmatch(r"[\w.-]+/[\w.-]+", text) else address


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]
