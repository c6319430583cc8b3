"""Descriptions: Markdown and plain text to the HTML that InvenioRDM keeps, and back to text for people."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import Any

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_PARAGRAPHS = re.compile(r"(?:<p>[^<>]*</p>\s*)+")
# Elements that stand on lines of their own when HTML is read as text.
_BLOCKS = frozenset(
    ("blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "li", "ol", "p", "pre", "table", "tr", "ul")
)


@cache
def _markdown() -> Any:
    import mistune  # comes with nbconvert; late, so that importing zenodo_jupyter stays cheap

    return mistune.create_markdown(escape=True, plugins=["table"])


def tidy_html(value: Any) -> Any:
    """Turn Markdown or plain text into HTML; what has tags already is left as it is.

    >>> tidy_html("Rain & *snow*.")
    '<p>Rain &amp; <em>snow</em>.</p>'
    >>> tidy_html("<p>Rain</p>")
    '<p>Rain</p>'
    """
    if not isinstance(value, str) or not value.strip() or _TAG.search(value):
        return value
    return _markdown()(value.strip()).strip()


def show_html(value: str) -> str:
    """Return plain paragraphs without their tags; any other HTML as it is.

    >>> show_html("<p>Rain &amp; snow.</p>")
    'Rain & snow.'
    """
    if not _PARAGRAPHS.fullmatch(value):
        return value
    return "\n\n".join(unescape(text).strip() for text in re.findall(r"<p>([^<>]*)</p>", value))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("script", "style")
        if tag in _BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in ("script", "style")))
        if tag in _BLOCKS:
            self.parts.append({"p": "\n\n", "li": ""}.get(tag, "\n"))

    def handle_data(self, data: str) -> None:
        between_blocks = not data.strip() and (not self.parts or self.parts[-1].endswith("\n") or "\n" in data)
        if not self.hidden and not between_blocks:
            self.parts.append(data)


def plain(html: str) -> str:
    """Return the text of a piece of HTML.

    >>> plain("<p>Two <b>words</b></p><ul><li>one</li></ul>").splitlines()
    ['Two words', '', '- one']
    """
    parser = _Text()
    parser.feed(html)
    parser.close()
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(parser.parts))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def in_english(value: Any) -> str:
    """Return a localized text in English, or else in the first language it is in."""
    return str(value.get("en") or next(iter(value.values()), "")) if isinstance(value, dict) else str(value or "")
