"""One session for each repository: who we are, whose token goes where, and how a wait is watched."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from . import __version__
from .abilities import Abilities
from .errors import Cancelled
from .pacing import Pace
from .report import stopper
from .tokens import Token, origin

#: Seconds in all that one request waits for a repository that is slow, busy or away, before it gives up.
BUDGET_SECONDS = 600.0
#: Bytes per block, both ways: http.client's 16 KiB cost twice the CPU time when sending.
BLOCK = 1 << 20
#: Connections kept open to one host; more workers than that would open and close them.
POOL = 16
#: Ranges of files that are fetched at a time: 8 × 2 MiB were the fastest on Zenodo, and more than 16 MiB under way slower.
RANGE_CONNECTIONS = 8
#: Parts of files that are sent at a time.
PART_CONNECTIONS = 4
#: Seconds between two looks at whether a person said "stop", while we wait.
_BEAT = 0.25
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@lru_cache
def user_agent() -> str:
    """Return our name, version and address: Zenodo asks for that, and slows the libraries' default ones down (pooch#502)."""
    try:
        urls = metadata.metadata("zenodo-jupyter").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        urls = []
    address = next((url.partition(", ")[2] for url in urls), "")
    return f"zenodo_jupyter/{__version__}" + (f" (+{address})" if address else "")


class BearerAuth(requests.auth.AuthBase):
    """Puts a token into the header of requests to the token's own host, and into no other.

    Given as ``auth=``, it also keeps `requests` from taking a password out of ``~/.netrc``.
    """

    def __init__(self, token: Token | None) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the header, if the address is the token's."""
        if self.token is not None and origin(request.url or "") == self.token.origin:
            self.token.freshen()
            request.headers["Authorization"] = f"Bearer {self.token.value}"
        return request


def sent_token(response: requests.Response) -> str:
    """Return the token with which a request was made, empty if without."""
    return (response.request.headers.get("Authorization") or "").removeprefix("Bearer ")


class Session(requests.Session):
    """A `requests.Session` with our manners; make one with `new_session`.

    Attributes
    ----------
    name, title : str
        What the repository is called on the command line and in sentences.
    budget_seconds : float
        See `BUDGET_SECONDS`.
    reached : bool
        Whether there was a connection to the repository once.
    pace : Pace
        Keeps to what the repository allows.
    abilities : Abilities
        What the repository was found to allow. ``ranges``: which address of a file gives ranges of it, ``api``, ``site`` or
        ``nowhere``; ``parts``: whether large files can be sent in parts.
    range_slots, part_slots : threading.Semaphore
        Taken by whoever fetches a range, or sends a part.
    is_near : bool
        Whether the repository is on this machine, so that large files come and go by one connection each.
    memory : Path or None
        Folder where it is written down which parts were sent.
    """

    def __init__(self, token: Token | None, base_url: str, name: str, title: str) -> None:
        super().__init__()
        self.token = token
        self.name = name or base_url
        self.title = title or urlsplit(base_url).hostname or "the repository"
        self.budget_seconds = BUDGET_SECONDS
        self.reached = False
        self.pace = Pace()
        self.abilities = Abilities(base_url)
        self.range_slots = threading.BoundedSemaphore(RANGE_CONNECTIONS)
        self.part_slots = threading.BoundedSemaphore(PART_CONNECTIONS)
        # To this machine a connection is neither slow nor cut: more of them would only take processors from each other.
        self.is_near = not base_url.startswith(("http:", "https:")) or urlsplit(base_url).hostname in _LOOPBACK
        self.memory: Path | None = None
        self._watches = threading.local()

    def pause(self, seconds: float, cancel: threading.Event | None = None) -> None:
        """Wait; raises `Cancelled` as soon as `cancel` is set, and what a `watched_by` or `stopped_by` raises."""
        watch: Callable[[float], None] = getattr(self._watches, "watch", lambda left: None)
        check = stopper() or (lambda: None)
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            check()
            watch(left)
            if (cancel or threading.Event()).wait(min(left, _BEAT)):
                raise Cancelled("Stopped, as you asked.", "What was done so far is kept.")

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Ask once; see `requests.Session.request`, and `report.stopped_by`."""
        check = stopper()
        if check is None or not str(url).startswith("http"):  # what answers in this process does so at once
            return super().request(method, url, *args, **kwargs)
        answer: futures.Future[requests.Response] = futures.Future()
        ask = super().request

        def run() -> None:
            try:
                answer.set_result(ask(method, url, *args, **kwargs))
            except BaseException as e:  # raised again below, in the thread that waits
                answer.set_exception(e)

        # A thread that hangs in a dead connection cannot be ended from outside; as a daemon it keeps nobody waiting.
        threading.Thread(target=run, name="zenodo-jupyter asking", daemon=True).start()
        while not futures.wait([answer], _BEAT).done:
            check()
        return answer.result()

    @contextmanager
    def watched_by(self, watch: Callable[[float], None]) -> Iterator[None]:
        """Let this thread's waits be watched, whatever they are for.

        Parameters
        ----------
        watch : callable
            Gets the seconds that are left, a few times a second; it raises `Cancelled` to end the wait.
        """
        before = getattr(self._watches, "watch", None)
        self._watches.watch = watch
        try:
            yield
        finally:
            if before is None:
                del self._watches.watch
            else:
                self._watches.watch = before

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """After a redirect, decide anew whether the address may see the token."""
        prepared_request.headers.pop("Authorization", None)
        if callable(self.auth):
            self.auth(prepared_request)


class _Pool(HTTPAdapter):
    """Connections with large blocks. socket_options stay as they are: urllib3's default sets TCP_NODELAY."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, blocksize=BLOCK, **kwargs)


def new_session(
    token: Token | None = None,
    base_url: str = "",
    adapters: Mapping[str, BaseAdapter] | None = None,
    *,
    name: str = "",
    title: str = "",
) -> Session:
    """Make a session for one repository. Several threads may share it.

    Parameters
    ----------
    token : Token, optional
        Sent to its own host only, also after redirects.
    base_url : str
        The repository's address; proxies are looked up for it, once.
    adapters : mapping of str to BaseAdapter, optional
        Ways to reach addresses that begin otherwise than http and https.
    name, title : str
        What the repository is called on the command line and in sentences.
    """
    session = Session(token, base_url, name, title)
    session.headers["User-Agent"] = user_agent()
    # Looking into the environment at every request costs a fifth of the small ones, and would let ~/.netrc in.
    session.trust_env = False
    if base_url.startswith("http") and urlsplit(base_url).hostname not in _LOOPBACK:
        surroundings = requests.Session().merge_environment_settings(base_url, {}, None, None, None)
        session.proxies.update(surroundings["proxies"])
        session.verify = surroundings["verify"]
    session.auth = BearerAuth(token)
    # A cookie would put the request under the repository's protection against forged forms, and answer 400 for a bad token.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Pool(pool_connections=4, pool_maxsize=POOL))
    for scheme, adapter in (adapters or {}).items():
        session.mount(scheme, adapter)
    return session
