"""Two texts or two tables beside each other, with what differs marked; all of it escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape

from ..compare.html import pieces

#: How many lines or rows are shown of a difference, and how much of a line: the notebooks have the rest.
LINES, WIDTH = 60, 400
#: Texts of more lines than this are not aligned, since that takes the square of it.
_ALIGNED = 3000

_TOKEN = re.compile(r"\s+|[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\w+|.", re.DOTALL)
_PLACE = re.compile(r"row (\d+), column (\d+)$")


def text_sides(archived: str, rerun: str) -> str:
    """Return two texts as a table of lines, of which those that differ are shown with one line around them."""
    a, b = archived.splitlines(), rerun.splitlines()
    rows: list[str] = []
    for x, y, same in _aligned(a[:_ALIGNED], b[:_ALIGNED]):
        if len(rows) == LINES:
            rows.append('<tr><td colspan="2" class="more">… the notebooks have the rest</td></tr>')
            break
        one = not archived or not rerun  # there is nothing to compare the words with
        left, right = (escape(_cut(x)), escape(_cut(y))) if same or one else _marked(_cut(x), _cut(y))
        rows.append(f'<tr class="{"same" if same and not one else "other"}"><td>{left}</td><td>{right}</td></tr>')
    return (
        '<table class="lines"><thead><tr><th scope="col">published</th><th scope="col">re-run</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def table_sides(archived: str, rerun: str) -> str:
    """Return two HTML tables as one, with both values where they differ; empty where they have not the same shape."""
    a, b = pieces(archived), pieces(rerun)
    if [where for where, _ in a] != [where for where, _ in b] or not any(where for where, _ in a):
        return ""
    rows: list[tuple[bool, dict[int, str]]] = []
    last = 0
    for (where, x), (_, y) in zip(a, b, strict=True):
        place = _PLACE.match(where)
        if place is None:
            continue
        row, column = int(place[1]), int(place[2])
        if row != last:
            rows.append((False, {}))
            last = row
        differs = x != y
        value = f"<del>{escape(_cut(x))}</del> <ins>{escape(_cut(y))}</ins>{_change(x, y)}" if differs else escape(x)
        changed, cells = rows[-1]
        cells[column] = f"{cells[column]} {value}" if column in cells else value
        rows[-1] = (changed or differs, cells)
    shown = [cells for at, (differs, cells) in enumerate(rows) if differs or at == 0]
    more = f"<p class='more'>… and {len(shown) - LINES} more rows</p>" if len(shown) > LINES else ""
    return (
        f'<div class="wide" tabindex="0"><table class="numbers">{"".join(map(_row, shown[:LINES]))}</table></div>{more}'
    )


def _row(cells: dict[int, str]) -> str:
    columns = range(1, max(cells, default=0) + 1)
    return "<tr>" + "".join(f"<td>{cells.get(column, '')}</td>" for column in columns) + "</tr>"


def _change(x: str, y: str) -> str:
    """Say by how much a number changed."""
    try:
        before, now = float(x), float(y)
    except ValueError:  # no numbers
        return ""
    return f" <small>{(now - before) / abs(before):+.2%}</small>" if before else ""


def _aligned(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield lines that differ beside each other, and one line before and after them."""
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for at, (kind, a0, a1, b0, b1) in enumerate(blocks):
        if kind == "equal":
            near = {a1 - 1} if at + 1 < len(blocks) else set()
            near |= {a0} if at else set()
            yield from ((a[i], a[i], True) for i in sorted(near))
            continue
        for step in range(max(a1 - a0, b1 - b0)):
            i, j = a0 + step, b0 + step
            yield (a[i] if i < a1 else ""), (b[j] if j < b1 else ""), False


def _marked(x: str, y: str) -> tuple[str, str]:
    """Return two lines with the words that differ marked."""
    a, b = _TOKEN.findall(x), _TOKEN.findall(y)
    left, right = [], []
    for kind, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        before, now = escape("".join(a[a0:a1])), escape("".join(b[b0:b1]))
        left.append(before if kind == "equal" or not before else f"<del>{before}</del>")
        right.append(now if kind == "equal" or not now else f"<ins>{now}</ins>")
    return "".join(left), "".join(right)


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[:WIDTH]}…"
