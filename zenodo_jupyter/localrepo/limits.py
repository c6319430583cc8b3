"""How often somebody may ask: counted in moving windows, as Flask-Limiter does it for Zenodo and InvenioRDM."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_UNITS = {60: "minute", 3600: "hour"}


@dataclass(frozen=True)
class Limit:
    """So many requests in so many seconds.

    Attributes
    ----------
    requests : int
        How many are answered.
    seconds : int
        Within any stretch of time of this length.
    """

    requests: int
    seconds: int

    def __str__(self) -> str:
        """Return it in the words of a refusal.

        >>> str(Limit(100, 60))
        '100 per 1 minute'
        """
        return f"{self.requests} per 1 {_UNITS[self.seconds]}"


@dataclass(frozen=True)
class Limits:
    """The limits of one kind of repository.

    Attributes
    ----------
    guest, account : tuple of Limit
        For everything that strangers, or people with a token, ask.
    search : tuple of Limit
        For searches of records, whoever asks, instead of those; none where they count like the rest.
    """

    guest: tuple[Limit, ...]
    account: tuple[Limit, ...]
    search: tuple[Limit, ...] = ()


@dataclass(frozen=True)
class Standing:
    """How somebody stands with the limit that is nearest.

    Attributes
    ----------
    limit : Limit
        The one that refused, or else the smallest.
    remaining : int
        Requests that are left.
    reset : float
        When the oldest request of the window no longer counts: seconds since 1970.
    refused : bool
        Whether this request was one too many; it does not count then.
    """

    limit: Limit
    remaining: int
    reset: float
    refused: bool


class Limiter:
    """Counts requests, in the memory of one process.

    Parameters
    ----------
    clock : callable
        Tells the time in seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._times: dict[tuple[str, int], deque[float]] = {}
        self._lock = threading.Lock()

    def ask(self, who: str, limits: tuple[Limit, ...]) -> Standing:
        """Count a request if every limit allows it.

        Parameters
        ----------
        who : str
            Whose requests are counted together.
        limits : tuple of Limit
            What they may; at least one.
        """
        now = self._clock()
        with self._lock:
            windows = [self._window(who, limit, now) for limit in limits]
            full = [i for i, limit in enumerate(limits) if len(windows[i]) >= limit.requests]
            if not full:
                for window in windows:
                    window.append(now)
            said = full[0] if full else min(range(len(limits)), key=lambda i: limits[i].requests)
            limit, window = limits[said], windows[said]
            return Standing(limit, limit.requests - len(window), window[0] + limit.seconds, bool(full))

    def _window(self, who: str, limit: Limit, now: float) -> deque[float]:
        """Return when somebody asked, as far as it counts; who did not ask for an hour is forgotten."""
        if len(self._times) > 10_000:
            self._times = {key: times for key, times in self._times.items() if times and times[-1] > now - 3600}
        window = self._times.setdefault((who, limit.seconds), deque())
        while window and window[0] <= now - limit.seconds:
            window.popleft()
        return window
