"""The embedded repository's pages and files behind Jupyter's login."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Awaitable, Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from zenodo_jupyter import embedded, repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.records import Record

DATA = bytes(range(256)) * 20_000  # 5 MB, several blocks
ABOUT = {
    "metadata": {
        "title": "Rain <b>in</b> Seattle",
        "resource_type": {"id": "dataset"},
        "publication_date": "2026-03-01",
        "creators": [{"person_or_org": {"type": "personal", "given_name": "Ada", "family_name": "Doe"}}],
        "publisher": "Local",
    },
    "access": {"record": "public", "files": "public"},
    "files": {"enabled": True},
}
FILES = {"data.bin": DATA, "page.html": b"<script>alert(1)</script>", "data/stations.csv": b"id\n1\n"}


def publish(**changes: Any) -> Record:
    """Put a record into the embedded repository."""
    local = repositories.repository("local", config=Config.load())
    draft = local.create_draft({**ABOUT, **changes})
    local.init_files(draft.id, list(FILES))
    for key, content in FILES.items():
        local.upload(draft.id, key, lambda content=content: io.BytesIO(content), size=len(content))
    return local.publish(draft.id)


@pytest.fixture
def record(jp_environ: Any, own_home: Any) -> Record:
    """A published record."""
    return publish()


@pytest.fixture
def visit(jp_fetch: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Open a page of the repository as the panel links it."""

    def go(path: str, **kwargs: Any) -> Awaitable[Any]:
        kwargs = {"raise_error": False, "follow_redirects": False, **kwargs}
        return jp_fetch("zenodo-jupyter", "repository", *path.split("/"), **kwargs)

    return go


def policies(response: Any) -> list[dict[str, str]]:
    """Return the policies of an answer, each as directive to value."""
    found = []
    for policy in response.headers["Content-Security-Policy"].split(","):
        parts = [p.strip().partition(" ") for p in policy.split(";") if p.strip()]
        found.append({name: value for name, _, value in parts})
    return found


async def test_a_landing_page_is_shown_and_its_links_stay_behind_the_login(
    visit: Callable[..., Awaitable[Any]], jp_fetch: Callable[..., Awaitable[Any]], jp_base_url: str, record: Record
) -> None:
    """The page names the record, and each of its own links, pictures and styles is one that this server answers."""
    page = await visit(f"records/{record.id}")
    assert page.code == 200
    text = page.body.decode()
    assert "Rain &lt;b&gt;in&lt;/b&gt; Seattle" in text
    body = text.split("<body", 1)[1]
    links = set(re.findall(r'(?:href|src)="([^"]+)"', body)) | set(
        re.findall(r'rel="(?:stylesheet|icon)"[^>]*href="([^"]+)"', text)
    )
    inside = {urlsplit(unescape(link)) for link in links if not re.match(r"[a-z+]+:|#", link)}
    assert inside
    for link in inside:
        assert link.path.startswith(jp_base_url + "zenodo-jupyter/repository/"), link
        options = {"params": dict(parse_qsl(link.query)), "raise_error": False, "follow_redirects": False}
        answer = await jp_fetch(link.path.removeprefix(jp_base_url), **options)
        assert answer.code == 200 or answer.headers["Location"].startswith(jp_base_url), (link, answer.code)


async def test_pages_run_no_script_and_files_have_no_origin(
    visit: Callable[..., Awaitable[Any]], record: Record
) -> None:
    """Every answer is in a sandbox without scripts; a stranger's file is besides in no origin at all."""
    for path in (f"records/{record.id}", "search", f"records/{record.id}/files/page.html", "records/7", "badge/DOI/x.svg",
                 f"api/records/{record.id}/files/page.html/content", f"api/records/{record.id}"):  # fmt: skip
        response = await visit(path)
        boxes = [p["sandbox"] for p in policies(response) if "sandbox" in p]
        assert boxes and not any("allow-scripts" in box for box in boxes), (path, response.headers)
        if "files" in path:
            assert "" in boxes, (path, boxes)
        assert any(p.get("default-src") == "'none'" for p in policies(response)), path
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_file_comes_whole(visit: Callable[..., Awaitable[Any]], record: Record) -> None:
    """A file of several blocks arrives as it was sent, with its length told beforehand."""
    response = await visit(f"api/records/{record.id}/files/data.bin/content")
    assert response.code == 200
    assert hashlib.md5(response.body).hexdigest() == hashlib.md5(DATA).hexdigest()
    assert int(response.headers["Content-Length"]) == len(DATA)


async def test_a_file_in_a_folder_is_found(jp_fetch: Callable[..., Awaitable[Any]], record: Record) -> None:
    """A key with a slash, escaped in the address as the repository's own links have it, names one file."""
    path = f"zenodo-jupyter/repository/api/records/{record.id}/files/data/stations.csv/content"
    assert (await jp_fetch(path)).body == b"id\n1\n"


