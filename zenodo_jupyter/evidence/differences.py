"""What is shown of each output that did not come out the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from ..card import VERDICTS
from ..compare.pairing import CellPair, outputs_of, pair_cells, richest, text_of
from ..compare.text import LONGEST
from .sides import table_sides, text_sides

#: By verdict: a mark that is told from the others without colour.
MARKS = {"same": "=", "close": "≈", "differs": "≠", "unsteady": "~", "failed": "✖", "missing": "−", "extra": "+"}
#: What the levels of an output mean.
LEVELS = (
    "identical", "the same but for layout", "the same but for what changes from run to run", "numbers within 1e-6",
    "numbers within 1e-3", "looks the same", "looks alike", "numbers within 5 %", "different",
)  # fmt: skip
#: From the worst down; a cell with several outputs is shown by its worst.
WORST = ("failed", "missing", "differs", "unsteady", "extra", "close", "same")
#: So many outputs are shown one by one.
SHOWN = 200
#: Pictures of more characters than this are not shown: the page has to open on a phone.
_LARGEST = 3_000_000
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
_PLACE = re.compile(r" at (\d+), (\d+)")


def differences(outputs: list[dict[str, Any]], archived: Mapping[str, Any], rerun: Mapping[str, Any]) -> list[str]:
    """Return a section for each output that was reached and is not the same, up to `SHOWN`.

    Parameters
    ----------
    outputs : list of dict
        The verdicts, as in the report.
    archived, rerun : dict
        The notebooks.
    """
    pairs = {(pair.place, pair.archived is None): pair for pair in pair_cells(archived, rerun)}
    parts: list[str] = []
    bundles: dict[int, list[dict[str, Any]]] = {}
    for number, output in enumerate(outputs, 1):
        if output["verdict"] == "same" or (output["verdict"] == "failed" and output["rerun_index"] is None):
            continue  # what was not reached has nothing to be shown beside
        if len(parts) == SHOWN:
            parts.append(f"<p class='more'>These are the first {SHOWN}; the JSON report has all.</p>")
            break
        pair = pairs.get((output["cell_index"], output["verdict"] == "extra"))
        pair = pair or pairs.get((output["cell_index"], False)) or CellPair(output["cell_index"], None, None)
        for cell in (pair.archived, pair.rerun):
            if id(cell) not in bundles:
                bundles[id(cell)] = outputs_of(cell)
        before = _at(bundles[id(pair.archived)], output["output_index"])
        now = _at(bundles[id(pair.rerun)], output["rerun_index"])
        parts.append(_section(number, output, pair, before, now))
    return parts


def _section(number: int, output: dict[str, Any], pair: CellPair, before: dict[str, Any], now: dict[str, Any]) -> str:
    source = text_of((pair.archived or pair.rerun or {}).get("source"))
    verdict = output["verdict"]
    detail = f"<p>{escape(output['detail'])}</p>" if output["detail"] else ""
    return (
        f'<section class="output" id="output-{number}"><h3><span class="mark {verdict}">{MARKS[verdict]}</span> '
        f"Cell {output['cell_index'] + 1}: {escape(VERDICTS[verdict])} "
        f"<small>{escape(output['mime'])}, {LEVELS[output['level']]}</small></h3>"
        f"{detail}{_sides(number, output, before, now)}"
        f"<details><summary>The cell's code</summary><pre tabindex='0'>{escape(source[:8000])}</pre></details></section>"
    )


def _at(outputs: list[dict[str, Any]], position: int | None) -> dict[str, Any]:
    return outputs[position] if position is not None and position < len(outputs) else {}


def _sides(number: int, output: dict[str, Any], before: dict[str, Any], now: dict[str, Any]) -> str:
    pictures = _picture(before, "published"), _picture(now, "re-run")
    if any(pictures):
        return _pictures(number, output, *pictures)
    html = text_of(before.get("text/html")), text_of(now.get("text/html"))
    table = table_sides(*html) if all(html) and max(map(len, html)) <= LONGEST else ""
    if table:
        return table
    return text_sides(_plain(before), _plain(now))


def _plain(data: dict[str, Any]) -> str:
    """Return an output as text; what has no text form is named."""
    value = data.get("text/plain") or next((data[mime] for mime in data if mime.startswith(("text/", "appl"))), "")
    return text_of(value) if isinstance(value, (str, list)) else richest(data)


def _pictures(number: int, output: dict[str, Any], before: str, now: str) -> str:
    """Show pictures side by side, on top of each other, or by their difference; without a script."""
    none = '<p class="more">no picture</p>'
    frame = (
        f'<div class="pair"><figure><div class="frame">{before or none}</div><figcaption>published</figcaption></figure>'
        f'<figure><div class="frame">{now or none}{_worst(output["detail"], now)}</div><figcaption>re-run</figcaption>'
        "</figure></div>"
    )
    if not (before and now):
        return frame
    views = (("side", "Side by side"), ("over", "On top of each other"), ("minus", "Difference"))
    choices = "".join(
        f'<input type="radio" name="view-{number}" id="{view}-{number}" class="{view}"{" checked" if view == "side" else ""}>'
        f'<label for="{view}-{number}">{words}</label>'
        for view, words in views
    )
    return f'<div class="views" role="group" aria-label="How to compare the pictures">{choices}{frame}</div>'


def _picture(data: dict[str, Any], name: str) -> str:
    """Return an embedded picture; an SVG as an image too, in which no script runs and nothing is loaded."""
    for mime in _PICTURES:
        value = text_of(data.get(mime)) if mime in data else ""
        if not value or len(value) > _LARGEST:
            continue
        if mime == "image/svg+xml":
            import base64

            value = base64.b64encode(value.encode("utf-8", "replace")).decode()
        return f'<img alt="the picture as {name}" src="data:{mime};base64,{escape("".join(value.split()))}">'
    return ""


def _worst(detail: str, picture: str) -> str:
    """Return a frame around the region that differs most, in the pixels of the picture."""
    place = _PLACE.search(detail)
    size = _size(picture)
    if place is None or size is None:
        return ""
    x, y = int(place[1]), int(place[2])
    left, top, width, height = x / size[0], y / size[1], 16 / size[0], 16 / size[1]
    return (
        f'<span class="worst" title="the region that differs most" style="left:{left:.2%};top:{top:.2%};'
        f'width:{width:.2%};height:{height:.2%}"></span>'
    )


def _size(picture: str) -> tuple[int, int] | None:
    import base64
    import io

    from PIL import Image

    try:
        return Image.open(io.BytesIO(base64.b64decode(picture.partition("base64,")[2].rstrip('">')))).size
    except (OSError, ValueError):  # an SVG, or damaged
        return None
