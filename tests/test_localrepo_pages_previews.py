"""What one sees of a file before it is downloaded: every kind of it, nothing that runs, and never too much."""

from __future__ import annotations

import io
import re

import pytest
from shelf import FILES

from zenodo_jupyter.localrepo import preview
from zenodo_jupyter.localrepo.api.here import SAME_PERSON


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
        ("page.pdf", ["cannot be shown"], ["<script"]),
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


def test_a_pdf_is_left_to_the_browser(visitor):
    """What is a PDF goes to the browser's viewer as one and as nothing else, and within Jupyter, where that fails, says so."""
    answer = visitor.get("/records/8/preview/paper.pdf")
    assert answer.mimetype == "application/pdf" and answer.data == FILES["paper.pdf"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Content-Disposition"] == "inline"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy and "sandbox" not in policy
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert visitor.get("/records/8/preview/paper.pdf", headers=tag).status_code == 304
    page = "/records/8?preview_file=paper.pdf"
    assert re.search(r'<iframe src="/records/8/preview/paper.pdf"(?![^>]*sandbox)', visitor.get(page).text)
    within = visitor.get(page, environ_overrides={SAME_PERSON: True}).text
    assert "<iframe" not in within and "does not do inside of Jupyter" in within
