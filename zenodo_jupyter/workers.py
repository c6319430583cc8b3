"""A few pieces of work at a time, with the progress of all of them together, and one stop for all."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from .errors import Cancelled
from .report import Progress, Report
from .session import Session

T = TypeVar("T")
R = TypeVar("R")

#: Seconds between two words to whoever watches; also how soon a person's "stop" is heard while nothing moves.
BEAT = 0.25


#: Seconds over which the rate is taken: long enough not to jump, short enough to follow a connection that gets slower.
WINDOW = 10.0


class Meter:
    """Adds up what the workers report, and passes it on a few times a second.

    Parameters
    ----------
    step : str
        See `Progress.step`.
    sizes : mapping of str to int
        The files to move, and their bytes.
    report : Report
        Is told of all of them together.
    already : int
        How many others are there already.
    clock : callable
        Returns seconds that only go forward.
    """

    def __init__(
        self,
        step: str,
        sizes: Mapping[str, int],
        report: Report,
        already: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._step, self._sizes, self._report = step, dict(sizes), report
        self._there, self._clock = already, clock
        self._done: dict[str, int] = {}
        self._lock = threading.Lock()
        self._message, self._item = "Beginning", ""
        self._said = 0.0
        self._marks: deque[tuple[float, int]] = deque([(clock(), 0)])

    def have(self, keys: Collection[str]) -> None:
        """Take files out of the count that need not be moved."""
        for key in keys:
            del self._sizes[key]
        self._there += len(keys)
        if self._there:
            self._message = f"{self._there} file{'s are' if self._there > 1 else ' is'} there already"
            self._report(self._progress())

    def __call__(self, progress: Progress) -> None:
        """Take the progress of one file; this is the `Report` that the workers get."""
        with self._lock:
            self._done[progress.item] = progress.done or 0
            self._message, self._item = progress.message, progress.item
            if progress.done == progress.total or self._clock() - self._said >= BEAT:
                self._say()

    def watch(self, cancel: threading.Event | None, title: str) -> Callable[[float], None]:
        """Return what watches a wait of the thread that began it all, for a repository called `title`."""

        def watch(left: float) -> None:
            if cancel is not None and cancel.is_set():
                raise stopped()
            self.waits(left, title)
            self.beat()

        return watch

    def beat(self) -> None:
        """Say the last word again if all was silent, so that whoever watches can answer with a cancel."""
        with self._lock:
            if self._clock() - self._said >= BEAT:
                self._say()

    def waits(self, left: float, title: str) -> None:
        """Take in that a worker waits; it is said until something moves again."""
        with self._lock:
            self._item = ""
            self._message = f"Waiting for {title}, which is busy or does not answer: {left:.0f} s"

    def _say(self) -> None:
        self._said = self._clock()
        self._report(self._progress())

    def _progress(self) -> Progress:
        done, total = sum(self._done.values()), sum(self._sizes.values())
        now = self._clock()
        # What is sent anew begins at nothing again: the marks of before would make the rate negative.
        while self._marks and self._marks[-1][1] > done:
            self._marks.pop()
        self._marks.append((now, done))
        while len(self._marks) > 2 and self._marks[1][0] <= now - WINDOW:
            self._marks.popleft()
        began, before = self._marks[0]
        rate = (done - before) / (now - began) if now - began >= 1.0 else None
        through = sum(self._done.get(key, 0) >= size and key in self._done for key, size in self._sizes.items())
        return Progress(
            self._step, self._message, done, total, "B", self._item, through, len(self._sizes), self._there, rate,
            (total - done) / rate if rate else None,
        )  # fmt: skip


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
        meter.waits(left, session.title)

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
