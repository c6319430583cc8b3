"""The other door: a loopback HTTP server, for clients that are other programs and for classes.

cheroot, because it is pure Python, runs everywhere and, with a gateway of one's own, moves bytes about as fast as the disk
and md5 allow. Some of its habits are changed here and in the gateway, each where it is said.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import re
import secrets
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cheroot.wsgi import Server as CherootServer
from filelock import FileLock, Timeout

from ..errors import BadInput, Busy
from . import oauth, users
from .api.answers import as_json
from .app import create_app
from .flavours import Switches
from .gateway import Gateway
from .registry import Registry
from .store import Store

#: Connections that may wait; with cheroot's 5, clients that connect at once stall for a second.
_QUEUE = 128
#: Requests answered at once; the others wait.
_THREADS = 32
#: An upload that is under way when the server stops may end, in seconds; cheroot's 5 would cut it.
_SHUTDOWN_TIMEOUT = 60
#: A client may be silent so long, in seconds.
_IDLE_TIMEOUT = 60


class Server:
    """A running HTTP server over one data folder.

    Parameters
    ----------
    data_dir : path
        The folder of the store.
    host : str
        Where to listen.
    port : int, optional
        0 takes a free one; None takes the one that the store remembers, or a free one if that is taken.
    flavour : {"zenodo", "rdm"}
        Whose ids and rules.
    switches : Switches, optional
        Traps to switch on.
    allow_remote : bool
        Whether other machines may reach it.
    rate_limits : bool
        Whether whoever asks too often is refused, as on Zenodo.
    registry : Registry, optional
        Where DOIs are registered; without it they stay local.

    Attributes
    ----------
    url : str
        Its address, without a slash at the end.
    token : str
        Made for this run, for the owner of the folder; worthless as soon as it stops.

    Raises
    ------
    BadInput
        When ``host`` is not this machine only, and that was not allowed.
    Busy
        When the port is taken.
    """

    def __init__(
        self,
        data_dir: Path | str,
        host: str = "127.0.0.1",
        port: int | None = None,
        *,
        flavour: str = "zenodo",
        switches: Switches | None = None,
        allow_remote: bool = False,
        rate_limits: bool = False,
        registry: Registry | None = None,
    ) -> None:
        if not allow_remote and not is_loopback(host):
            raise BadInput(
                f"{host} can be reached by other machines, and the embedded repository is for this one.",
                "Take 127.0.0.1, or say that others are welcome (allow_remote).",
            )
        self.app = create_app(data_dir, flavour, switches, rate_limits=rate_limits, registry=registry)
        self._store: Store = self.app.extensions["zenodo_jupyter.localrepo"].store
        application = self.app if allow_remote else _only_for(self.app)
        self._server = self._listen(application, host, port)
        bound_host, bound_port = self._server.bind_addr[:2]
        shown = f"[{bound_host}]" if ":" in bound_host else bound_host
        self.url = f"http://{shown}:{bound_port}"
        if port:  # chosen by a person, so it will be the same next time
            self._store.set_site_url(self.url)
        self._session = secrets.token_hex(16)
        self._lock = FileLock(self._lock_path(self._session))
        self._lock.acquire()
        self._forget_dead_sessions()
        self.token = users.add_token(self._store.db, self._store.owner, "serve", session=self._session)
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def _listen(self, application: Any, host: str, port: int | None) -> CherootServer:
        wanted = [port] if port is not None else [urlsplit(self._store.site_url).port or 0, 0]
        for attempt in wanted:
            server = CherootServer((host, attempt), application, numthreads=_THREADS, request_queue_size=_QUEUE)
            server.gateway = Gateway
            server.shutdown_timeout = _SHUTDOWN_TIMEOUT
            server.timeout = _IDLE_TIMEOUT
            server.max_request_header_size = 64 * 1024
            server.server_name = "zenodo_jupyter"
            try:
                server.prepare()
            except OSError as error:
                if attempt == wanted[-1]:
                    raise Busy(
                        f"Port {attempt} on {host} is taken.", "Name another one, or 0 for a free one."
                    ) from error
                continue
            return server
        raise AssertionError("unreachable")

    def start(self) -> Server:
        """Begin to answer, in a thread of its own."""
        self._thread = threading.Thread(target=self._server.serve, name="zenodo_jupyter server", daemon=True)
        self._thread.start()
        if registrar := self.app.extensions.get("zenodo_jupyter.registrar"):
            threading.Thread(target=registrar.go_on, args=(self._stopped,), name="DOIs", daemon=True).start()
        return self

    def stop(self) -> None:
        """Let what is under way end, stop, and make the token worthless."""
        self._stopped.set()
        self._server.stop()
        if self._thread is not None:
            self._thread.join()
        users.revoke_session(self._store.db, self._session)
        self._lock.release()
        self._lock_path(self._session).unlink(missing_ok=True)

    def admit(self, email: str) -> str:
        """Return a token for somebody's account, which is made if need be; it ends with this run, as the owner's does.

        Raises
        ------
        BadInput
            When this is no address.
        """
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
            raise BadInput(f"{email!r} is no mail address.", "Name accounts like ada@example.org; no mail is sent.")
        user = users.add_user(self._store.db, email, email.partition("@")[0])
        return users.add_token(self._store.db, user, "serve", session=self._session)

    def register(self, name: str, redirect_uri: str, *, confidential: bool = False) -> tuple[str, str | None]:
        """Return id and, if it just got one, secret of an application that people may let in; see `oauth.register`."""
        client, secret = oauth.register(self._store.db, name, redirect_uri, confidential=confidential)
        return client.id, secret

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _lock_path(self, session: str) -> Path:
        folder = self._store.folder / "sessions"
        folder.mkdir(exist_ok=True)
        return folder / f"{session}.lock"

    def _forget_dead_sessions(self) -> None:
        """Revoke the tokens of servers that were killed: nobody holds their lock any more."""
        for session in users.sessions(self._store.db):
            if session == self._session:
                continue
            path = self._lock_path(session)
            with contextlib.suppress(Timeout), FileLock(path, timeout=0):
                users.revoke_session(self._store.db, session)
                path.unlink(missing_ok=True)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address.

    >>> [is_loopback(h) for h in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _only_for(app: Any) -> Callable[[dict[str, Any], Any], Any]:
    """Refuse requests that name another host.

    A web page elsewhere may make its own name point to 127.0.0.1 (DNS rebinding), and then read what the browser gets;
    the browser still sends that name.
    """

    def guarded(environ: dict[str, Any], start_response: Any) -> Any:
        name = urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname or ""
        if is_loopback(name):
            return app(environ, start_response)
        with app.test_request_context("/"):
            refusal = as_json(
                {"status": 400, "message": "This server answers only under the name of this machine."}, 400
            )
        return refusal(environ, start_response)

    return guarded


def _said_at_once(line: str) -> None:
    """Print a line at once: whoever started this may wait for it at a pipe."""
    print(line, flush=True)


def serve(
    data_dir: Path | str,
    host: str = "127.0.0.1",
    port: int | None = None,
    *,
    flavour: str = "zenodo",
    switches: Switches | None = None,
    allow_remote: bool = False,
    rate_limits: bool = False,
    registry: Registry | None = None,
    accounts: Sequence[str] = (),
    clients: Sequence[Sequence[str]] = (),
    as_json_line: bool = False,
    out: Callable[[str], None] = _said_at_once,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve a data folder until SIGINT or SIGTERM; for the main thread.

    Parameters
    ----------
    data_dir, host, port, flavour, switches, allow_remote, rate_limits, registry
        See `Server`.
    accounts : sequence of str
        Mail addresses of people who get a token for this run; see `Server.admit`.
    clients : sequence of (str, str)
        Name and address of applications that people may let in; see `Server.register`. None of them has a secret.
    as_json_line : bool
        Say what there is to say as one line of JSON: ``{"url", "token", "flavour", "data", "accounts", "clients"}``.
    out : callable
        Takes each line that is said; without it, each is printed at once, also into a pipe that somebody waits at.
    ready : callable, optional
        Called with the server's address once it answers.
    """
    stopped = threading.Event()
    with _signals(stopped):
        server = Server(
            data_dir, host, port, flavour=flavour, switches=switches, allow_remote=allow_remote, rate_limits=rate_limits,
            registry=registry,
        )  # fmt: skip
        with server:
            said = {"url": server.url, "token": server.token, "flavour": flavour, "data": str(Path(data_dir).resolve())}
            tokens = {email: server.admit(email) for email in accounts}
            ids = {name: server.register(name, redirect_uri)[0] for name, redirect_uri in clients}
            if as_json_line:
                out(json.dumps({**said, "accounts": tokens, "clients": ids}))
            else:
                out(f"The embedded repository answers at {server.url} (API: {server.url}/api); Ctrl-C stops it.")
                out(f"Token for this run: {server.token}")
                for email, token in tokens.items():
                    out(f"Token of {email} for this run: {token}")
                for name, id in ids.items():
                    out(f"Client id of {name}: {id}")
                if registry:
                    waits = "" if registry.password else " They wait: its password is not known here."
                    out(f"New DOIs begin with {registry.prefix}, to be registered at {registry.title}.{waits}")
            if ready is not None:
                ready(server.url)
            while not stopped.wait(3600):
                pass


@contextlib.contextmanager
def _signals(stopped: threading.Event) -> Iterator[None]:
    """Set the event when the process is asked to end."""

    def stop(*_: object) -> None:
        stopped.set()

    numbers = [signal.SIGINT, signal.SIGTERM]
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
