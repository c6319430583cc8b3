"""HTTP as this project speaks it: one session, one policy for trying again, one place where answers become errors."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from . import __version__
from .answers import could_not_ask, error_of, may_pass, moved, timed_out, was_never_sent
from .errors import Cancelled, ZenodoJupyterError
from .pacing import Pace
from .tokens import Token, origin

#: One Accept for all JSON routes. Zenodo answers in its old dialect to anything else; and a plain InvenioRDM answers 406 to
#: the first part alone on the file list of a published record.
NATIVE = "application/vnd.inveniordm.v1+json, application/json;q=0.9"
#: Seconds to wait for a connection and for the next bytes of an answer.
TIMEOUT = (10.0, 60.0)
#: Seconds in all that one request waits for a repository that is slow, busy or away, before it gives up.
BUDGET_SECONDS = 600.0
#: The same while there was no connection at all: more likely there is no network, or the address is wrong.
FIRST_CONTACT_SECONDS = 6.0
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
_IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
#: What a server in front of the repository answers when it cannot reach it just now; also the status of `CouldNotAsk`.
PASSING = {502, 503, 504}


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
            request.headers["Authorization"] = f"Bearer {self.token.value}"
        return request


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
    ranges_at : str
        Which address of a file gives ranges of it: ``api``, ``site``, ``nowhere``, or empty as long as nobody tried.
    range_slots, part_slots : threading.Semaphore
        Taken by whoever fetches a range, or sends a part.
    takes_parts : bool or None
        Whether large files can be sent in parts; None as long as nobody tried.
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
        self.ranges_at = ""
        self.range_slots = threading.BoundedSemaphore(RANGE_CONNECTIONS)
        self.part_slots = threading.BoundedSemaphore(PART_CONNECTIONS)
        # To this machine a connection is neither slow nor cut, and parts would have to be joined.
        away = base_url.startswith(("http:", "https:"))
        self.takes_parts: bool | None = None if away and urlsplit(base_url).hostname not in _LOOPBACK else False
        self.memory: Path | None = None
        self._watches = threading.local()

    def pause(self, seconds: float, cancel: threading.Event | None = None) -> None:
        """Wait; raises `Cancelled` as soon as `cancel` is set, and what a `watched_by` raises."""
        watch: Callable[[float], None] = getattr(self._watches, "watch", lambda left: None)
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            watch(left)
            if (cancel or threading.Event()).wait(min(left, _BEAT)):
                raise Cancelled("Stopped, as you asked.", "What was done so far is kept.")

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


class Patience:
    """How long to go on trying: waits between tries, until the budget is spent.

    Parameters
    ----------
    session : Session
        Does the waiting.
    budget_seconds : float, optional
        Seconds of waiting in all; the session's budget by default. A transfer that makes headway does not spend it.
    cancel : threading.Event, optional
        Ends a wait.
    """

    def __init__(
        self, session: Session, budget_seconds: float | None = None, cancel: threading.Event | None = None
    ) -> None:
        self._session = session
        self._budget = session.budget_seconds if budget_seconds is None else budget_seconds
        self._cancel = cancel
        self.refill()

    def refill(self) -> None:
        """Begin anew, after some headway."""
        self._left = self._budget
        self._tries = 0

    def spend(self, seconds: float) -> None:
        """Count time that went by waiting for an answer."""
        self._left -= seconds

    def keep_pace(self, seconds: float) -> None:
        """Wait before a request that would be one too many, unless patience ends first: then the repository says no."""
        if 0 < seconds <= self._left:
            self._session.pause(seconds, self._cancel)

    def wait(self, asked: float | None = None, first_contact: bool = False) -> bool:
        """Wait before the next try, or return False when patience is at its end.

        Parameters
        ----------
        asked : float, optional
            What the server asked for; otherwise the wait doubles from half a second up to a minute.
        first_contact : bool
            Whether nothing was ever heard of this server.
        """
        # Jitter, so that the many clients which one failure cut off do not come back at the same moment.
        jitter = random.random()
        delay = min(60.0, 0.5 * 2**self._tries) * (0.5 + jitter) if asked is None else asked + jitter
        spent = self._budget - self._left
        if delay > self._left or (first_contact and spent + delay > FIRST_CONTACT_SECONDS):
            return False
        self._tries += 1
        self._left -= delay
        self._session.pause(delay, self._cancel)
        return True


def request(
    session: Session,
    method: str,
    url: str,
    *,
    idempotent: bool | None = None,
    timeout: tuple[float, float] = TIMEOUT,
    budget_seconds: float | None = None,
    cancel: threading.Event | None = None,
    what: str = "",
    data: Callable[[], Any] | bytes | None = None,
    **kwargs: Any,
) -> requests.Response:
    """Ask, ask again where that is safe, and return an answer that is not an error.

    Too many requests (429) and connections that were never made are tried again whatever the method: nothing was done yet.
    Cut connections, time-outs, 502, 503 and 504 only if the request is idempotent. ``Retry-After`` is heeded on 429 and 503
    only, for InvenioRDM sends it with nearly every answer.

    Parameters
    ----------
    session : Session
        From `new_session`.
    method, url : str
        What to ask. Redirects are followed for GET and HEAD.
    idempotent : bool, optional
        Whether asking twice does the same as asking once; by default what HTTP says of the method.
    timeout : tuple of float
        Seconds to connect, and between bytes of the answer.
    budget_seconds : float, optional
        See `Patience`; 0 asks once.
    cancel : threading.Event, optional
        Stops between tries.
    what : str
        What is asked for, for the text of an error: ``record 12``.
    data : bytes or callable, optional
        The body; a callable makes it anew for every try.
    **kwargs
        For `requests.Session.request`.

    Raises
    ------
    CouldNotAsk, WasRefused, DiskFull, Cancelled
        See `errors`.
    """
    method = method.upper()
    again_is_safe = method in _IDEMPOTENT if idempotent is None else idempotent
    kwargs.setdefault("allow_redirects", method in ("GET", "HEAD"))
    patience = Patience(session, budget_seconds, cancel)
    while True:
        asked: float | None = None
        first_contact = False
        patience.keep_pace(session.pace.take(method, url, session.token))
        try:
            body = data() if callable(data) else data
            response = session.request(method, url, data=body, timeout=timeout, **kwargs)
        except requests.RequestException as e:
            failure: ZenodoJupyterError = could_not_ask(e, session, url, timeout)
            never_sent = was_never_sent(e)
            again = (never_sent or again_is_safe) and may_pass(e)
            session.reached = session.reached or not never_sent
            first_contact = not session.reached
            if timed_out(e):
                patience.spend(timeout[0] if never_sent else timeout[1])
        else:
            session.reached = True
            session.pace.learn(method, url, session.token, response.headers)
            status = response.status_code
            if status < 400:
                if response.is_redirect and kwargs["allow_redirects"] is False and method not in ("GET", "HEAD"):
                    raise moved(response, session)
                return response
            again = status == 429 or (again_is_safe and status in PASSING)
            asked = retry_after(response) if status in (429, 503) else None
            failure = error_of(response, session, what)
            response.close()
        # Raised here and not above: the exception of requests would go with it, and that holds the header with the token.
        if not again or not patience.wait(asked, first_contact):
            raise failure


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds that ``Retry-After`` asks to wait, given as seconds or as a date; None without it."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value).timestamp()
        # The server's own clock, where it tells it: ours may be wrong.
        date = response.headers.get("Date")
        now = parsedate_to_datetime(date).timestamp() if date else time.time()
    except (TypeError, ValueError):
        return None
    return max(0.0, until - now)
