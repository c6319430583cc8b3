"""HTTP as this project speaks it: one policy for trying again, and one place where answers become errors."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from .answers import could_not_ask, error_of, may_pass, moved, timed_out, was_never_sent
from .errors import ZenodoJupyterError
from .session import BLOCK as BLOCK
from .session import Session, sent_token
from .session import new_session as new_session

#: One Accept for all JSON routes. Zenodo answers in its old dialect to anything else; and a plain InvenioRDM answers 406 to
#: the first part alone on the file list of a published record.
NATIVE = "application/vnd.inveniordm.v1+json, application/json;q=0.9"
#: Seconds to wait for a connection and for the next bytes of an answer.
TIMEOUT = (10.0, 60.0)
#: Seconds in all to wait for a repository that was never reached: more likely there is no network, or the address is wrong.
FIRST_CONTACT_SECONDS = 6.0
_IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
#: What a server in front of the repository answers when it cannot reach it just now; also the status of `CouldNotAsk`.
PASSING = {502, 503, 504}


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
    also: tuple[int, ...] = (),
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
    also : tuple of int
        Statuses of 400 and more that are answers here, such as OAI-PMH's 422.
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
            if status < 400 or status in also:
                if response.is_redirect and kwargs["allow_redirects"] is False and method not in ("GET", "HEAD"):
                    raise moved(response, session)
                return response
            if status in (401, 403) and session.token and session.token.was_replaced(sent_token(response)):
                response.close()
                continue
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
