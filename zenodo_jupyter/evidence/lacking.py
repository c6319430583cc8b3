"""What a record would have to say or hold so that others could run its notebook without asking."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..datafinder import find, is_absolute
from ..notebook import kernel
from ..records import Record
from ..verdict import UsedEnvironment

#: How many files are named one by one.
_NAMED = 5


def lacking(record: Record, nb: Mapping[str, Any], folder: Path, environment: UsedEnvironment) -> tuple[str, ...]:
    """Return what is missing for `verdict.Rung.DESCRIBED`, each in a few words; empty where nothing is.

    Parameters
    ----------
    record : Record
        Its metadata are read.
    nb : NotebookNode
        The notebook.
    folder : Path
        Where the notebook lies, among the record's files.
    environment : UsedEnvironment
        Tells whether the record says which packages it needs.
    """
    found = []
    if environment.differences is None and environment.step != "conda":
        found.append("the packages that it needs")
    if not kernel(nb).version and record.file("runtime.txt") is None:
        found.append("the version of its language")
    if not record.metadata.get("rights"):
        found.append("a licence")
    if not record.metadata.get("creators"):
        found.append("its authors")
    uses = [use for use in find(nb, folder) if use.place != "url"]
    away = {use.typed or use.text for use in uses if is_absolute(use.typed or use.text)}
    gone = {use.text for use in uses if use.place == "missing"} - away
    if gone:
        more = f" and {len(gone) - _NAMED} more" if len(gone) > _NAMED else ""
        found.append(f"files that it reads ({', '.join(sorted(gone)[:_NAMED])}{more})")
    if away:
        found.append("paths that hold elsewhere too")
    return tuple(found)
