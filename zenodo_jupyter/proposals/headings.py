"""What a notebook says of itself: its metadata, its first heading and its first paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .frontmatter import BLOCK

_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_SETEXT = re.compile(r"^(?![ \t]*$)([^\n#>|-][^\n]*)\n=+[ \t]*$", re.MULTILINE)
_HTML = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.IGNORECASE | re.DOTALL)
_FENCE = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
# Blocks that are not running text: headings, tables, pictures, badges, HTML, lists, rules, formulas, quotations.
_NO_TEXT = re.compile(r"\s*(?:#|\||!?\[!\[|!\[|<|[-*+]\s|\d+[.)]\s|[-=*_]{3,}|\$\$|>)")
#: Characters of a cell that are looked at; nobody's title stands further down.
_LONGEST = 20_000
#: Words; a shorter paragraph is a name, a date or a greeting.
_SHORTEST = 5
# Kernel languages, with the ids of Zenodo's vocabulary of programming languages.
_LANGUAGES = {
    "python": "python",
    "r": "r",
    "julia": "julia",
    "c++": "c++",
    "c++17": "c++",
    "rust": "rust",
    "scala": "scala",
}


def first_heading(nb: Mapping[str, Any]) -> str:
    """Return the first heading of the first level, else the first of any; empty where there is none."""
    lower = ""
    for text in _texts(nb):
        found = [(match.start(), len(match.group(1)), match.group(2)) for match in _ATX.finditer(text)]
        found += [
            (match.start(), 1, match.group(1)) for pattern in (_SETEXT, _HTML) for match in pattern.finditer(text)
        ]
        for _, level, title in sorted(found):
            words = bare(title)
            if words and level == 1:
                return words
            lower = lower or words
    return lower


def first_paragraph(nb: Mapping[str, Any]) -> str:
    """Return the first paragraph of running text, as Markdown; empty where there is none."""
    for text in _texts(nb):
        text = _HTML.sub("\n\n", _SETEXT.sub("\n\n", _ATX.sub("\n\n", text)))
        for block in re.split(r"\n\s*\n", text):
            if not _NO_TEXT.match(block) and len(bare(block).split()) >= _SHORTEST:
                return " ".join(line.strip() for line in block.strip().splitlines())
    return ""


def own_metadata(nb: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the notebook's metadata say: title, authors, licence, language of the kernel."""
    metadata = nb.get("metadata") or {}
    kernel = metadata.get("language_info") or metadata.get("kernelspec") or {}
    language = str(kernel.get("name") or kernel.get("language") or "").lower() if isinstance(kernel, Mapping) else ""
    return {
        "title": metadata.get("title"),
        "creators": metadata.get("authors"),
        "rights": metadata.get("license"),
        "programming_languages": _LANGUAGES.get(language),
    }


def bare(markdown: str) -> str:
    """Return a line of Markdown without its markup.

    >>> bare("The *great* [storm](https://a.org) of `1703` ![badge](b.svg)")
    'The great storm of 1703'
    """
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", markdown)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<[^<>]+>", "", text)
    text = re.sub(r"(\*\*|__|\*|`)(.+?)\1", r"\2", text)
    return " ".join(text.split())


def _texts(nb: Mapping[str, Any]) -> Iterator[str]:
    """Yield the text cells, without front matter and code in fences; the badge's cell is not the author's."""
    for cell in nb.get("cells") or ():
        if isinstance(cell, Mapping) and cell.get("cell_type") == "markdown":
            source = cell.get("source") or ""
            text = "".join(source) if isinstance(source, list) else str(source)
            if "zenodo_jupyter" not in (cell.get("metadata") or {}):
                yield _FENCE.sub("\n\n", BLOCK.sub("", text[:_LONGEST]))
