"""Between the plain dictionaries of the field table and InvenioRDM's JSON, both ways, guided by the table alone."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .fields import Field

#: Where a plain dictionary keeps what InvenioRDM gave and the table has no row for, so that an edit does not lose it.
REST = "_native"
#: Keys that InvenioRDM adds to its answers and does not take back.
_ECHOES = frozenset(("status",))
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def applies(field: Field, values: Mapping[str, Any]) -> bool:
    """Whether a sub-field counts beside its siblings (a family name does not, for an organisation)."""
    return field.when is None or values.get(field.when[0]) == field.when[1]


def dump(fields: Sequence[Field], values: Mapping[str, Any], key: str = "") -> dict[str, Any]:
    """Write plain values as InvenioRDM's JSON.

    Parameters
    ----------
    fields : sequence of Field
        The rows that apply.
    values : mapping
        Plain values, as `plain.read` or `load` gave them.
    key : str
        The sub-field that is sent alone where it is set.

    Returns
    -------
    dict
        A JSON of its own: nothing in it is shared with ``values``.
    """
    alone = bool(key and values.get(key))
    native: dict[str, Any] = {}
    for field in fields:
        value = values.get(field.name)
        if value is not None and field.path and applies(field, values) and (not alone or field.name == key):
            raw = [dump_one(field, item) for item in value] if field.repeat else dump_one(field, value)
            _put(native, field.path, raw)
    return native if alone else _join(native, values.get(REST) or {})


def dump_one(field: Field, value: Any) -> Any:
    """Write one value (of a list: one item) as InvenioRDM's JSON."""
    if field.type == "group":
        return dump(field.fields, value, field.key)
    if field.vocabulary:
        return {"id": value}
    if field.type == "localized" and isinstance(value, str):
        return {"en": value}
    return copy.deepcopy(value)


def load(fields: Sequence[Field], native: Mapping[str, Any], key: str = "") -> dict[str, Any]:
    """Read InvenioRDM's JSON into plain values; what has no row is kept under `REST`."""
    rest = copy.deepcopy(dict(native))
    values: dict[str, Any] = {}
    for field in fields:
        raw = _take(rest, field.path) if field.path else None
        if raw is None or not applies(field, values):
            continue
        if field.repeat:
            items = raw if isinstance(raw, list) else [raw]
            value: Any = [one for one in (_load_one(field, item) for item in items) if one not in _EMPTY]
        else:
            value = _load_one(field, raw)
        if value not in _EMPTY:
            values[field.name] = value
    rest = _prune({name: value for name, value in rest.items() if name not in _ECHOES})
    if rest and not (key and values.get(key)):
        values[REST] = rest
    return values


def _load_one(field: Field, raw: Any) -> Any:
    if field.type == "group":
        return load(field.fields, raw, field.key) if isinstance(raw, dict) else None
    if field.vocabulary:
        return raw.get("id") if isinstance(raw, dict) else None
    if field.type == "localized" and isinstance(raw, dict) and set(raw) == {"en"}:
        return raw["en"]
    return raw


@dataclass(frozen=True)
class Place:
    """One field at one place in a work's metadata.

    Attributes
    ----------
    field : Field
        Its row.
    value : object
        The plain value there; None where there is none.
    native : str
        Path in InvenioRDM's JSON, as its errors name it.
    plain : tuple of (str or int)
        Path in the plain dictionary.
    whole : bool
        Whether it is a list as a whole, rather than one item or a single value.
    """

    field: Field
    value: Any
    native: str
    plain: tuple[str | int, ...]
    whole: bool = False


