"""Compare two pieces of HTML by what they show: tables cell by cell, text, pictures."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

from .images import compare_image
from .levels import IDENTICAL, Level, Match, worst
from .text import LONGEST, compare_text

#: Attributes that carry content. Ids, classes and styles are random or belong to the library's looks.
_ATTRIBUTES = frozenset({
    "href", "src", "srcdoc", "alt", "value", "max", "width", "height",
    "d", "points", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "transform", "fill", "stroke",
})  # fmt: skip


def compare_html(archived: str, rerun: str, ran: date | None = None) -> Match:
    """Compare two pieces of HTML.

    Parameters
    ----------
    archived, rerun : str
        The output as it was published and as it came out now.
    ran : datetime.date, optional
        The day of the re-run, see `compare_text`.

    Returns
    -------
    Match
        `Level.VOLATILE` where only ids, classes, styles or mark-up differ. The detail names row and column in a table.
    """
    if archived == rerun:
        return IDENTICAL
    if max(len(archived), len(rerun)) > LONGEST:
        return compare_text(archived, rerun, ran)
    a, b = pieces(archived), pieces(rerun)
    if len(a) != len(b):
        joined = compare_text("\n".join(t for _, t in a), "\n".join(t for _, t in b), ran)
        return worst((Match(Level.VOLATILE), joined))
    return worst((Match(Level.VOLATILE), *(_compare_piece(x, y, ran) for x, y in zip(a, b, strict=True))))


def pieces(html: str) -> list[tuple[str, str]]:
    """Return what a reader sees of a piece of HTML, text by text, each behind its place, such as ``row 1, column 2``."""
    parser = _Shown()
    parser.feed(html)
    parser.close()
    return parser.pieces


def _compare_piece(a: tuple[str, str], b: tuple[str, str], ran: date | None) -> Match:
    (where, x), (_, y) = a, b
    if x.startswith("data:image/png;base64,") and y.startswith("data:image/png;base64,"):
        match = compare_image(x.partition(",")[2], y.partition(",")[2])
    else:
        match = compare_text(x, y, ran)
    detail = f"{where}: {match.detail}" if where and match.detail else match.detail
    return Match(match.level, detail)


class _Shown(HTMLParser):
    """Collect the pieces that a reader sees, each with its place in a table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[tuple[str, str]] = []
        self._row = self._column = 0
        self._in_cell = False
        self._skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "style":
            self._skip += 1
        elif tag == "table":
            self._row = 0
        elif tag == "tr":
            self._row, self._column = self._row + 1, 0
        elif tag in ("td", "th"):
            self._column, self._in_cell = self._column + 1, True
        self.pieces += [(self._where, value) for name, value in attrs if name in _ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._skip = max(0, self._skip - 1)
        elif tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._skip:
            self.pieces.append((self._where, data.strip()))

    @property
    def _where(self) -> str:
        return f"row {self._row}, column {self._column}" if self._in_cell else ""
