"""Era: the packages that an installer would have chosen on a day, for a record that does not say which it needs.

uv leaves out what came to the index later (``--exclude-newer``). What it then chooses is looked at: where it went back years
to find something that fits together, it is told not to.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import re
import tempfile
import threading
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from . import installers
from .errors import NotInstallable
from .interpreters import Interpreter
from .keeping import keep
from .packages import LOCK, normal, read_toml
from .report import Report, silent
from .venvs import KERNEL

#: When each minor version 3.N came out, as year and month (peps.python.org: the release schedules).
_CAME_OUT = {
    6: date(2016, 12, 23), 7: date(2018, 6, 27), 8: date(2019, 10, 14), 9: date(2020, 10, 5), 10: date(2021, 10, 4),
    11: date(2022, 10, 24), 12: date(2023, 10, 2), 13: date(2024, 10, 7), 14: date(2025, 10, 7),
}  # fmt: skip
#: Until most packages have wheels for a new Python, and until most people have it.
_SETTLED = timedelta(days=270)
#: A package that is imported and so much older than its day was not what people had: unconstrained, the resolver went from
#: lmfit 1.3 back to 0.9.5, which fails on import.
_TOO_OLD = timedelta(days=3 * 365)
_MONTHS_BEFORE = (0, 6, 12)


def days(published: date) -> list[date]:
    """Return the days whose packages are tried: that of the publication, then half a year and a year before.

    >>> [str(day) for day in days(date(2020, 11, 1))]
    ['2020-11-01', '2020-05-05', '2019-11-02']
    """
    return [published - timedelta(days=30 * months) for months in _MONTHS_BEFORE]


def python_of(day: date) -> str:
    """Return the Python that people had on a day: the newest that had been out for some time.

    >>> python_of(date(2020, 11, 1)), python_of(date(2022, 9, 1))
    ('3.8', '3.10')
    """
    settled = [minor for minor, came in _CAME_OUT.items() if came + _SETTLED <= day]
    return f"3.{max(settled, default=min(_CAME_OUT))}"


def earliest(python: Interpreter) -> date | None:
    """Return the day from which a Python has packages; None where it is newer than is known here."""
    came = _CAME_OUT.get(python.minor)
    return came + _SETTLED if came else None


def resolve(
    wanted: Sequence[str],
    python: Interpreter,
    day: date,
    place: Path,
    *,
    wheels: bool = True,
    report: Report = silent,
    cancel: threading.Event | None = None,
) -> tuple[str, ...]:
    """Return the exact versions that were there on a day, with the checksums of their files.

    The past does not change: an answer is kept, and the index is not asked again for it.

    Parameters
    ----------
    wanted : sequence of str
        Requirements.
    python : Interpreter
        What they are for.
    day : date
        Nothing newer is taken.
    place : Path
        The folder in which answers are kept.
    wheels : bool
        Whether to do without packages of which there are only sources. That is quicker and safer; but it leads to older
        versions of what was published as sources alone, which need not fit the others.
    report, cancel
        See `installers.uv`.

    Raises
    ------
    NotInstallable, CouldNotAsk, Cancelled
        See `installers.uv`.
    """
    asked = json.dumps([platform.platform(), python.version, day.isoformat(), sorted(wanted), wheels])
    kept = place / f"era-{hashlib.sha256(asked.encode()).hexdigest()[:24]}.txt"
    is_past = day < date.today()
    if is_past and kept.is_file():
        return tuple(kept.read_text("utf-8").splitlines())
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-", ignore_cleanup_errors=True) as name:
        asking = _Asking(Path(name), place, python, day, report, cancel)
        lines = asking.resolve(wanted, *["--only-binary=:all:"] * wheels)
    if is_past:
        keep(kept, "\n".join(lines) + "\n")
    return lines


class _Asking:
    """What uv is asked about one day."""

    def __init__(
        self, scratch: Path, place: Path, python: Interpreter, day: date, report: Report, cancel: threading.Event | None
    ) -> None:
        self.scratch, self.place, self.python, self.day = scratch, place, python, day
        self.how: dict[str, Any] = {"timeout": 300, "report": report, "cancel": cancel}

    def resolve(self, wanted: Sequence[str], *how: str) -> tuple[str, ...]:
        lines = [*wanted, *([] if any(re.match(r"ipykernel\b", line) for line in wanted) else [KERNEL])]
        chosen = self.compile(lines, *how)
        floors = [floor for line in wanted if (floor := self.floor(line, chosen, *how))]
        if floors:
            with contextlib.suppress(NotInstallable):  # the old one may be the newest that runs on this Python
                chosen = self.compile([*lines, *floors], *how)
        return tuple(line for line, _ in chosen.values())

    def floor(self, line: str, chosen: dict[str, tuple[str, date]], *how: str) -> str:
        """Return the least version of a package that was taken years too old; empty for one that is well."""
        name = re.split(r"[\[<>=!~ ;@]", line)[0]
        _, came = chosen.get(normal(name), ("", self.day))
        if name != line or self.day - came <= _TOO_OLD:
            return ""
        alone = self.compile([name], "--no-deps", *how).get(normal(name))
        newest = re.search(r"==(\S+)", alone[0]) if alone else None
        return f"{name}>={newest[1]}" if newest and alone and alone[1] > came else ""

    def compile(self, lines: Sequence[str], *how: str) -> dict[str, tuple[str, date]]:
        """Return, by normalised name, the line of each package with its checksums, and the day that it came out."""
        (self.scratch / "wanted.in").write_text("\n".join(lines) + "\n", "utf-8")
        (self.scratch / LOCK).unlink(missing_ok=True)
        arguments = ["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python", self.python.path, *how]
        arguments += ["--exclude-newer", self.day.isoformat(), "--format", LOCK, "--output-file", LOCK, "wanted.in"]
        say = f"Looking for the packages of {self.day}"
        installers.uv(arguments, scratch=self.scratch, place=self.place, say=say, **self.how)
        found = {}
        for package in read_toml((self.scratch / LOCK).read_text("utf-8")).get("packages", ()):
            files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
            came = [file["upload-time"].date() for file in files if file.get("upload-time")]
            sums = [f"--hash=sha256:{file['hashes']['sha256']}" for file in files if "sha256" in file.get("hashes", {})]
            line = " ".join([f"{package['name']}=={package['version']}", *sums])
            found[normal(package["name"])] = (line, min(came, default=self.day))
        return found
