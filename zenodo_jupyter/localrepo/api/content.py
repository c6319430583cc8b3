"""The bytes: up in one piece or in parts, down in one piece or all in one archive."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.http import dump_options_header

from ...errors import AccessDenied, WasRefused
from .. import drafts, entries, transfers
from ..blobs import Readable
from ..entries import Entry
from ..file_wrapper import BLOCK, FileWrapper
from ..versions import Version
from . import here
from .answers import PLAIN, answer, negotiate
from .files import readable, require_enabled

blueprint = Blueprint("api_content", __name__)

_BYTES = ("application/octet-stream",)
_FAILED = "File upload transfer failed."
#: Shown in a browser as what they are; everything else is handed out as a download (Invenio-Files-REST's list).
_INLINE = frozenset(
    [
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "audio/webm",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "text/plain",
    ]
)
#: Text that a browser would run or render is shown as plain text.
_AS_TEXT = frozenset(
    [
        "application/javascript",
        "application/json",
        "application/xhtml+xml",
        "application/xml",
        "image/svg+xml",
        "text/css",
        "text/csv",
        "text/html",
        "text/javascript",
        "text/xml",
    ]
)


@blueprint.put("/records/<id>/draft/files/<path:key>/content")
def upload(id: str, key: str) -> Response:
    """Take the bytes of a file."""
    actor = here.actor()
    here.require_content_type(_BYTES)
    negotiate(PLAIN)
    draft = actor.draft(id)
    entry = entries.find(actor.db, draft.bucket, key, id)
    if entries.is_locked(actor.db, draft.bucket):
        raise AccessDenied("Bucket is locked for modifications.")
    if entry.status == "completed":
        return _already_complete(draft, entry)
    if entry.in_parts:
        why = f"File '{key}' was announced in parts; PUT its parts instead."
        return _dropped(draft, entry) if actor.switches.bad_part_answers_200 else _failed(draft, entry, why)
    size = body_size()
    if size is not None and size > entries.room(actor.db, draft.bucket, actor.flavour.max_bytes):
        raise WasRefused("Maximum file size exceeded.", status=400)
    blob = actor.store.receive(body_stream(), size)
    try:
        transfers.take_content(actor.store, entry, blob, actor.flavour)
    finally:
        actor.store.blobs.forget(blob)
    return answer(here.view().file(draft, entry))


@blueprint.put("/records/<id>/draft/files/<path:key>/content/<int:part>")
def upload_part(id: str, key: str, part: int) -> Response:
    """Take one part of a file."""
    actor = here.actor()
    here.require_content_type(_BYTES)
    negotiate(PLAIN)
    draft = actor.draft(id)
    entry = entries.find(actor.db, draft.bucket, key, id)
    if not entry.in_parts:
        kind = entry.transfer["type"]
        raise WasRefused(f'Transfer type "{kind}" does not support multipart uploads.', status=400)
    blob = actor.store.receive(body_stream(), body_size())
    try:
        transfers.take_part(actor.store, entry, part, blob)
    except transfers.TransferFailed:
        return _failed(draft, entry, f"Part {part} of file '{key}' has the wrong number or size.")
    finally:
        actor.store.blobs.forget(blob)
    return answer(here.view().file(draft, entry))


def _already_complete(draft: Version, entry: Entry) -> Response:
    """Refuse new bytes for a committed file; with the trap on, do what the real one does."""
    actor = here.actor()
    if not actor.switches.content_after_commit_drops_file:
        raise WasRefused(
            f"File '{entry.key}' is complete; its content cannot be replaced.",
            "Delete the file first, then announce and send it again.",
            status=400,
        )
    return _dropped(draft, entry)


def _dropped(draft: Version, entry: Entry) -> Response:
    """Answer as if all were well, and forget the file: the real one's trap."""
    actor = here.actor()
    body = here.view().file(draft, entry, errors=_FAILED)
    with actor.db.writing():
        entries.remove(actor.db, entry, actor.switches)
        drafts.touch(actor, draft)
    return answer(body)


def _failed(draft: Version, entry: Entry, why: str) -> Response:
    if not here.actor().switches.bad_part_answers_200:
        raise WasRefused(why, status=400)
    return answer(here.view().file(draft, entry, errors=_FAILED))


def body_size() -> int | None:
    """Return Content-Length; None for a chunked body, whose end the server sees itself."""
    given = request.headers.get("Content-Length")
    if given is None and "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        return 0
    return None if given is None else int(given)


def body_stream() -> Readable:
    """Return the body, to be read in blocks."""
    # Not request.stream: Werkzeug's wrapper reads through readinto, which CPython 3.11.7's _pyio gets wrong, and copies
    # each block once more. The size is checked by whoever reads.
    return cast(Readable, request.environ["wsgi.input"])


@blueprint.get("/records/<id>/files/<path:key>/content")
def download(id: str, key: str) -> Response:
    """Answer the bytes of a record's file."""
    return _send(id, key, draft=False)


