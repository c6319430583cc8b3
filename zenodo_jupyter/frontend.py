"""The front end that shows this kernel's notebook: which notebook it is, and how the badge gets into it.

Who has a notebook open, writes it. What is sent to the front end is one-way and carries the act's id, so that it can be sent
again without a second badge; that it was done is seen on the saved file. An answer that is waited for would need a kernel
that receives while a cell runs. Where the front end does not listen (JupyterLab without this project's extension), badge and
Deposit wait in the journal, which kernel and server share.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

from . import card, show, stamping, standing
from . import notebook as notebooks
from . import publish as acts
from .config import Config
from .errors import Busy, ZenodoJupyterError
from .report import Progress

#: The comm target that the front end listens on.
TARGET = "zenodo_jupyter"
#: Set while a notebook is only being run again; acting verbs and forms then say what they would do.
RERUN = "ZENODO_JUPYTER_RERUN"
#: Seconds that a front end is given to save a notebook. A large one takes about one; without the extension nothing comes.
SAVING = 5.0
#: Seconds between two looks at the file.
LOOK = 0.1
#: Seconds between two tellings of how many bytes have gone.
MOVING = 1.0

_told: Path | None = None
_comm: Any = None


def cell_id() -> str | None:
    """Return the id that a front end gave the cell that runs now, or None under nbclient, papermill and scripts."""
    kernel = getattr(get_ipython(), "kernel", None)
    parent: dict[str, Any] = kernel.get_parent("shell") if kernel is not None else {}
    return (parent.get("metadata") or {}).get("cellId")


def is_rerun() -> bool:
    """Whether this notebook is only being run again, so that nothing may be published."""
    return bool(os.environ.get(RERUN))


def holds() -> bool:
    """Whether a front end holds the notebook open that writes it itself; asked while a cell runs.

    Visual Studio Code does not count: no extension of ours can be in it, and it reads a file that changed on the disk.
    """
    shell = get_ipython()
    return cell_id() is not None and "__vsc_ipynb_file__" not in (shell.user_ns if shell else {})


def shows_widgets() -> bool:
    """Whether somebody sees the output of the running cell, and can use a form in it.

    nbclient and papermill would otherwise store the form, with what was typed, in the notebook that they execute.
    """
    shell = get_ipython()
    code = shell is not None and "__vsc_ipynb_file__" in shell.user_ns
    voila = os.environ.get("SERVER_SOFTWARE", "").startswith("voila")  # it runs the cells itself, for a page to come
    return cell_id() is not None or code or voila


class Told:
    """Tells progress in the output of the cell: one line that changes, or in a terminal one line after the other."""

    def __init__(self) -> None:
        self._last = ""
        self._at = 0.0
        self._line: Any = None

    def __call__(self, progress: Progress) -> None:
        """Show the message, if it is a new one; of what moves, how far it is, once a second."""
        shell = get_ipython()
        moving = progress.unit == "B" and bool(progress.done)
        if getattr(shell, "kernel", None) is None:
            if progress.message != self._last and not moving:
                self._last = progress.message
                print(self._last, file=sys.stderr, flush=True)
            return
        text = show.told(progress)
        if text == self._last or (moving and time.monotonic() - self._at < MOVING):
            return
        self._last, self._at = text, time.monotonic()
        # By its MIME type it is known as ours, and does not count as a result of the notebook.
        data = {card.MIME: {"kind": "form", "note": self._last}, "text/plain": self._last}
        if self._line is None:
            self._line = display(data, raw=True, display_id=True)
        else:
            self._line.update(data, raw=True)


def notebook() -> Path | None:
    """Return the notebook that this kernel serves: told by the front end, by Visual Studio Code, or by the server."""
    shell = get_ipython()
    namespace = shell.user_ns if shell is not None else {}
    for told in (
        _told,
        namespace.get("__vsc_ipynb_file__"),
        os.environ.get("JPY_SESSION_NAME"),
        namespace.get("__session__"),
    ):
        if told and str(told).endswith(".ipynb") and Path(told).is_file():
            return Path(told)
    return None


def listen(then: Callable[[Path], None] | None = None) -> None:
    """Ask the front end for the notebook's path, now and whenever it is renamed; the answer comes when no cell runs.

    Parameters
    ----------
    then : callable, optional
        Is told the path each time.
    """
    global _comm

    def heard(message: dict[str, Any]) -> None:
        global _told
        path = _find(str(message["content"]["data"].get("path", "")))
        if path is not None:
            _told = path
            if then is not None:
                then(path)

    if holds() and (_comm is None or then is not None):
        _comm = _open({"op": "path"}, heard)


def _find(shown: str) -> Path | None:
    """Return the file of a path as the front end shows it, which is relative to a folder that only the server knows."""
    shown = shown.split(":", 1)[-1].strip("/")  # a drive of the front end's, such as "RTC:"
    started = Path(os.environ.get("JPY_SESSION_NAME") or Path.cwd() / "x").parent
    candidates = (folder / shown for folder in (started, *started.parents)) if shown else ()
    return next((path for path in candidates if path.is_file()), None)


def _open(data: dict[str, Any], heard: Callable[[dict[str, Any]], None] | None = None) -> Any:
    import comm

    opened = comm.create_comm(target_name=TARGET, data=data)
    if heard is not None:
        opened.on_msg(heard)
    return opened


def save(path: Path, seconds: float = SAVING) -> bool:
    """Ask the front end to save the notebook, and tell whether the file was written.

    Parameters
    ----------
    path : Path
        The notebook.
    seconds : float
        The longest to wait.
    """
    before = path.stat().st_mtime_ns
    _open({"op": "save", "path": str(path.absolute())})
    return _wait(lambda: path.stat().st_mtime_ns != before, seconds)


def publish(path: Path, *, held: bool | None = None, config: Config, **options: Any) -> acts.Published:
    """Publish a notebook as `publish.publish` does, with the badge going the way that this front end needs.

    Parameters
    ----------
    path : Path
        The notebook.
    held : bool, optional
        Whether a front end holds the kernel's notebook; found out where it is None, which only a running cell can.
    config : Config
        Repositories, data folder, policy.
    **options
        As for `publish.publish`.
    """
    path = Path(path).expanduser()
    if not (holds() if held is None else held):
        return acts.publish(path, config=config, **options)
    mine = notebook()
    own = mine is not None and path.exists() and mine.samefile(path)
    if own:
        save(path)  # what is published is the file; it should have the outputs that are on the screen
    done = acts.publish(path, write_badge=False, config=config, **options)
    if done.unchanged or done.review or done.anonymous or done.draft:
        return done
    return replace(done, badge=hand_over(path, done, own, config))


def hand_over(path: Path, done: acts.Published, own: bool, config: Config) -> str:
    """Give badge and Deposit to the front end, and say where the badge stands.

    Parameters
    ----------
    path : Path
        The notebook.
    done : Published
        What was published.
    own : bool
        Whether it is the kernel's own notebook, which the front end has open for certain. Another one is written by
        ourselves where the front end turns out not to have it.
    config : Config
        Where the journal is.
    """
    markdown = stamping.badge_of(done.repository, done.record)
    stamp = {"act": done.deposit.act, "deposit": asdict(done.deposit), "badge": markdown}
    _open({"op": "stamp", "path": str(path.absolute()), **stamp})
    if _wait(lambda: _has(path, done.deposit.act), SAVING):
        words = f"The badge stands in cell {(notebooks.badge_index(notebooks.read(path)) or 0) + 1} of {path.name}."
    elif not own:
        words = stamping.put_badge(path, done.deposit, done.repository, done.record)
    else:
        # An image that stands in the text itself is hundreds of letters long, which nobody copies.
        by_hand = "" if "(data:" in markdown else f", or copy the badge into a Markdown cell: {markdown}"
        return (
            f"The badge stands in the published copy. It is put into {path.name} when JupyterLab with zenodo_jupyter opens it; "
            f"if yours does not: pip install zenodo-jupyter where JupyterLab is installed{by_hand or '.'}"
        )
    _forget(path, done, config)
    return words


def _has(path: Path, act: str) -> bool:
    try:
        deposit = notebooks.read_deposit(notebooks.read(path))
    except ZenodoJupyterError:  # caught while it is being written
        return False
    return deposit is not None and deposit.act == act


def _forget(path: Path, done: acts.Published, config: Config) -> None:
    """Drop the stamp that waited in the journal; where the server is doing the same right now, leave it to it."""
    book = standing.journal(config)
    with contextlib.suppress(Busy), book.locked(path, done.repository.url) as entry:
        if entry.stamp and entry.stamp["deposit"]["record_id"] == done.deposit.record_id:
            entry.stamp = None
            book.write(entry)


def _wait(happened: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            return False
        time.sleep(LOOK)
    return True
