"""What a repository's answers say: its JSON, and its errors as our family."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin

import requests
from urllib3 import exceptions as urllib3_errors

from .errors import (
    AccessDenied,
    CouldNotAsk,
    DiskFull,
    FieldError,
    NotARepository,
    RecordDeleted,
    RecordNotFound,
    RefusedMetadata,
    RepositoryBroken,
    TooManyRequests,
    WasRefused,
    ZenodoJupyterError,
)
from .tokens import mask, origin

if TYPE_CHECKING:
    from .session import Session

T = TypeVar("T")

# What InvenioRDM says (400) where a cookie comes with a token that it does not know.
_FORGERY = ("referer checking failed", "csrf")
#: Characters of a server's text that are shown.
_LONGEST = 400


def json_of(response: requests.Response, session: Session) -> Any:
    """Return the JSON of an answer.

    Raises
    ------
    NotARepository
        When it is something else, such as the page of a sign-in form; the text names the address without its query.
    """
    try:
        return response.json()
    except (ValueError, requests.RequestException):
        raise not_a_repository(response, session) from None


def read(make: Callable[[Any], T], data: Any, session: Session) -> T:
    """Make an object of an answer's JSON.

    Raises
    ------
    NotARepository
        When the JSON is not InvenioRDM's.
    """
    try:
        return make(data)
    except (KeyError, TypeError, AttributeError, ValueError) as e:
        raise NotARepository(
            f"{session.title} answered, but not as an InvenioRDM does ({type(e).__name__} in its JSON).",
            "Is the address that of a repository?",
        ) from e


def not_a_repository(response: requests.Response, session: Session) -> NotARepository:
    """Say that an answer is not a repository's."""
    url = (response.url or "").split("?", 1)[0]
    kind = response.headers.get("Content-Type", "").split(";")[0].strip()
    answered = "a web page" if "html" in kind else f"something of type {kind or 'unknown'}"
    return NotARepository(
        f"{url} answered with {answered} (status {response.status_code}), not with the JSON of an InvenioRDM.",
        f"Is the address of {session.title} right? A sign-in page or a firewall on the way answers like that too.",
    )


def error_of(response: requests.Response, session: Session, what: str = "") -> ZenodoJupyterError:
    """Make an error of an answer with a status of 400 or more; the one place where statuses become errors.

    Parameters
    ----------
    response : Response
        The answer.
    session : Session
        Knows the repository's name, and the token that must not be shown.
    what : str
        What was asked for, such as ``record 12``.
    """
    status, title = response.status_code, session.title
    body = _body(response)
    said, errors = _said(body, session), _field_errors(body, session)
    told = f"{title} says: {said}" if said else f"{title} answered with status {status}."
    of_what = f" ({what})" if what else ""
    if status == 429:
        return TooManyRequests(
            f"{title} asks to slow down ({said or 'too many requests'}), and waiting did not help.",
            "Try again in some minutes; with a token the limits are wider.",
        )
    if status == 507:
        return DiskFull(f"{title} has no room left{of_what}.", "Ask those who run it.")
    if status >= 500:
        return RepositoryBroken(
            f"{title} failed (status {status}){of_what}.",
            "That is not your doing. What was done so far is kept; try again later.",
            status=status,
        )
    if not isinstance(body, dict):
        return not_a_repository(response, session)
    if status in (401, 403) or (status == 400 and any(f in said.lower() for f in _FORGERY)):
        return AccessDenied(f"{title} refused{of_what}: {said or 'permission denied'}", _about_tokens(session))
    if status == 404:
        return RecordNotFound(
            f"{title} has no {what}." if what else told, "Is it spelled right, and is it this repository's?"
        )
    if status == 410:
        return RecordDeleted(f"{title} had {what or 'it'}, which was deleted{_why_deleted(body)}.")
    if errors:
        return RefusedMetadata(told, errors, "Correct these fields and try again.", status=status)
    if status == 413:
        return WasRefused(f"{title} does not take anything so large{of_what}.", status=status)
    return WasRefused(f"{told}{of_what}", status=status)


def _about_tokens(session: Session) -> str:
    if session.token is None:
        return f"No token is set for it: make one on its site and run `jupyter zenodo token set {session.name}`."
    return (
        "Either this account may not do that, or the token is wrong, expired or of another repository. "
        f"Try `jupyter zenodo token test {session.name}`, and set a new one with `jupyter zenodo token set {session.name}`."
    )


def _body(response: requests.Response) -> Any:
    try:
        return response.json()
    except (ValueError, requests.RequestException):
        return None


