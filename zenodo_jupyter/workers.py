"""A few pieces of work at a time, with the progress of all of them together, and one stop for all."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from .errors import Cancelled
from .report import Progress, Report
from .session import Session

T = TypeVar("T")
R = TypeVar("R")

#: Seconds between two words to whoever watches; also how soon a person's "stop" is heard while nothing moves.
BEAT = 0.25


class Meter:
    """Adds up what the workers report, and passes it on a few times a second."""

    def __init__(self, step: str, sizes: Mapping[str, int], report: Report) -> None:
        self._step, self._total, self._report = step, sum(sizes.values()), report
        self._done: dict[str, int] = {}
        self._lock = threading.Lock()
        self._last = Progress(step, "Beginning", 0, self._total, "B")
        self._said = 0.0

    def have(self, sizes: Mapping[str, int]) -> None:
        """Count files that need not be moved."""
        self._done.update(sizes)
        if sizes:
            self._last = Progress(self._step, f"{len(sizes)} files are there already", self._sum(), self._total, "B")
            self._report(self._last)

    def __call__(self, progress: Progress) -> None:
        """Take the progress of one file; this is the `Report` that the workers get."""
        with self._lock:
            self._done[progress.item] = progress.done or 0
            self._last = Progress(self._step, progress.message, self._sum(), self._total, "B", progress.item)
            if progress.done == progress.total or time.monotonic() - self._said >= BEAT:
                self._say()

    def watch(self, cancel: threading.Event | None) -> Callable[[float], None]:
        """Return what watches a wait of the thread that began it all."""

        def watch(left: float) -> None:
            if cancel is not None and cancel.is_set():
                raise stopped()
            self.beat()

        return watch

    def beat(self) -> None:
        """Say the last word again if all was silent, so that whoever watches can answer with a cancel."""
        with self._lock:
            if time.monotonic() - self._said >= BEAT:
                self._say()

    def _say(self) -> None:
        self._said = time.monotonic()
        self._report(self._last)

    def _sum(self) -> int:
        return sum(self._done.values())


def a_few_at_a_time(
    work: Callable[[T, threading.Event], R],
    items: Sequence[T],
    workers: int,
    meter: Meter,
    cancel: threading.Event | None,
    session: Session,
) -> list[R]:
    """Do the work for every item in a few threads; the first failure stops the others and is raised.

    The threads are daemons and not those of concurrent.futures: one that hangs in a dead connection must not keep a person
    who said "stop" waiting, nor the process from ending.
    """
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    for index in range(len(items)):
        todo.put(index)
    done: dict[int, R] = {}
    failures: list[BaseException] = []
    stop = threading.Event()

    def watch(left: float) -> None:
        if stop.is_set():
            raise stopped()

    def run() -> None:
        while not stop.is_set():
            try:
                index = todo.get_nowait()
            except queue.Empty:
                return
            try:
                with session.watched_by(watch):
                    done[index] = work(items[index], stop)
            except BaseException as e:  # raised again below, in the thread that waits
                failures.append(e)
                stop.set()

    threads = [threading.Thread(target=run, daemon=True) for _ in range(min(workers, len(items)))]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive() and not failures:
                thread.join(BEAT)
                meter.beat()
                if cancel is not None and cancel.is_set():
                    raise stopped()
    finally:
        stop.set()
        until = time.monotonic() + 2 * BEAT
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
    if failures:
        raise failures[0]
    return [done[index] for index in range(len(items))]


def stopped() -> Cancelled:
    """Return what ends a transfer that a person stopped."""
    return Cancelled("Stopped, as you asked.", "What was done so far is kept.")
