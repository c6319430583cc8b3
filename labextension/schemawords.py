"""Extracts the words of the settings page for translators, in the contexts in which JupyterLab looks them up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from jupyterlab_server.translation_utils import DEFAULT_SCHEMA_SELECTORS


def words(
    file: Any, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Yield what Babel wants of an extractor: line, function, arguments and comments of each text."""
    for path, text in _texts(json.load(file)):
        for pattern, context in DEFAULT_SCHEMA_SELECTORS.items():
            if re.fullmatch(pattern, path):
                yield 1, "pgettext", (context, text), []
                break


def _texts(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, str):
        yield path, data
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, part in parts:
        yield from _texts(part, f"{path}/{name}" if path else str(name))
