"""Jobs: long acts that run in threads, can be watched from several places, cancelled, and taken up after a restart.

What a job does is told by its kind and parameters, both JSON; `Jobs.kinds` maps a kind to the function that does it. State
is written to disk when it changes (not at each progress), so that a new process knows what was under way.
"""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .errors import BadInput, Cancelled, ZenodoJupyterError
from .report import Progress, Report

#: Does a job: gets its parameters and a report, returns what becomes the job's result.
Work = Callable[[dict[str, Any], Report], dict[str, Any]]

ENDED = ("done", "failed", "cancelled", "interrupted")
#: How many messages of a job are kept for somebody who looks later.
LOG = 200
#: Seconds that an ended job is remembered: a day, so that a reopened browser still sees how it ended.
KEEP = 24 * 3600


@dataclass
class Job:
    """One long act.

    Attributes
    ----------
    id, kind, params
        Which job, what it does, with what.
    state : str
        ``queued``, ``running``, ``done``, ``failed``, ``cancelled`` or ``interrupted`` (its process ended; a publish goes
        on when it is started again).
    seq : int
        Grows with every change, for long polls.
    progress : dict or None
        The last `Progress`.
    log : list of str
        Messages, newest last.
    result, error : dict or None
        What came of it.
    started, ended : float
        Seconds since the epoch.
    pid : int
        The process that runs it.
    """

    kind: str
    params: dict[str, Any]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: str = "queued"
    seq: int = 0
    progress: dict[str, Any] | None = None
    log: list[str] = field(default_factory=list)
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    started: float = field(default_factory=time.time)
    ended: float = 0.0
    pid: int = field(default_factory=os.getpid)

    def to_json(self) -> dict[str, Any]:
        """Return all of it, as the doors show it."""
        return asdict(self)


class Jobs:
    """The jobs of one process, with their folder on disk.

    Parameters
    ----------
    folder : Path
        Where states are kept.
    kinds : dict
        Kind to the function that does it.
    workers : int
        How many run at a time; the others wait. Two, since a publish is bound by the wire and a reproduction by the processor.
    """

    def __init__(self, folder: Path, kinds: dict[str, Work], workers: int = 2) -> None:
        self.folder = Path(folder)
        self.kinds = kinds
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="zenodo-jupyter-job")
        self._changed = threading.Condition()
        self._jobs: dict[str, Job] = {}
        self._cancelled: dict[str, threading.Event] = {}
        self._watchers: list[Callable[[Job], None]] = []
        self._read()

    # -- doing -------------------------------------------------------------------------------------------------------

    def start(self, kind: str, params: dict[str, Any]) -> Job:
        """Queue a job and return it at once.

        Raises
        ------
        BadInput
            When there is no such kind.
        """
        if kind not in self.kinds:
            raise BadInput(f"There is no job of the kind {kind!r}.", f"Kinds: {', '.join(sorted(self.kinds))}.")
        job = Job(kind, params)
        self._cancelled[job.id] = threading.Event()
        with self._changed:
            self._jobs[job.id] = job
        self._write(job)
        self._pool.submit(self._run, job)
        return job

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop; it does so at its next report, leaving what can be resumed."""
        job = self.get(job_id)
        event = self._cancelled.get(job_id)
        if event is not None:
            event.set()
        if job.state == "queued":
            self._set(job, state="cancelled", ended=time.time())
        return job

    def resume(self) -> list[Job]:
        """Start again what was under way when its process ended: publications and downloads, whose acts are journalled.

        A reproduction is not run again without being asked for, since it runs other people's code.
        """
        started = []
        for job in self.all():
            if job.state == "interrupted" and job.kind in ("publish", "get"):
                with self._changed:
                    del self._jobs[job.id]
                self._path(job.id).unlink(missing_ok=True)
                started.append(self.start(job.kind, job.params))
        return started

    def close(self) -> None:
        """Stop all jobs, at their next report, and wait for them."""
        for event in self._cancelled.values():
            event.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, job: Job) -> None:
        cancelled = self._cancelled[job.id]
        if job.state != "queued":
            return
        self._set(job, state="running")

        def report(progress: Progress) -> None:
            if cancelled.is_set():
                raise Cancelled("Stopped, as you asked.", "What was done so far is kept; start it again to go on.")
            with self._changed:
                if not job.log or job.log[-1] != progress.message:
                    job.log = [*job.log[-LOG + 1 :], progress.message]
            self._set(job, write=False, progress=progress.to_json())

        try:
            result = self.kinds[job.kind](job.params, report)
        except Cancelled as e:
            self._set(job, state="cancelled", error=e.to_json(), ended=time.time())
        except ZenodoJupyterError as e:
            self._set(job, state="failed", error=e.to_json(), ended=time.time())
        except Exception as e:  # a bug of ours must not leave a job running for ever
            error = {
                "error": type(e).__name__,
                "message": f"Something unforeseen happened: {e}",
                "hint": "Please report it.",
            }
            self._set(job, state="failed", error=error, ended=time.time())
        else:
            self._set(job, state="done", result=result, ended=time.time())

    # -- watching ----------------------------------------------------------------------------------------------------

    def get(self, job_id: str) -> Job:
        """Return a job.

        Raises
        ------
        BadInput
            When there is none of that id.
        """
        with self._changed:
            job = self._jobs.get(job_id)
        if job is None:
            raise BadInput("There is no such job.", "It may have ended more than a day ago.")
        return job

    def all(self) -> list[Job]:
        """Return all jobs, newest first."""
        with self._changed:
            return sorted(self._jobs.values(), key=lambda j: -j.started)

    def wait(self, job_id: str, after: int = -1, timeout: float | None = None) -> Job:
        """Wait until a job has a newer state than `after`, or has ended, or the time (in seconds) is over."""
        job = self.get(job_id)
        with self._changed:
            self._changed.wait_for(lambda: job.seq > after or job.state in ENDED, timeout)
        return job

    def watch(self, callback: Callable[[Job], None]) -> Callable[[], None]:
        """Call back, in the job's thread, at every change; returns what ends it."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback) if callback in self._watchers else None

    # -- keeping -----------------------------------------------------------------------------------------------------

    def _set(self, job: Job, write: bool = True, **changes: Any) -> None:
        with self._changed:
            for name, value in changes.items():
                setattr(job, name, value)
            job.seq += 1
            self._changed.notify_all()
        if write:
            self._write(job)
        for callback in tuple(self._watchers):
            callback(job)

    def _path(self, job_id: str) -> Path:
        return self.folder / f"{job_id}.json"

    def _write(self, job: Job) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self._path(job.id).with_suffix(".tmp")
        temporary.write_text(json.dumps(job.to_json(), ensure_ascii=False, default=str), encoding="utf-8")
        os.replace(temporary, self._path(job.id))

    def _read(self) -> None:
        for path in self.folder.glob("*.json"):
            try:
                job = Job(**json.loads(path.read_text(encoding="utf-8")))
            except (ValueError, TypeError):
                continue  # written by another version of this program
            if job.state in ENDED and time.time() - job.ended > KEEP:
                path.unlink(missing_ok=True)
                continue
            if job.state not in ENDED:
                if _is_alive(job.pid) and job.pid != os.getpid():
                    continue  # another server's
                job.state = "interrupted"
            self._jobs[job.id] = job


def _is_alive(pid: int) -> bool:
    """Whether a process of that id runs; where that cannot be asked, no."""
    if os.name == "nt":  # os.kill would end it there
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
