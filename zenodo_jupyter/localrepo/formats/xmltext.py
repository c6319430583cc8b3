"""XML in the house: elements with text that may stand in XML, and how they are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA_LOCATION = f"{{{XSI}}}schemaLocation"
# What XML 1.0 (section 2.2) has no way to write, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(value: Any) -> Any:
    r"""Return JSON without the characters that XML cannot have.

    >>> clean({"title": "A\x00B"})
    {'title': 'AB'}
    """
    if isinstance(value, dict):
        return {key: clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [clean(inner) for inner in value]
    return _FORBIDDEN.sub("", value) if isinstance(value, str) else value


def add(parent: Element, namespace: str, name: str, text: str | None = None, **attributes: str) -> Element:
    """Append an element and return it."""
    from lxml import etree

    child = etree.SubElement(parent, f"{{{namespace}}}{name}", {k: clean(v) for k, v in attributes.items()})
    if text is not None:
        child.text = clean(text)
    return child


def write(root: Element) -> str:
    """Return a document as text, indented."""
    from lxml import etree

    body: str = etree.tostring(root, encoding="unicode", pretty_print=True)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{body}"
