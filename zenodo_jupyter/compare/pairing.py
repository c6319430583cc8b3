"""Pair the cells of two notebooks, and the outputs of two cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from .text import LONGEST, without_volatile

#: Cells that papermill adds; they are paired with nothing.
PAPERMILL_TAGS = frozenset({"papermill-error-cell-tag", "injected-parameters"})
#: The name under which an error is compared, as if it were a MIME type.
ERROR_MIME = "application/vnd.jupyter.error"
#: nbclient's tag for a cell whose error is meant, and nbval's own word for it.
RAISES = "raises-exception"
_RAISES_TAGS = frozenset({RAISES, "nbval-raises-exception"})
_RAISES_COMMENT = re.compile(r"^\s*#\s*NBVAL_RAISES_EXCEPTION\b", re.MULTILINE)
#: What a formula is; its picture is no figure.
FORMULA = "text/latex"
STREAM_MIMES = {"stdout": "text/plain; stream=stdout", "stderr": "text/plain; stream=stderr"}

# Beside a richer form, the plain text is only a name for it, such as "<Figure size 640x480 with 1 Axes>".
RICHER = re.compile(r"^(?:image/|application/vnd\.(?:plotly|vega|vegalite|bokehjs|jupyter\.widget))")

# What %matplotlib notebook puts out before its first figure: its own script, which is another one in each version.
_MACHINERY = re.compile(r"\s*/\* (?:Put everything inside the global mpl namespace|global mpl) \*/")


class CellPair(NamedTuple):
    """A code cell of the archived notebook and the same of the re-run; one of them may be None.

    Attributes
    ----------
    place : int
        In the archived notebook, from 0; in the re-run where that alone has it.
    archived, rerun : dict or None
        The cells.
    """

    place: int
    archived: Mapping[str, Any] | None
    rerun: Mapping[str, Any] | None


class OutputPair(NamedTuple):
    """Two outputs as MIME bundles, with their places in their cells; one of them may be None."""

    archived_index: int | None
    rerun_index: int | None
    archived: dict[str, Any] | None
    rerun: dict[str, Any] | None


def pair_cells(archived: Mapping[str, Any], rerun: Mapping[str, Any]) -> Iterator[CellPair]:
    """Pair code cells by id when both notebooks have ids in common and each is one cell's, else by their order."""
    first = [(i, c) for i, c in enumerate(archived.get("cells", ())) if c.get("cell_type") == "code"]
    added = PAPERMILL_TAGS - {tag for _, c in first for tag in tags_of(c)}
    second = [
        (i, c)
        for i, c in enumerate(rerun.get("cells", ()))
        if c.get("cell_type") == "code" and not added & set(tags_of(c))
    ]
    by_id = {c.get("id"): c for _, c in second}
    ids = [c["id"] for _, c in first if c.get("id") is not None]
    if any(i in by_id for i in ids) and len(ids) == len(set(ids)):  # nbformat gives copies of a cell other ids
        known = {c.get("id") for _, c in first}
        yield from (CellPair(i, c, by_id.get(c.get("id"))) for i, c in first)
        yield from (CellPair(i, None, c) for i, c in second if c.get("id") not in known)
        return
    for n in range(max(len(first), len(second))):
        index, cell = first[n] if n < len(first) else (second[n][0], None)
        yield CellPair(index, cell, second[n][1] if n < len(second) else None)


def outputs_of(cell: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return a cell's outputs as MIME bundles: displays in their order, then what was written to each stream, whole."""
    bundles: list[dict[str, Any]] = []
    streams: dict[str, str] = {}
    for output in (cell or {}).get("outputs", ()):
        kind = output.get("output_type")
        if kind == "stream":
            name = output.get("name", "stdout")
            streams[name] = streams.get(name, "") + text_of(output.get("text"))
        elif kind == "error" and output.get("ename") == "SystemExit" and output.get("evalue") in ("", "0", "None"):
            continue  # the end of the notebook, as its author meant it
        elif kind == "error":
            bundles.append({ERROR_MIME: f"{output.get('ename', '')}: {output.get('evalue', '')}"})
        elif output.get("data") and not _MACHINERY.match(text_of(output["data"].get("application/javascript"))):
            bundles.append(dict(output["data"]))
    for name, text in sorted(streams.items(), reverse=True):
        # A stream of warnings and progress bars only is no result, and comes and goes with versions.
        if len(text) > LONGEST or without_volatile(text).strip():
            bundles.append({STREAM_MIMES.get(name, f"text/plain; stream={name}"): text})
    return bundles


def pair_outputs(a: Sequence[dict[str, Any]], b: Sequence[dict[str, Any]]) -> Iterator[OutputPair]:
    """Pair outputs of the same kind in order; where their numbers differ, by those that are equal."""
    keys_a, keys_b = [richest(x) for x in a], [richest(x) for x in b]
    if keys_a == keys_b:
        yield from (OutputPair(i, i, x, y) for i, (x, y) in enumerate(zip(a, b, strict=True)))
        return
    for a0, a1, b0, b1 in _runs([repr(x) for x in a], [repr(x) for x in b], 0, 0):
        for i0, i1, j0, j1 in _runs(keys_a[a0:a1], keys_b[b0:b1], a0, b0):
            for step in range(max(i1 - i0, j1 - j0)):
                i, j = i0 + step, j0 + step
                x, y = (a[i] if i < i1 else None), (b[j] if j < j1 else None)
                yield OutputPair(None if x is None else i, None if y is None else j, x, y)


def _runs(a: Sequence[str], b: Sequence[str], at_a: int, at_b: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield runs of equal items and what stands between them, as ranges in both."""
    for _, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        yield at_a + a0, at_a + a1, at_b + b0, at_b + b1


def richest(data: Mapping[str, Any] | None) -> str:
    """Return the MIME type that says most; empty for no data."""
    if data and FORMULA in data:
        return FORMULA
    return max(data or (), key=_richness, default="")


def _richness(mime: str) -> tuple[bool, bool, bool]:
    return bool(RICHER.match(mime)), mime == "text/html", mime != "text/plain"


def tags_of(cell: Mapping[str, Any]) -> Sequence[str]:
    """Return a cell's tags."""
    return (cell.get("metadata") or {}).get("tags") or ()


def expects_error(cell: Mapping[str, Any]) -> bool:
    """Tell whether an error of a cell is meant: it is tagged so, or says so in nbval's words."""
    return bool(_RAISES_TAGS & set(tags_of(cell))) or bool(_RAISES_COMMENT.search(text_of(cell.get("source"))))


def text_of(value: Any) -> str:
    """Return a multi-line string, which a notebook on disk may keep as a list of lines."""
    if isinstance(value, (list, tuple)):
        return "".join(str(part) for part in value)
    return "" if value is None else str(value)
