"""Text from people: mended, and freed of markup that could do harm."""

from __future__ import annotations

import ftfy
import nh3

# What InvenioRDM's configuration allows (Invenio-Config's defaults, with the table parts that Zenodo adds): no images, no
# h6, no scripts, no styles, no handlers.
_TAGS = set(
    "a abbr acronym b blockquote br code col colgroup div em h1 h2 h3 h4 h5 i li ol p pre s span strike strong sub sup "  # noqa: SIM905
    "table tbody td tfoot th thead tr u ul".split()
)
_ATTRIBUTES = {"*": {"class"}, "a": {"href", "title", "name", "rel"}, "abbr": {"title"}, "acronym": {"title"}}
_ZERO_WIDTH_SPACE = "\u200b"


def mend(text: str) -> str:
    """Strip, repair wrongly decoded characters, and drop what XML cannot carry (exports are XML)."""
    text = ftfy.fix_text(text.strip())
    return "".join(c for c in text if _allowed_in_xml(ord(c))).replace(_ZERO_WIDTH_SPACE, "")


def sanitise(html: str) -> str:
    """Keep only the tags, attributes and styles that InvenioRDM keeps; the text inside other tags stays."""
    return nh3.clean(
        mend(html),
        tags=_TAGS,
        # A script's text is shown rather than dropped, as InvenioRDM's sanitiser does; it is text then.
        clean_content_tags=set(),
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    ).strip()


def _allowed_in_xml(code: int) -> bool:
    """Tell whether XML 1.0 (section 2.2) has this character."""
    return 0x20 <= code <= 0xD7FF or code in (0x9, 0xA, 0xD) or 0xE000 <= code <= 0xFFFD or code >= 0x10000
