"""Facets: what search results are counted by, and narrowed down to."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import typed, vocabularies
from .conditions import Condition, Rows, any_of
from .database import Database
from .typed import NotOfItsKind

#: Stands between several values of one facet in the index; a control character, which metadata cannot have.
BETWEEN = "\x1f"
#: OpenSearch counts the ten most frequent values.
_MOST = 10
#: How many counts are kept of an index that does not change.
_KEPT = 256
_RANGE = re.compile(r"(?P<open>[\[(])?(?P<start>[^.]*)\.\.(?P<end>[^\])]*)(?P<close>[\])])?")


@dataclass(frozen=True)
class Facet:
    """One thing to count by.

    Attributes
    ----------
    name : str
        Its name in addresses and answers.
    label : str
        What people read.
    counted : str
        The field whose values are counted.
    labels : dict, optional
        What people read instead of a value; None for its capitals.
    kind : str
        ``terms``, ``nested`` (a type, and the kinds of it) or ``dates``.
    """

    name: str
    label: str
    counted: str
    labels: Mapping[str, str] | None = field(default_factory=dict)
    kind: str = "terms"


_STATUS_LABELS = {
    "open": "Open",
    "embargoed": "Embargoed",
    "restricted": "Restricted",
    "metadata-only": "Metadata-only",
}
#: InvenioRDM's facets (``invenio_rdm_records.services.facets``); the histogram of dates is empty there too.
FACETS = {
    facet.name: facet
    for facet in (
        Facet("publication_date", "Publication date", "metadata.publication_date_range", kind="dates"),
        Facet("access_status", "Access status", "access.status", _STATUS_LABELS),
        Facet("is_published", "Status", "is_published", {"true": "Published", "false": "Unpublished"}),
        Facet("file_type", "File type", "files.types", None),
        Facet("resource_type", "Resource types", "metadata.resource_type.id", kind="nested"),
        Facet("subject", "Subjects", "metadata.subjects.subject.keyword"),
    )
}
#: Counted by the few combinations that occur, see the table ``combinations``.
_COMBINED = ("access_status", "is_published", "file_type", "resource_type")
#: Those that nearly every document has other values of, and where these stand in the table ``documents d``.
_OF_MANY_VALUES = {"subject": "d.subjects"}


@dataclass(frozen=True)
class Counts:
    """How many documents there are, and how often each value occurs.

    Attributes
    ----------
    total : int
        Of all documents.
    values : dict
        For each facet its most frequent values with their counts.
    """

    total: int
    values: dict[str, dict[str, int]]


def joined(values: Iterable[str]) -> str:
    """Return the values of one facet as they stand in the index, each once."""
    return BETWEEN.join(dict.fromkeys(value for value in values if value))


def combination(db: Database, *values: str) -> str:
    """Return the letter of a combination of values, in the order of the columns; inside the transaction that uses it."""
    where = " AND ".join(f"{name} = ?" for name in _COMBINED)
    row = db.one(f"SELECT letter FROM combinations WHERE {where}", *values)
    if row is not None:
        return str(row["letter"])
    (last,) = db.all("SELECT count(*) AS n FROM combinations")
    number = last["n"] + 1
    letter = chr(number if number < 0xD800 else number + 0x800)  # between these are no characters
    with db.writing() as connection:
        connection.execute("INSERT INTO combinations VALUES (?, ?, ?, ?, ?)", (letter, *values))
    return letter


def count(db: Database, names: Sequence[str], wanted: Condition) -> Counts:
    """Count the documents that a condition is true of; what was counted is kept until the index changes."""
    source, values = wanted.source()
    key, version = (tuple(names), source, tuple(values)), db.meta("index_changes")
    kept = db.kept.setdefault("facets", {})
    if kept.get("version") != version or len(kept) > _KEPT:
        kept.clear()
        kept["version"] = version
    if key not in kept:
        kept[key] = _count(db, names, source, values)
    found: Counts = kept[key]
    return found


def _count(db: Database, names: Sequence[str], source: str, values: Sequence[Any]) -> Counts:
    few = [name for name in names if name in _COMBINED]
    many = [name for name in names if name in _OF_MANY_VALUES]
    # One pass over the documents, and few long texts instead of many short ones: that is fastest by far.
    texts = [f"group_concat({_OF_MANY_VALUES[name]}, '{BETWEEN}')" for name in many]
    if few:
        texts.append("group_concat(d.combination, '')")
    total, *lists = db.all(f"SELECT {', '.join(['count(*)', *texts])} {source}", *values)[0]
    found = {name: Counter[str]() for name in names}
    found |= {name: Counter((text or "").split(BETWEEN)) for name, text in zip(many, lists, strict=False)}
    letters = Counter(lists[-1] or "") if few else {}
    for row in db.all(f"SELECT letter, {', '.join(few)} FROM combinations") if letters else ():
        if n := letters.get(row["letter"]):
            for name in few:
                found[name].update(dict.fromkeys(row[name].split(BETWEEN), n))
    return Counts(total, {name: _shown(FACETS[name], found[name]) for name in names})


def _shown(facet: Facet, found: dict[str, int]) -> dict[str, int]:
    """Return what is to be kept of the counts: all kinds of types, but not all of thousands of subjects."""
    found.pop("", None)
    return found if facet.kind == "nested" else dict(_most(found))


def chosen(name: str, values: Sequence[str]) -> Condition | None:
    """Return the condition that a facet has one of the values; None if they mean nothing, as InvenioRDM leaves them out."""
    facet = FACETS[name]
    conditions: list[Condition] = []
    for value in values:
        if facet.kind == "dates":
            conditions += _dates(value)
        elif facet.kind == "nested":
            conditions.append(_nested(value, values))
        elif name == "access_status":
            conditions.append(Rows("d.access_status = ?", [value]))
        elif value:
            conditions += [c for c in (typed.compare(facet.counted, value),) if c]
    return any_of(conditions)


def _nested(value: str, values: Sequence[str]) -> Condition:
    """Return the condition for ``publication``, ``publication::publication-book``; the second one narrows the first down."""
    top, _, inner = value.partition("::")
    if inner:
        return Rows("d.resource_type = ?", [inner])
    if any(other.startswith(f"{top}::") for other in values):
        return Rows("0")
    return Rows("d.resource_type = ? OR d.resource_type GLOB ?", [top, re.sub(r"([*?\[])", r"[\1]", top) + "-*"])


def _dates(value: str) -> list[Condition]:
    """Read ``2020``, ``2020..2021-06``, ``..2020``, ``(2020..2021]``."""
    match = _RANGE.fullmatch(value.strip())
    start, end = (match["start"].strip(), match["end"].strip()) if match else (value.strip(), value.strip())
    try:
        condition = typed.overlaps(start, end, (not match or match["open"] != "(", not match or match["close"] != ")"))
    except NotOfItsKind:
        return []
    return [condition] if start or end else []


def to_json(counts: Counts, selected: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the facets as InvenioRDM's ``aggregations``."""
    return {
        name: {"buckets": _buckets(FACETS[name], found, selected.get(name, ())), "label": FACETS[name].label}
        for name, found in counts.values.items()
    }


