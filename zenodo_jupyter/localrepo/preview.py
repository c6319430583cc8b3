"""Files turned into HTML to look at: nothing in them runs, and nothing is loaded from elsewhere."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from html import escape, unescape
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from .. import markdown
from . import markup
from .notebook_preview import notebook

#: Changes with what is written here, so that browsers do not keep an older rendering of the same bytes.
EDITION = "1"

_ROWS, _COLUMNS, _MEMBERS = 1000, 100, 1000
_TEXT_BYTES = 512 * 1024  # of a text; more is a download, not a look
_TABLE_BYTES = 4 * 1024 * 1024
_IMAGE_BYTES = 12 * 1024 * 1024
_NOTEBOOK_BYTES = 32 * 1024 * 1024
_ZIP_DIRECTORY_BYTES = 8 * 1024 * 1024  # a table of contents beyond that is an attack or not for reading

# What readers raise on files that are not what their names say.
_BROKEN = (csv.Error, zipfile.BadZipFile, ValueError, LookupError, TypeError, AttributeError, RecursionError)

_LISTING = re.compile("<pre>(.*?)</pre>", re.DOTALL)
_WIDE = 60  # characters: what a narrow frame shows of a line

_IMAGES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
}
_TEXTS = (  # endings
    "txt json jsonld geojson py r jl m c h cpp f90 java js ts css sh yaml yml toml ini cfg cff bib tex rst xml sql log "
    "lock md5 sha256"
)
_NAMES = "readme license licence makefile dockerfile requirements changelog authors"  # without an ending


def kind(key: str) -> str | None:
    """Tell how a file is shown, by its name; None when there is no preview of its kind.

    >>> kind("data/a.csv"), kind("fit.ipynb"), kind("LICENSE"), kind("model.bin")
    ('table', 'notebook', 'text', None)
    """
    name = PurePosixPath(key).name.lower()
    stem, _, ending = name.rpartition(".")
    if not stem:
        return "text" if name.lstrip(".") in _NAMES.split() else None
    if ending in _IMAGES:
        return "image"
    if ending in _TEXTS.split():
        return "text"
    return {
        "ipynb": "notebook",
        "csv": "table",
        "tsv": "table",
        "md": "markdown",
        "markdown": "markdown",
        "html": "html",
        "htm": "html",
        "zip": "zip",
        "pdf": "pdf",
    }.get(ending)


def render(key: str, stream: BinaryIO, size: int) -> str:
    """Return a file as an HTML fragment that is safe to show.

    Parameters
    ----------
    key : str
        The file's name, which decides how it is shown.
    stream : binary stream
        Its bytes; seekable for archives.
    size : int
        In bytes. Large files are shown in part or not at all, and the fragment says so.
    """
    how = kind(key)
    if how is None:
        return _note("There is no preview of this kind of file. Download it to look at it.")
    try:
        return _LISTING.sub(_reachable, _RENDERERS[how](key, stream, size))
    except _BROKEN as error:
        return _note(f"This file cannot be shown: it is not what its name says ({type(error).__name__}).")


def is_pdf(key: str, stream: BinaryIO) -> bool:
    """Tell whether a file is what browsers show as a PDF, by its name and its first bytes; the stream stands as before."""
    if kind(key) != "pdf":
        return False
    begins = stream.read(5) == b"%PDF-"
    stream.seek(0)
    return begins


def _pdf(key: str, stream: BinaryIO, size: int) -> str:
    """Refuse: browsers show PDFs themselves, and only what is none comes here."""
    raise ValueError("no PDF")


def _notebook(key: str, stream: BinaryIO, size: int) -> str:
    if size > _NOTEBOOK_BYTES:
        return _too_large(size)
    return notebook(stream.read().decode("utf-8"))


def _table(key: str, stream: BinaryIO, size: int) -> str:
    """Show the first rows of delimited text."""
    data = stream.read(_TABLE_BYTES)
    text = _decode(data)
    if size > len(data):
        text = text[: text.rfind("\n")]  # the last line may be cut in two
    sample = text[:8192]
    try:
        dialect: Any = csv.Sniffer().sniff(sample, delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel_tab if key.lower().endswith("tsv") else csv.excel
    rows: list[list[str]] = []
    more = size > len(data)
    for row in csv.reader(io.StringIO(text, newline=""), dialect):
        if len(rows) > _ROWS:
            more = True
            break
        if row:
            rows.append(row)
    if not rows:
        return _note("This table is empty.")
    width = max(map(len, rows))
    notes = [f"The first {_ROWS} rows."] if more else []
    notes += [f"The first {_COLUMNS} of {width} columns."] if width > _COLUMNS else []
    head, *body = [row[:_COLUMNS] for row in rows]
    cells = "".join(f'<th scope="col">{escape(c)}</th>' for c in head)
    lines = "".join(
        f'<tr><th scope="row">{number}</th>{"".join(f"<td>{escape(c)}</td>" for c in row)}</tr>'
        for number, row in enumerate(body, 1)
    )
    return (
        (_note(" ".join(notes)) if notes else "")
        + f'<div class="scroll" tabindex="0" role="region" aria-label="Table"><table class="data"><thead><tr>'
        f'<th scope="col"><span class="hidden">Row</span></th>{cells}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _image(key: str, stream: BinaryIO, size: int) -> str:
    if size > _IMAGE_BYTES:
        return _too_large(size)
    mimetype = _IMAGES[key.rpartition(".")[2].lower()]
    # As data in an img element even an SVG can neither run nor load anything.
    data = base64.b64encode(stream.read()).decode("ascii")
    return f'<p class="picture"><img src="data:{mimetype};base64,{data}" alt="{escape(PurePosixPath(key).name)}"></p>'


def _markdown(key: str, stream: BinaryIO, size: int) -> str:
    text = _decode(stream.read(_TEXT_BYTES))
    return _cut(size) + f'<article class="prose">{markup.preview(markdown.html(text))}</article>'


def _html(key: str, stream: BinaryIO, size: int) -> str:
    if size > _NOTEBOOK_BYTES:
        return _too_large(size)
    return (
        _note("Shown without its own styles and scripts.")
        + f'<article class="prose">{markup.preview(_decode(stream.read()))}</article>'
    )


def _text(key: str, stream: BinaryIO, size: int) -> str:
    """Show text with its syntax in colours."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import TextLexer, get_lexer_for_filename
    from pygments.util import ClassNotFound

    text = _decode(stream.read(_TEXT_BYTES))
    if key.lower().endswith("json") and size <= _TEXT_BYTES:
        with suppress(ValueError):  # what is not JSON is shown as it is
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    try:
        lexer = get_lexer_for_filename(PurePosixPath(key).name)
    except ClassNotFound:
        lexer = TextLexer()
    return _cut(size) + highlight(text, lexer, HtmlFormatter(cssclass="highlight"))


