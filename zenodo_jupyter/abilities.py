"""What repositories were found to allow, remembered for some days: asking again at each call costs requests and time.

One small file for all processes of a user. It is a courtesy: where it cannot be read or written, each session asks anew.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .errors import ZenodoJupyterError
from .keeping import keep

#: Seconds until it is asked again: long enough for a week's work, short enough to see what an update of a repository brings.
EXPIRY = 7 * 24 * 3600.0


class Abilities:
    """What one repository allows, as far as it was found out.

    Parameters
    ----------
    where : str
        The repository's address.
    file : Path, optional
        Where it is remembered; without it, for this session only.
    clock : callable
        Returns the time in seconds.
    """

    def __init__(self, where: str, file: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._where, self._file, self._clock = where.rstrip("/"), file, clock
        self._found: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        """Return what was found out, or None."""
        if name not in self._found:
            told = self._read().get(self._where, {}).get(name)
            # Neither what is too old, nor what comes from the future: a clock was wrong then, or is now.
            if isinstance(told, list) and len(told) == 2 and 0 <= self._clock() - told[1] < EXPIRY:
                self._found[name] = told[0]
            else:
                self._found[name] = None
        return self._found[name]

    def found(self, name: str, value: Any, *, lasting: bool = True) -> None:
        """Take in what was found out.

        Parameters
        ----------
        name : str
            Of the ability.
        value : str or bool
            What it is.
        lasting : bool
            Whether the next session may rely on it.
        """
        if self._found.get(name) == value:
            return
        self._found[name] = value
        if lasting and self._file is not None:
            known = self._read()
            known.setdefault(self._where, {})[name] = [value, self._clock()]
            with contextlib.suppress(ZenodoJupyterError):
                keep(self._file, json.dumps(known, indent=1))

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            known = json.loads(self._file.read_text("utf-8")) if self._file else {}
        except (OSError, ValueError):
            return {}
        return {k: v for k, v in known.items() if isinstance(v, dict)} if isinstance(known, dict) else {}
