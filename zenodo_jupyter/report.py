"""How long acts tell what they are doing: one callable, its signature written once."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Progress:
    """One thing that happened in a long act.

    Attributes
    ----------
    step : str
        The step's stable name: ``run``, ``collect``, ``check``, ``draft``, ``metadata``, ``reserve``, ``stamp``, ``upload``,
        ``publish``, ``verify``, ``badge``, ``resolve``, ``download``, ``environment``, ``execute``, ``compare``,
        ``wait``, ``harvest``, ``get``, ``token``, ``login``.
    message : str
        What to show a person, a short sentence without a final stop.
    done, total : int or None
        How far it is, in `unit`; both None when it cannot be counted.
    unit : str
        ``B`` for bytes, ``files``, ``cells``; empty when there is nothing to count.
    item : str
        The file or cell it is about; may be empty.
    files_done, files_total, files_there : int or None
        How many files are through, of how many that are to be moved; and how many others were there already.
    rate : float or None
        Bytes a second, over the last seconds; None as long as it is not known.
    seconds_left : float or None
        How long it takes at this rate; None while nothing moves.
    """

    step: str
    message: str
    done: int | None = None
    total: int | None = None
    unit: str = ""
    item: str = ""
    files_done: int | None = None
    files_total: int | None = None
    files_there: int | None = None
    rate: float | None = None
    seconds_left: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a dictionary."""
        return asdict(self)


# What a terminal obeys, but for line ends and tabs, and what turns the direction of reading (Unicode's bidirectional marks).
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def readable(text: str) -> str:
    r"""Return a text in which nothing is hidden or obeyed: strangers write titles, names and errors.

    >>> readable("A title\x1b[2J\n")
    'A title�[2J\n'
    """
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text)


_told = threading.local()

#: Takes each Progress as it comes. It may be called from several threads. To cancel, it raises `errors.Cancelled`.
Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Report to nobody."""


@contextmanager
def stopped_by(check: Callable[[], None]) -> Iterator[None]:
    """Let this thread end as soon as a person says "stop", also while it awaits a repository's answer.

    What was asked may be done there all the same, as when an answer is lost.

    Parameters
    ----------
    check : callable
        Raises `errors.Cancelled` once somebody said so; it is called a few times a second.
    """
    before, _told.check = stopper(), check
    try:
        yield
    finally:
        _told.check = before


def stopper() -> Callable[[], None] | None:
    """Return what `stopped_by` was given in this thread, or None."""
    check: Callable[[], None] | None = getattr(_told, "check", None)
    return check


class Timed:
    """A Report that passes all on, and adds up how long each step took.

    Attributes
    ----------
    seconds : dict
        By step, in the order of their beginning.
    """

    def __init__(self, report: Report) -> None:
        self.seconds: dict[str, float] = {}
        self._report = report
        self._step, self._since = "", time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Take one thing that happened."""
        if progress.step != self._step:
            self.done()
            self._step = progress.step
        self._report(progress)

    def restart(self) -> None:
        """Forget the times so far: another thing begins."""
        self.seconds, self._step = {}, ""

    def done(self) -> dict[str, float]:
        """End the last step, and return the seconds by step."""
        now = time.monotonic()
        if self._step:
            self.seconds[self._step] = round(self.seconds.get(self._step, 0.0) + now - self._since, 3)
        self._since = now
        return self.seconds
