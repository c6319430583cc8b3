"""Which notebook of a record is run again, and where it lies: among the record's files, or in an archive of them."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from .errors import BadInput
from .getting import Fetched
from .unpacking import unpack


def choose(got: Fetched, wanted: str | None) -> tuple[Path, str]:
    """Return the folder that a record's files are laid out in, and the name of the notebook to run in it.

    A record without a loose notebook may be one archive, as GitHub's releases are: it is unpacked into a folder beside it.
    The one folder in which all of it lies is then where everything is relative to.

    Parameters
    ----------
    got : Fetched
        The record.
    wanted : str, optional
        The notebook's name, with or without its folders.

    Raises
    ------
    BadInput
        When there is no notebook, or not the one that is wanted, or several and none is wanted.
    UnsafeName, NeedsConsent, DiskFull, Mismatch
        See `unpacking.unpack`.
    """
    folder, names = _notebooks(got)
    if wanted is not None:
        matching = [n for n in names if n == wanted] or [n for n in names if PurePosixPath(n).name == wanted]
        if len(matching) == 1:
            return folder, matching[0]
        raise BadInput(f"The record has no notebook {wanted}.", f"It has {', '.join(names) or 'none'}.")
    if not names:
        raise BadInput(f"There is no notebook in {got.record.doi or got.record.id}, so there is nothing to run.")
    if len(names) > 1:
        raise BadInput(f"The record has {len(names)} notebooks: {', '.join(names)}.", "Say which with --notebook NAME.")
    return folder, names[0]


def _notebooks(got: Fetched) -> tuple[Path, list[str]]:
    loose = [path.relative_to(got.folder).as_posix() for path in got.files if path.suffix == ".ipynb"]
    if loose:
        return got.folder, loose
    for archive in (path for path in got.files if path.suffix.lower() == ".zip" and zipfile.is_zipfile(path)):
        with zipfile.ZipFile(archive) as zipped:
            if not any(_is_notebook(name) for name in zipped.namelist()):
                continue
        target = archive.with_name(f"{archive.stem}-unpacked")
        target.mkdir(exist_ok=True)
        paths = [path.relative_to(target).as_posix() for path in unpack(archive, target)]
        tops = {path.partition("/")[0] for path in paths}
        root = target / tops.pop() if len(tops) == 1 else target
        root = root if root.is_dir() else target
        found = [(target / path).relative_to(root).as_posix() for path in paths if _is_notebook(path)]
        return root, sorted(found)
    return got.folder, []


def _is_notebook(name: str) -> bool:
    return name.endswith(".ipynb") and ".ipynb_checkpoints" not in name
