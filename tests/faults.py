"""A server that fails as servers do: the embedded repository on a real socket, with faults put between.

Each fault is used up by the first request that it fits, so that "fails once" is written as one fault.
"""

from __future__ import annotations

import hashlib
import re
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from werkzeug.test import EnvironBuilder, run_wsgi_app

from zenodo_jupyter.errors import Cancelled
from zenodo_jupyter.repository import Repository
from zenodo_jupyter.rows import row_for
from zenodo_jupyter.tokens import Token
from zenodo_jupyter.transfer import Upload

#: Seconds for which nothing comes.
STALL = 2.0
HTML = b"<!doctype html><title>Gateway</title><h1>An error page</h1>"


@dataclass
class Fault:
    """What goes wrong, once.

    ``method`` and ``path`` (a regular expression) say with which request. ``when`` is

    - ``instead``: it is answered with ``status``, ``headers`` and ``body``; the repository never hears of it
    - ``after``: the repository does it, and then that answer comes
    - ``hang up before``, ``hang up after``: the connection ends without an answer
    - ``hang up in request``, ``hang up in answer``: half-way through the bytes
    - ``flip in request``, ``flip in answer``: one bit is another one
    - ``short answer``: the last bytes of the answer are missing, and its length says so too
    - ``twice``: something on the way sends the request on twice, and gives the second answer
    - ``stall before``, ``stall after``: nothing comes any more, before or after the repository did it
    """

    method: str
    path: str
    when: str = "instead"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = HTML
    times: int = 1

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method == method and re.search(self.path, path) is not None


