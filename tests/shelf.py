"""A shelf for tests of pages: a catalogue of one record in three shapes, with files of all kinds, hostile ones too."""

from __future__ import annotations

import copy
import hashlib
import io
import zipfile

import nbformat

from zenodo_jupyter.errors import AccessDenied, RecordDeleted, RecordNotFound
from zenodo_jupyter.localrepo.app import create_app

NOTEBOOK = nbformat.v4.new_notebook(
    cells=[
        nbformat.v4.new_markdown_cell(
            "# Decay\n\n[out](https://example.org/) [in](#Decay) [bad](javascript:alert(1))\n\n"
            "Half-life $t_{1/2} = \\ln 2 / \\lambda$, and $\\text{<script>steal()</script>}$, and $\\frac{$.\n\n"
            "\\begin{align} a &= b \\end{align}"
        ),
        nbformat.v4.new_code_cell(
            "fit()",
            execution_count=3,
            outputs=[
                nbformat.v4.new_output("display_data", {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"}),
                nbformat.v4.new_output("display_data", {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'/>"}),
                nbformat.v4.new_output(
                    "display_data",
                    {
                        "text/html": "<b onclick='x()'>bold</b><script>steal()</script><img src='https://evil.example/i'>"
                    },
                ),
                nbformat.v4.new_output(
                    "display_data", {"text/html": "<script>plot()</script>", "text/plain": "Plot()"}
                ),
                nbformat.v4.new_output(
                    "execute_result", {"text/latex": "$\\displaystyle x^{2}$", "text/plain": "x**2"}
                ),
                nbformat.v4.new_output("error", ename="E", evalue="<i>", traceback=["\x1b[31mE\x1b[0m <i>"]),
            ],
        ),
    ]
)
HOSTILE_NOTEBOOK = '<script>alert("x")</script>'


def zipped() -> bytes:
    """Return an archive, one of whose names tries to leave its folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/b.txt", "hello")
        archive.writestr("../<b>.txt", "")
    return buffer.getvalue()


FILES = {
    "decay.ipynb": nbformat.writes(NOTEBOOK).encode(),
    "data/a.csv": ("t;n\n" + "".join(f"{i};<b>{i}</b>\n" for i in range(1200))).encode(),
    "z-broken.ipynb": b"{not json",
    "README.md": b"# How\n\n<script>alert(1)</script>\n\n|a|b|\n|-|-|\n|1|2|\n",
    "Mein Bericht \xe9 1.txt": "Grüße <b>".encode("latin-1"),
    "plot.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "page.html": b"<h1>Page</h1><script>alert(1)</script><iframe src='https://evil.example'></iframe>",
    "raw.zip": zipped(),
    "not.zip": b"PK nothing",
    "model.bin": b"\x00\x01",
    "paper.pdf": b"%PDF-1.7\n%%EOF",
    "page.pdf": b"<script>alert(1)</script>",
    "facts.json": b'{"a":[1,2]}',
}


class Shelf:
    """A catalogue in memory, with what `pages.Catalogue` asks for."""

    site_url = "http://repo.test"

    def __init__(self) -> None:
        first, second = native("7", 1, "1.0.0", latest=False), native("8", 2, "2.0.0", latest=True)
        self.records = {"7": first, "8": second}
        self.files = dict(FILES)

    def record(self, id):
        if id == "9":
            error = RecordDeleted("The record was deleted.")
            error.tombstone = {"citation_text": "Doe (2024). <Gone>.", "removal_reason": {"id": "test-record"}}
            raise error
        if id not in self.records:
            raise RecordNotFound("The persistent identifier does not exist.")
        found = copy.deepcopy(self.records[id])
        if found["access"]["record"] == "restricted":
            raise AccessDenied("Permission denied.")
        if found["access"]["files"] == "restricted":
            found["files"] = {"enabled": True}
        return found

    def latest_id(self, id):
        if id in ("6", "7", "8"):
            return "8"
        raise RecordNotFound("The persistent identifier does not exist.")

    def versions(self, id):
        return [self.record("8"), self.record("7")]

    def search(self, q, page, size, sort, *, mine=False, community="", chosen=None):
        found = [r for r in self.records.values() if q.lower() in r["metadata"]["title"].lower()]
        return len(found), found[(page - 1) * size : page * size], {}

    def open_file(self, id, key, *, preview=False):
        if self.record(id)["access"]["files"] == "restricted":
            raise AccessDenied("Permission denied.")
        if key not in self.files:
            raise RecordNotFound(f"Record '{id}' has no file '{key}'.")
        data = self.files[key]
        return io.BytesIO(data), len(data), hashlib.md5(data).hexdigest(), 0.0

    def doi(self, text):
        return next((i for i, r in self.records.items() if r["pids"]["doi"]["identifier"] == text.lower()), None)


def native(id, index, version, *, latest):
    """Return a published record as InvenioRDM 14 gives it."""
    entries = {
        key: {"key": key, "size": len(data), "checksum": f"md5:{hashlib.md5(data).hexdigest()}"}
        for key, data in FILES.items()
    }
    return {
        "id": id,
        "created": "2026-11-22T06:05:18.842560+00:00",
        "updated": "2026-11-22T06:05:19.055498+00:00",
        "links": {"self_html": f"http://repo.test/records/{id}"},
        "parent": {"id": "6", "pids": {"doi": {"identifier": "10.5072/zenodo.6", "provider": "datacite"}}},
        "versions": {"index": index, "is_latest": latest},
        "pids": {"doi": {"identifier": f"10.5072/zenodo.{id}", "provider": "datacite"}},
        "metadata": {
            "resource_type": {"id": "software-computationalnotebook", "title": {"en": "Computational notebook"}},
            "creators": [
                {
                    "person_or_org": {
                        "type": "personal",
                        "name": "Lovelace, Ada",
                        "given_name": "Ada",
                        "family_name": "Lovelace",
                        "identifiers": [{"identifier": "0000-0002-1825-0097", "scheme": "orcid"}],
                    },
                    "affiliations": [{"name": "Example University"}],
                },
                {"person_or_org": {"type": "organizational", "name": "Analytical Engines Ltd"}},
            ],
            "title": "Fitting <decay> curves & more",
            "publisher": "Zenodo",
            "publication_date": "2024-05-17",
            "subjects": [{"subject": "physics"}],
            "languages": [{"id": "eng", "title": {"en": "English"}}],
            "related_identifiers": [
                {
                    "identifier": "https://github.com/example/decay",
                    "scheme": "url",
                    "relation_type": {"id": "issupplementto", "title": {"en": "Is supplement to"}},
                },
                {
                    "identifier": "javascript:alert(1)",
                    "scheme": "url",
                    "relation_type": {"id": "cites", "title": {"en": "Cites"}},
                },
                {
                    "identifier": "10.5072/zenodo.7",
                    "scheme": "doi",
                    "relation_type": {"id": "isderivedfrom", "title": {"en": "Is derived from"}},
                },
            ],
            "version": version,
            "rights": [
                {
                    "id": "cc-by-4.0",
                    "title": {"en": "Creative Commons Attribution 4.0 International"},
                    "props": {"url": "https://creativecommons.org/licenses/by/4.0/"},
                }
            ],
            "description": "<p onclick='x()'>A <b>notebook</b>.<script>steal()</script><img src=x></p>",
        },
        "custom_fields": {},
        "access": {"record": "public", "files": "public", "embargo": {"active": False}},
        "files": {"enabled": True, "count": len(entries), "total_bytes": 1, "entries": entries},
    }


def visit(shelf, folder):
    """Return a browser without scripts in front of a repository that holds this shelf."""
    app = create_app(folder)
    app.extensions["zenodo_jupyter"] = shelf
    return app.test_client()
