"""Compare a notebook's stored outputs with those of a re-run, output by output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from .comparison import Comparison, OutputVerdict
from .html import compare_html
from .images import compare_image, compare_svg
from .levels import IDENTICAL, Level, Match, worst
from .structures import compare_json
from .text import compare_text, without_volatile

__all__ = ["Comparison", "Level", "OutputVerdict", "compare", "compare_data"]

#: The author said that these cells need not give the same (nbval's and nbclient's tags, and our own).
ASIDE_TAGS = frozenset({"volatile", "nbval-ignore-output", "nbval-skip", "raises-exception"})
#: Cells that papermill adds; they are paired with nothing.
PAPERMILL_TAGS = frozenset({"papermill-error-cell-tag", "injected-parameters"})
#: The name under which an error is compared, as if it were a MIME type.
ERROR_MIME = "application/vnd.jupyter.error"
STREAM_MIMES = {"stdout": "text/plain; stream=stdout", "stderr": "text/plain; stream=stderr"}

_ACT = re.compile(r"^\s*%%?zenodo\b", re.MULTILINE)
_ASIDE_COMMENT = re.compile(r"^\s*#\s*NBVAL_(?:IGNORE_OUTPUT|SKIP)\b", re.MULTILINE)
# Beside a richer form, the plain text is only a name for it, such as "<Figure size 640x480 with 1 Axes>".
_RICHER = re.compile(r"^(?:image/|application/vnd\.(?:plotly|vega|vegalite|bokehjs|jupyter\.widget))")


def compare(archived: Mapping[str, Any], rerun: Mapping[str, Any], *, ran: date | None = None) -> Comparison:
    """Compare the stored outputs of a notebook with those of a re-run.

    Parameters
    ----------
    archived, rerun : NotebookNode or dict
        Notebooks in format 4.
    ran : datetime.date, optional
        The day of the re-run, by which today's date in an output is told from a date that is a result; if not given, it is
        what papermill noted in `rerun`.

    Returns
    -------
    Comparison
    """
    ran = ran or _day_of_run(rerun)
    outputs: list[OutputVerdict] = []
    aside: list[OutputVerdict] = []
    acts = without_outputs = 0
    failed = False
    for index, cell, other in _pairs(archived, rerun):
        if _ACT.search(_text((cell or other or {}).get("source"))):
            acts += 1
            continue
        if cell is not None and not cell.get("outputs"):
            without_outputs += 1
        marked = _is_aside(cell or other or {})
        stops = not marked and any(o.get("output_type") == "error" for o in (other or {}).get("outputs", ()))
        verdicts = _compare_cell(index, cell, other, ran, failed or stops)
        (aside if marked else outputs).extend(verdicts)
        failed = failed or stops
    return Comparison(tuple(outputs), tuple(aside), acts, without_outputs)


def compare_data(archived: Mapping[str, Any], rerun: Mapping[str, Any], ran: date | None = None) -> tuple[str, Match]:
    """Compare two MIME bundles in every form that both have.

    Returns
    -------
    mime : str
        The richest form of the archived one.
    match : Match
        The worst of them.
    """
    richest = _mime(archived)
    if archived == rerun:
        return richest, IDENTICAL
    shared = [mime for mime in archived if mime in rerun]
    if not shared:
        return richest, Match(Level.DIFFERENT, f"{_list(archived)} became {_list(rerun)}")
    if any(_RICHER.match(mime) for mime in shared):
        shared = [mime for mime in shared if mime != "text/plain"]
    return richest, worst(_compare_form(mime, archived[mime], rerun[mime], ran) for mime in shared)


def _compare_form(mime: str, a: Any, b: Any, ran: date | None) -> Match:
    if mime == "image/svg+xml":
        return compare_svg(_text(a), _text(b), ran)
    if mime.startswith("image/"):
        return compare_image(_text(a), _text(b))
    if mime == "text/html":
        return compare_html(_text(a), _text(b), ran)
    if mime.endswith("json") or not isinstance(a, (str, list)):
        return compare_json(a, b, ran)
    return compare_text(_text(a), _text(b), ran)


def _richness(mime: str) -> tuple[bool, bool, bool]:
    return bool(_RICHER.match(mime)), mime == "text/html", mime != "text/plain"


def _list(data: Mapping[str, Any]) -> str:
    return ", ".join(sorted(data)) or "nothing"


# --- one cell ---------------------------------------------------------------------------------------------------------


def _compare_cell(
    index: int, cell: Mapping[str, Any] | None, other: Mapping[str, Any] | None, ran: date | None, failed: bool
) -> Iterator[OutputVerdict]:
    """Compare the outputs of a pair of cells; `failed` says that the re-run stopped here or before."""
    cell_id = str((cell or other or {}).get("id", ""))
    for position, a, b in _pair_outputs(_outputs(cell), _outputs(other)):
        if a is None:
            yield OutputVerdict(index, cell_id, position, _mime(b), Level.DIFFERENT, "extra", _first_line(b))
        elif b is None:
            verdict = "failed" if failed else "missing"
            yield OutputVerdict(index, cell_id, position, _mime(a), Level.DIFFERENT, verdict, _first_line(a))
        elif ERROR_MIME in b and ERROR_MIME not in a:
            yield OutputVerdict(index, cell_id, position, _mime(a), Level.DIFFERENT, "failed", _first_line(b))
        else:
            mime, match = compare_data(a, b, ran)
            yield OutputVerdict(index, cell_id, position, mime, match.level, _verdict(match.level), match.detail)


def _verdict(level: Level) -> str:
    if level <= Level.ROUNDING:
        return "same"
    return "close" if level < Level.DIFFERENT else "differs"


def _outputs(cell: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return a cell's outputs as MIME bundles: displays in their order, then what was written to each stream, whole."""
    bundles: list[dict[str, Any]] = []
    streams: dict[str, str] = {}
    for output in (cell or {}).get("outputs", ()):
        kind = output.get("output_type")
        if kind == "stream":
            name = output.get("name", "stdout")
            streams[name] = streams.get(name, "") + _text(output.get("text"))
        elif kind == "error":
            bundles.append({ERROR_MIME: f"{output.get('ename', '')}: {output.get('evalue', '')}"})
        else:
            bundles.append(dict(output.get("data") or {}))
    for name, text in sorted(streams.items(), reverse=True):
        # A stream of warnings and progress bars only is no result, and comes and goes with versions.
        if without_volatile(text).strip():
            bundles.append({STREAM_MIMES.get(name, f"text/plain; stream={name}"): text})
    return bundles


