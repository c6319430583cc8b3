"""Compare two JSON values, such as Plotly and Vega charts, by their structure."""

from __future__ import annotations

import base64
import json
import re
from datetime import date
from typing import Any

from .levels import IDENTICAL, Level, Match, worst
from .text import compare_numbers, compare_text

# Vega-Lite names its inline data by a hash of it, Bokeh and ipywidgets name their models by UUIDs.
_RANDOM = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def compare_json(archived: Any, rerun: Any, ran: date | None = None) -> Match:
    """Compare two JSON values.

    Parameters
    ----------
    archived, rerun : object
        As read from JSON. A text that holds JSON is read first.
    ran : datetime.date, optional
        The day of the re-run, see `compare_text`.

    Returns
    -------
    Match
        The detail names the place, such as ``data[0].y[3]``.
    """
    if archived == rerun:
        return IDENTICAL
    return worst(_walk(_loaded(archived), _loaded(rerun), ran, ""))


def _loaded(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:  # a plain text then
            return value
    return value


def _walk(a: Any, b: Any, ran: date | None, place: str) -> list[Match]:
    if a == b and type(a) is type(b):
        return []
    if isinstance(a, dict) and isinstance(b, dict):
        if "bdata" in a and "bdata" in b:
            return _walk(_typed_array(a), _typed_array(b), ran, place)
        first, second = _named(a), _named(b)
        if list(first) != list(second):
            keys = sorted(set(first) ^ set(second)) or ["the order of its keys"]
            return [Match(Level.DIFFERENT, f"{place or 'the value'} differs in {', '.join(keys[:5])}")]
        return [m for k in first for m in _walk(first[k], second[k], ran, f"{place}.{k}".lstrip("."))]
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return [Match(Level.DIFFERENT, f"{place or 'the list'} had {len(a)} items and has {len(b)}")]
        return [m for i, (x, y) in enumerate(zip(a, b, strict=True)) for m in _walk(x, y, ran, f"{place}[{i}]")]
    return [_leaf(a, b, ran, place)]


def _leaf(a: Any, b: Any, ran: date | None, place: str) -> Match:
    if isinstance(a, str) and isinstance(b, str):
        match = compare_text(a, b, ran)
        return Match(match.level, f"{place}: {match.detail}" if match.detail else "")
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (a, b))
    whole = isinstance(a, int) and isinstance(b, int)
    level = compare_numbers(float(a), float(b), whole=whole) if numbers else Level.DIFFERENT
    return Match(level, f"{place}: {str(a)[:60]} became {str(b)[:60]}")


def _named(value: dict[str, Any]) -> dict[str, Any]:
    """Return the dictionary with random parts of its keys replaced by a number, sorted by key."""
    renamed: dict[str, Any] = {}
    for key, item in value.items():
        plain = _RANDOM.sub("*", key)
        while plain in renamed:
            plain += "*"
        renamed[plain] = item
    return dict(sorted(renamed.items()))


def _typed_array(value: dict[str, Any]) -> Any:
    """Read Plotly's base64 form of an array: ``{"dtype": "f8", "bdata": "…", "shape": "2, 3"}``."""
    try:
        import numpy as np

        items = np.frombuffer(base64.b64decode(value["bdata"]), dtype=np.dtype(f"<{value['dtype']}")).tolist()
    except (ImportError, KeyError, TypeError, ValueError):  # compared as text then
        return value["bdata"]
    return {"shape": value.get("shape"), "items": items}
