"""Dates as metadata have them: Extended Date/Time Format level 0 (https://www.loc.gov/standards/datetime/)."""

from __future__ import annotations

import calendar
import re

_DATE = re.compile(r"(-?\d{4})(?:-(\d\d)(?:-(\d\d))?)?\Z")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?\Z")
# The first day and the last day that a date may mean, comparable.
_Span = tuple[tuple[int, int, int], tuple[int, int, int]]


def is_date(text: str) -> bool:
    """Tell whether this is a year, a month, a day, or an interval of two of them in the right order.

    >>> [is_date(t) for t in ("2020", "2020-02-30", "2020-01/2021", "2021/2020", "2020/")]
    [True, False, True, False, True]
    """
    ends = text.strip().split("/")
    if len(ends) > 2 or not any(ends):
        return False
    # Either end may be left open (unknown), which InvenioRDM accepts though level 0 does not.
    spans = [_span(end) for end in ends if end]
    if None in spans:
        return False
    return len(spans) < 2 or spans[1][1] >= spans[0][0]  # type: ignore[index]


def is_date_or_time(text: str) -> bool:
    """Tell whether this is a date, an interval, or a day with a time and perhaps an offset."""
    time = _TIME.match(text.strip())
    return is_date(time.group(1) if time else text)


def days(text: str) -> tuple[str, str]:
    """Return the first and the last day of a year, a month, a day or an interval; nothing for an end that is not known.

    >>> days("2020-02"), days("2020/")
    (('2020-02-01', '2020-02-29'), ('2020-01-01', ''))
    """
    begin, interval, end = text.strip().partition("/")
    first, last = _span(begin), _span(end if interval else begin)
    return _iso(first[0]) if first else "", _iso(last[1]) if last else ""


def _iso(day: tuple[int, int, int]) -> str:
    return f"{day[0]:04}-{day[1]:02}-{day[2]:02}"


def _span(text: str) -> _Span | None:
    match = _DATE.match(text)
    if match is None:
        return None
    year = int(match.group(1))
    if match.group(2) is None:
        return (year, 1, 1), (year, 12, 31)
    month = int(match.group(2))
    if not 1 <= month <= 12:
        return None
    # The calendar repeats every 400 years, which gives years before 1 a length of February too.
    length = calendar.monthrange(year % 400 + 2000, month)[1]
    if match.group(3) is None:
        return (year, month, 1), (year, month, length)
    day = int(match.group(3))
    return ((year, month, day), (year, month, day)) if 1 <= day <= length else None
