"""The files in which people have said who made a work: each read into a plain dictionary of the field table's names.

Each function takes the text of one file. What is missing is left out; ValueError or `InvalidMetadata` where the file is not
what its name says.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..metadata import yamltext
from . import frontmatter

Plain = dict[str, Any]


def zenodo_json(text: str) -> Plain:
    """Read ``.zenodo.json``, which has the fields of Zenodo's legacy deposit API.

    Its type and publication date are left out: they speak of the releases of a repository, not of a notebook today.
    """
    data = _mapping(json.loads(text))
    same = ("title", "description", "creators", "version", "language", "references", "dates", "related_identifiers")
    plain = {name: data[name] for name in same if data.get(name)}
    licence = data.get("license")
    plain["rights"] = licence.get("id") if isinstance(licence, dict) else licence
    plain["contributors"] = [_renamed(item, type="role") for item in _list(data.get("contributors"))]
    plain["funding"] = _list(data.get("grants"))
    plain["communities"] = [
        c.get("identifier", "") if isinstance(c, dict) else c for c in _list(data.get("communities"))
    ]
    plain["subjects"] = _list(data.get("keywords")) + [s.get("term", "") for s in _dicts(data.get("subjects"))]
    texts = {"other": data.get("notes"), "methods": data.get("method")}
    plain["additional_descriptions"] = [{"description": t, "type": kind} for kind, t in texts.items() if t]
    if data.get("access_right") == "embargoed" and data.get("embargo_date"):
        plain["access"] = {"embargo": data["embargo_date"]}
    elif data.get("access_right") in ("restricted", "closed"):
        plain["access"] = "restricted"
    return plain


def citation_cff(text: str) -> Plain:
    """Read ``CITATION.cff`` (Citation File Format 1.2)."""
    data, _ = yamltext.parse(text)
    return {
        "title": data.get("title"),
        "creators": [_cff_author(author) for author in _dicts(data.get("authors"))],
        "description": data.get("abstract"),
        "subjects": _list(data.get("keywords")),
        "rights": data.get("license"),
        "version": data.get("version"),
        "code_repository": data.get("repository-code"),
    }


def _cff_author(author: Plain) -> Plain:
    if author.get("name"):
        return {"type": "organizational", "name": author["name"]}
    family = " ".join(str(author[key]) for key in ("name-particle", "family-names", "name-suffix") if author.get(key))
    person = {"family_name": family, "given_name": author.get("given-names"), "orcid": author.get("orcid")}
    return {**person, "type": "personal", "affiliations": author.get("affiliation")}


def codemeta(text: str) -> Plain:
    """Read ``codemeta.json`` (CodeMeta 2 and 3)."""
    data = _mapping(json.loads(text))
    keywords = data.get("keywords")
    return {
        "title": data.get("name"),
        "creators": [_schema_person(person) for person in _dicts(data.get("author") or data.get("creator"))],
        "description": data.get("description"),
        "subjects": keywords if isinstance(keywords, str) else _list(keywords),
        "rights": [_name(item, "@id", "url", "name") for item in _list(data.get("license"))],
        "version": data.get("version") or data.get("softwareVersion"),
        "code_repository": data.get("codeRepository"),
        "programming_languages": [_name(item, "name") for item in _list(data.get("programmingLanguage"))],
        "development_status": _name(data.get("developmentStatus"), "name").rsplit("/#", 1)[-1],
    }


def _schema_person(person: Plain) -> Plain:
    where = [_name(item, "name", "@id") for item in _list(person.get("affiliation"))]
    if person.get("@type") == "Organization" or person.get("type") == "Organization":
        return {"type": "organizational", "name": person.get("name")}
    iri = str(person.get("@id") or person.get("id") or "")
    names = {"family_name": person.get("familyName"), "given_name": person.get("givenName")}
    plain = {**names, "name": person.get("name")} if not any(names.values()) else names
    return {**plain, "type": "personal", "affiliations": where, "orcid": iri if "orcid.org" in iri else None}


def pyproject(text: str) -> Plain:
    """Read the ``[project]`` of ``pyproject.toml``."""
    try:
        import tomllib
    except ModuleNotFoundError:  # Python 3.10, where JupyterLab brings its forerunner
        import tomli as tomllib
    project = _mapping(_mapping(tomllib.loads(text)).get("project") or {})
    licence = project.get("license")
    urls = {str(key).lower(): url for key, url in _mapping(project.get("urls") or {}).items()}
    return {
        "creators": [a["name"] for a in _dicts(project.get("authors")) if a.get("name")],
        "subjects": _list(project.get("keywords")),
        "rights": licence if isinstance(licence, str) else None,
        "code_repository": next(
            (urls[key] for key in ("repository", "source", "source code", "github") if key in urls), None
        ),
    }


#: File name to what reads it, in the order in which they are believed.
READERS: dict[str, Callable[[str], Plain]] = {
    ".zenodo.json": zenodo_json,
    "CITATION.cff": citation_cff,
    "codemeta.json": codemeta,
    "myst.yml": frontmatter.project,
    "_quarto.yml": frontmatter.project,
    "pyproject.toml": pyproject,
}
#: Names of files that hold a licence.
LICENSE_FILES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENSE.rst", "LICENCE", "LICENCE.txt", "LICENCE.md", "COPYING",
                 "COPYING.txt", "UNLICENSE")  # fmt: skip


def _mapping(value: Any) -> Plain:
    if not isinstance(value, dict):
        raise ValueError("it holds no mapping of fields")
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _dicts(value: Any) -> list[Plain]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _name(value: Any, *keys: str) -> str:
    if isinstance(value, dict):
        value = next((value[key] for key in keys if value.get(key)), "")
    return value if isinstance(value, str) else ""


def _renamed(item: Any, **names: str) -> Any:
    return {names.get(key, key): value for key, value in item.items()} if isinstance(item, dict) else item
