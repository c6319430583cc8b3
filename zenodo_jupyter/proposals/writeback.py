"""Writing back: what a person settled goes into the file that said something else, which otherwise stays as it is laid out."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from ..companions import cff_author
from ..errors import BadInput
from ..metadata import Metadata
from ..metadata.licences import spdx_id
from ..metadata.people import name_of
from ..metadata.prose import plain
from .citationfiles import READERS


def zenodo_json(said: Metadata) -> dict[str, Any]:
    """Return what ``.zenodo.json`` says of the fields that are set, by the name of the field."""
    ids = [item["id"] for item in said.rights if item.get("id")]
    values = {
        "title": ("title", said.title),
        "description": ("description", said.description),
        "creators": ("creators", [_creator(person) for person in said.creators]),
        "subjects": ("keywords", [item.get("subject") or item.get("id") for item in said.subjects]),
        "rights": ("license", ids[0] if len(ids) == 1 else None),
        "version": ("version", said.version),
    }
    return {name: value for name, value in values.items() if name in said.values and value[1]}


def citation_cff(said: Metadata) -> dict[str, Any]:
    """Return what ``CITATION.cff`` says of the fields that are set, by the name of the field."""
    ids = [spdx_id(item["id"]) for item in said.rights if item.get("id")]
    values = {
        "title": ("title", said.title),
        "description": ("abstract", plain(said.description or "")),
        "creators": ("authors", [cff_author(person) for person in said.creators]),
        "subjects": ("keywords", [item.get("subject") or item.get("id") for item in said.subjects]),
        "rights": ("license", ids[0] if len(ids) == 1 else None),
        "version": ("version", said.version),
        "code_repository": ("repository-code", said.code_repository),
    }
    return {name: value for name, value in values.items() if name in said.values and value[1]}


#: File name to what it would say.
WRITERS = {".zenodo.json": zenodo_json, "CITATION.cff": citation_cff}


def written(name: str, text: str, said: Metadata) -> tuple[str, tuple[str, ...]]:
    """Return a file's text with what was settled, and the names of the fields that it said otherwise or not at all.

    Parameters
    ----------
    name : str
        Of the file, one of `WRITERS`.
    text : str
        As it is now. Keys that are not changed keep their place, their layout and their comments.
    said : Metadata
        What was settled; fields that are not in it stay.

    Raises
    ------
    BadInput
        When the file is not what its name says, or cannot be changed without changing more.
    """
    try:
        there = Metadata.from_dict({k: v for k, v in READERS[name](text).items() if v not in (None, "", [])})
        wanted = {
            field: value
            for field, value in WRITERS[name](said).items()
            if there.values.get(field) != said.values[field]
        }
        changes = dict(wanted.values())
        new = _json(text, changes) if name.endswith(".json") else _yaml(text, changes)
    except (ValueError, TypeError, yaml.YAMLError) as e:
        raise BadInput(f"{name} could not be changed: {e}.", "Change it by hand.") from e
    return (new, tuple(wanted)) if changes else (text, ())


def _creator(person: dict[str, Any]) -> dict[str, Any]:
    where = "; ".join(a.get("name") or a.get("id", "") for a in person.get("affiliations", ()))
    told = {"name": name_of(person), "affiliation": where, "orcid": person.get("orcid")}
    return {key: value for key, value in told.items() if value}


def _json(text: str, changes: dict[str, Any]) -> str:
    indent = re.search(r"^[ \t]+(?=\")", text, re.MULTILINE)
    end = "\n" if text.endswith("\n") else ""
    told = {**json.loads(text), **changes}
    return json.dumps(told, indent=indent[0] if indent else None, ensure_ascii=text.isascii()) + end


def _yaml(text: str, changes: dict[str, Any]) -> str:
    before = yaml.safe_load(text)
    for key, value in changes.items():
        block = yaml.safe_dump({key: value}, sort_keys=False, allow_unicode=True, width=100)
        # A key at the margin, and all lines that are indented below it, empty ones between them included.
        place = re.compile(rf"^{re.escape(key)}[ \t]*:.*(?:\n(?:(?:[ \t]+|-[ \t]).*|(?=\n[ \t]+\S)))*\n?", re.MULTILINE)
        if place.search(text):
            text = place.sub(lambda _, block=block: block, text, count=1)  # type: ignore[misc]
        else:
            text = text.rstrip("\n") + "\n" + block
    if yaml.safe_load(text) != {**before, **changes}:
        raise ValueError("its layout is not understood")
    return text