def places(
    fields: Sequence[Field],
    values: Mapping[str, Any],
    native: Any,
    at: str = "",
    plain: tuple[str | int, ...] = (),
    key: str = "",
) -> Iterator[Place]:
    """Walk over all fields that apply, groups before what is in them.

    Parameters
    ----------
    native : object
        The JSON that `dump` makes of ``values``; it tells where in a list a sub-field ended up.
    at, plain : str, tuple
        Path of what is walked over, in either form.
    key : str
        As for `dump`.
    """
    alone = bool(key and values.get(key))
    for field in fields:
        if not applies(field, values) or (alone and field.name != key):
            continue
        value, named = values.get(field.name), (*plain, field.name)
        where = _resolve(native, field.path)
        path = f"{at}.{where}" if at and where else at + where
        below = _follow(native, where)
        if field.repeat:
            yield Place(field, value, path, named, whole=True)
            for i, item in enumerate(value or ()):
                raw = below[i] if isinstance(below, list) and i < len(below) else None
                yield from _place(field, item, raw, f"{path}.{i}", (*named, i))
        else:
            yield from _place(field, value, below, path, named)


def _place(field: Field, value: Any, raw: Any, path: str, named: tuple[str | int, ...]) -> Iterator[Place]:
    yield Place(field, value, path, named)
    if field.type == "group" and isinstance(value, Mapping):
        yield from places(field.fields, value, raw, path, named, field.key)


# A path is cut at its dots; "list[scheme]" is the item of a list with that scheme.
_STEP = re.compile(r"([^.\[\]]+)(?:\[([^\]]+)\])?\.?")


def _steps(path: str) -> list[tuple[str, str]]:
    return _STEP.findall(path)


def _item(items: Any, scheme: str) -> int:
    """Return the index of the item with a scheme, or that of the item to come."""
    items = items if isinstance(items, list) else []
    return next(
        (i for i, item in enumerate(items) if isinstance(item, dict) and item.get("scheme") == scheme), len(items)
    )


def _put(native: dict[str, Any], path: str, value: Any) -> None:
    *steps, (last, _) = _steps(path)
    node = native
    for name, scheme in steps:
        if scheme:
            items = node.setdefault(name, [])
            node = {"scheme": scheme}
            items.append(node)
        else:
            node = node.setdefault(name, {})
    node[last] = value


def _take(native: Any, path: str) -> Any:
    """Remove and return what is at a path; None where there is nothing."""
    *steps, (last, _) = _steps(path)
    node = native
    for name, scheme in steps:
        below = node.get(name) if isinstance(node, dict) else None
        if scheme:
            index = _item(below, scheme)
            if not isinstance(below, list) or index == len(below):
                return None
            value = below[index].pop(last, None)
            if set(below[index]) == {"scheme"}:
                del below[index]
            return value
        node = below
    return node.pop(last, None) if isinstance(node, dict) else None


def _resolve(native: Any, path: str) -> str:
    """Return a path with its schemes replaced by indices, as InvenioRDM's errors write it."""
    parts: list[str] = []
    for name, scheme in _steps(path):
        native = native.get(name) if isinstance(native, dict) else None
        parts.append(name)
        if scheme:
            index = _item(native, scheme)
            native = native[index] if isinstance(native, list) and index < len(native) else None
            parts.append(str(index))
    return ".".join(parts)


def _follow(native: Any, where: str) -> Any:
    for part in where.split("."):
        if isinstance(native, list):
            native = native[int(part)] if int(part) < len(native) else None
        else:
            native = native.get(part) if isinstance(native, dict) else None
    return native


def _prune(value: Any) -> Any:
    """Drop what is empty, deep down."""
    if isinstance(value, dict):
        kept = {key: _prune(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in _EMPTY}
    if isinstance(value, list):
        return [item for item in map(_prune, value) if item not in _EMPTY]
    return value


def _join(native: dict[str, Any], rest: Mapping[str, Any]) -> dict[str, Any]:
    """Add what the table has no row for; what it has one for wins."""
    for key, value in rest.items():
        if key not in native:
            native[key] = copy.deepcopy(value)
        elif isinstance(native[key], dict) and isinstance(value, Mapping):
            _join(native[key], value)
        elif isinstance(native[key], list) and isinstance(value, list):
            native[key].extend(copy.deepcopy(value))
    return native
