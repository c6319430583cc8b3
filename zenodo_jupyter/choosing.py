"""Which notebooks of a record are run again, and where they lie: among the record's files, or in an archive of them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from . import unpacking
from .errors import BadInput, SeveralNotebooks
from .getting import Fetched

#: So many notebooks of a record are named one by one.
NAMED = 20


#: Instead of a name: every notebook of the record.
ALL = "all"


def choose(got: Fetched, wanted: Sequence[str] = ()) -> tuple[Path, list[str]]:
    """Return the folder that a record's files are laid out in, and the names of the notebooks to run in it.

    A record without a loose notebook may be one archive, as GitHub's releases are: it is unpacked into a folder beside it.
    The one folder in which all of it lies is then where everything is relative to.

    Parameters
    ----------
    got : Fetched
        The record.
    wanted : sequence of str
        Names, with or without their folders, in the order in which they are run; or `ALL`, by name, where numbers count as
        such: 2 comes before 10.

    Raises
    ------
    BadInput
        When there is no notebook, or not one that is wanted.
    SeveralNotebooks
        When there are several and none is wanted.
    UnsafeName, NeedsConsent, DiskFull, Mismatch
        See `unpacking.unpack`.
    """
    folder, names = _notebooks(got)
    if not names:
        raise BadInput(
            f"There is no notebook in {got.record.doi or got.record.id}, so there is nothing to run.",
            f"Its files are in {got.folder}.",
        )
    names = in_order(names)
    if ALL in wanted:
        return folder, names
    if wanted:
        return folder, list(dict.fromkeys(_named(name, names) for name in wanted))
    if len(names) > 1:
        raise SeveralNotebooks(
            f"The record has {len(names)} notebooks: {_listed(names)}.",
            f"Say which with --notebook NAME, or --notebook {ALL} for every one, in order.",
            tuple(names),
        )
    return folder, names


def _named(wanted: str, names: Sequence[str]) -> str:
    matching = [n for n in names if n == wanted] or [n for n in names if PurePosixPath(n).name == wanted]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise BadInput(f"The record has {len(matching)} notebooks {wanted}.", f"Say which: {_listed(matching)}.")
    raise BadInput(f"The record has no notebook {wanted}.", f"It has {_listed(names)}.")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")


def in_order(names: Sequence[str]) -> list[str]:
    """Return names in the order in which they are run: numbers count as such, so that 2 comes before 10."""
    return sorted(names, key=_key)


def _key(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", name.lower())]


def _notebooks(got: Fetched) -> tuple[Path, list[str]]:
    loose = [path.relative_to(got.folder).as_posix() for path in got.files if path.suffix == ".ipynb"]
    if loose:
        return got.folder, loose
    for archive in (path for path in got.files if path.suffix.lower() == ".zip" and zipfile.is_zipfile(path)):
        if not any(_is_notebook(name) for name in unpacking.names(archive)):
            continue
        target = archive.with_name(f"{archive.stem}-unpacked")
        target.mkdir(exist_ok=True)
        paths = [path.relative_to(target).as_posix() for path in unpacking.unpack(archive, target)]
        tops = {path.partition("/")[0] for path in paths}
        root = target / tops.pop() if len(tops) == 1 else target
        root = root if root.is_dir() else target
        found = [(target / path).relative_to(root).as_posix() for path in paths if _is_notebook(path)]
        return root, sorted(found)
    return got.folder, []


def _is_notebook(name: str) -> bool:
    return name.endswith(".ipynb") and ".ipynb_checkpoints" not in name
