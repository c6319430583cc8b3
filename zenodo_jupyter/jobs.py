"""Jobs: long acts that run in threads, can be watched from several places, cancelled, and taken up after a restart.

What a job does is told by its kind and parameters, both JSON; `Jobs.kinds` maps a kind to the function that does it. State
is written to disk when it changes (not at each progress), so that the next process knows what was under way: `resume` takes
up, once, what a process that is gone has left. Several processes may share one folder.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from .errors import BadInput, Cancelled, DiskFull, UnknownJob, ZenodoJupyterError
from .job import Job, JobFolder
from .report import Progress, Report, stopped_by

#: Does a job: gets its parameters and a report, returns what becomes the job's result.
Work = Callable[[dict[str, Any], Report], dict[str, Any]]

#: Kinds that go on after a restart, because their acts are journalled. A reproduction is not run again without being asked
#: for, since it runs other people's code.
RESUMED = ("publish", "get")
#: How often a job is taken up again. One that ends its process each time must not do so for ever.
ATTEMPTS = 3
#: How many messages of a job are kept for somebody who looks later.
LOG = 200
#: Seconds between two tellings of how many bytes have gone: a bar that moves five times a second looks smooth, and a fast
#: disk would otherwise make hundreds of long polls a second.
PACE = 0.2


class Jobs:
    """The jobs of one process, with their folder on disk.

    Parameters
    ----------
    folder : Path
        Where states are kept; made when the first job starts.
    kinds : dict
        Kind to the function that does it.
    workers : int
        How many run at a time; the others wait. Two, since a publish is bound by the wire and a reproduction by the processor.

    Attributes
    ----------
    settled : threading.Event
        Set when `resume` is through: until then a job of the process before may not be known yet.
    """

    def __init__(self, folder: Path, kinds: dict[str, Work], workers: int = 2) -> None:
        self.kinds = kinds
        self._disk = JobFolder(folder)
        self._slots = threading.BoundedSemaphore(workers)
        self._starting = threading.Lock()
        self._writing = threading.Lock()
        self._changed = threading.Condition()
        self._jobs: dict[str, Job] = {}
        self._cancelled: dict[str, threading.Event] = {}
        self._stopped: set[str] = set()
        self._watchers: dict[str, list[Callable[[], None]]] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._closing = False
        self.settled = threading.Event()

    # -- doing -------------------------------------------------------------------------------------------------------

    def start(self, kind: str, params: dict[str, Any], subject: str = "") -> Job:
        """Queue a job and return it at once; where one of this kind and subject is under way, return that one.

        A job that was asked to stop does not count as under way: the new one waits until it has stopped.

        Raises
        ------
        BadInput
            When there is no such kind.
        DiskFull
            When it cannot be written down.
        """
        if kind not in self.kinds:
            raise BadInput(f"There is no job of the kind {kind!r}.", f"Kinds: {', '.join(sorted(self.kinds))}.")
        with self._starting:
            with self._changed:
                same = [
                    j for j in self._jobs.values() if subject and j.is_active and (j.kind, j.subject) == (kind, subject)
                ]
                going_on = next((replace(j) for j in same if not self._cancelled[j.id].is_set()), None)
            if going_on:
                return going_on
            job = Job(kind, params, subject, owner=self._disk.owner)
            try:
                self._disk.write(job)
            except OSError as e:
                raise DiskFull(
                    f"The job cannot be written into {self._disk.folder} ({e.strerror}).", "Make room."
                ) from e
            self._forget_old()
            return self._launch(job, same)

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop; it does so at its next report, or while it awaits an answer, leaving what can be resumed."""
        with self._changed:
            job = self._job(job_id)
            self._stopped.add(job_id)
            if job_id in self._cancelled:
                self._cancelled[job_id].set()
            queued = job.state == "queued"
            if queued:
                job.state = "cancelled"  # here, under the lock, so that it cannot begin meanwhile
        if queued:
            self._set(job, ended=time.time())
        elif job.is_active:
            self._keep(job, state="cancelled", ended=time.time())  # a server that ends now does not take it up again
        return self.get(job_id)

    def resume(self) -> list[Job]:
        """Take up what processes that are gone have left, and return what was started again.

        Publications and downloads go on, under the id they had; others are marked ``interrupted``. However many processes
        do this on one folder at once, each job is taken up by one of them.
        """
        try:
            with self._starting, self._disk.left_behind() as found:
                return [job for job in map(self._take_up, found) if job is not None]
        finally:
            self.settled.set()

    def _take_up(self, job: Job) -> Job | None:
        """Go on with a job that was left, and return it; know of it only, where it does not go on."""
        if job.is_active and job.kind in RESUMED and job.kind in self.kinds and job.attempts < ATTEMPTS:
            job = replace(job, state="queued", owner=self._disk.owner, attempts=job.attempts + 1)
            self._disk.write(job)
            return self._launch(job, [])
        if job.is_active:
            job = replace(job, state="interrupted", ended=time.time())
            self._disk.write(job)
        with self._changed:
            self._jobs.setdefault(job.id, job)
        return None

    def close(self, timeout: float = 5.0) -> None:
        """Stop all jobs at their next report, so that the next process takes them up.

        Parameters
        ----------
        timeout : float
            Seconds to wait for them. What has not stopped by then ends with the process, at any line, which the journal of
            acts is made for.
        """
        with self._changed:
            self._closing = True
            for event in self._cancelled.values():
                event.set()
            threads = list(self._threads.values())
        until = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        if not any(thread.is_alive() for thread in threads):
            self._disk.leave()

    def _launch(self, job: Job, before: list[Job]) -> Job:
        # A daemon: a server that is told to end must not wait for a repository that does not answer.
        thread = threading.Thread(target=self._run, args=(job, before), name=f"zenodo-jupyter {job.kind}", daemon=True)
        with self._changed:
            self._jobs[job.id] = job
            self._cancelled[job.id] = threading.Event()
            self._threads[job.id] = thread
            thread.start()
            return replace(job)

    def _run(self, job: Job, before: list[Job]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not any(other.is_active for other in before))
        with self._slots:
            with self._changed:
                begun = job.state == "queued" and not self._closing
                if begun:
                    job.state = "running"
            if begun:
                self._set(job)
                self._work(job)
        with self._changed:
            del self._threads[job.id]

    def _work(self, job: Job) -> None:
        try:
            with stopped_by(lambda: self._stop_if_asked(job)):
                result = self.kinds[job.kind](job.params, self._report(job))
        except Cancelled as e:
            if self._closing and job.id not in self._stopped:  # nobody asked: the next process takes it up
                self._keep(job, state="queued", attempts=0)
                self._set(job, write=False, state="interrupted")
            else:
                self._set(job, state="cancelled", error=e.to_json(), ended=time.time())
        except ZenodoJupyterError as e:
            self._set(job, state="failed", error=e.to_json(), ended=time.time())
        except BaseException as e:  # a bug of ours, or a SystemExit in a library, must not leave a job running for ever
            logging.getLogger(__name__).exception("The job %s (%s) failed", job.id, job.kind)
            message = f"Something unforeseen happened: {type(e).__name__}: {e}"
            error = {
                "error": type(e).__name__,
                "message": message,
                "hint": "Please report it; the server's log has more.",
            }
            self._set(job, state="failed", error=error, ended=time.time())
        else:
            self._set(job, state="done", result=result, ended=time.time())

    def _stop_if_asked(self, job: Job) -> None:
        if self._cancelled[job.id].is_set():
            raise Cancelled("Stopped, as you asked.", "What was done so far is kept; start it again to go on.")

    def _report(self, job: Job) -> Report:
        """Return what a job's work reports to; it may be called from several threads."""
        told: tuple[str, str] | None = None
        told_at = 0.0

        def report(progress: Progress) -> None:
            nonlocal told, told_at
            self._stop_if_asked(job)
            counting = progress.unit == "B" and bool(progress.done)
            with self._changed:
                if progress.to_json() == job.progress:  # said again, to be asked whether to go on
                    return
                now, about = time.monotonic(), (progress.step, progress.item)
                job.progress = progress.to_json()
                if counting and about == told and now - told_at < PACE and progress.done != progress.total:
                    return
                told, told_at = about, now
                if not counting and job.log[-1:] != [progress.message]:
                    job.log = [*job.log[-LOG + 1 :], progress.message]
            self._set(job, write=False)

        return report

    # -- watching ----------------------------------------------------------------------------------------------------

    def get(self, job_id: str) -> Job:
        """Return a job as it is now.

        Raises
        ------
        UnknownJob
            When there is none of that id.
        """
        with self._changed:
            return replace(self._job(job_id))

    def all(self) -> list[Job]:
        """Return all jobs as they are now, newest first."""
        with self._changed:
            return sorted((replace(j) for j in self._jobs.values()), key=lambda j: -j.started)

    def wait(self, job_id: str, after: int = -1, timeout: float | None = None) -> Job:
        """Wait until a job's `seq` is another than `after`, or it has ended, or the time (in seconds) is over.

        "Another" and not "greater": a job that went on in a new process counts from what was on disk.
        """
        with self._changed:
            job = self._job(job_id)
            self._changed.wait_for(lambda: job.seq != after or not job.is_active, timeout)
            return replace(job)

    def watch(self, job_id: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back, in the job's thread, at every change of a job; returns what ends it.

        No change is missed by who calls `watch` first and `get` then.
        """
        with self._changed:
            self._watchers.setdefault(job_id, []).append(callback)

        def stop() -> None:
            with self._changed:
                left = [c for c in self._watchers.get(job_id, ()) if c is not callback]
                self._watchers[job_id] = left
                if not left:
                    del self._watchers[job_id]

        return stop

    # -- inside -----------------------------------------------------------------------------------------------------

    def _job(self, job_id: str) -> Job:
        job = self._jobs.get(job_id)
        if job is None:
            raise UnknownJob("There is no such job.", "It may have ended more than a day ago.")
        return job

    def _set(self, job: Job, write: bool = True, **changes: Any) -> None:
        with self._changed:
            for name, value in changes.items():
                setattr(job, name, value)
            job.seq += 1
            self._changed.notify_all()
            callbacks = tuple(self._watchers.get(job.id, ()))
        if write:
            self._keep(job)
        for callback in callbacks:
            callback()

    def _keep(self, job: Job, **changes: Any) -> None:
        """Write a job down as it is at this moment, or as it should look to the next process."""
        # What is on disk serves a restart only; a full disk must not end a job that can go on without. The lock is not the
        # one of the jobs: whoever asks how a job is must not wait for a disk.
        with self._writing, contextlib.suppress(OSError):
            if job.is_active or not changes:
                self._disk.write(replace(job, **changes))

    def _forget_old(self) -> None:
        with self._changed:
            old = [job for job in self._jobs.values() if job.is_old]
            for job in old:
                del self._jobs[job.id]
                self._cancelled.pop(job.id, None)
                self._stopped.discard(job.id)
        for job in old:
            self._disk.forget(job)
