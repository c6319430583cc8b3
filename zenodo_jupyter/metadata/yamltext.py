"""YAML as people type it into a cell: every value as text, every key with its line."""

from __future__ import annotations

from typing import Any

import yaml

from ..errors import FieldError, InvalidMetadata

#: Lines (counted from 1) by path, such as ``("creators", 0, "orcid")``.
Lines = dict[tuple[str | int, ...], int]


def parse(text: str) -> tuple[dict[str, Any], Lines]:
    """Read a YAML mapping.

    Values stay as typed (``1.10`` is a version, not a number; ``2026-11-22`` a text), and aliases are refused, since a few
    lines of them can stand for gigabytes.

    Raises
    ------
    InvalidMetadata
        With the line, where the text is not such a mapping.
    """
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.BaseLoader)):
            raise InvalidMetadata("The metadata use a YAML alias (*name), which is not understood here.")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InvalidMetadata(
            f"The metadata are not YAML: line {line}: {error.problem or error.context}.",
            hint="A text with a colon and a space in it needs quotation marks.",
        ) from error
    except yaml.YAMLError as error:
        raise InvalidMetadata(f"The metadata are not YAML: {error}.") from error
    lines: Lines = {}
    if root is None:
        return {}, lines
    if not isinstance(root, yaml.MappingNode):
        raise InvalidMetadata(
            "The metadata are no mapping of fields.", hint="Write one a line, such as title: Rain in May."
        )
    return _build(root, (), lines), lines


def _build(node: Any, at: tuple[str | int, ...], lines: Lines) -> Any:
    lines[at] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*at, i), lines) for i, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return None if node.style is None and node.value in ("null", "~") else node.value
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise InvalidMetadata(f"The metadata have a key that is no text: line {line}.")
        if key.value in found:
            raise InvalidMetadata(f"The metadata name {key.value} twice: line {line}.")
        path = (*at, key.value)
        found[key.value] = _build(value, path, lines)
        lines[path] = line
    return found


def with_lines(
    errors: tuple[FieldError, ...], paths: list[tuple[str | int, ...]], lines: Lines
) -> tuple[FieldError, ...]:
    """Put the line of its path, or of the nearest path above it, before each error's first message."""
    numbered = []
    for error, path in zip(errors, paths, strict=True):
        while path and path not in lines:
            path = path[:-1]
        first, *others = error.messages
        numbered.append(FieldError(error.field, (f"line {lines.get(path, 1)}: {first}", *others)))
    return tuple(numbered)
