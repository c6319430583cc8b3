"""A job, and the folder in which processes keep theirs, so that the next one knows what was under way."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

ENDED = ("done", "failed", "cancelled", "interrupted")
#: Seconds that an ended job is remembered: a day, so that a reopened browser still sees how it ended.
KEEP = 24 * 3600


@dataclass
class Job:
    """One long act.

    Attributes
    ----------
    id, kind, params
        Which job, what it does, with what.
    subject : str
        What it acts upon, such as a notebook and a repository; of two jobs of one kind with one subject only one runs.
    state : str
        ``queued``, ``running``, ``done``, ``failed``, ``cancelled`` or ``interrupted`` (its process ended, and it is not of
        a kind that goes on by itself).
    seq : int
        Changes with every change, for long polls.
    progress : dict or None
        The last `Progress`.
    log : list of str
        Messages, newest last.
    result, error : dict or None
        What came of it.
    started, ended : float
        Seconds since the epoch.
    owner : str
        The `Jobs` that runs it.
    attempts : int
        How often it was started.
    """

    kind: str
    params: dict[str, Any]
    subject: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: str = "queued"
    seq: int = 0
    progress: dict[str, Any] | None = None
    log: list[str] = field(default_factory=list)
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    started: float = field(default_factory=time.time)
    ended: float = 0.0
    owner: str = ""
    attempts: int = 1

    @property
    def is_active(self) -> bool:
        """Whether it is under way or about to be."""
        return self.state not in ENDED

    @property
    def is_old(self) -> bool:
        """Whether it ended so long ago that it is to be forgotten."""
        return not self.is_active and time.time() - self.ended > KEEP

    def to_json(self) -> dict[str, Any]:
        """Return all of it, as the doors show it."""
        return asdict(self)


class JobFolder:
    """Jobs on the disk, of several processes.

    Parameters
    ----------
    folder : Path
        Made when the first job is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.owner = uuid.uuid4().hex
        # Held as long as this process lives: whoever can take it knows that the jobs of this owner are orphans. (A process
        # id would not do: a restarted container gives the same ones again.)
        self._alive = self._lock(self.owner)

    def write(self, job: Job) -> None:
        """Write a job beside its file and swap it in.

        Raises
        ------
        OSError
            When that is not possible; what was there before is untouched.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._alive.is_locked:
            self._alive.acquire()
        temporary = self._path(job.id).with_suffix(".tmp")
        temporary.write_text(json.dumps(job.to_json(), ensure_ascii=False, default=str), encoding="utf-8")
        os.replace(temporary, self._path(job.id))

    def forget(self, job: Job) -> None:
        """Delete a job's file."""
        self._path(job.id).unlink(missing_ok=True)

    def leave(self) -> None:
        """Say that this process does nothing more; others may take up what it has not ended."""
        self._alive.release()

    @contextmanager
    def left_behind(self) -> Iterator[list[Job]]:
        """Give the jobs that belong to no living process, while no other process looks at them.

        Those of today that have ended are among them; older ones are deleted.
        """
        if not self.folder.is_dir():
            yield []
            return
        with FileLock(self.folder / "resume.lock"):
            alive = {self.owner: True}
            found = []
            for path in sorted(self.folder.glob("*.json")):
                job = _read(path)
                if job is None:
                    continue
                if job.is_old:
                    self.forget(job)
                elif not job.is_active or not alive.setdefault(job.owner, self._is_alive(job.owner)):
                    found.append(job)
            yield found

    def _path(self, job_id: str) -> Path:
        return self.folder / f"{job_id}.json"

    def _lock(self, owner: str) -> FileLock:
        # Taken in one thread and left in another.
        return FileLock(self.folder / f"{owner}.lock", thread_local=False)

    def _is_alive(self, owner: str) -> bool:
        lock = self._lock(owner)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)
        return False


def _read(path: Path) -> Job | None:
    try:
        return Job(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        return None  # written by another version of this program