def _said(body: Any, session: Session) -> str:
    """Return the message of an error, in one line, without the token if the server repeats it."""
    text = body.get("message") if isinstance(body, dict) else None
    if not isinstance(text, str):
        return ""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return mask(line, [session.token])[:_LONGEST]


def _field_errors(body: Any, session: Session) -> tuple[FieldError, ...]:
    errors = body.get("errors") if isinstance(body, dict) else None
    read_errors = (
        [FieldError.from_json(e) for e in errors or () if isinstance(e, dict)] if isinstance(errors, list) else []
    )
    tokens = [session.token]
    return tuple(FieldError(e.field, tuple(mask(m, tokens)[:_LONGEST] for m in e.messages)) for e in read_errors)


def _why_deleted(body: dict[str, Any]) -> str:
    tombstone = body.get("tombstone")
    reason = tombstone.get("removal_reason") if isinstance(tombstone, dict) else None
    named = reason.get("id") if isinstance(reason, dict) else None
    return f" (reason: {named})" if isinstance(named, str) else ""


def could_not_ask(
    error: requests.RequestException, session: Session, url: str, timeout: tuple[float, float]
) -> CouldNotAsk:
    """Say in words why no answer came; never with the query of the address, and without the exception's own text."""
    where = origin(url) if url.startswith("http") else session.title
    reason = reason_of(error)
    if isinstance(reason, urllib3_errors.NameResolutionError):
        return CouldNotAsk(
            f"The address of {where} could not be found.", "Is there a network connection, and is the name right?"
        )
    if isinstance(error, requests.exceptions.SSLError) and not may_pass(error):
        return CouldNotAsk(
            f"{where} does not prove that it is who it says: its certificate is not trusted here. Nothing was sent.",
            "If your institution has its own authority, set REQUESTS_CA_BUNDLE to its certificates.",
        )
    if isinstance(error, requests.ConnectTimeout):
        return CouldNotAsk(f"{where} did not take a connection within {timeout[0]:g} seconds.", "Try again later.")
    if timed_out(error):
        return CouldNotAsk(f"{where} did not answer within {timeout[1]:g} seconds.", "Try again later.")
    if isinstance(error, requests.exceptions.ProxyError):
        return CouldNotAsk(f"The proxy on the way to {where} does not answer.", "Look at HTTPS_PROXY and HTTP_PROXY.")
    if isinstance(reason, urllib3_errors.NewConnectionError):
        return CouldNotAsk(
            f"Nothing answers at {where}.", "Is it running, is the address right, and is there a network connection?"
        )
    if isinstance(error, requests.TooManyRedirects):
        return NotARepository(f"{where} only ever sends on to another address.", "Is the address right?")
    if isinstance(error, ValueError):  # requests' errors about addresses are ValueErrors too
        return CouldNotAsk(f"{where!r} is not an address that can be asked.", "Is it spelled right?")
    return CouldNotAsk(f"The connection to {where} was cut.", "What was done so far is kept; try again.")


def reason_of(error: requests.RequestException) -> BaseException | None:
    """Return urllib3's exception behind one of requests."""
    inner = error.args[0] if error.args else None
    return getattr(inner, "reason", inner) if isinstance(inner, BaseException) else None


def timed_out(error: requests.RequestException) -> bool:
    """Whether the server was silent for too long; requests calls that a cut connection when it is in the middle."""
    return isinstance(error, requests.Timeout) or isinstance(reason_of(error), urllib3_errors.ReadTimeoutError)


def was_never_sent(error: requests.RequestException) -> bool:
    """Whether there was no connection, so that the server cannot have heard of the request."""
    return isinstance(error, requests.ConnectTimeout) or isinstance(
        reason_of(error), urllib3_errors.NewConnectionError | urllib3_errors.ProxyError
    )


def may_pass(error: requests.RequestException) -> bool:
    """Whether the same request may get through later: not with a wrong address or a certificate that is not trusted."""
    if isinstance(error, requests.exceptions.SSLError):
        return "CERTIFICATE" not in str(error).upper()
    return isinstance(error, requests.ConnectionError | requests.Timeout | requests.exceptions.ChunkedEncodingError)


def moved(response: requests.Response, session: Session) -> NotARepository:
    """Say that a write was answered with a redirect; following it would turn the write into a read."""
    there = origin(urljoin(response.url, response.headers["Location"]))
    return NotARepository(
        f"{session.title} sends what is written to it on to {there}. Nothing was changed.",
        "Use that address, if it is the repository's.",
    )
