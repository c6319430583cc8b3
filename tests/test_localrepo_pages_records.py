"""Home, search and landing pages, asked for as a browser asks, over a shelf of one record in three shapes."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from shelf import FILES, native


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
    assert headers["Referrer-Policy"] == "same-origin"


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
    nowhere = visitor.get("/recrods")
    assert nowhere.status_code == 404 and "no page at this address" in nowhere.text and "pages.css" in nowhere.text
    assert "default-src 'none'" in nowhere.headers["Content-Security-Policy"]
    assert visitor.get("/api/recrods").json["status"] == 404
    assert visitor.get("/records/8/preview/nope.txt").status_code == 404
    assert visitor.get("/records/8/export/nope").status_code == 404
    assert "No record here has the DOI" in visitor.get("/doi/10.1/x").text
    gone = visitor.get("/records/9")
    assert gone.status_code == 410
    assert "Doe (2024). &lt;Gone&gt;." in gone.text


def test_restricted_records_and_files_stay_closed(visitor, shelf):
    """What the catalogue refuses is refused as a page, and files that one may not have are not even named."""
    shelf.records["8"]["access"] = {"record": "public", "files": "restricted", "embargo": {"until": "2030-01-02"}}

    def refused(path):
        """Whoever is not signed in is asked to be, as on InvenioRDM."""
        answer = visitor.get(path)
        return answer.status_code == 302 and answer.headers["Location"].startswith("/login/?next=")

    page = visitor.get("/records/8").text
    assert "not open to everyone" in page and "2 January 2030" in page
    assert "decay.ipynb" not in page
    assert refused("/records/8/preview/decay.ipynb")
    shelf.records["8"]["access"]["record"] = "restricted"
    assert refused("/records/8") and refused("/records/8/export/json")


def test_search_and_home_list_records(visitor):
    """Home shows the newest, search what it finds or that it found nothing; what was typed comes back escaped."""
    assert "Fitting &lt;decay&gt; curves" in visitor.get("/").text
    assert "2 records" in visitor.get("/search?q=decay").text
    nothing = visitor.get('/search?q="><script>alert(1)</script>').text
    assert "Nothing found" in nothing and "<script>" not in nothing
    assert visitor.get("/search?page=x&sort=bogus").status_code == 200


def test_everything_works_below_a_path(visitor):
    """Mounted under a prefix, pages link to themselves there and not at the server's root."""
    page = visitor.get("/records/8", base_url="http://host/user/ada/zenodo").text
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