async def test_part_of_a_file_can_be_asked_for(visit: Callable[..., Awaitable[Any]], record: Record) -> None:
    """A range, as a browser asks that resumes a download, is answered with that part."""
    path = f"records/{record.id}/files/data.bin"
    response = await visit(path, headers={"Range": "bytes=1000000-1000009"})
    assert response.code == 206
    assert response.body == DATA[1_000_000:1_000_010]
    assert response.headers["Content-Range"] == f"bytes 1000000-1000009/{len(DATA)}"


async def test_head_tells_the_length_without_the_file(visit: Callable[..., Awaitable[Any]], record: Record) -> None:
    """HEAD has the headers of GET and no body."""
    response = await visit(f"api/records/{record.id}/files/data.bin/content", method="HEAD")
    assert (response.code, response.body) == (200, b"")
    assert int(response.headers["Content-Length"]) == len(DATA)


async def test_what_is_known_is_not_sent_again(visit: Callable[..., Awaitable[Any]], record: Record) -> None:
    """The repository's ETag is passed on and honoured."""
    path = f"api/records/{record.id}/files/data.bin/content"
    etag = (await visit(path, method="HEAD")).headers["ETag"]
    assert (await visit(path, headers={"If-None-Match": etag})).code == 304


async def test_nothing_can_be_changed_from_here(visit: Callable[..., Awaitable[Any]], record: Record) -> None:
    """The repository's writing API is not behind this address."""
    for method in ("POST", "PUT", "DELETE"):
        body = None if method == "DELETE" else "{}"
        assert (await visit(f"api/records/{record.id}/draft", method=method, body=body)).code == 405


async def test_a_request_is_answered_on_its_page(
    visit: Callable[..., Awaitable[Any]], jp_base_url: str, record: Record
) -> None:
    """What a form of a page says is done as the person who is logged in, once Jupyter's own field has come with it."""
    app = embedded.app(Config.load())
    api = f"{BASE_URL}/api"
    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(app))
        about = {"slug": "rain", "metadata": {"title": "Rain"}, "access": {"visibility": "public"}}
        community = session.post(f"{api}/communities", json=about).json()["id"]
        offer = {"communities": [{"id": community, "require_review": True}]}
        made = session.post(f"{api}/records/{record.id}/communities", json=offer).json()["processed"][0]["request_id"]
        page = await visit(f"me/requests/{made}")
        assert b'name="_xsrf"' in page.body and b"Sign out" not in page.body
        body = urlencode({"action": "accept", "comment": "Wet <b>enough</b>."})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await visit(f"me/requests/{made}", method="POST", body=body, headers=headers)
        assert answer.code == 303 and answer.headers["Location"].startswith(jp_base_url)
        assert session.get(f"{api}/requests/{made}").json()["status"] == "accepted"
    page = await visit("communities/rain/records")
    assert b"Rain &lt;b&gt;in&lt;/b&gt; Seattle" in page.body
    assert b"Wet &lt;b&gt;enough&lt;/b&gt;." in (await visit(f"me/requests/{made}")).body


async def test_jupyters_token_goes_no_further(
    http_server_client: Any, jp_base_url: str, jp_serverapp: Any, record: Record
) -> None:
    """A login by an address with a token in it leaves no trace of the token in the page."""
    token = jp_serverapp.identity_provider.token
    url = f"{jp_base_url}zenodo-jupyter/repository/search?q=rain&token={token}"
    page = await http_server_client.fetch(url)
    assert b"Rain" in page.body
    assert token.encode() not in page.body


async def test_the_owner_sees_restricted_files(visit: Callable[..., Awaitable[Any]], jp_environ: Any) -> None:
    """What the person keeps restricted is shown to that person, who is the one that is logged in."""
    kept = publish(access={"record": "public", "files": "restricted"})
    assert (await visit(f"api/records/{kept.id}/files/data.bin/content")).body == DATA


class TestWithoutLocal:
    """On a server that allows no embedded repository."""

    @pytest.fixture
    def jp_server_config(self) -> dict[str, Any]:
        """Allow Zenodo only."""
        return {
            "ServerApp": {"jpserver_extensions": {"zenodo_jupyter": True}},
            "ZenodoJupyter": {"allowed_repositories": ["zenodo"], "default_repository": "zenodo"},
        }

    async def test_its_pages_are_refused(self, visit: Callable[..., Awaitable[Any]]) -> None:
        """The pages say that this repository may not be used here."""
        response = await visit("search")
        assert response.code == 400
        assert b"may not be used here" in response.body
