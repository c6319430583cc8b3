"""Why a run stopped, as far as its error tells, and what to try."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..execute import Execution


class Cause(NamedTuple):
    """A likely cause.

    Attributes
    ----------
    kind : str
        Its stable name: ``package``, ``drift``, ``data``, ``network``, ``order``, ``system``, ``memory``, ``timeout``,
        ``output``, ``kernel``, ``person``, ``python2``, ``other``.
    words : str
        What it is, a sentence.
    hint : str
        What to try, a sentence.
    """

    kind: str
    words: str
    hint: str


_NETWORK = re.compile(
    r"URLError|HTTPError|ConnectionError|ConnectTimeout|ReadTimeout|gaierror|SSLError|MaxRetryError|ProxyError"
)
_DRIFT = frozenset({"ImportError", "AttributeError", "TypeError", "ValueError", "KeyError"})


def likely_cause(execution: Execution, *, inferred: bool) -> Cause | None:
    """Return the likely cause of a run's end, None where it ran through.

    The kinds and their order follow the counts of Samuel and Mietchen (doi:10.1093/gigascience/giad113): missing packages
    are far the most, then missing files, then everything else.

    Parameters
    ----------
    execution : Execution
        How it ended.
    inferred : bool
        Whether the environment is another one than the record describes.
    """
    if execution.ok:
        return None
    name, text = execution.ename, f"{execution.error} {execution.evalue}"
    quoted = re.search(r"'([^']+)'", text)
    if execution.reason == "timeout":
        return Cause("timeout", "It took longer than it was given.", "Give it more time: --timeout SECONDS.")
    if execution.reason == "flood":
        return Cause("output", "It puts out more than a notebook can hold.", "Look for a loop that does not end.")
    if execution.reason in ("died", "broken"):
        return Cause(
            "kernel",
            "The kernel ended, or could not be started.",
            "It may need more memory than this computer has, or ipykernel is missing from its environment.",
        )
    if name == "ModuleNotFoundError":
        module = quoted[1] if quoted else "a module"
        return Cause(
            "package",
            f"The package that provides {module} is not in the environment: the record does not name it.",
            "Ask the author for a list of packages with their versions, such as requirements.txt.",
        )
    if name in ("FileNotFoundError", "NotADirectoryError", "IsADirectoryError"):
        return Cause(
            "data",
            f"{quoted[1] if quoted else 'A file that it reads'} is not where the notebook looks for it in the record.",
            "Look whether the author keeps it elsewhere, and put it into the folder; ask for it in the next version.",
        )
    if _NETWORK.search(f"{name} {text}"):
        return Cause(
            "network",
            "It asks a server for something that is not there, or not reachable from here.",
            "Run it with a connection; data that a notebook needs are best kept in its record.",
        )
    if name == "NameError":
        return Cause(
            "order",
            f"{quoted[1] if quoted else 'A name'} is used before any cell defines it: the cells were run in another order.",
            "Look for the cell that defines it, which may have been deleted.",
        )
    if name in ("CalledProcessError", "OSError") and re.search(r"command|not found|cannot open shared object", text):
        return Cause("system", "It needs a program or library of the system.", "Install it beside the packages.")
    if name == "StdinNotImplementedError":
        return Cause(
            "person",
            "It asks a person something while it runs, and nobody is there to answer.",
            "Run it by hand; an author can put such a value into a cell tagged parameters.",
        )
    if name == "SyntaxError" and "Missing parentheses in call to" in text:
        return Cause(
            "python2",
            "It is written in Python 2, which ended in 2020 and which no kernel of today runs.",
            "Convert a copy of it: 2to3 rewrites most of it.",
        )
    if name == "MemoryError":
        return Cause("memory", "This computer has too little memory for it.", "Run it on a larger one.")
    if name in _DRIFT and inferred:
        return Cause(
            "drift",
            "A package has most likely changed since the notebook was written.",
            "Run it with packages of the time of its publication.",
        )
    return Cause("other", "Its own code raised an error.", "The traceback says where.")
