"""Signing in from a command line: the browser comes back to a port of this machine (RFC 8252, section 7.3)."""

from __future__ import annotations

import secrets
import threading
import time
import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit

from .errors import Busy, Cancelled, ZenodoJupyterError
from .signing_in import LASTS, SignIn, SignIns, page, policy

if TYPE_CHECKING:
    from .config import Config
    from .rows import RepositoryRow

#: Seconds between two looks at whether somebody said "stop".
_BEAT = 0.25


def sign_in(
    row: RepositoryRow,
    *,
    config: Config,
    show: Callable[[str], None],
) -> dict[str, str]:
    """Send a person to a repository with their browser, and wait until they come back.

    Parameters
    ----------
    row : RepositoryRow
        Where to.
    config : Config
        Where tokens are kept.
    show : callable
        Shows a person the address, and is called now and then; it may raise to stop.

    Returns
    -------
    dict
        ``account`` and ``kept_in``.

    Raises
    ------
    Busy
        When the port that is configured is taken.
    BadInput, AccessDenied, CouldNotAsk
        See `SignIns`.
    Cancelled
        When nobody came back in time.
    """
    with _Listener(row.oauth.port if row.oauth else 0, SignIns(config)) as listener:
        one = listener.begin(row)
        show(f"Sign in to {row.title} in your browser, at {one.address}")
        webbrowser.open(one.address)
        until = time.monotonic() + LASTS
        while not listener.answered.is_set():
            if time.monotonic() > until:
                raise Cancelled("Nobody came back from signing in.", "Begin again.")
            listener.handle_request()
            show(f"Waiting for you to come back from {row.title}")
        if one.done is None:
            raise one.error or Cancelled("Nobody came back from signing in.", "Begin again.")
        return one.done


class _Listener(ThreadingHTTPServer):
    """Waits for one browser, on this machine only."""

    # In threads, for browsers open connections beforehand on which nothing comes.
    daemon_threads = True
    timeout = _BEAT

    def __init__(self, port: int, signs: SignIns) -> None:
        self.signs = signs
        self.answered = threading.Event()
        try:
            super().__init__(("127.0.0.1", port), _Request)
        except OSError:
            raise Busy(
                f"Port {port} of this machine is taken, to which the browser has to come back.", "End what uses it."
            ) from None

    def begin(self, row: RepositoryRow) -> SignIn:
        """Begin to sign in, and come back to here."""
        self.began = self.signs.begin(row, f"http://127.0.0.1:{self.server_port}/")
        return self.began


class _Request(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Take in who comes back."""
        parts = urlsplit(self.path)
        sent = dict(parse_qsl(parts.query))
        if parts.path != "/" or "state" not in sent:  # such as the browser's question for an icon
            self.send_error(404)
            return
        listener, one = cast(_Listener, self.server), None
        error: ZenodoJupyterError | None = None
        try:
            one = listener.signs.come_back(sent)
        except ZenodoJupyterError as e:
            error = e
        nonce = secrets.token_urlsafe()
        self.send_response(error.status if error else 200)
        headers = {
            "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy(nonce), "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }  # fmt: skip
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page(one, error, nonce).encode())
        if one or listener.began.error:
            listener.answered.set()

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: addresses have codes in them."""
