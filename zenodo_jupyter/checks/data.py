"""Whether the files will be there for others: missing files, paths of one machine, addresses on the web."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..bundle import Bundle
from ..cells import Code
from ..datafinder import Use, find, is_absolute
from .finding import Finding

if TYPE_CHECKING:
    from nbformat import NotebookNode

_SHARE = "7.9 % of published notebooks fail for a missing file"


def check(nb: NotebookNode, bundle: Bundle, codes: Sequence[Code]) -> Iterator[Finding]:
    """Yield what is wrong with the files and addresses that the notebook names.

    DAT1 : a file that it reads is not there. DAT2 : a path that holds only on this machine. DAT3 : data from the web.
    """
    for use in find(nb, bundle.folder, codes) if bundle.uses is None else bundle.uses:
        if use.place == "url":
            yield _finding(
                "DAT3", "warning", use, f"Reads {use.text} from the web, which may change or go away.",
                "Save a copy beside the notebook, or cite its DOI as a related work.", "below 1 %",
            )  # fmt: skip
        elif is_absolute(use.typed or use.text) or use.text.startswith("../"):
            yield _away(use)
        elif use.place == "missing" and use.how == "shown":
            yield _finding(
                "DAT1",
                "warning",
                use,
                f"Shows the image {use.text}, which is not there.",
                "Put it back, or take it out.",
                "",
            )
        elif use.place == "missing":
            yield _finding(
                "DAT1", "error", use, f"Reads {use.text}, which is not there.",
                "Put the file beside the notebook, or say in the notebook where to get it.", _SHARE,
            )  # fmt: skip


def _away(use: Use) -> Finding:
    typed = use.typed or use.text
    fix, remedy = f"Write {use.text} in the code; the file itself comes along.", "relative"
    if use.place != "inside":
        fix, remedy = "Move the file below the notebook's folder and write its path from there.", "bring"
    message = f"Uses {typed}, a path that nobody else has."
    # Code of modules is not the notebook's to change, nor can a file be brought that is not here.
    remedies = () if use.cell is None or use.place == "missing" else (remedy,)
    return Finding("DAT2", "error", message, fix, use.where, use.cell, _SHARE, remedies)


def _finding(id: str, severity: str, use: Use, message: str, fix: str, share: str) -> Finding:
    return Finding(id, severity, message, fix, use.where, use.cell, share)
