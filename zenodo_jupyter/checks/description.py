"""Whether others will find it, understand it and be allowed to use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..metadata import presets
from .finding import Finding

if TYPE_CHECKING:
    from ..metadata import Metadata

#: Letters of a description below which it says hardly more than the title.
_SHORT = 60


def check(metadata: Metadata) -> Iterator[Finding]:
    """Yield what the metadata lack.

    MET1 : fields that the repository will refuse. MET2 : no description to speak of. MET3 : authors without ORCID.
    LIC1 : no licence. MET4 : what is asked of a record of the kind that the person named.
    """
    for name, asked in presets.lacking(metadata):
        yield Finding("MET4", "warning", f"Asked of this kind of record: {asked}", f"Fill in {name.replace('_', ' ')}.",
                      f"metadata.{name}")  # fmt: skip
    for error in metadata.validate():
        yield Finding("MET1", "error", " ".join(error.messages), f"Fill in {_spoken(error.field)}.", error.field)
    if not metadata.rights:
        yield Finding(
            "LIC1", "error", "There is no licence, so nobody may reuse it.",
            "Choose one: MIT or BSD-3-Clause for code, CC-BY-4.0 for text and data.", "metadata.rights",
        )  # fmt: skip
    words = re.sub(r"<[^>]*>|\s+", " ", metadata.description or "").strip()
    if len(words) < _SHORT:
        told = "The description is very short." if words else "There is no description."
        yield Finding(
            "MET2", "warning", told, "Say in three sentences what was asked, what was done and what came out.",
            "metadata.description",
        )  # fmt: skip
    people = [creator for creator in metadata.creators if creator.get("type") != "organizational"]
    if people and not any(person.get("orcid") for person in people):
        yield Finding(
            "MET3", "info", "No author has an ORCID.", "Add it, so that the work is found under their name.",
            "metadata.creators",
        )  # fmt: skip


def _spoken(field: str) -> str:
    """Say a field's path in words: ``metadata.creators.0.person_or_org.family_name`` as ``creators, 1, family name``."""
    parts = [part for part in field.split(".") if part not in ("metadata", "person_or_org")]
    return ", ".join(str(int(part) + 1) if part.isdigit() else part.replace("_", " ") for part in parts)