@blueprint.get("/records/<id>/draft/files/<path:key>/content")
def download_draft(id: str, key: str) -> Response:
    """Answer the bytes of a draft's file."""
    return _send(id, key, draft=True)


def _send(id: str, key: str, *, draft: bool) -> Response:
    version = readable(id, draft=draft)
    actor = here.actor()
    entry = entries.find(actor.db, version.bucket, key, id)
    if entry.status != "completed" or entry.blob is None:
        status = 500 if actor.switches.crashes else 400
        raise WasRefused(f"File '{key}' is not complete yet.", "Send its content and commit it.", status=status)
    # Range is ignored on the API, as on the real one; the address of the page answers it.
    return send(actor.store.blobs.open(entry.blob), entry, ranges=False, download=False)


def send(stream: BinaryIO, entry: Entry, *, ranges: bool, download: bool) -> Response:
    """Answer the bytes of a file in large blocks, or by the kernel where the server can.

    Parameters
    ----------
    stream : binary stream
        At its beginning; closed when it is sent.
    entry : Entry
        What is known of it.
    ranges : bool
        Whether a part may be asked for.
    download : bool
        Whether a browser should save it whatever it is.
    """
    wrap: Any = request.environ.get("wsgi.file_wrapper", FileWrapper)
    response = Response(wrap(stream, BLOCK), direct_passthrough=True)
    content_type = safe_type(entry.mimetype or entries.UNKNOWN_TYPE)
    inline = content_type.partition(";")[0] in _INLINE and not download
    response.headers.update(
        {
            "Content-Type": content_type,
            "Content-Disposition": "inline" if inline else _attachment(entry.key),
            "Content-MD5": (entry.checksum or "").partition(":")[2],
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Download-Options": "noopen",
            "X-Permitted-Cross-Domain-Policies": "none",
            "Cache-Control": "no-cache",
        }
    )
    response.set_etag(entry.checksum or "")
    response.last_modified = datetime.fromisoformat(entry.stored or entry.created)
    response.content_length = entry.size or 0
    if ranges:
        response.make_conditional(request, accept_ranges=True, complete_length=entry.size)
    else:
        response.make_conditional(request)
    if request.method == "HEAD" or response.status_code == 304:
        stream.close()  # nobody will read it
    return response


def safe_type(mimetype: str) -> str:
    """Return the type under which a file may be shown on this origin without being run."""
    if mimetype in _AS_TEXT or mimetype == "text/plain":
        return "text/plain; charset=utf-8"
    return mimetype if mimetype in _INLINE else entries.UNKNOWN_TYPE


def _attachment(key: str) -> str:
    """Return the header that makes a browser save a file under its name (RFC 6266)."""
    name = key.rsplit("/", 1)[-1]
    if name.isascii():
        return dump_options_header("attachment", {"filename": name})
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return dump_options_header("attachment", {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"})


@blueprint.get("/records/<id>/files-archive")
def archive(id: str) -> Response:
    """Answer all files of a record in one zip."""
    return _archive(id, draft=False)


@blueprint.get("/records/<id>/draft/files-archive")
def archive_draft(id: str) -> Response:
    """Answer all files of a draft in one zip."""
    return _archive(id, draft=True)


def _archive(id: str, *, draft: bool) -> Response:
    version = readable(id, draft=draft)
    require_enabled(version)
    store = here.actor().store
    listed = [e for e in entries.listing(store.db, version.bucket) if e.blob and e.status == "completed"]
    response = Response(_zip(listed), content_type="application/zip")
    response.headers["Content-Disposition"] = f"attachment; filename={id}.zip"
    return response


def _zip(listed: list[Entry]) -> Iterator[bytes]:
    """Write an uncompressed zip as it is read: memory stays at one block."""
    store = here.actor().store
    sink = _Sink()

    def write() -> Iterator[bytes]:
        with zipfile.ZipFile(cast(Any, sink), "w", zipfile.ZIP_STORED, allowZip64=True) as target:
            for entry in listed:
                # A fixed time, so that the same files make the same archive.
                info = zipfile.ZipInfo(_inside(entry.key), (1980, 1, 1, 0, 0, 0))
                info.external_attr = 0o644 << 16
                with store.blobs.open(entry.blob or "") as source, target.open(info, "w", force_zip64=True) as inside:
                    while block := source.read(BLOCK):
                        inside.write(block)
                        yield sink.take()
                yield sink.take()
        yield sink.take()

    return write()


def _inside(key: str) -> str:
    """Return a name that stays in the folder where a careless program unpacks it."""
    return "/".join("_" if part in ("", ".", "..") else part for part in key.split("/"))


class _Sink:
    """A file that cannot be rewound and is emptied as it is written."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._blocks.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is written can be taken at once."""

    def take(self) -> bytes:
        data, self._blocks = b"".join(self._blocks), []
        return data