class FaultyServer:
    """Serves a WSGI application on a loopback port; ``seen`` lists the requests, ``faults`` is what is still to go wrong.

    ``ranges`` says which addresses of a file honour ranges: ``api``, ``site`` (as Zenodo's do), or none.
    """

    def __init__(self, app: Callable[..., Any], *, ranges: str = "") -> None:
        self.app = app
        self.ranges = ranges
        self.faults: list[Fault] = []
        self.seen: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True

            def answer(self) -> None:
                server.answer(self)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, format: str, *args: Any) -> None:
                """Keep quiet."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def fail(self, *faults: Fault) -> None:
        self.faults.extend(faults)

    def count(self, method: str, path: str) -> int:
        """Return how many requests there were with this method, to a path that fits a regular expression."""
        return sum(m == method and re.search(path, p) is not None for m, p in self.seen)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        method, path = handler.command, handler.path
        with self._lock:
            self.seen.append((method, path))
            self.headers.append(dict(handler.headers))
            fault = next((f for f in self.faults if f.fits(method, path)), None)
            if fault:
                fault.times -= 1
        when = fault.when if fault else ""
        length = int(handler.headers.get("Content-Length") or 0)
        if when == "hang up before":
            return self._hang_up(handler)
        if when == "hang up in request":
            handler.rfile.read(length // 2)
            return self._hang_up(handler)
        body = handler.rfile.read(length)
        if fault and when == "instead":
            return self._send(handler, fault.status, {"Content-Type": "text/html", **fault.headers}, fault.body)
        if when == "stall before":
            return self._stall(handler)
        if when == "flip in request":
            body = _flip(body)
        if when == "twice":
            self._do(handler, body)
        status, headers, answer = self._do(handler, body)
        if when == "hang up after":
            return self._hang_up(handler)
        if when == "stall after":
            return self._stall(handler)
        if when == "short answer":
            answer = answer[: -max(1, len(answer) // 3)]
        if fault and when == "after":
            status, headers, answer = fault.status, {"Content-Type": "text/html", **fault.headers}, fault.body
        if when == "flip in answer":
            answer = _flip(answer)
        self._send(handler, status, headers, answer, len(answer) // 2 if when == "hang up in answer" else None)

    def _do(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict[str, str], bytes]:
        sent = dict(handler.headers)
        span = sent.pop("Range", "")
        honoured = self.ranges == ("api" if "/api/" in handler.path else "site")
        path, _, query = handler.path.partition("?")
        builder = EnvironBuilder(
            path=path, query_string=query, base_url=self.url, method=handler.command, headers=sent, input_stream=BytesIO(body),
        )  # fmt: skip
        builder.content_length = len(body)
        environ = builder.get_environ()
        parts, status, headers = run_wsgi_app(self.app, environ)
        answer = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        kept = {k: v for k, v in headers.items() if k.lower() not in ("content-length", "accept-ranges")}
        code = int(status.split()[0])
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", span)
        if match and honoured and code == 200:
            start = int(match[1])
            if start >= len(answer):
                return 416, {"Content-Range": f"bytes */{len(answer)}", "Content-Type": "text/html"}, b""
            stop = min(int(match[2]) + 1, len(answer)) if match[2] else len(answer)
            kept["Content-Range"] = f"bytes {start}-{stop - 1}/{len(answer)}"
            return 206, kept, answer[start:stop]
        return code, kept, answer

    def _send(
        self, handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes, cut: int | None = None
    ) -> None:
        handler.send_response_only(status)
        if "Date" not in headers:
            handler.send_header("Date", handler.date_time_string())
        for name, value in headers.items():
            handler.send_header(name, value)
        if status != 204:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if handler.command != "HEAD" and status != 204:
            handler.wfile.write(body[:cut])
        if cut is not None:
            handler.wfile.flush()
            self._hang_up(handler, reset=False)

    def _stall(self, handler: BaseHTTPRequestHandler) -> None:
        self._closing.wait(STALL)
        self._hang_up(handler)

    @staticmethod
    def _hang_up(handler: BaseHTTPRequestHandler, reset: bool = True) -> None:
        if reset:  # linger for no time: the other side gets a reset and not an end
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True


def _flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :] if data else data


def embedded(folder: Path, *, ranges: str = "", flavour: str = "zenodo") -> tuple[FaultyServer, str]:
    """Return a server of a fresh embedded repository, and a token of its owner."""
    from zenodo_jupyter.localrepo import users
    from zenodo_jupyter.localrepo.app import create_app

    app = create_app(folder, flavour=flavour)
    store = app.extensions["zenodo_jupyter.localrepo"].store
    return FaultyServer(app, ranges=ranges), users.add_token(store.db, store.owner, "tests")


def forward(url: str) -> Callable[..., Any]:
    """Return a WSGI application that hands everything on to a real repository."""
    session = requests.Session()
    session.trust_env = False

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        sent = {k[5:].replace("_", "-"): v for k, v in environ.items() if k.startswith("HTTP_") and k != "HTTP_HOST"}
        sent["Content-Type"] = environ.get("CONTENT_TYPE") or None
        query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
        path = quote(environ["PATH_INFO"].encode("latin-1"))
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        answer = session.request(
            environ["REQUEST_METHOD"], f"{url}{path}{query}", headers=sent, data=body, allow_redirects=False
        )
        dropped = ("content-encoding", "content-length", "transfer-encoding", "connection")
        headers = [(k, v) for k, v in answer.headers.items() if k.lower() not in dropped]
        start_response(f"{answer.status_code} {answer.reason}", headers)
        return [answer.content]

    return app


def client(server: FaultyServer, token: str | None = None) -> tuple[Repository, list[float]]:
    """Return a client of a server, and the list of its waits: it notes them instead of waiting."""
    row = row_for(server.url)
    repository = Repository(row, token=Token(token, row.url) if token else None)
    waits: list[float] = []

    def pause(seconds: float, cancel: threading.Event | None = None) -> None:
        if cancel is not None and cancel.is_set():
            raise Cancelled("stopped")
        waits.append(seconds)

    repository.session.pause = pause  # type: ignore[method-assign]
    return repository, waits


#: Metadata that can be published.
METADATA = {
    "title": "Tides",
    "resource_type": {"id": "software"},
    "publication_date": "2026-11-22",
    "publisher": "Zenodo",
    "creators": [{"person_or_org": {"type": "personal", "family_name": "Doe", "given_name": "Ada"}}],
}


def upload_of(key: str, data: bytes, known: bool = True) -> Upload:
    """Return bytes as something to upload, with or without their md5."""
    return Upload(key, lambda: BytesIO(data), len(data), hashlib.md5(data).hexdigest() if known else None)


def begin(server: FaultyServer, token: str) -> tuple[Repository, str, list[float]]:
    """Return a client, the id of a fresh draft, and the client's waits."""
    repository, waits = client(server, token)
    return repository, repository.create_draft({"metadata": METADATA}).id, waits
