"""Whether the record, and every computer, will take the files as they are: numbers, sizes and names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from ..bundle import Bundle, Limits
from .finding import Finding

# Windows refuses these as names, whatever the suffix (Naming Files, Paths, and Namespaces; Microsoft Learn).
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[<>:\"|?*\\\x00-\x1f]|[. ]$")
#: Bytes of a notebook above which a preview in the browser gets slow.
_HEAVY = 5_000_000
# What the record loses by a zip, and what it keeps.
_LOST = "What is in a zip cannot be looked at or cited one by one, and is sent again as a whole; `get` and Binder unpack it."


def check(bundle: Bundle, limits: Limits) -> Iterator[Finding]:
    """Yield what the record's limits and other computers' file systems do to the files.

    SIZ1 : more files than the record takes, or empty ones. SIZ2 : a heavy notebook. NAM1 : names that other systems refuse.
    """
    files = bundle.files
    if limits.max_files is not None and len(files) > limits.max_files:
        yield Finding(
            "SIZ1", "info", f"There are {len(files)} files, and a record takes {limits.max_files}.",
            f"Nothing to do: data or outputs are packed into a zip, the notebook stays beside it. {_LOST}",
        )  # fmt: skip
    empty = [file.key for file in files if file.size == 0]
    if empty and not limits.allow_empty:
        named = ", ".join(empty[:3]) + (" and others" if len(empty) > 3 else "")
        yield Finding(
            "SIZ1",
            "info",
            f"Empty files are refused loose: {named}.",
            f"Nothing to do: they are packed into a zip. {_LOST}",
            empty[0],
        )
    if bundle.notebook.size > _HEAVY:
        yield Finding(
            "SIZ2", "info", f"The notebook has {bundle.notebook.size / 1e6:.0f} MB, so its preview will be slow.",
            "Show large outputs smaller: fewer rows, figures as PNG.", bundle.notebook.key,
        )  # fmt: skip
    yield from _names([file.key for file in files])


def _names(keys: list[str]) -> Iterator[Finding]:
    same: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        for path in (PurePosixPath(key), *PurePosixPath(key).parents):
            same[str(path).casefold()].add(str(path))
        if any(_RESERVED.fullmatch(part) or _FORBIDDEN.search(part) for part in PurePosixPath(key).parts):
            yield Finding("NAM1", "warning", f"{key} cannot be a file on Windows.", "Rename it, also in the code.", key)
    for spellings in same.values():
        if len(spellings) > 1:
            both = " and ".join(sorted(spellings))
            yield Finding(
                "NAM1", "warning", f"{both} are one name on Windows and macOS.", "Rename one, also in the code.", both
            )