def _zip(key: str, stream: BinaryIO, size: int) -> str:
    """List what an archive has, without unpacking anything."""
    if _directory_bytes(stream, size) > _ZIP_DIRECTORY_BYTES:
        return _note("This archive has too many files to list them. Download it to look into it.")
    try:
        with zipfile.ZipFile(stream) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
    except NotImplementedError:
        return _note("This archive needs a newer way of unpacking than is known here. Download it to look into it.")
    rows = "".join(
        f'<tr><td class="name">{escape(m.filename)}</td><td class="number">{m.file_size:,}</td></tr>'
        for m in members[:_MEMBERS]
    )
    total = sum(m.file_size for m in members)
    note = f"{len(members):,} files, {total:,} bytes when unpacked."
    if len(members) > _MEMBERS:
        note += f" The first {_MEMBERS:,} of them:"
    return (
        _note(note)
        + '<table class="data"><thead><tr><th scope="col">Name</th><th scope="col" class="number">Bytes</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


_RENDERERS: dict[str, Callable[[str, BinaryIO, int], str]] = {
    "notebook": _notebook,
    "table": _table,
    "image": _image,
    "markdown": _markdown,
    "html": _html,
    "text": _text,
    "pdf": _pdf,
    "zip": _zip,
}


def _directory_bytes(stream: BinaryIO, size: int) -> int:
    """Return the size of a zip's table of contents, which `zipfile` reads whole, from its last record.

    The record (APPNOTE 4.3.16) is 22 bytes and a comment of up to 64 KiB; the size stands at its byte 12.
    """
    stream.seek(max(0, size - 22 - 65535))
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile("no end of central directory")
    return int(struct.unpack_from("<I", tail, at + 12)[0])


def _reachable(listing: re.Match[str]) -> str:
    """Let the keyboard into a listing that has to be scrolled sideways."""
    longest = max(len(unescape(re.sub("<[^>]*>", "", line))) for line in listing[1].split("\n"))
    return listing[0].replace("<pre>", '<pre tabindex="0">', 1) if longest > _WIDE else listing[0]


def _decode(data: bytes) -> str:
    """Read text as UTF-8, else as Latin-1, which reads anything."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A limit may have cut the last character.
        return data[: error.start].decode("utf-8") if error.start >= len(data) - 3 else data.decode("latin-1")


def _cut(size: int) -> str:
    return _note(f"The first {_TEXT_BYTES // 1024} KiB of {size:,} bytes.") if size > _TEXT_BYTES else ""


def _too_large(size: int) -> str:
    return _note(f"This file has {size:,} bytes, too many to show here. Download it to look at it.")


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'
