"""Whether the outputs belong to the code: stored errors, no outputs, cells run out of order or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..cells import label
from .finding import Finding

if TYPE_CHECKING:
    from nbformat import NotebookNode

_AGAIN = "Restart the kernel and run all cells, then save."
_SHARE = "2.5 % of published notebooks fail for hidden state; 36 % were run out of order"


def check(nb: NotebookNode) -> Iterator[Finding]:
    """Yield what is odd about the outputs and the counters.

    OUT1 : a stored error. OUT2 : no outputs. ORD1 : run out of order. ORD3 : cells not run.
    """
    code = [(i, cell) for i, cell in enumerate(nb["cells"]) if cell["cell_type"] == "code" and cell["source"].strip()]
    for index, cell in code:
        yield from _errors(index, cell)
    run = [(index, cell) for index, cell in code if isinstance(cell.get("execution_count"), int)]
    if code and not run:
        has_outputs = any(cell.get("outputs") for _, cell in code)
        told = "The cells have no counters" if has_outputs else "The notebook was not run: it has no outputs"
        yield Finding("OUT2", "warning", f"{told}, so nobody can compare results.", _AGAIN)
        return
    for (_, before), (index, cell) in pairwise(run):
        if cell["execution_count"] <= before["execution_count"]:
            message = f"Run out of order: {label(cell, index)} comes after {label(before, 0)}."
            yield Finding("ORD1", "warning", message, _AGAIN, label(cell, index), index, _SHARE)
            break
    left = [(index, cell) for index, cell in code if cell.get("execution_count") is None and not _is_magic(cell)]
    if left:
        index, cell = left[0]
        many = f"{len(left)} cells were" if len(left) > 1 else "One cell was"
        yield Finding("ORD3", "warning", f"{many} not run.", _AGAIN, label(cell, index), index, _SHARE)


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
            )


def _is_magic(cell: Mapping[str, Any]) -> bool:
    """Tell whether a cell is only a line of this package's own, which a person may run after saving."""
    return all(line.startswith("%zenodo") for line in cell["source"].split("\n") if line.strip())
