"""Fields that are compared as a whole: keywords, numbers, yes and no, dates; and single words of a few more."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from . import searchfields
from .conditions import Condition, Rows, all_of, any_of
from .schema import edtf
from .searchfields import BOOLEANS, DATES, INTEGERS, PUBLISHED, TEXTS

_COLUMNS = {
    "created": "d.created",
    "updated": "d.updated",
    "metadata.publication_date": "d.publication_date",
}
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.\d+)?)?)?(?:Z|\+00:00)?)?)?)?")
_HAS_FIELD = "SELECT doc FROM terms WHERE field = (SELECT id FROM fields WHERE name = ?)"
_ALSO = (
    "EXISTS (SELECT 1 FROM terms t WHERE t.doc = d.doc AND t.value = ? "
    "AND t.field = (SELECT id FROM fields WHERE name = ?))"
)


class NotOfItsKind(ValueError):
    """A value that a field cannot have."""


def exists(name: str) -> Condition:
    """Return the condition that a field has any value."""
    if name in _COLUMNS:
        return Rows(f"{_COLUMNS[name]} <> ''")
    if name == PUBLISHED:
        return Rows("d.published_from <> ''")
    if name in TEXTS:
        return Rows(f"d.doc IN (SELECT rowid FROM texts WHERE \"{name}\" <> '')")
    return Rows(f"d.doc IN ({_HAS_FIELD})", [name])


def compare(name: str, value: str, *, phrase: bool = False, wild: bool = False) -> Condition | None:
    """Return the condition that a field has a value.

    Parameters
    ----------
    name : str
        Of the field; one that does not exist has no value.
    value : str
        Without quotes; a pattern with ``*`` and ``?`` if it is ``wild``.
    phrase : bool
        Of a field with several words, all of these and not just one.
    wild : bool
        Whether it is a pattern.

    Raises
    ------
    NotOfItsKind
        When the field cannot have it.
    """
    if name in INTEGERS or name in DATES or name == PUBLISHED:
        return between(name, (value, value), (True, True))
    if name in BOOLEANS and value not in ("true", "false"):
        raise NotOfItsKind(f"“{value}” is neither true nor false.")
    if wild:
        return Rows(f"d.doc IN ({_HAS_FIELD} AND value GLOB ?)", [name, _glob(value)])
    if not searchfields.is_wordy(name):
        return _has(name, value)
    # The longest word is the rarest one, most likely: the others are only looked for where it is.
    words = sorted(searchfields.words(value, name), key=len, reverse=True)
    has = [_has(name, word) for word in words]
    if not phrase or not words:
        return any_of(has)
    return all_of([has[0], *(Rows(_ALSO, [word, name]) for word in words[1:])])


def _has(name: str, value: str) -> Rows:
    return Rows(f"d.doc IN ({_HAS_FIELD} AND value = ?)", [name, value])


def _glob(pattern: str) -> str:
    """Return a pattern for SQLite: there, brackets mean something too."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    return "".join(f"[{p[-1]}]" if p[0] == "\\" or p == "[" else p for p in parts)


def between(name: str, ends: tuple[str | None, ...], includes: tuple[bool, bool]) -> Condition:
    """Return the condition that a field has a value in a range; an end that is None is open.

    Raises
    ------
    NotOfItsKind
        When an end is no number or no date, where the field has such.
    """
    if name == PUBLISHED:
        return _published(ends, includes)
    column = _COLUMNS.get(name, "value")
    if name in DATES:
        condition, values = _dates(column, ends, includes)
    else:
        column = "CAST(value AS INTEGER)" if name in INTEGERS else column
        kinds = [("<" if n else ">") + ("=" if includes[n] else "") for n in (0, 1)]
        given = [(kinds[n], _number(end) if name in INTEGERS else end) for n, end in enumerate(ends) if end is not None]
        condition, values = " AND ".join(f"{column} {kind} ?" for kind, _ in given), [end for _, end in given]
    if name in _COLUMNS:
        return Rows(f"{column} <> ''{' AND ' + condition if condition else ''}", values)
    return Rows(f"d.doc IN ({_HAS_FIELD}{' AND ' + condition if condition else ''})", [name, *values])


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise NotOfItsKind(f"“{text}” is no whole number.") from None


def _dates(column: str, ends: tuple[str | None, ...], includes: tuple[bool, bool]) -> tuple[str, list[Any]]:
    low, high = (None if end is None else _span(end) for end in ends)
    parts, values = [], []
    if low is not None:
        parts.append(f"{column} >= ?")
        values.append(low[0] if includes[0] else low[1])
    if high is not None:
        parts.append(f"{column} < ?")
        values.append(high[1] if includes[1] else high[0])
    return " AND ".join(parts), values


def _published(ends: tuple[str | None, ...], includes: tuple[bool, bool]) -> Rows:
    """Return the condition that the time of publication overlaps with a range of days."""
    parts, values = ["d.published_from <> ''"], []
    for n, (end, sign) in enumerate(zip(ends, ("published_to >", "published_from <"), strict=True)):
        if end is not None:
            parts.append(f"d.{sign}{'=' if includes[n] else ''} ?")
            values.append(_span(end)[0][:10])
    return Rows(" AND ".join(parts), values)


def overlaps(start: str, end: str, includes: tuple[bool, bool]) -> Rows:
    """Return the condition that the time of publication overlaps with what is between two years, months or days.

    Raises
    ------
    NotOfItsKind
        When one of them is none of these; an empty one leaves that end open.
    """
    first, last = edtf.days(start)[0], edtf.days(end)[1]
    if (start and not first) or (end and not last):
        raise NotOfItsKind(f"“{start}..{end}” has an end that is no date.")
    return _published((first or None, last or None), includes)


def _span(text: str) -> tuple[str, str]:
    """Return when a moment or a day begins, and what is behind it; a year stands for its first day, as in OpenSearch."""
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        year, month, day, hour, minute, second = match.groups()
        begin = datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0))
        lasts = {"seconds": 1} if second else {"minutes": 1} if minute else {"hours": 1} if hour else {"days": 1}
        end = begin + timedelta(**lasts)
    except (ValueError, OverflowError):
        raise NotOfItsKind(f"“{text}” is no date like 2026, 2026-01 or 2026-01-31.") from None
    return (begin.isoformat(), end.isoformat()) if hour else (begin.date().isoformat(), end.date().isoformat())
