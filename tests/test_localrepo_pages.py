"""The pages of the embedded repository, asked for as a browser asks, over a catalogue of one record in three shapes."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import re
import zipfile

import flask
import nbformat
import pytest

from zenodo_jupyter.errors import AccessDenied, RecordDeleted, RecordNotFound
from zenodo_jupyter.localrepo import citation, preview
from zenodo_jupyter.localrepo.pages import blueprint

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

    def search(self, q, page, size, sort, *, chosen=None):
        found = [r for r in self.records.values() if q.lower() in r["metadata"]["title"].lower()]
        return len(found), found[(page - 1) * size : page * size], {}

    def open_file(self, id, key):
        if self.record(id)["access"]["files"] == "restricted":
            raise AccessDenied("Permission denied.")
        if key not in self.files:
            raise RecordNotFound(f"Record '{id}' has no file '{key}'.")
        data = self.files[key]
        return io.BytesIO(data), len(data), hashlib.md5(data).hexdigest(), 0.0

    def doi(self, text):
        return next((i for i, r in self.records.items() if r["pids"]["doi"]["identifier"] == text.lower()), None)

    def communities(self):
        return []


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


@pytest.fixture
def shelf():
    """Return the catalogue behind `visitor`."""
    return Shelf()


@pytest.fixture
def visitor(shelf):
    """Return a client of an application that has the pages and nothing else."""
    app = flask.Flask("repo", static_folder=None)
    app.extensions["zenodo_jupyter"] = shelf
    app.register_blueprint(blueprint)
    return app.test_client()


def test_a_landing_page_says_what_the_record_is(visitor):
    """Title, people, dates, licence, files with md5, versions and citation stand on the page, escaped."""
    page = visitor.get("/records/8").text
    assert "<h1>Fitting &lt;decay&gt; curves &amp; more</h1>" in page
    assert 'href="https://orcid.org/0000-0002-1825-0097"' in page
    assert "Example University" in page and "17 May 2024" in page
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in page
    assert hashlib.md5(FILES["decay.ipynb"]).hexdigest() in page
    assert 'href="/records/8/files/Mein%20Bericht%20%C3%A9%201.txt?download=1"' in page
    assert 'href="/records/8/files/data/a.csv?download=1"' in page
    assert "10.5072/zenodo.6" in page and 'href="/records/7"' in page
    assert "Lovelace, A., &amp; Analytical Engines Ltd. (2024)." in page
    assert "https://github.com/example/decay" in page


def test_a_local_doi_is_marked_and_never_leads_to_doi_org(visitor):
    """Whatever the page links, exports or tells machines, it never claims that a local DOI resolves."""
    page = visitor.get("/records/8").text
    assert "DOI: local, not registered" in page
    assert 'src="/badge/DOI/10.5072/zenodo.8.svg"' in page
    for path in ("/records/8", "/records/8/export/bibtex", "/records/8/export/csl"):
        assert "doi.org/10.5072" not in visitor.get(path).text
    assert "citation_doi" not in page


def test_a_doi_registered_elsewhere_is_linked(visitor, shelf):
    """A record that brought its own DOI shows it as registered, and links it."""
    shelf.records["8"]["pids"]["doi"] = {"identifier": "10.1234/abc", "provider": "external"}
    page = visitor.get("/records/8").text
    assert "not registered</h2>" not in page
    assert 'href="https://doi.org/10.1234/abc"' in page
    assert '<meta name="citation_doi" content="10.1234/abc">' in page


def test_descriptions_and_links_from_strangers_are_harmless(visitor):
    """Scripts, handlers, pictures and javascript: links of a description or a relation do not reach the page."""
    page = visitor.get("/records/8").text
    assert "<b>notebook</b>" in page
    assert "steal()" not in page.split("</head>")[1] and "onclick" not in page
    assert 'href="javascript' not in page
    assert not re.search(r"<script(?! type=\"application/ld\+json\")", page)


@pytest.mark.parametrize(
    "path", ["/", "/search?q=x", "/records/8", "/records/9", "/records/nope", "/records/8/export/csl"]
)
def test_every_answer_forbids_scripts(visitor, path):
    """The policy lets no script run and nothing load from elsewhere, on errors too."""
    headers = visitor.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy and "unsafe-inline" not in policy and "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_pages_load_nothing_from_elsewhere(visitor):
    """Every address that a browser would fetch by itself is on this server."""
    for path in ("/", "/search", "/records/8", "/records/8/preview/decay.ipynb"):
        page = visitor.get(path).text
        fetched = re.findall(r'<(?:img|iframe|script|source|video|audio)[^>]*\bsrc="([^"]+)"', page)
        fetched += re.findall(r'<link rel="(?:stylesheet|icon)"[^>]*href="([^"]+)"', page)
        fetched += re.findall(r'<link rel="icon"[^>]*href="([^"]+)"', page)
        assert fetched or path == "/search"
        assert [u for u in fetched if not u.startswith(("/", "data:image/"))] == []
        for url in fetched:
            if url.startswith("/"):
                assert visitor.get(url).status_code == 200, url


def test_machines_find_citation_tags_and_json_ld(visitor):
    """Reference managers and search engines get the same facts as people."""
    page = visitor.get("/records/8").text
    assert '<meta name="citation_title" content="Fitting &lt;decay&gt; curves &amp; more">' in page
    assert '<meta name="citation_author" content="Lovelace, Ada">' in page
    assert '<meta name="citation_publication_date" content="2024/05/17">' in page
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S).group(1))
    assert data["@context"] == "https://schema.org"
    assert data["name"] == "Fitting <decay> curves & more"
    assert data["@id"] == "http://repo.test/records/8"
    assert data["creator"][0]["@id"] == "https://orcid.org/0000-0002-1825-0097"
    assert '<link rel="canonical" href="http://repo.test/records/8">' in page
    assert '<link rel="alternate" type="application/x-bibtex" href="/records/8/export/bibtex">' in page


def test_all_ways_lead_to_the_record(visitor):
    """The id of all versions, /latest, the old singular and the DOI lead to the landing page."""
    for path, target in {
        "/records/6": "/records/8",
        "/records/7/latest": "/records/8",
        "/record/7": "/records/7",
        "/doi/10.5072/zenodo.7": "/records/7",
        "/doi/10.5072/ZENODO.7": "/records/7",
    }.items():
        response = visitor.get(path)
        assert response.status_code in (301, 302), path
        assert response.headers["Location"].endswith(target)


def test_an_old_version_says_that_there_is_a_newer_one(visitor):
    """A reader of version 1 learns of version 2, and a reader of version 2 is left in peace."""
    assert "There is a newer version" in visitor.get("/records/7").text
    assert "There is a newer version" not in visitor.get("/records/8").text


def test_what_is_not_there_is_a_page(visitor):
    """Unknown records and DOIs answer 404, deleted ones 410 with their tombstone, each as a readable page."""
    assert visitor.get("/records/nope").status_code == 404
    assert visitor.get("/records/8/preview/nope.txt").status_code == 404
    assert visitor.get("/records/8/export/nope").status_code == 404
    assert "No record here has the DOI" in visitor.get("/doi/10.1/x").text
    gone = visitor.get("/records/9")
    assert gone.status_code == 410
    assert "Doe (2024). &lt;Gone&gt;." in gone.text


def test_restricted_records_and_files_stay_closed(visitor, shelf):
    """What the catalogue refuses is refused as a page, and files that one may not have are not even named."""
    shelf.records["8"]["access"] = {"record": "public", "files": "restricted", "embargo": {"until": "2030-01-02"}}
    page = visitor.get("/records/8").text
    assert "not open to everyone" in page and "2 January 2030" in page
    assert "decay.ipynb" not in page
    assert visitor.get("/records/8/preview/decay.ipynb").status_code == 403
    shelf.records["8"]["access"]["record"] = "restricted"
    assert visitor.get("/records/8").status_code == 403
    assert visitor.get("/records/8/export/json").status_code == 403


def test_a_notebook_is_shown_with_its_outputs_and_without_its_scripts(visitor):
    """Text, code, figures and errors are there; scripts, handlers and pictures from elsewhere are not."""
    response = visitor.get("/records/8/preview/decay.ipynb")
    page = response.text
    assert "Decay</h1>" not in page.split("<main>")[0]
    assert "fit" in page and "data:image/png;base64,iVBORw0KGgo=" in page and "data:image/svg+xml;base64," in page
    assert 'alt="Output of cell 3"' in page
    assert "<b>bold</b>" in page
    assert "An interactive output" in page and "a picture from elsewhere, not loaded" in page
    for bad in ("steal()", "plot()", "onclick", "evil.example", "javascript:", "<script"):
        assert bad not in page
    assert '<a target="_blank" href="https://example.org/"' in page
    assert re.search(r'<a href="#Decay"', page)
    assert response.headers["Content-Security-Policy"].startswith("sandbox ")
    assert "allow-scripts" not in response.headers["Content-Security-Policy"]
    assert "allow-same-origin" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("key", "seen", "unseen"),
    [
        (
            "data/a.csv",
            ["The first 1000 rows.", '<th scope="row">1000</th><td>999</td>', "&lt;b&gt;0"],
            ["<td>1000</td>"],
        ),
        ("README.md", ["<h1>How</h1>", "<td>1</td>"], ["<script"]),
        ("Mein Bericht \xe9 1.txt", ["Grüße &lt;b&gt;"], []),
        ("plot.svg", ['src="data:image/svg+xml;base64,'], ["<svg", "<script"]),
        ("page.html", ["<h1>Page</h1>"], ["<script", "<iframe"]),
        ("raw.zip", ["a/b.txt", "../&lt;b&gt;.txt", "2 files, 5 bytes"], []),
        ("facts.json", ['<span class="mi">2</span>'], []),
        ("not.zip", ["cannot be shown"], []),
        ("z-broken.ipynb", ["cannot be shown"], []),
        ("model.bin", ["no preview of this kind"], []),
    ],
)
def test_each_kind_of_file_is_shown(visitor, key, seen, unseen):
    """Tables, text, pictures, pages and archives can be looked at, and what is broken says so."""
    response = visitor.get(f"/records/8/preview/{key}")
    assert response.status_code == 200
    body = response.text.split("<main>")[1]
    assert [s for s in seen if s not in body] == []
    assert [u for u in unseen if u in body] == []


def test_a_preview_is_not_rendered_twice_for_one_browser(visitor):
    """The same bytes are answered with 304 to a browser that has them."""
    tag = visitor.get("/records/8/preview/raw.zip").headers["ETag"]
    again = visitor.get("/records/8/preview/raw.zip", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert "sandbox" in again.headers["Content-Security-Policy"]
    assert visitor.get("/records/8/preview/raw.zip", headers={"If-None-Match": '"other"'}).status_code == 200


def test_previews_have_limits():
    """Neither a huge file nor a huge table of contents is read into a page."""
    endless = io.BytesIO(b"")
    assert "too many to show" in preview.render("a.ipynb", endless, 10**9)
    assert "too many to show" in preview.render("a.png", endless, 10**9)
    bomb = b"PK\x05\x06" + b"\x00" * 8 + b"\xff\xff\xff\xff" + b"\x00" * 6
    assert "too many files" in preview.render("a.zip", io.BytesIO(bomb), len(bomb))
    text = b"x" * 700_000
    assert "The first 512 KiB" in preview.render("a.txt", io.BytesIO(text), len(text))


def test_the_landing_page_frames_the_preview_in_a_sandbox(visitor):
    """The notebook is what one sees first, in a frame that can run nothing; another file can be chosen by a link."""
    page = visitor.get("/records/8").text
    assert re.search(r'<iframe src="/records/8/preview/decay.ipynb"[^>]*sandbox="allow-popups', page, re.S)
    assert 'href="/records/8?preview_file=data/a.csv#preview"' in page
    assert 'src="/records/8/preview/data/a.csv"' in visitor.get("/records/8?preview_file=data/a.csv").text


def test_search_and_home_list_records(visitor):
    """Home shows the newest, search what it finds or that it found nothing; what was typed comes back escaped."""
    assert "Fitting &lt;decay&gt; curves" in visitor.get("/").text
    assert "2 records" in visitor.get("/search?q=decay").text
    nothing = visitor.get('/search?q="><script>alert(1)</script>').text
    assert "Nothing found" in nothing and "<script>" not in nothing
    assert visitor.get("/search?page=x&sort=bogus").status_code == 200


def test_badges(visitor):
    """A badge says what is known of the DOI; both spellings of its address work, escaped slash or not."""
    for path in ("/badge/DOI/10.5072/zenodo.8.svg", "/badge/doi/10.5072%2Fzenodo.8.svg"):
        response = visitor.get(path)
        assert response.mimetype == "image/svg+xml"
        assert "local, not registered" in response.text
    assert "not registered" not in visitor.get("/badge/DOI/10.5281/zenodo.1.svg").text
    tag = response.headers["ETag"]
    assert visitor.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_exports_hand_the_record_on(visitor):
    """Native JSON, BibTeX and CSL-JSON are files with the right media type."""
    assert visitor.get("/records/8/export/json").json["id"] == "8"
    bibtex = visitor.get("/records/8/export/bibtex")
    assert bibtex.mimetype == "application/x-bibtex"
    assert bibtex.text.startswith("@misc{lovelace_2024_8,\n")
    assert "Fitting <decay> curves \\& more" in bibtex.text
    assert "{Analytical Engines Ltd}" in bibtex.text
    item = json.loads(visitor.get("/records/8/export/csl").data)
    assert item["type"] == "software"
    assert item["issued"] == {"date-parts": [[2024, 5, 17]]}
    assert item["author"][0] == {"family": "Lovelace", "given": "Ada"}


def test_everything_works_below_a_path(shelf):
    """Mounted under a prefix, pages link to themselves there and not at the server's root."""
    app = flask.Flask("repo", static_folder=None)
    app.extensions["zenodo_jupyter"] = shelf
    app.register_blueprint(blueprint)
    page = app.test_client().get("/records/8", base_url="http://host/user/ada/zenodo").text
    paths = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
    assert paths
    assert [p for p in paths if not p.startswith("/user/ada/zenodo/")] == []


