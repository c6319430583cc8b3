"""The DOI badge as an SVG image: no script, no font, no address in it."""

from __future__ import annotations

import re
import unicodedata
from html import escape
from urllib.parse import quote

from ..doi import DOI

#: What a badge says of a DOI that doi.org does not know: one of this repository only, one that DataCite is to be told of or did
#: not take, and one of its test system.
NOT_REGISTERED, NOT_YET, FOR_TESTS = (
    "local, not registered",
    "reserved, not registered yet",
    "for tests, not at doi.org",
)

# Advance widths in thousandths of an em of DejaVu Sans, which Zenodo's badges are set in (measured from the font, 2.37).
_WIDTHS = {
    char: width
    for width, chars in {
        275: "'", 278: "ijl", 295: "IJ", 318: " ,.", 337: "/:;\\|", 352: "f", 361: "-", 390: "()[]", 392: "t", 401: "!",
        411: "r", 460: '"', 500: "*_`", 521: "s", 525: "z", 531: "?", 550: "c", 557: "L", 575: "F", 579: "k", 592: "vxy",
        603: "P", 611: "TY", 612: "o", 613: "a", 615: "e", 632: "E", 634: "hnu", 635: "Sbdgpq", 636: "$0123456789{}",
        656: "K", 684: "AV", 685: "XZ", 686: "B", 695: "R", 698: "C", 732: "U", 748: "N", 752: "H", 770: "D", 775: "G",
        780: "&", 787: "OQ", 818: "w", 838: "#+<=>^~", 863: "M", 950: "%", 974: "m", 989: "W", 1000: "@",
    }.items()
    for char in chars
}  # fmt: skip
_FONT_SIZE = 11  # pixels; with 20 pixels of height, the size that badges have everywhere
_WIDE = 1.0  # an em: what East Asian characters take
_OTHER = 0.65  # of an em: a fair guess for letters beyond ASCII
_LONGEST = 200  # characters of text; DOIs have no limit, pictures should

_GREY = "#484848"
_BLUE = "#0a5c9e"  # white on it has a contrast of 6.8:1; Zenodo's own #007ec6 has 4.1:1
_BROWN = "#7d4700"  # 7.5:1; and hatched, so that the difference is not one of colour alone


def svg(doi_or_text: str, *, registered: bool, why_not: str = NOT_REGISTERED) -> str:
    """Draw a badge.

    Parameters
    ----------
    doi_or_text : str
        What stands behind "DOI": usually the DOI's value. May be anything; it is escaped.
    registered : bool
        Whether doi.org knows it. If not, the badge says so in words, in another colour and in a hatching.
    why_not : str
        Those words.

    Returns
    -------
    str
        A complete SVG document, 20 pixels high.

    Examples
    --------
    >>> "local, not registered" in svg("10.5072/zenodo.7", registered=False)
    True
    """
    value = _printable(doi_or_text)[:_LONGEST]
    words = value if registered else f"{value} {why_not}".strip()
    left, right = text_width("DOI"), text_width(words)
    split, total = round(left) + 11, round(left) + round(right) + 22  # whole pixels: sharp edges
    meaning = f"DOI {value}" if registered else f"DOI {value}, {why_not}"
    description = (
        "A registered Digital Object Identifier."
        if registered
        else "An identifier of a repository on this computer. It does not resolve at doi.org."
    )
    hatching = "" if registered else f'<path fill="url(#zj-hatching)" d="M{split} 0h{total - split}v20H{split}z"/>'
    # textLength keeps the letters in their boxes where another font stands in.
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" viewBox="0 0 {total} 20" role="img" \
aria-labelledby="zj-title zj-desc">
<title id="zj-title">{escape(meaning)}</title>
<desc id="zj-desc">{description}</desc>
<defs>
<clipPath id="zj-round"><rect width="{total}" height="20" rx="3"/></clipPath>
<linearGradient id="zj-shine" x2="0" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".1"/>\
<stop offset="1" stop-opacity=".1"/></linearGradient>
<pattern id="zj-hatching" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
<rect width="4" height="8" fill-opacity=".18"/></pattern>
</defs>
<g clip-path="url(#zj-round)">
<path fill="{_GREY}" d="M0 0h{split}v20H0z"/>
<path fill="{_BLUE if registered else _BROWN}" d="M{split} 0h{total - split}v20H{split}z"/>{hatching}
<path fill="url(#zj-shine)" d="M0 0h{total}v20H0z"/>
</g>
<g fill="#fff" font-family="DejaVu Sans,Verdana,Geneva,sans-serif" font-size="{_FONT_SIZE}">
<text x="6" y="14" textLength="{left:g}" lengthAdjust="spacingAndGlyphs">DOI</text>
<text x="{split + 5:g}" y="14" textLength="{right:g}" lengthAdjust="spacingAndGlyphs">{escape(words)}</text>
</g>
</svg>
"""


def snippets(doi: DOI, why_not: str, site: str, page: str) -> dict[str, str]:
    r"""Return what to write into a text so that it shows a record's badge, by the language of the text.

    Parameters
    ----------
    doi : DOI
        The record's.
    why_not : str
        Why doi.org does not know it, if it does not: the badge says so and leads to the landing page.
    site, page : str
        Address of the repository, without a slash at the end, and of the landing page.

    Returns
    -------
    dict
        For Markdown, HTML, reStructuredText and LaTeX, which has words for the badge: it shows no SVG.

    Examples
    --------
    >>> snippets(DOI("10.5281/zenodo.7"), "", "https://r.test", "https://r.test/records/7")["LaTeX"]
    '\\href{https://doi.org/10.5281/zenodo.7}{DOI \\texttt{10.5281/zenodo.7}}'
    """
    image, target = f"{site}/badge/DOI/{quote(doi.value)}.svg", page if why_not else doi.url
    words = f"DOI {doi.value}, {why_not}" if why_not else f"DOI {doi.value}"
    # In Markdown a bracket would end the words, in reStructuredText a colon at the end of a word starts something new.
    marked = re.sub(r"([\\\[\]])", r"\\\1", words)
    plain, link = re.sub(r"([%#&_{}$])", r"\\\1", doi.value), re.sub(r"([%#])", r"\\\1", target)
    suffix = f" ({why_not})" if why_not else ""
    return {
        "Markdown": f"[![{marked}]({image})]({target})",
        "HTML": f'<a href="{escape(target)}"><img src="{escape(image)}" alt="{escape(words)}"></a>',
        "reStructuredText": f".. image:: {image}\n   :target: {target}\n   :alt: {words}",
        "LaTeX": rf"\href{{{link}}}{{DOI \texttt{{{plain}}}}}{suffix}",
    }


def text_width(text: str) -> float:
    """Return the width of a text in pixels, set in DejaVu Sans of 11 pixels.

    >>> text_width("DOI")
    20.4
    """
    ems = 0.0
    for char in text:
        if char in _WIDTHS:
            ems += _WIDTHS[char] / 1000
        elif not unicodedata.combining(char):
            ems += _WIDE if unicodedata.east_asian_width(char) in "WF" else _OTHER
    return round(ems * _FONT_SIZE, 1)


def _printable(text: str) -> str:
    """Drop what XML 1.0 cannot hold and what would turn the reading direction; white space becomes a blank."""
    kept = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Cn", "Co") or c.isspace())
    return re.sub(r"\s+", " ", kept).strip()
