"""Asking no faster than a repository allows: its own count of what is left, heeded before it has to say 429.

InvenioRDM counts requests per account (per address without one) and says in every answer how many are left
(``X-RateLimit-Remaining`` of ``X-RateLimit-Limit``) and when there will be more (``X-RateLimit-Reset``). Its count has all
processes and machines of a person in it; what it cannot have is what is being asked this moment. So while there is little
left, requests are counted down before they are made, in a file that all processes of one user share.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from .tokens import Token

#: One request in so many is left to others: to the person's browser, and to whoever shares the address.
_RESERVE = 10
#: Seconds that Zenodo's shorter limits are counted over; when all is spent, requests go out evenly over that time.
_WINDOW = 60.0
#: Seconds to wait for another process to let go of the file; it is held for a moment only.
_LOCK_SECONDS = 1.0
# The routes that Zenodo counts apart, each kind for itself: 30 a minute.
_APART = {"search": re.compile(r"/api/(communities/[^/]+/)?records/?$"), "harvest": re.compile(r"/oai2d/?$")}


class Pace:
    """How fast may be asked.

    Parameters
    ----------
    file : Path, optional
        What the processes of one user share; without it each keeps to itself.
    clock : callable
        Returns the time in seconds; the same for all processes.
    """

    def __init__(self, file: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock
        self._counts: dict[str, dict[str, float]] = {}
        self._lock = threading.Lock()

    def take(self, method: str, url: str, token: Token | None) -> float:
        """Count a request that is about to be made, and return the seconds to wait before it."""
        key = _key(method, url, token)
        with self._lock:
            if not _is_scarce(self._counts.get(key)):
                if key in self._counts:
                    self._counts[key]["left"] -= 1
                return 0.0
            with self._shared():
                count, now = self._counts[key], self._clock()
                if count["left"] > count["limit"] // _RESERVE:
                    count["left"] -= 1
                    return 0.0
                if now > count["until"] + _WINDOW:  # long ago: the next answer will tell
                    del self._counts[key]
                    return 0.0
                at = max(count["next"], count["until"], now)
                count["next"] = at + _WINDOW / count["limit"]
                return at - now

    def is_scarce(self, method: str, url: str, token: Token | None) -> bool:
        """Whether less than half is left, so that what needs no further requests should make none."""
        return _is_scarce(self._counts.get(_key(method, url, token)))

    def learn(self, method: str, url: str, token: Token | None, headers: Mapping[str, str]) -> None:
        """Take in what an answer says of what is left."""
        try:
            limit, left, reset = (int(headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset"))
        except (KeyError, ValueError):
            return
        if limit < 1:
            return
        key, now = _key(method, url, token), self._clock()
        until = now + min(max(0.0, reset - _server_time(headers, now)), 3600.0)
        with self._lock:
            news = {"limit": limit, "left": left, "until": until, "next": 0.0}
            if not (_is_scarce(news) or _is_scarce(self._counts.get(key))):
                self._counts[key] = news
                return
            with self._shared():
                known = self._counts.get(key)
                if known is not None:
                    if _same_window(known, news):  # it may be older than what was counted since
                        news["left"] = min(left, known["left"])
                    if left <= limit // _RESERVE:
                        news["next"] = known["next"]
                self._counts[key] = news

    @contextlib.contextmanager
    def _shared(self) -> Iterator[None]:
        """Read the file, and write it afterwards; without it where it cannot be had, for it is a courtesy."""
        if self._file is None:
            yield
            return
        lock = FileLock(f"{self._file}.lock", timeout=_LOCK_SECONDS)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except (OSError, Timeout):
            yield
            return
        try:
            for key, count in _read(self._file).items():
                self._counts[key] = _joined(count, self._counts.get(key, count))
            yield
            fresh = {k: c for k, c in self._counts.items() if self._clock() < c["until"] + _WINDOW}
            with contextlib.suppress(OSError):
                beside = self._file.with_name(f"{self._file.name}.{os.getpid()}")
                beside.write_text(json.dumps(fresh), "utf-8")
                os.replace(beside, self._file)
        finally:
            lock.release()


def _key(method: str, url: str, token: Token | None) -> str:
    """Return what is counted together: a site, an account, and apart what has a limit of its own."""
    parts = urlsplit(url)
    apart = (kind for kind, route in _APART.items() if method == "GET" and route.search(parts.path))
    # Accounts are told apart without saying anything of the token.
    account = hashlib.sha256(token.value.encode()).hexdigest()[:8] if token else "guest"
    return f"{parts.netloc} {account} {next(apart, 'all')}"


def _is_scarce(count: Mapping[str, float] | None) -> bool:
    return count is not None and count["left"] < count["limit"] / 2


def _same_window(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return one["limit"] == other["limit"] and abs(one["until"] - other["until"]) < 2.0  # servers give whole seconds


def _joined(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """Return the more careful of two counts of a window, or that of the later window."""
    if not _same_window(one, other):
        return max(one, other, key=lambda count: count["until"])
    return {**one, "left": min(one["left"], other["left"]), "next": max(one["next"], other["next"])}


def _server_time(headers: Mapping[str, str], now: float) -> float:
    """Return the server's own time, where it tells it: ours may be wrong."""
    try:
        return parsedate_to_datetime(headers["Date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return now


def _read(file: Path) -> dict[str, dict[str, float]]:
    try:
        counts = json.loads(file.read_text("utf-8"))
        return {k: {n: float(c[n]) for n in ("limit", "left", "until", "next")} for k, c in counts.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
