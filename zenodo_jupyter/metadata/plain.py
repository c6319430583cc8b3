"""Plain dictionaries, as people write them in YAML, JSON and forms: read with patience, shown in the friendliest spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ..errors import FieldError
from .mapping import REST, dump_one

if TYPE_CHECKING:
    from .fields import Field

_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
# Control characters, halves of surrogate pairs (JSON and YAML can hold them, UTF-8 not) and what is no character have no
# place in a title or name, and XML exports fail on them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def read(
    fields: Sequence[Field], plain: Mapping[str, Any], problems: list[FieldError], at: tuple[str | int, ...] = ()
) -> dict[str, Any]:
    """Read a plain dictionary into the form that is kept.

    Parameters
    ----------
    fields : sequence of Field
        The rows that may be named.
    plain : mapping
        Names (or their aliases) and values.
    problems : list of FieldError
        Is added to; paths are those of the plain dictionary, such as ``creators.0.orcid``.
    at : tuple
        Path of this dictionary.

    Returns
    -------
    dict
        Values by name, empty ones left out.
    """
    known = {name: field for field in fields for name in (field.name, *field.aliases)}
    values: dict[str, Any] = {}
    for key, value in plain.items():
        if key == REST and isinstance(value, Mapping):
            values[REST] = value
            continue
        here = (*at, str(key))
        field = known.get(re.sub(r"[\s-]+", "_", str(key).strip().lower()))
        if field is None:
            problems.append(_problem(here, "Unknown field.", suggestion(str(key), [f.name for f in fields])))
            continue
        found = _read_value(field, value, problems, here)
        if found in _EMPTY:
            continue
        if field.name in values and field.repeat:
            values[field.name] += [item for item in found if item not in values[field.name]]
        elif field.name in values and values[field.name] != found:
            problems.append(_problem(here, f"{field.name} is given twice, under two names."))
        else:
            values[field.name] = found
    order = [field.name for field in fields] + [REST]
    return dict(sorted(values.items(), key=lambda pair: order.index(pair[0])))


def _read_value(field: Field, value: Any, problems: list[FieldError], at: tuple[str | int, ...]) -> Any:
    if not field.repeat:
        return None if value in _EMPTY else _read_one(field, value, problems, at)
    if isinstance(value, str) and field.separator:
        value = re.split(field.separator, value.strip())
    elif not isinstance(value, list | tuple):
        value = [value]
    items = [(i, item) for i, item in enumerate(value) if item not in _EMPTY]
    found = [_read_one(field, item, problems, (*at, i)) for i, item in items]
    return [item for item in found if item not in _EMPTY]


def _read_one(field: Field, value: Any, problems: list[FieldError], at: tuple[str | int, ...]) -> Any:
    if isinstance(value, Mapping) and field.type != "group" and field.vocabulary and "id" in value:
        value = value["id"]  # InvenioRDM's own spelling of a vocabulary item
    if isinstance(value, date):  # a datetime too: YAML and TOML readers make them
        value = value.isoformat()
    elif isinstance(value, int | float) and not isinstance(value, bool) and field.type != "bool":
        value = str(value)
    if isinstance(value, str):
        value = _CONTROL.sub("", value).strip()
    value = field.tidy(value) if field.tidy else value
    if field.type == "group":
        if isinstance(value, Mapping):
            return read(field.fields, value, problems, at)
        names = ", ".join(f.name for f in field.fields)
        problems.append(_problem(at, "Not a valid mapping type.", f"Expected one with {names}."))
    elif field.type == "bool":
        word = _WORDS.get(value.lower()) if isinstance(value, str) else value
        if isinstance(word, bool):
            return word
        problems.append(_problem(at, "Not a valid boolean."))
    elif field.type == "localized" and isinstance(value, Mapping):
        return {str(code): str(text) for code, text in value.items()}
    elif isinstance(value, str):
        return _choice(field, value) if field.choices else value
    else:
        problems.append(_problem(at, "Not a valid string."))
    return None


def _choice(field: Field, value: str) -> str:
    """Return the id that is meant by an id or a label in any spelling ("Is supplement to"); the text itself if none is."""
    ids = [key for key, _ in field.choices]
    if value in ids:
        return value
    by_word = {_squash(label): key for key, label in reversed(field.choices)}
    by_word |= {_squash(key): key for key in ids}
    return by_word.get(_squash(value), value)


def _squash(text: str) -> str:
    return re.sub(r"[^a-z0-9+#]", "", text.lower())


def suggestion(wrong: str, names: Sequence[str]) -> str:
    """Return "Did you mean …?" where a name is near, else nothing."""
    near = get_close_matches(wrong.strip().lower(), names, n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else ""


def _problem(at: tuple[str | int, ...], *messages: str) -> FieldError:
    return FieldError(".".join(map(str, at)), tuple(message for message in messages if message))


def show(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return kept values in their friendliest spelling, of which `read` makes what says the same to a repository."""
    shown: dict[str, Any] = {}
    for field in fields:
        if field.name in values:
            value = values[field.name]
            shown[field.name] = [_show_one(field, item) for item in value] if field.repeat else _show_one(field, value)
    return {**shown, **{key: values[key] for key in (REST,) if key in values}}


def _show_one(field: Field, value: Any) -> Any:
    """Return the first spelling that a repository would get the same from."""
    for candidate in _spellings(field, value):
        problems: list[FieldError] = []
        again = _read_one(field, candidate, problems, ()) if candidate else None
        if again is not None and not problems and dump_one(field, again) == dump_one(field, value):
            return candidate
    return value


def _spellings(field: Field, value: Any) -> Iterator[Any]:
    if field.show and isinstance(value, Mapping if field.type == "group" else str):
        yield field.show(value)
    if field.type == "group" and isinstance(value, Mapping):
        yield show(field.fields, value)
