"""Doing: a long act in a thread, with a bar and a way to stop it; the kernel stays free for other cells."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import ipywidgets as W

from ..errors import Cancelled, ZenodoJupyterError
from ..report import Progress, Report
from ..show import told
from . import look

#: Seconds between two drawings of the bar; see `jobs.PACE`.
PACE = 0.2
#: What is done: it tells how far it is, and returns what came of it.
Work = Callable[[Report], Any]


class Doing:
    """The place where a form shows what it is doing.

    Attributes
    ----------
    widget : VBox
        To be put into the form; it shows itself while something is done.
    """

    def __init__(self) -> None:
        self._words = look.raw("")
        self._bar = look.with_classes(W.FloatProgress(min=0, max=1), "zw-bar")
        self._cancel = look.button("Cancel", self.cancel, tooltip="Stop; what was done so far is kept")
        self.widget = W.VBox((self._words, self._bar, self._cancel))
        look.show(self.widget, False)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._next: tuple[Any, ...] | None = None
        self._drawn = ("", 0.0)

    @property
    def is_busy(self) -> bool:
        """Whether something is being done."""
        return self._thread not in (None, threading.current_thread())

    def start(self, work: Work, done: Callable[[Any], None], failed: Callable[[ZenodoJupyterError], None]) -> None:
        """Do some work in a thread; where something is being done already, after that. Of several that wait, the last is done.

        Parameters
        ----------
        work : callable
            Is given a report that it must call; that is where it is stopped.
        done, failed : callable
            Told, in the thread, what came of it.
        """
        with self._lock:
            if self.is_busy:
                self._next = (work, done, failed)
            else:
                self._begin(work, done, failed)

    def _begin(self, *act: Any) -> None:
        self._stop.clear()
        self._cancel.disabled = False
        look.show(self._bar, False)
        self._say("")
        look.show(self.widget, True)
        self._thread = threading.Thread(target=self._run, args=act, daemon=True, name="zenodo-form")
        self._thread.start()

    def focus(self) -> None:
        """Move the keyboard's focus to what can be pressed meanwhile."""
        self._cancel.focus()

    def cancel(self) -> None:
        """Stop at the next step."""
        self._stop.set()
        self._cancel.disabled = True
        self._say("Stopping; what was done so far is kept.")

    def wait(self, timeout: float | None = None) -> None:
        """Wait until all is done, for scripts and tests.

        Parameters
        ----------
        timeout : float, optional
            Seconds for each thing that is done.
        """
        while self.is_busy and (thread := self._thread) is not None:
            thread.join(timeout)
            if thread.is_alive():
                return

    def _run(self, work: Work, done: Callable[[Any], None], failed: Callable[[ZenodoJupyterError], None]) -> None:
        try:
            result = work(self._report)
            look.show(self.widget, False)
            done(result)
        except ZenodoJupyterError as e:
            look.show(self.widget, False)
            failed(e)
        except Exception as e:  # a bug of ours must not leave the form waiting for ever
            look.show(self.widget, False)
            failed(ZenodoJupyterError(f"Something unforeseen happened: {type(e).__name__}: {e}", "Please report it."))
        finally:
            self._end()

    def _end(self) -> None:
        with self._lock:
            if self.is_busy:  # what was told has begun the next thing
                return
            waiting, self._next = self._next, None
            if waiting is None:
                self._thread = None
            else:  # busy without a gap, or `wait` would return in it
                self._begin(*waiting)

    def _report(self, progress: Progress) -> None:
        if self._stop.is_set():
            raise Cancelled("Stopped, as you asked.", "What was done so far is kept; press again to go on.")
        now = time.monotonic()
        last, at = self._drawn
        if progress.step == last and now - at < PACE and progress.done != progress.total:
            return
        self._drawn = (progress.step, now)
        counted = progress.total is not None and progress.done is not None and progress.total > 0
        look.show(self._bar, counted)
        if counted:
            self._bar.value = progress.done / progress.total  # type: ignore[operator]
        self._say(told(progress))

    def _say(self, text: str) -> None:
        import html

        self._words.value = f'<div role="status" aria-live="polite">{html.escape(text)}</div>'
