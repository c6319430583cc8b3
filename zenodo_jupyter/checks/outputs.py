"""Whether there are outputs to compare with, and of what weight: stored errors, none at all, some that are too large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..cells import label
from .finding import Finding
from .order import AGAIN

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: Letters of one output above which previews get slow and pages hard to read.
_LARGE = 1_000_000


def check(nb: NotebookNode) -> Iterator[Finding]:
    """Yield what is odd about the outputs.

    OUT1 : a stored error. OUT2 : no outputs. OUT3 : an output that is too large for a preview.
    """
    code = [(i, cell) for i, cell in enumerate(nb["cells"]) if cell["cell_type"] == "code" and cell["source"].strip()]
    for index, cell in code:
        yield from _errors(index, cell)
        yield from _large(index, cell)
    if code and not any(isinstance(cell.get("execution_count"), int) for _, cell in code):
        has_outputs = any(cell.get("outputs") for _, cell in code)
        told = "The cells have no counters" if has_outputs else "The notebook was not run: it has no outputs"
        yield Finding("OUT2", "warning", f"{told}, so nobody can compare results.", AGAIN)


def _errors(index: int, cell: Mapping[str, Any]) -> Iterator[Finding]:
    if "raises-exception" in (cell["metadata"].get("tags") or ()):
        return
    for output in cell.get("outputs", ()):
        if output["output_type"] == "error":
            yield Finding(
                "OUT1",
                "warning",
                f"Ends with {output.get('ename') or 'an error'}.",
                "Correct the cell and run it again, or tag it raises-exception if the error is meant.",
                label(cell, index),
                index,
                remedies=("clear-output",),
            )


def _large(index: int, cell: Mapping[str, Any]) -> Iterator[Finding]:
    for output in cell.get("outputs", ()):
        values = [output.get("text", ""), *(output.get("data") or {}).values()]
        size = max(len(value) if isinstance(value, str | list) else 0 for value in values)
        if size > _LARGE:
            yield Finding(
                "OUT3", "info", f"An output of {size / 1e6:.1f} MB makes the notebook slow to open and to preview.",
                "Show less of it: fewer rows, a smaller figure, PNG instead of SVG.", label(cell, index), index,
                remedies=("clear-output",),
            )  # fmt: skip
