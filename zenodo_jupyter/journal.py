"""The journal: what was done, and is being done, with each notebook on each repository.

One JSON file per notebook path and repository in the user's data folder. Each step of an act is written down before it is
tried, so that a process that died is taken up by the next one; a lock lets one process at a time do so.

The journal, and not the notebook, is what permits a next version: a notebook travels, a journal stays (a Deposit is a
memory, not a permission).
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from .errors import BadInput, Busy
from .keeping import keep, unkept


@dataclass
class Act:
    """One publication under way.

    Attributes
    ----------
    id : str
        A UUID; the draft is marked with it, so that a draft whose id was not written down in time is found again.
    kind : str
        ``first`` or ``next``.
    previous_id : str
        The record that ``next`` follows; empty for ``first``.
    step : str
        The last step that was begun; see `report.Progress.step`.
    draft_id, doi : str
        Empty until they are known.
    community : str
        Title of the community whose review it is in, or was declined by.
    communities : list of str
        Slugs of all that were named when it was handed in: the others are offered the record once it is accepted.
    cells : str
        Digest of the notebook's cells, by which it is known again under another name.
    described : dict
        Hashes of the draft's fields as they were written; see `underway.edited`.
    brought : dict of str to str
        The files that this act put into the draft, or may have: name to md5, empty where it is not known.
    overrides : list of str
        Ids of the findings that a person decided to publish in spite of.
    memory : dict
        What is being published, as `Entry.deposits` will have it; from the step ``publish`` on.
    """

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    kind: str = "first"
    previous_id: str = ""
    step: str = ""
    draft_id: str = ""
    doi: str = ""
    community: str = ""
    communities: list[str] = field(default_factory=list)
    cells: str = ""
    described: dict[str, str] = field(default_factory=dict)
    brought: dict[str, str] = field(default_factory=dict)
    overrides: list[str] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """The URN that the draft carries until its metadata are written."""
        return f"urn:uuid:{self.id}"


@dataclass
class Entry:
    """What the journal says of one notebook on one repository.

    Attributes
    ----------
    notebook : str
        Absolute path.
    repository : str
        The repository's address.
    deposits : list of dict
        Every version published from this path, oldest first: the Deposit's fields, with ``files`` (key to md5, size and
        path) and ``cells`` (id to fingerprint) as they were.
    act : Act or None
        The publication under way, if one is.
    stamp : dict or None
        Badge and Deposit that wait for the front end that holds the notebook.
    left : list of str
        Ids of drafts that were begun and left for another.
    """

    notebook: str
    repository: str
    deposits: list[dict[str, Any]] = field(default_factory=list)
    act: Act | None = None
    stamp: dict[str, Any] | None = None
    left: list[str] = field(default_factory=list)

    @property
    def last(self) -> dict[str, Any] | None:
        """The newest version published from this path, or None."""
        return self.deposits[-1] if self.deposits else None


class Journal:
    """The folder of entries.

    Parameters
    ----------
    folder : Path
        Made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def _path(self, notebook: Path, repository: str) -> Path:
        told = os.fsencode(f"{_absolute(notebook)}\n{repository.rstrip('/')}")  # a path need not be text
        name = hashlib.sha256(told).hexdigest()[:32]
        return self.folder / f"{name}.json"

    def read(self, notebook: Path, repository: str) -> Entry:
        """Return the entry, an empty one where there is none.

        Raises
        ------
        BadInput
            When its file is damaged. It may be the memory of a DOI, so it is not overwritten.
        """
        return _load(self._path(notebook, repository)) or Entry(str(_absolute(notebook)), repository)

    def write(self, entry: Entry) -> None:
        """Write the entry to the disk; `DiskFull` or `BadInput` when that is not possible."""
        data = {**entry.__dict__, "act": entry.act.__dict__ if entry.act else None}
        text = json.dumps(data, ensure_ascii=False, indent=1)
        keep(self._path(Path(entry.notebook), entry.repository), text)

    @contextmanager
    def locked(self, notebook: Path, repository: str) -> Iterator[Entry]:
        """Hold the entry for this process alone.

        Raises
        ------
        Busy
            When another process holds it. The lock is the operating system's, so it ends with its process.
        DiskFull, BadInput
            When nothing can be written there.
        """
        lock = FileLock(self._path(notebook, repository).with_suffix(".lock"))
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock.acquire(timeout=0)
        except Timeout:
            raise Busy(
                f"{Path(notebook).name} is being published by another process right now.",
                "Wait until it has finished, or stop it; what it did so far is kept.",
            ) from None
        except OSError as e:
            raise unkept(e, self.folder) from e
        try:
            yield self.read(notebook, repository)
        finally:
            lock.release()

    def is_locked(self, notebook: Path, repository: str) -> bool:
        """Whether a process is publishing this notebook there right now."""
        path = self._path(notebook, repository).with_suffix(".lock")
        if not path.exists():
            return False
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            return True

    def entries(self) -> list[Entry]:
        """Return all entries, for "my records" and for finding what was interrupted."""
        return [entry for path in sorted(self.folder.glob("*.json")) if (entry := _load(path))]


def _load(path: Path) -> Entry | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        act = data.pop("act", None)
        return Entry(**data, act=Act(**act) if act else None)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as e:
        raise unkept(e, path) from e
    except (ValueError, TypeError) as e:
        raise BadInput(
            f"The journal's file {path} is damaged: {e}.",
            "Nothing was done. Move it away, or restore it from a backup.",
        ) from e


def _absolute(notebook: Path) -> Path:
    # Resolved, so that one notebook reached through two links has one entry.
    return Path(notebook).expanduser().resolve()
