"""HTML that strangers wrote, made harmless: one rule for descriptions, one for previews."""

from __future__ import annotations

import re

from .. import markdown


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: What a description may contain: InvenioRDM's own list (``ALLOWED_HTML_TAGS``).
PROSE_TAGS = _set(
    "a abbr acronym b blockquote br code col colgroup div table tbody tfoot thead td th tr em h1 h2 h3 h4 h5 i li ol p pre s "
    "span strike strong sub sup u ul"
)
#: What a preview shows besides: what notebooks and Markdown make.
PREVIEW_TAGS = PROSE_TAGS | _set(
    "article caption center dd del details dfn dl dt figcaption figure footer h6 header hr img ins kbd mark nav q samp "
    "section small summary time tt var wbr"
)
_PREVIEW_ATTRIBUTES = {
    "*": {"class", "id", "title", "lang", "dir", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "col": {"span"},
    "ol": {"start"},
    "details": {"open"},
    "time": {"datetime"},
}
#: Properties that colour and align, and can neither load nor cover anything.
_STYLES = _set(
    "background-color border border-collapse border-color border-style border-width color font-family font-size font-style "
    "font-weight height line-height list-style-type margin max-width min-width padding text-align text-decoration "
    "vertical-align white-space width"
)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)
_LINK = re.compile(r"https?:|mailto:|#", re.IGNORECASE)


def prose(html: str) -> str:
    """Clean a description: text and simple structure, no pictures, no styles.

    >>> prose('<p onclick="x()">A <b>b</b><script>alert(1)</script></p>')
    '<p>A <b>b</b></p>'
    """
    import nh3

    return nh3.clean(
        html,
        tags=set(PROSE_TAGS),
        attributes={"a": {"href", "title"}, "abbr": {"title"}, "acronym": {"title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )


def preview(html: str) -> str:
    """Clean a rendered document: pictures only as ``data:``, links out open beside the frame, styles by a short list.

    >>> preview('<img src="https://tracker.example/x.png" alt="x">')
    '<em>[a picture from elsewhere, not loaded]</em>'
    """
    import nh3

    cleaned = nh3.clean(
        html,
        tags=set(PREVIEW_TAGS | markdown.TAGS),
        attributes={
            **{tag: set(names) for tag, names in _PREVIEW_ATTRIBUTES.items()},
            **{tag: set(markdown.ATTRIBUTES) for tag in markdown.TAGS},
        },
        attribute_filter=_keep,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="nofollow noopener noreferrer",
        filter_style_properties=set(_STYLES),
    )
    # What was cleaned is well-formed, so regular expressions are enough. Links inside the page stay in the frame.
    cleaned = re.sub(r'<img (?![^>]*\bsrc=")[^>]*>|<img>', "<em>[a picture from elsewhere, not loaded]</em>", cleaned)
    return re.sub(r'<a (?=[^>]*\bhref="(?!#))', '<a target="_blank" ', cleaned)


def plain(html: str) -> str:
    """Return the text of a description, on one line.

    >>> plain("<p>A &amp; B</p><p>C</p>")
    'A & B C'
    """
    from html import unescape

    import nh3

    spaced = re.sub(r"(?=</?(?:p|div|li|br|tr|h\d|td|th)\b)", " ", html, flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", unescape(nh3.clean(spaced, tags=set()))).strip()


def _keep(tag: str, name: str, value: str) -> str | None:
    """Let a picture come from nowhere but the document, and a link be a link."""
    if name == "src":
        return value if _PICTURE.match(value.strip()) else None
    if name == "href":
        return value if _LINK.match(value.strip()) else None
    return value
