"""Records in the embedded repository, made of files that a test writes down, and zips."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import partial

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zenodo_jupyter.packing import COMMENT
from zenodo_jupyter.records import Record
from zenodo_jupyter.repository import Repository
from zenodo_jupyter.transfer import Upload, upload_files

METADATA = {
    "title": "Länge läuft: a <b>test</b>",
    "publication_date": "2026-11-22",
    "publisher": "A test",
    "resource_type": {"id": "software-computationalnotebook"},
    "creators": [{"person_or_org": {"type": "organizational", "name": "The zenodo_jupyter developers"}}],
}


def publish_files(
    repository: Repository,
    files: Mapping[str, str | bytes],
    *,
    version_of: str = "",
    title: str = METADATA["title"],
    access: tuple[str, str] = ("public", "public"),
) -> Record:
    """Publish files, given as name and content; ``access`` is that of the record and that of its files."""
    body = {
        "metadata": METADATA | {"title": title},
        "access": dict(zip(("record", "files"), access, strict=True)),
        "files": {"enabled": bool(files)},
    }
    draft = repository.new_version(version_of) if version_of else repository.create_draft(body)
    if version_of:
        repository.update_draft(draft.id, body)
    contents = {name: data.encode() if isinstance(data, str) else data for name, data in files.items()}
    uploads = [Upload(name, partial(io.BytesIO, data), len(data)) for name, data in contents.items()]
    upload_files(repository, draft.id, uploads)
    return repository.publish(draft.id)


def notebook(*cells: tuple[str, str], **metadata: object) -> str:
    """Return the JSON of a notebook whose cells are (source, what it printed)."""
    nb = new_notebook(cells=[new_markdown_cell("# A")], metadata=metadata)
    for source, printed in cells:
        outputs = [new_output("stream", name="stdout", text=printed)] if printed else []
        nb.cells.append(new_code_cell(source, outputs=outputs))
    return nbformat.writes(nb)


def zipped(files: Mapping[str, str | bytes], comment: bytes = COMMENT) -> bytes:
    """Return a zip, by default one that says it is ours."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


SUMS = "print(sum(map(int, open('data/a.txt'))))"
#: A record: a notebook, and the file that it reads.
FILES = {"n.ipynb": notebook((SUMS, "6\n"), ("print('done')", "done\n")), "data/a.txt": "1\n2\n3\n"}