def test_pages_show_what_was_published_through_the_api(tmp_path):
    """A notebook published over the real store is found, shown, previewed and led to by its DOIs."""
    import requests

    from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
    from zenodo_jupyter.localrepo.app import create_app

    app = create_app(tmp_path / "store")
    session = requests.Session()
    session.headers["Accept"] = "application/vnd.inveniordm.v1+json"
    session.mount(PREFIX, LocalAdapter(app))
    records = f"{BASE_URL}/api/records"
    metadata = native("1", 1, "1.0.0", latest=True)["metadata"]
    metadata |= {"rights": [{"id": "cc-by-4.0"}], "related_identifiers": [], "title": "Tides at Brest"}
    draft = session.post(records, json={"metadata": metadata, "files": {"enabled": True}}).json()
    files = f"{records}/{draft['id']}/draft/files"
    session.post(files, json=[{"key": "decay.ipynb"}]).raise_for_status()
    octets = {"Content-Type": "application/octet-stream"}
    session.put(f"{files}/decay.ipynb/content", data=FILES["decay.ipynb"], headers=octets).raise_for_status()
    session.post(f"{files}/decay.ipynb/commit").raise_for_status()
    published = session.post(f"{records}/{draft['id']}/draft/actions/publish")
    published.raise_for_status()
    record = published.json()

    visitor = app.test_client()
    landing = f"/records/{record['id']}"
    assert "Tides at Brest" in visitor.get("/").text
    assert landing in visitor.get("/search?q=brest").text
    page = visitor.get(landing).text
    assert hashlib.md5(FILES["decay.ipynb"]).hexdigest() in page and "DOI: local, not registered" in page
    assert "data:image/png" in visitor.get(f"{landing}/preview/decay.ipynb").text
    for doi in (record["pids"]["doi"]["identifier"], record["parent"]["pids"]["doi"]["identifier"]):
        assert visitor.get(f"/doi/{doi}").headers["Location"].endswith(landing)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Doe"], "Doe, A. B. (2026). T."),
        (["Doe", "Roe"], "Doe, A. B., & Roe, A. B. (2026). T."),
        ([f"N{i}" for i in range(21)], "N18, A. B., … N20, A. B. (2026). T."),
        ([], "T. (2026)."),
    ],
)
def test_citation_text_names_people_as_apa_does(names, expected):
    """One name, two, more than twenty, or none: each as APA 7 has it."""
    creators = [{"person_or_org": {"family_name": n, "given_name": "Ada B."}} for n in names]
    record = {"id": "1", "metadata": {"title": "T", "publication_date": "2026", "creators": creators}}
    assert citation.apa(record).endswith(expected)


def test_titles_cannot_break_out_of_bibtex():
    """Braces and commands in a title are letters."""
    record = {"id": "1", "metadata": {"title": "a} \\input{x} 5% $m$ # _ ~ ^", "publication_date": "2026"}}
    text = citation.bibtex(record)
    assert r"a\} \textbackslash{}input\{x\} 5\% \$m\$ \# \_ \textasciitilde{} \textasciicircum{}" in text
