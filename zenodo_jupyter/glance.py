"""A glance at a folder: where its notebooks stand as far as this computer knows, without asking any repository.

For marks in a listing of files, which is drawn often: it costs two small reads for a notebook that was never published, and
of the files of a published one it reads only those that were written since.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from . import bundle as bundles
from . import notebook, standing
from .errors import ZenodoJupyterError
from .journal import Entry
from .rows import configured

if TYPE_CHECKING:
    from .config import Config


class Glance(NamedTuple):
    """Where one notebook stands.

    Attributes
    ----------
    repository : str
        Name of the repository that it is on.
    standing : Standing
        As the journal remembers it.
    is_running : bool
        Whether a process is publishing it right now.
    """

    repository: str
    standing: standing.Standing
    is_running: bool


def folder(path: Path, *, config: Config) -> dict[str, Glance]:
    """Look at the notebooks of a folder.

    Returns
    -------
    dict
        By file name, those that something is known of; a notebook that was never published is left out, and so is one that
        cannot be read.
    """
    book = standing.journal(config)
    if not book.folder.is_dir() or not path.is_dir():
        return {}
    found = {}
    for file in sorted(path.glob("*.ipynb")):
        try:
            home = home_of(file, config=config)
            if home is not None:
                name, entry = home
                is_running = entry.act is not None and book.is_locked(file, entry.repository)
                found[file.name] = Glance(name, _standing(file, entry, config), is_running)
        except (ZenodoJupyterError, OSError):
            continue  # what is wrong with it is told when it is opened
    return found


def home_of(path: Path, *, config: Config) -> tuple[str, Entry] | None:
    """Return the repository that a notebook is on, and what the journal says.

    That is where a badge waits for it, else where a publication was stopped, else where its newest version is; None where it
    is on none.
    """
    book = standing.journal(config)
    entries = {name: book.read(path, row.url) for name, row in configured(config).items()}
    known = [(name, entry) for name, entry in entries.items() if entry.stamp or entry.act or entry.last]

    def rank(one: tuple[str, Entry]) -> tuple[bool, bool, str]:
        return bool(one[1].stamp), bool(one[1].act), (one[1].last or {}).get("published", "")

    return max(known, key=rank, default=None)


def _standing(path: Path, entry: Entry, config: Config) -> standing.Standing:
    nb = notebook.read(path)
    bundle = bundles.collect(path, data=standing.named_data(entry, path), limits=bundles.Limits(None, None))
    last = entry.last or {}
    for file in bundle.files:
        before = (last.get("files") or {}).get(file.key)
        if before and before["size"] == file.size and _is_older(file.path, last.get("published", "")):
            file.learn(md5=before["md5"])
    return standing.remembered(entry, nb, bundle)


def _is_older(path: Path | None, published: str) -> bool:
    """Whether a file was last written before a moment of the publication."""
    try:
        return path is not None and path.stat().st_mtime < datetime.fromisoformat(published).timestamp()
    except (OSError, ValueError):
        return False
