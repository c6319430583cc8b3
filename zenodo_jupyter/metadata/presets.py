"""Presets: what a record of some kind says as a rule, and what is asked of it besides what a repository asks.

JOSS asks for an archived version of the software with its version, an open licence and the authors of the paper (JOSS
documentation, submission requirements). A data note describes how data were collected and under which terms they may be used,
and its authors are named by ORCID (F1000Research and Scientific Data ask so). The rest is custom.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import Metadata


@dataclass(frozen=True)
class Preset:
    """One kind of record.

    Attributes
    ----------
    name, label : str
        In files and options; in a form.
    fills : dict
        What it says where a person says nothing.
    asks : dict
        By field, what is asked and how to tell whether it is there.
    """

    name: str
    label: str
    fills: dict[str, Any] = field(default_factory=dict)
    asks: dict[str, tuple[str, Callable[[Metadata], bool]]] = field(default_factory=dict)


def _has(name: str) -> Callable[[Metadata], bool]:
    return lambda said: bool(getattr(said, name))


def _related(*relations: str) -> Callable[[Metadata], bool]:
    return lambda said: any(item.get("relation") in relations for item in said.related_identifiers)


def _all_have_orcid(said: Metadata) -> bool:
    return all(person.get("orcid") for person in said.creators if person.get("type") != "organizational")


def _licences(*beginnings: str) -> Callable[[Metadata], bool]:
    return lambda said: any(str(item.get("id", "")).startswith(beginnings) for item in said.rights)


def _tells_methods(said: Metadata) -> bool:
    return any(text.get("type") == "methods" for text in said.additional_descriptions)


_ORCIDS = ("Each author has an ORCID.", _all_have_orcid)
#: The table.
PRESETS = (
    Preset(
        "joss", "Supplement of a JOSS paper", {"resource_type": "software"},
        {
            "version": ("It says which version was reviewed.", _has("version")),
            "rights": ("Its licence is one for open software, such as MIT.",
                       _licences("mit", "bsd", "apache", "gpl", "lgpl", "agpl", "mpl", "isc", "eupl", "unlicense", "cecill")),
            "code_repository": ("It says where the code is developed.", _has("code_repository")),
            "related_identifiers": ("It names the paper (relation: is supplement to).", _related("issupplementto")),
            "creators": _ORCIDS,
        },
    ),
    Preset(
        "course", "Course material", {"resource_type": "lesson"},
        {
            "rights": ("Others may teach with it: a Creative Commons licence that allows changes, such as CC-BY-4.0.",
                       _licences("cc-by-4", "cc-by-sa", "cc-by-nc-4", "cc-by-nc-sa", "cc0", "cc-by-3")),
            "languages": ("It says in which language it is taught.", _has("languages")),
            "subjects": ("It has keywords, by which teachers find it.", _has("subjects")),
        },
    ),
    Preset(
        "data-note", "Data note", {"resource_type": "dataset"},
        {
            "additional_descriptions": ("It tells how the data were made (type: methods).", _tells_methods),
            "dates": ("It says when they were collected.", _has("dates")),
            "rights": ("It says how the data may be used, such as CC0-1.0 or CC-BY-4.0.", _has("rights")),
            "subjects": ("It has keywords.", _has("subjects")),
            "creators": _ORCIDS,
        },
    ),
)  # fmt: skip
#: For the field table: id and words.
CHOICES = tuple((preset.name, preset.label) for preset in PRESETS)


def preset_of(said: Metadata) -> Preset | None:
    """Return the preset that a description names, or None."""
    return next((preset for preset in PRESETS if preset.name == said.preset), None)


def filled(said: Metadata, given: Metadata | None) -> tuple[Metadata, dict[str, str]]:
    """Return a description with what its preset fills in, and by field where that comes from.

    Parameters
    ----------
    said : Metadata
        All that is said, proposals among it.
    given : Metadata or None
        What the person says, which is not changed.
    """
    preset = preset_of(said)
    fills = {k: v for k, v in (preset.fills if preset else {}).items() if not (given and k in given.values)}
    return said.replace(**fills), {name: f"as {preset.label.lower()}" for name in fills if preset}


def lacking(said: Metadata) -> Iterator[tuple[str, str]]:
    """Yield the fields that do not have what the preset asks, and what that is."""
    preset = preset_of(said)
    for name, (asked, is_there) in (preset.asks if preset else {}).items():
        if not is_there(said):
            yield name, asked
