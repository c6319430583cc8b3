"""Compare a notebook's stored outputs with those of a re-run, output by output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ..card import is_card
from .comparison import Comparison, OutputVerdict
from .html import compare_html
from .images import compare_image, compare_svg
from .levels import IDENTICAL, Level, Match, worst
from .pairing import (
    ERROR_MIME,
    FORMULA,
    RICHER,
    expects_error,
    outputs_of,
    pair_cells,
    pair_outputs,
    richest,
    tags_of,
    text_of,
)
from .structures import compare_json
from .text import compare_text
from .widgets import VIEW, states_of, with_state

__all__ = ["Comparison", "Level", "OutputVerdict", "compare", "compare_data"]

#: The author said that these cells need not give the same (nbval's tags, and our own).
ASIDE_TAGS = frozenset({"volatile", "nbval-ignore-output", "nbval-skip"})

_ACT = re.compile(r"^\s*%%?zenodo\b", re.MULTILINE)
_ASIDE_COMMENT = re.compile(r"^\s*#\s*NBVAL_(?:IGNORE_OUTPUT|SKIP)\b", re.MULTILINE)


def compare(
    archived: Mapping[str, Any], rerun: Mapping[str, Any], *, ran: date | None = None, stopped: int | None = None
) -> Comparison:
    """Compare the stored outputs of a notebook with those of a re-run.

    Parameters
    ----------
    archived, rerun : NotebookNode or dict
        Notebooks in format 4.
    ran : datetime.date, optional
        The day of the re-run, by which today's date in an output is told from a date that is a result; if not given, it is
        what papermill noted in `rerun`.
    stopped : int, optional
        The cell of `rerun` at which it ended without an error of its own: its kernel died, or its time was over.

    Returns
    -------
    Comparison
    """
    ran = ran or _day_of_run(rerun)
    outputs: list[OutputVerdict] = []
    aside: list[OutputVerdict] = []
    acts = without_outputs = 0
    failed = False
    states = states_of(archived), states_of(rerun)
    last = None if stopped is None else rerun["cells"][stopped]
    for index, cell, other in pair_cells(archived, rerun):
        if _is_act(cell or other or {}):
            acts += 1
            continue
        marked = _is_aside(cell or other or {})
        raised = any(o.get("output_type") == "error" for o in (other or {}).get("outputs", ()))
        stops = raised and not (marked or expects_error(cell or other or {}))
        stops = stops or (other is not None and other is last)
        if cell is not None and not cell.get("outputs"):
            without_outputs += 1
            if cell.get("execution_count") is None and not stops:
                continue  # it was never run, or its outputs were cleared: nothing is known of what it gives
        verdicts = _compare_cell(index, cell, other, ran, failed or stops, states)
        (aside if marked else outputs).extend(verdicts)
        failed = failed or stops
    return Comparison(tuple(outputs), tuple(aside), acts, without_outputs)


def _is_act(cell: Mapping[str, Any]) -> bool:
    """Tell whether a cell acts upon the notebook: by its magic, or by the card that a form of ours left in its output."""
    return bool(_ACT.search(text_of(cell.get("source")))) or any(is_card(o) for o in cell.get("outputs", ()))


def compare_data(archived: Mapping[str, Any], rerun: Mapping[str, Any], ran: date | None = None) -> tuple[str, Match]:
    """Compare two MIME bundles in every form that both have.

    Returns
    -------
    mime : str
        The richest form of the archived one.
    match : Match
        The worst of them.
    """
    mime = richest(archived)
    if archived == rerun:
        return mime, IDENTICAL
    shared = [mime for mime in archived if mime in rerun]
    if not shared:
        return mime, Match(Level.DIFFERENT, f"{_list(archived)} became {_list(rerun)}")
    if FORMULA in shared:  # a picture beside it is its rendering, by whatever TeX was installed
        shared = [mime for mime in shared if not mime.startswith("image/")]
    if any(RICHER.match(mime) for mime in shared):
        shared = [mime for mime in shared if mime != "text/plain"]
    return mime, worst(_compare_form(form, archived[form], rerun[form], ran) for form in shared)


def _compare_form(mime: str, a: Any, b: Any, ran: date | None) -> Match:
    if mime == ERROR_MIME:
        return _compare_error(text_of(a), text_of(b))
    if mime == "image/svg+xml":
        return compare_svg(text_of(a), text_of(b), ran)
    if mime.startswith("image/"):
        return compare_image(text_of(a), text_of(b))
    if mime == "text/html":
        return compare_html(text_of(a), text_of(b), ran)
    if mime.endswith("json") or not isinstance(a, (str, list)):
        return compare_json(a, b, ran)
    return compare_text(text_of(a), text_of(b), ran)


def _compare_error(a: str, b: str) -> Match:
    """Compare two errors by their names; their words change with versions, and a traceback with every path."""
    if a == b:
        return IDENTICAL
    same = a.partition(": ")[0] == b.partition(": ")[0]
    return Match(Level.VOLATILE if same else Level.DIFFERENT, f"{_cut(a)} became {_cut(b)}")


def _cut(text: str) -> str:
    line = text.strip().split("\n", 1)[0]
    return line if len(line) <= 100 else f"{line[:99]}…"


def _list(data: Mapping[str, Any]) -> str:
    return ", ".join(sorted(data)) or "nothing"


# --- one cell ---------------------------------------------------------------------------------------------------------


def _compare_cell(
    index: int,
    cell: Mapping[str, Any] | None,
    other: Mapping[str, Any] | None,
    ran: date | None,
    failed: bool,
    states: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> Iterator[OutputVerdict]:
    """Compare the outputs of a pair of cells; `failed`: the re-run stopped here or before; `states`: their widgets."""
    cell_id = str((cell or other or {}).get("id", ""))
    for i, j, a, b in pair_outputs(outputs_of(cell), outputs_of(other)):
        mime, match = richest(a or b), Match(Level.DIFFERENT, _first_line(b or a))
        if a is None:
            verdict = "failed" if ERROR_MIME in (b or ()) else "extra"
        elif b is None:
            verdict = "failed" if failed else "missing"
        elif ERROR_MIME in b and ERROR_MIME not in a:
            verdict = "failed"
        else:
            mime, match = compare_data(*_with_states(a, b, states), ran)
            verdict = _verdict(match.level)
        yield OutputVerdict(index, cell_id, i, j, mime, match.level, verdict, match.detail)


def _with_states(
    a: dict[str, Any], b: dict[str, Any], states: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the state of widgets, where both notebooks were saved with it."""
    if VIEW not in a or VIEW not in b:
        return a, b
    first, second = with_state(a, states[0]), with_state(b, states[1])
    known = first[VIEW] != a[VIEW] and second[VIEW] != b[VIEW]
    return (first, second) if known else ({**a, VIEW: {}}, {**b, VIEW: {}})  # its id is random


def _verdict(level: Level) -> str:
    if level <= Level.ROUNDING:
        return "same"
    return "close" if level < Level.DIFFERENT else "differs"


def _first_line(data: Mapping[str, Any] | None) -> str:
    text = text_of(
        (data or {}).get(ERROR_MIME) or (data or {}).get("text/plain") or next(iter((data or {}).values()), "")
    )
    return _cut(text)


def _is_aside(cell: Mapping[str, Any]) -> bool:
    return bool(ASIDE_TAGS & set(tags_of(cell))) or bool(_ASIDE_COMMENT.search(text_of(cell.get("source"))))


def _day_of_run(notebook: Mapping[str, Any]) -> date | None:
    started = ((notebook.get("metadata") or {}).get("papermill") or {}).get("start_time")
    try:
        return date.fromisoformat(str(started)[:10])
    except ValueError:
        return None
