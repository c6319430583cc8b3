"""The in-process door: an adapter for ``requests`` that calls the application instead of opening a connection.

Mounted on ``http+local://``, a scheme that cannot be mistaken for a host. Nothing listens and nothing needs to be started;
bytes stream both ways. Whoever runs the process owns the data folder, so no token is needed; one that is given is used.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.exceptions import InvalidURL
from urllib3 import HTTPHeaderDict, HTTPResponse

from .api.here import LOCAL_SCHEME, SAME_PERSON
from .file_wrapper import FileWrapper

#: What to mount the adapter on.
PREFIX = f"{LOCAL_SCHEME}://"
#: The address of the repository in requests made through it; the host is a name and nothing more.
BASE_URL = f"{PREFIX}repository"


class LocalAdapter(BaseAdapter):
    """Sends requests to a WSGI application in this process.

    Parameters
    ----------
    app : WSGI application
        See `app.create_app`.

    Examples
    --------
    ::

        session = requests.Session()
        session.mount(PREFIX, LocalAdapter(create_app(folder)))
        session.get(f"{BASE_URL}/api/records").json()
    """

    def __init__(self, app: Any) -> None:
        super().__init__()
        self.app = app

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Answer a request; parameters and result as for every adapter of requests."""
        body = _Body(request.body)
        answer = _Answer()
        chunks = self.app(_environ(request, body), answer.start)
        if body.error is not None:  # what the caller's own stream raised is the caller's, not a broken server
            _close(chunks)
            raise body.error
        readable = chunks if isinstance(chunks, FileWrapper) else _Chunks(chunks, answer)
        headers = HTTPHeaderDict(
            (k, _absolute(request.url, v) if k.lower() == "location" else v) for k, v in answer.headers
        )
        raw = HTTPResponse(
            body=cast(Any, readable),
            headers=headers,
            status=int(answer.status.split(" ", 1)[0]),
            reason=answer.status.partition(" ")[2],
            version=11,
            preload_content=False,
            decode_content=False,
            request_method=request.method,
        )
        return cast(Response, HTTPAdapter().build_response(request, raw))

    def close(self) -> None:
        """Do nothing: there is no connection."""


def _absolute(url: str | None, location: str) -> str:
    """Make a relative redirect absolute: urllib joins only the schemes that it knows."""
    base = (url or "").replace(PREFIX, "http://", 1)
    return location if "://" in location else urljoin(base, location).replace("http://", PREFIX, 1)


def _environ(request: PreparedRequest, body: _Body) -> dict[str, Any]:
    url = urlsplit(request.url or "")
    if not url.netloc:
        raise InvalidURL(f"{request.url} has no host; use {BASE_URL}/…", request=request)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(url.path or "/").decode("latin-1"),
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname or "repository",
        "SERVER_PORT": str(url.port or 0),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": url.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": LOCAL_SCHEME,
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
        SAME_PERSON: True,
    }
    for name, value in request.headers.items():
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = text
    return environ


class _Body:
    """What the caller sends: bytes, text, an open file or an iterable, read in blocks."""

    def __init__(self, body: Any) -> None:
        self.error: BaseException | None = None
        self._chunks: Iterator[Any] | None = None
        self._rest = b""
        if body is None or isinstance(body, bytes | bytearray | str):
            self._file: Any = io.BytesIO(body.encode() if isinstance(body, str) else body or b"")
        elif hasattr(body, "read"):
            self._file = body
        else:
            self._file, self._chunks = None, iter(cast(Iterable[Any], body))

    def read(self, size: int = -1, /) -> bytes:
        try:
            return bytes(self._file.read(size)) if self._chunks is None else self._gather(size)
        except BaseException as error:
            self.error = error
            raise

    def _gather(self, size: int) -> bytes:
        assert self._chunks is not None
        while size < 0 or len(self._rest) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._rest += chunk
        end = len(self._rest) if size < 0 else size
        block, self._rest = self._rest[:end], self._rest[end:]
        return block


class _Answer:
    """What the application says before the first byte."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: list[tuple[str, str]] = []

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        self.status, self.headers = status, headers
        return self._write

    @staticmethod
    def _write(data: bytes) -> None:
        raise NotImplementedError("The application does not use write().")


class _Chunks(io.RawIOBase):
    """The chunks of an answer as a file."""

    def __init__(self, chunks: Iterable[bytes], answer: _Answer) -> None:
        self._source = chunks
        self._chunks = iter(chunks)
        # An application may start its answer with the first chunk.
        self._rest = b"" if answer.status else next(self._chunks, b"")

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            block, self._rest = self._rest + b"".join(self._chunks), b""
            return block
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._rest = chunk
        block, self._rest = self._rest[:size], self._rest[size:]
        return block

    def close(self) -> None:
        if not self.closed:
            _close(self._source)
        super().close()


def _close(chunks: Any) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
