"""Preview: a record's file as it can be shown without getting the record; what strangers wrote is made still."""

from __future__ import annotations

import base64
import codecs
import csv
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from . import notebook, rendering
from .errors import BadInput

if TYPE_CHECKING:
    from .repository import Repository

#: Bytes of a text or a table that are shown.
BEGINNING = 64 * 1024
#: Bytes of what can only be shown as a whole.
WHOLE = 5 * 1024 * 1024
#: Rows of a table, and columns of a row, that are shown.
ROWS, COLUMNS = 50, 30
#: Pictures that browsers draw, by the ends of their names. None of them runs anything where it is drawn as a picture.
PICTURES = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
    ".svg": "image/svg+xml",
}  # fmt: skip
_SEPARATORS = {".csv": ",", ".tsv": "\t"}


@dataclass(frozen=True)
class Preview:
    """What can be shown of a file.

    Attributes
    ----------
    kind : str
        ``text``, ``table`` (rows of texts), ``picture`` (an address that holds its bytes) or ``page`` (HTML without scripts,
        which asks for nothing from elsewhere).
    content : str or list
        What is shown.
    is_cut : bool
        Whether there is more in the file.
    """

    kind: str
    content: Any
    is_cut: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a dictionary."""
        return asdict(self)


def preview(repository: Repository, record_id: str, key: str) -> Preview:
    """Bring as much of a record's file as is needed to show it, and make that harmless.

    Parameters
    ----------
    repository : Repository
        Where the record is.
    record_id, key : str
        The record and the file's name in it.

    Raises
    ------
    BadInput
        When it is too large to be shown as a whole, or is of a kind that cannot be shown.
    RecordNotFound, AccessDenied, CouldNotAsk
        See `errors`.
    """
    suffix = PurePosixPath(key).suffix.lower()
    if suffix in PICTURES:
        encoded = base64.b64encode(_whole(repository, record_id, key)).decode()
        return Preview("picture", f"data:{PICTURES[suffix]};base64,{encoded}")
    if suffix == ".ipynb":
        return _page(notebook.read(Path(key), _whole(repository, record_id, key)), key)
    if suffix == ".md":
        from nbformat.v4 import new_markdown_cell, new_notebook

        text = _whole(repository, record_id, key).decode("utf-8", "replace")
        return _page(new_notebook(cells=[new_markdown_cell(text)]), key)
    text, is_cut = _beginning(repository, record_id, key)
    if suffix in _SEPARATORS:
        return _table(text, _SEPARATORS[suffix], is_cut)
    return Preview("text", text, is_cut)


def _page(nb: Any, title: str) -> Preview:
    return Preview("page", rendering.render_html(nb, title).decode())


def _table(text: str, separator: str, is_cut: bool) -> Preview:
    lines = text.splitlines()
    if is_cut and len(lines) > 1:
        lines = lines[:-1]  # the last one may be half a row
    try:
        rows = list(csv.reader(lines, delimiter=separator))
    except csv.Error:
        return Preview("text", text, is_cut)
    is_wide = any(len(row) > COLUMNS for row in rows[:ROWS])
    return Preview("table", [row[:COLUMNS] for row in rows[:ROWS]], is_cut or is_wide or len(rows) > ROWS)


def _whole(repository: Repository, record_id: str, key: str) -> bytes:
    content = repository.beginning(record_id, key, WHOLE + 1)
    if len(content) > WHOLE:
        raise BadInput(f"{key} is larger than {WHOLE // 1024**2} MB, and is not shown here.", "Get it, and open it.")
    return content


def _beginning(repository: Repository, record_id: str, key: str) -> tuple[str, bool]:
    content = repository.beginning(record_id, key, BEGINNING + 1)
    is_cut = len(content) > BEGINNING
    if b"\0" in content:
        raise BadInput(f"{key} is no text, and cannot be shown here.", "Get it, and open it with what made it.")
    # A letter that was cut in the middle is left out.
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    return decoder.decode(content[:BEGINNING], final=not is_cut), is_cut
