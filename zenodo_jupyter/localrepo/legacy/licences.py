"""Old and new ids of licences, as Zenodo maps them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from .. import vocabularies

_FILE = Path(__file__).with_name("licences.json")


@cache
def _table() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return table


def to_native(given: str) -> dict[str, Any] | None:
    """Return the native licence that an old or new id names, in any case; None when there is none.

    >>> to_native("MIT-license"), to_native("cc-by"), to_native("nope")
    ({'id': 'mit'}, {'id': 'cc-by-4.0'}, None)
    """
    id = given.lower().strip()
    id = _table()["to_native"].get(id, id)
    if vocabularies.exists("licenses", id):
        return {"id": id}
    title = _table()["only_title"].get(id)  # Zenodo knows it, and the vocabulary does not
    return {"title": {"en": title}} if title else None


def from_native(id: str) -> str:
    """Return the old id of a licence; most are the same.

    >>> from_native("mit"), from_native("cc-by-4.0")
    ('mit-license', 'cc-by-4.0')
    """
    return _table()["from_native"].get(id, id)