def _pair_outputs(
    a: Sequence[dict[str, Any]], b: Sequence[dict[str, Any]]
) -> Iterator[tuple[int, dict[str, Any] | None, dict[str, Any] | None]]:
    """Pair outputs of the same kind in order; where their numbers differ, by those that are equal."""
    keys_a, keys_b = [_mime(x) for x in a], [_mime(x) for x in b]
    if keys_a == keys_b:
        yield from ((i, x, y) for i, (x, y) in enumerate(zip(a, b, strict=True)))
        return
    matcher = SequenceMatcher(None, [repr(x) for x in a], [repr(x) for x in b], autojunk=False)
    if not any(block.size for block in matcher.get_matching_blocks()):
        matcher = SequenceMatcher(None, keys_a, keys_b, autojunk=False)
    for _, a0, a1, b0, b1 in matcher.get_opcodes():
        for step in range(max(a1 - a0, b1 - b0)):
            i, j = a0 + step, b0 + step
            yield (i if i < a1 else j), (a[i] if i < a1 else None), (b[j] if j < b1 else None)


def _mime(data: Mapping[str, Any] | None) -> str:
    return max(data or (), key=_richness, default="")


def _first_line(data: Mapping[str, Any] | None) -> str:
    text = _text(
        (data or {}).get(ERROR_MIME) or (data or {}).get("text/plain") or next(iter((data or {}).values()), "")
    )
    line = text.strip().split("\n", 1)[0]
    return line if len(line) <= 100 else f"{line[:99]}…"


# --- all cells --------------------------------------------------------------------------------------------------------


def _pairs(
    archived: Mapping[str, Any], rerun: Mapping[str, Any]
) -> Iterator[tuple[int, Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """Pair code cells by id when both notebooks have ids in common, else by their order."""
    first = [(i, c) for i, c in enumerate(archived.get("cells", ())) if c.get("cell_type") == "code"]
    added = PAPERMILL_TAGS - {tag for _, c in first for tag in _tags(c)}
    second = [
        (i, c)
        for i, c in enumerate(rerun.get("cells", ()))
        if c.get("cell_type") == "code" and not added & set(_tags(c))
    ]
    by_id = {c.get("id"): c for _, c in second}
    if any(c.get("id") is not None and c.get("id") in by_id for _, c in first):
        known = {c.get("id") for _, c in first}
        yield from ((i, c, by_id.get(c.get("id"))) for i, c in first)
        yield from ((i, None, c) for i, c in second if c.get("id") not in known)
        return
    for n in range(max(len(first), len(second))):
        index, cell = first[n] if n < len(first) else (second[n][0], None)
        yield index, cell, second[n][1] if n < len(second) else None


def _is_aside(cell: Mapping[str, Any]) -> bool:
    return bool(ASIDE_TAGS & set(_tags(cell))) or bool(_ASIDE_COMMENT.search(_text(cell.get("source"))))


def _tags(cell: Mapping[str, Any]) -> Sequence[str]:
    return (cell.get("metadata") or {}).get("tags") or ()


def _text(value: Any) -> str:
    """Return a multi-line string, which a notebook on disk may keep as a list of lines."""
    if isinstance(value, (list, tuple)):
        return "".join(str(part) for part in value)
    return "" if value is None else str(value)


def _day_of_run(notebook: Mapping[str, Any]) -> date | None:
    started = ((notebook.get("metadata") or {}).get("papermill") or {}).get("start_time")
    try:
        return date.fromisoformat(str(started)[:10])
    except ValueError:
        return None
