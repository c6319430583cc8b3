"""The command line: ``jupyter zenodo VERB``."""

from __future__ import annotations

import contextlib
import errno
import getpass
import io
import json
import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any

from . import grammar, show, verbs
from ._run import without_grammar_of_addresses
from .errors import Cancelled, DiskFull, ZenodoJupyterError
from .report import Progress, readable, stopped_by

#: Seconds between two lines of a log that say how far a long transfer is.
LOGGED = 30.0


class Lines:
    """Progress as plain lines, for logs and pipes: one at each new message, and of a long transfer one every half minute."""

    def __init__(self) -> None:
        self._last = ""
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, progress: Progress) -> None:
        """Print the message, if it is a new one."""
        _stop_if_asked()
        with self._lock:
            moving = progress.unit == "B" and bool(progress.done)
            if time.monotonic() - self._at >= LOGGED if moving else progress.message != self._last:
                self._last, self._at = progress.message, time.monotonic()
                text = show.told(progress) if moving else progress.message
                print(f"{progress.step:>11}  {readable(text)}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """End it."""


class Bars:
    """Progress as bars, for a terminal: one per step that can be counted."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._key: tuple[str, int | None] | None = None
        self._last = ""
        self._lock = threading.Lock()

    def __call__(self, progress: Progress) -> None:
        """Draw the bar, or print the message."""
        from tqdm import tqdm

        _stop_if_asked()
        with self._lock:
            if progress.total:
                key = (progress.step, progress.total)
                if key != self._key:
                    self.close()
                    self._key = key
                    self._bar = tqdm(
                        total=progress.total, unit=progress.unit or "it", unit_scale=progress.unit == "B",
                        unit_divisor=1000, desc=f"{progress.step:>11}", leave=True, dynamic_ncols=True,
                    )  # fmt: skip
                self._bar.update((progress.done or 0) - self._bar.n)
                said = [text for text in (show.files_told(progress), progress.item[-40:]) if text]
                self._bar.set_postfix_str(", ".join(said), refresh=False)
            elif progress.message != self._last:
                self.close()
                self._last = progress.message
                print(f"{progress.step:>11}  {readable(progress.message)}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = self._key = None


_stop = threading.Event()


def _stop_if_asked() -> None:
    if _stop.is_set():
        raise Cancelled("Stopped, as you asked.", "What was done so far is kept; run the same command again to go on.")


def _listen() -> dict[int, Any]:
    """Take Ctrl-C, the end of a batch job and that of the terminal as a wish to stop; return what was to happen before."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    wishes = [getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")]
    # Who started this with nohup does not want it to hear that the terminal is gone.
    heard = [number for number in wishes if number and signal.getsignal(number) != signal.SIG_IGN]
    return {number: signal.signal(number, _interrupt) for number in heard}


def _restore(handlers: dict[int, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    """Stop at the next step on the first Ctrl-C, at once on the second."""
    if _stop.is_set():
        raise KeyboardInterrupt
    _stop.set()
    print("\nStopping; Ctrl-C again stops at once.", file=sys.stderr, flush=True)


def _ask(question: str) -> bool:
    print(readable(question), file=sys.stderr)
    return input("Type yes to go on: ").strip().lower() in ("y", "yes")


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code.

    0 done · 1 unforeseen · 2 what was given cannot be used · 3 the repository could not be asked · 4 it refused · 5 bytes
    differ or the notebook changed meanwhile · 6 a person has to say yes · 7 a check forbids it · 8 busy · 9 disk full ·
    10 the notebook ran but outputs differ · 11 the notebook did not run through · 130 stopped.
    """
    if argv is None:
        argv = sys.argv[1:]
        without_grammar_of_addresses()
    as_json = "--json" in argv
    person = sys.stdin is not None and sys.stdin.isatty()
    report = Bars() if sys.stderr.isatty() and not as_json else Lines()
    if isinstance(sys.stdout, io.TextIOWrapper):  # names may hold what this terminal cannot show, or no terminal
        sys.stdout.reconfigure(errors="backslashreplace")
    _stop.clear()
    before = _listen()
    try:
        args = grammar.parser().parse_args(argv)
        if args.verb == "serve":
            _restore(before)  # the server stops itself, in order
        from .config import Config

        door = verbs.Door(
            Config.load(), (lambda p: _stop_if_asked()) if as_json else report,
            ask=_ask if person else None, secret=getpass.getpass if person else None,
        )  # fmt: skip
        with stopped_by(_stop_if_asked):
            outcome = verbs.run(args, door)
        report.close()
        if args.verb != "serve":
            print(json.dumps(outcome.data, default=str) if as_json else readable(outcome.text), flush=True)
        return outcome.code
    except ZenodoJupyterError as e:
        report.close()
        if as_json:
            print(json.dumps(e.to_json(), default=str), flush=True)
        else:
            print(readable(f"{type(e).__name__}: {e}"), file=sys.stderr)
            for finding in getattr(e, "findings", ()):
                print(readable(f"  {finding.id}: {finding.where}: {finding.message} {finding.fix}"), file=sys.stderr)
        return e.exit_code
    except OSError as e:  # the disk, or the pipe or terminal that this is shown in, went away
        report.close()
        # What is left to be shown would fail once more when Python ends, which then ends with a code of its own.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"{type(e).__name__}: {e}. What was done so far is kept; try again.", file=sys.stderr)
        return DiskFull.exit_code if e.errno == errno.ENOSPC else 1
    except KeyboardInterrupt:
        report.close()
        print("Stopped. What was sent is kept; run the same command again to go on.", file=sys.stderr)
        return 130
    finally:
        _restore(before)


if __name__ == "__main__":
    sys.exit(main())
