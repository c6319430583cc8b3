"""``repository/…``: the pages and files of the embedded repository, behind Jupyter's login.

All can be read; what is changed is what the forms of the pages change, and nothing through the API.

The repository is a WSGI application. It is called in a thread, and what it answers is passed on block by block, so that a
file of any size takes neither the loop nor the memory.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web
from tornado.httputil import HTTPServerRequest
from tornado.iostream import StreamClosedError

from ..errors import ZenodoJupyterError
from .base import Away

PREFIX = "zenodo-jupyter/repository"
#: The bytes of a file that are on their way at a time.
BLOCK = 1024 * 1024
#: What is told to the repository of a request. Neither cookies nor Authorization, which are Jupyter's.
TOLD = (
    "Accept", "Accept-Language", "User-Agent", "Range",
    "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since",
)  # fmt: skip
#: Parameters of an address that are Jupyter's.
OURS = ("token", "_xsrf")
#: Response headers that are the server's own business.
KEPT_BACK = ("connection", "transfer-encoding", "date", "server", "set-cookie", "content-security-policy")
#: For the repository's own pages. They have no scripts and may run none, and so can do nothing with the origin, which they
#: need to load their style and pictures with Jupyter's cookie.
PAGE = (
    "sandbox allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads "
    "allow-top-navigation-by-user-activation"
)
#: For everything else, which is strangers' files.
FILE = "sandbox; default-src 'none'"


class PagesHandler(Away, JupyterHandler):
    """Passes a request on to the repository."""

    auth_resource = "zenodo_jupyter"

    @web.authenticated
    @authorized
    async def get(self, path: str | None) -> None:
        """Answer with what the repository answers."""
        await self._pass_on(path)

    @web.authenticated
    @authorized
    async def head(self, path: str | None) -> None:
        """Answer with the headers of what the repository answers."""
        await self._pass_on(path)

    @web.authenticated
    @authorized
    async def post(self, path: str | None) -> None:
        """Pass a form of a page on, which Jupyter has found to be from here by its ``_xsrf`` field."""
        await self._pass_on(path)

    async def _pass_on(self, path: str | None) -> None:
        base = self.base_url + PREFIX
        told = environ(self.request, base, self.request.path[len(base) :])
        if self.request.method == "POST" and told["PATH_INFO"].startswith("/api/"):
            raise web.HTTPError(405)
        told["zenodo_jupyter.form_field"] = "_xsrf", self.xsrf_token.decode()
        answer = await self.away(Answer, self.extension.place, told)
        try:
            self._take_over(answer)
            while block := await self.away(next, answer.blocks, b""):
                self.write(block)
                await self.flush()
        except StreamClosedError:
            self.log.debug("zenodo_jupyter: the reader of %s has gone", self.request.path)
        finally:
            await self.away(answer.close)

    def _take_over(self, answer: Answer) -> None:
        self.set_status(answer.status)
        policies = [self.content_security_policy]
        own = [value for name, value in answer.headers if name.lower() == "content-security-policy"]
        for name, value in answer.headers:
            if name.lower() not in KEPT_BACK:
                self.set_header(name, value)
        # Each policy in the list holds; the repository's own may be the stricter one.
        self.set_header("Content-Security-Policy", ", ".join([*policies, *(own or [FILE]), *([PAGE] if own else [])]))

    def compute_etag(self) -> None:
        """Leave the ETag to the repository."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Show an error of the family with its own status; the rest is Jupyter's error page."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        if not isinstance(error, ZenodoJupyterError):
            super().write_error(status_code, **kwargs)
            return
        self.set_status(error.status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(str(error))


class Answer:
    """What a WSGI application answers to a request: status and headers at once, the body in blocks.

    Parameters
    ----------
    place : Config
        Says where the repository's folder is.
    told : dict
        The request, as WSGI has it.
    """

    def __init__(self, place: Any, told: dict[str, Any]) -> None:
        from .. import embedded, rows

        rows.find_row("local", place)  # raises where it may not be used
        app = embedded.app(place)
        self.status = 500
        self.headers: list[tuple[str, str]] = []
        self._body: Iterable[bytes] = app(told, self._start)
        blocks = _blocks(self._body)
        # An application may wait with status and headers until it is asked for the first bytes.
        self.blocks: Iterator[bytes] = chain([next(blocks, b"")], blocks)

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self.status, self.headers = int(status.split(" ", 1)[0]), headers

    def close(self) -> None:
        """Tell the application that nobody reads on."""
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


def environ(request: HTTPServerRequest, script_name: str, path: str) -> dict[str, Any]:
    """Return a request as WSGI (PEP 3333) has it."""
    query = [(k, v) for k, v in parse_qsl(request.query, keep_blank_values=True) if k not in OURS]
    told = {f"HTTP_{name.upper().replace('-', '_')}": request.headers[name] for name in TOLD if name in request.headers}
    return {
        **told,
        # Whoever has passed Jupyter's login is the person whose repository it is, and may read what is restricted.
        "zenodo_jupyter.same_person": True,
        "REQUEST_METHOD": request.method,
        "CONTENT_LENGTH": str(len(request.body or b"")),
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        # As it stands in the address, and not decoded as PEP 3333 has it: links are made of it, and Jupyter answers only to
        # the very spelling of its base address (/user/a%40b/, not /user/a@b/).
        "SCRIPT_NAME": script_name,
        "PATH_INFO": _native(path),
        "QUERY_STRING": urlencode(query),
        "REMOTE_ADDR": request.remote_ip,
        # An address that no browser could open, so that records name themselves as everywhere, and not by this server's port.
        "HTTP_HOST": "embedded",
        "SERVER_NAME": "embedded",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": request.version,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http+local",
        "wsgi.input": io.BytesIO(request.body or b""),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _native(path: str) -> str:
    # WSGI has bytes as text, one character each.
    return unquote_to_bytes(path).decode("latin-1")


def _blocks(body: Iterable[bytes]) -> Iterator[bytes]:
    """Join the small pieces that an application gives, since each block costs a change of threads."""
    waiting: list[bytes] = []
    size = 0
    for piece in body:
        waiting.append(piece)
        size += len(piece)
        if size >= BLOCK:
            yield b"".join(waiting)
            waiting, size = [], 0
    if size:
        yield b"".join(waiting)


routes = [(r"repository(?:/(.*))?", PagesHandler)]
