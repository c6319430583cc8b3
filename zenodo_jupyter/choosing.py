"""Which notebooks of a record are run again, and where they and their data lie: loose, or in an archive of the record."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from . import datafinder, unpacking
from . import notebook as notebooks
from .errors import BadInput, DamagedNotebook, Mismatch, NeedsConsent, SeveralNotebooks, UnsafeName
from .getting import Fetched

#: So many notebooks of a record are named one by one.
NAMED = 20
#: Instead of a name: every notebook of the record.
ALL = "all"


@dataclass(frozen=True)
class Chosen:
    """What is run.

    Attributes
    ----------
    folder : Path
        The folder that the record's files are laid out in.
    names : list of str
        The notebooks to run in it, in order.
    files : tuple of Path
        What was unpacked besides the record's files.
    notes : tuple of str
        What else is to know of that.
    """

    folder: Path
    names: list[str]
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def choose(got: Fetched, wanted: Sequence[str] = ()) -> Chosen:
    """Return which notebooks of a record are run, and where.

    A record without a loose notebook may be one archive, as GitHub's releases are: it is unpacked into a folder beside it.
    The one folder in which all of it lies is then where everything is relative to. Beside a loose notebook, an archive with
    data that it reads is unpacked to where it looks for them.

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
    laid_out = _notebooks(got)
    names = laid_out.names
    if not names:
        raise BadInput(
            f"There is no notebook in {got.record.doi or got.record.id}, so there is nothing to run.",
            f"Its files are in {got.folder}.",
        )
    names = in_order(names)
    if wanted and ALL not in wanted:
        names = list(dict.fromkeys(_named(name, names) for name in wanted))
    elif len(names) > 1 and not wanted:
        raise SeveralNotebooks(
            f"The record has {len(names)} notebooks: {_listed(names)}.",
            f"Say which with --notebook NAME, or --notebook {ALL} for every one, in order.",
            tuple(names),
        )
    if laid_out.files:
        return replace(laid_out, names=names)
    files, notes = _unpack_data(got, names)
    return Chosen(got.folder, names, files, notes)


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


def _notebooks(got: Fetched) -> Chosen:
    loose = [name for name in (path.relative_to(got.folder).as_posix() for path in got.files) if _is_notebook(name)]
    if loose:
        return Chosen(got.folder, loose)
    for archive in _archives(got):
        if not any(_is_notebook(name) for name in unpacking.names(archive)):
            continue
        target = archive.with_name(f"{archive.stem}-unpacked")
        target.mkdir(exist_ok=True)
        files = unpacking.unpack(archive, target)
        paths = [path.relative_to(target).as_posix() for path in files]
        tops = {path.partition("/")[0] for path in paths}
        root = target / tops.pop() if len(tops) == 1 else target
        root = root if root.is_dir() else target
        found = [(target / path).relative_to(root).as_posix() for path in paths if _is_notebook(path)]
        return Chosen(root, found, tuple(files), _about_links(archive))
    return Chosen(got.folder, [])


def _archives(got: Fetched) -> list[Path]:
    return [path for path in got.files if path.suffix.lower() == ".zip" and zipfile.is_zipfile(path)]


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb") and ".ipynb_checkpoints" not in name


def _about_links(archive: Path) -> tuple[str, ...]:
    links = unpacking.links(archive)
    return (f"Links in {archive.name} were left out: {_listed(links)}.",) if links else ()


def _unpack_data(got: Fetched, names: Sequence[str]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Unpack archives that hold what notebooks read and is not there; return the files, and what to tell."""
    files: list[Path] = []
    notes: list[str] = []
    for archive in _archives(got):
        try:
            held = frozenset(unpacking.names(archive))
            wanted = next(((at, name) for at, name in _asked_of(archive, got, names) if name in held), None)
            if wanted is None:
                continue
            files += unpacking.unpack(archive, got.folder / wanted[0])
            notes += [f"{archive.name} was unpacked, since {wanted[1]} in it is read.", *_about_links(archive)]
        except (BadInput, UnsafeName, Mismatch, NeedsConsent) as error:
            notes.append(f"{archive.name} was not unpacked: {error.message}")
    return tuple(files), tuple(notes)


def _asked_of(archive: Path, got: Fetched, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what an archive would have to hold: where it would be unpacked, and the name in it of a file that is read.

    People zip a folder from outside, with its name in the archive, or from within, without it.
    """
    beside = posixpath.dirname(archive.relative_to(got.folder).as_posix())
    for name in names:
        try:
            nb = notebooks.read(got.folder / name, upgrade=True)
        except DamagedNotebook:  # which is said when it is run
            continue
        for use in datafinder.find(nb, (got.folder / name).parent):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), use.text))
            if use.place == "missing" and not path.startswith(("..", "/")):
                for at in (beside, posixpath.join(beside, archive.stem)):
                    yield at, posixpath.relpath(path, at or ".")
