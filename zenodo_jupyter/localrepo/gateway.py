"""Between cheroot and the application: bodies in large blocks, from the socket and by the kernel."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from cheroot.server import KnownLengthRFile
from cheroot.wsgi import Gateway_10

from .blobs import BLOCK
from .file_wrapper import FileWrapper

#: Smaller reads go through cheroot's reader, which has lines.
_DIRECT_FROM = 64 * 1024


class _Body(KnownLengthRFile):  # type: ignore[misc]
    """A body whose blocks come from the socket at once; cheroot's reader, which is Python's own ``_pyio``, copies them twice.

    Parameters
    ----------
    body : KnownLengthRFile
        Cheroot's; read up to where it is now.
    connection : socket.socket
        Where the rest of it comes from.
    """

    def __init__(self, body: KnownLengthRFile, connection: socket.socket) -> None:
        super().__init__(body.rfile, body.remaining)
        self._connection = connection

    def read(self, size: int | None = None) -> bytes | bytearray:
        """Return that many bytes, fewer only at the end; all of them when nothing is said."""
        size = self.remaining if size is None or size < 0 else min(size, self.remaining)
        if not _DIRECT_FROM <= size <= BLOCK:  # nobody gets memory for as much as he says he will send
            return bytes(super().read(size))
        block = bytearray(size)
        view, done = memoryview(block), 0
        if self.rfile.has_data():  # what came with the headers
            held = self.rfile.read(min(size, len(self.rfile.peek(0))))
            view[: len(held)], done = held, len(held)
        while done < size:
            n = self._connection.recv_into(view[done:])
            if not n:  # the client is gone
                break
            done += n
        self.remaining -= done
        view.release()
        del block[done:]
        return block


class Gateway(Gateway_10):  # type: ignore[misc]
    """Sends files in large blocks or by the kernel, and never reads an unread body into memory."""

    # cheroot finds its own gateways among the subclasses of Gateway; this one is named outright.
    version = (1, 0)

    def get_environ(self) -> Any:
        """Return what the application is told of a request."""
        environ: dict[str, Any] = super().get_environ()
        environ["wsgi.file_wrapper"] = FileWrapper
        if isinstance(self.req.rfile, KnownLengthRFile):
            self.req.rfile = environ["wsgi.input"] = _Body(self.req.rfile, self.req.conn.socket)
        if b"%2f" in self.req.uri.lower():
            # cheroot leaves an encoded slash as it is; names of files have them, and other servers decode them.
            path = urlsplit(self.req.uri.decode("latin-1")).path
            environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
        return environ

    def respond(self) -> None:
        """Answer a request."""
        response = self.req.server.wsgi_app(self.env, self.start_response)
        try:
            self._drain()
            if isinstance(response, FileWrapper):
                self._send_file(response)
            else:
                for chunk in response:
                    if chunk:
                        self.write(chunk)
        finally:
            self.req.ensure_headers_sent()
            if hasattr(response, "close"):
                response.close()

    def _drain(self) -> None:
        """Read what the application left of a body, block by block.

        cheroot would read it in one call (a 2 GiB upload that is refused early took 4 GB of memory), and without reading
        it the client would see a reset instead of the refusal.
        """
        body = self.req.rfile
        if self.req.chunked_read:
            while body.read(BLOCK):
                pass
            return
        while body.remaining > 0:
            if not body.read(min(BLOCK, body.remaining)):
                self.req.close_connection = True  # the client is gone
                body.remaining = 0

    def _send_file(self, response: FileWrapper) -> None:
        self.req.ensure_headers_sent()
        connection: socket.socket = self.req.conn.socket
        left = self.remaining_bytes_out
        if left:
            # sendfile where the system has it, else blocks; cheroot's writer copies every block three times.
            connection.sendfile(response.file, response.file.tell(), left)