def _buckets(facet: Facet, found: Mapping[str, int], selected: Sequence[str]) -> list[dict[str, Any]]:
    if facet.kind != "nested":
        return [_bucket(key, n, _label(facet, key), key in selected) for key, n in _most(found)]
    tops: dict[str, int] = {}
    for kind, n in found.items():
        top = kind.split("-")[0]
        tops[top] = tops.get(top, 0) + n
    return [
        {
            **_bucket(top, n, _type_title(top), top in selected),
            "inner": {
                "buckets": [
                    _bucket(kind, m, _type_title(kind), f"{top}::{kind}" in selected)
                    for kind, m in _most({k: m for k, m in found.items() if k.startswith(f"{top}-")})
                ]
            },
        }
        for top, n in _most(tops)
    ]


def _most(found: Mapping[str, int]) -> list[tuple[str, int]]:
    least = min(heapq.nlargest(_MOST, found.values()), default=0)
    return sorted((item for item in found.items() if item[1] >= least), key=lambda item: (-item[1], item[0]))[:_MOST]


def _bucket(key: str, n: int, label: str, selected: bool) -> dict[str, Any]:
    return {"key": key, "doc_count": n, "label": label, "is_selected": selected}


def _label(facet: Facet, key: str) -> str:
    return key.upper() if facet.labels is None else facet.labels.get(key, key)


def _type_title(id: str) -> str:
    known = vocabularies.get("resourcetypes", id) or {}
    title: str = known.get("title", {}).get("en", id)
    return title
