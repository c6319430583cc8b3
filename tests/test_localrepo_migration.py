"""Data folders of earlier versions go on working.

``data/store-schema-1.zip`` was made by the version before the search index had fields of its own: a record in two versions and
a draft.
"""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from crashing import wrong_with

from zenodo_jupyter.localrepo import tables
from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app

API = f"{BASE_URL}/api"
NATIVE = {"Accept": "application/vnd.inveniordm.v1+json"}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A data folder of schema 1."""
    with zipfile.ZipFile(Path(__file__).parent / "data" / "store-schema-1.zip") as archive:
        archive.extractall(tmp_path)
    with sqlite3.connect(tmp_path / "repository.sqlite") as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.close()
    return tmp_path


@pytest.mark.parametrize("version", range(1, len(tables.SCRIPTS)))
def test_folders_of_each_earlier_version_are_brought_up_to_date(old: Path, version: int) -> None:
    """Should find and change what was published, and know that its DOI is local, whichever version the folder had."""
    with sqlite3.connect(old / "repository.sqlite") as connection:
        for script in tables.SCRIPTS[1:version]:
            connection.executescript(script)
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(create_app(old)))
        session.headers.update(NATIVE)
        (record,) = session.get(f"{API}/records", params={"q": "decay"}).json()["hits"]["hits"]
        assert record["metadata"]["title"] == "Newer decay curves"
        assert record["links"]["doi"] == record["links"]["self_html"]
        assert session.post(f"{API}/records/{record['id']}/draft").status_code == 201
        assert session.post(f"{API}/records/{record['id']}/draft/actions/publish").status_code == 202


@pytest.fixture
def session(old: Path) -> Iterator[requests.Session]:
    """The door to it, opened by this version."""
    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(create_app(old)))
        session.headers.update(NATIVE)
        yield session


def titles(session: requests.Session, path: str, **params: str) -> list[str]:
    """Return the titles of what a search finds, newest first."""
    hits = session.get(f"{API}{path}", params={"sort": "newest", **params}).json()["hits"]["hits"]
    return [hit["metadata"]["title"] for hit in hits]


def test_what_was_published_is_found_as_before(session: requests.Session) -> None:
    """Should find the newest version by words and fields, older ones and drafts where they are asked for."""
    assert titles(session, "/records", q="decay") == ["Newer decay curves"]
    assert titles(session, "/records", q="keywords:tides AND publication_date:2020-06", allversions="true") == [
        "Newer decay curves",
        "Old decay curves",
    ]
    assert titles(session, "/user/records") == ["A draft of old", "Newer decay curves"]
    facets = session.get(f"{API}/records").json()["aggregations"]
    assert [b["key"] for b in facets["resource_type"]["buckets"]] == ["dataset"]


def test_what_was_begun_can_be_ended(session: requests.Session, old: Path) -> None:
    """Should publish the draft of the earlier version, and have the bytes of all files."""
    draft = session.get(f"{API}/user/records", params={"q": "is_published:false"}).json()["hits"]["hits"][0]["id"]
    assert session.post(f"{API}/records/{draft}/draft/actions/publish").status_code == 202
    assert titles(session, "/records") == ["A draft of old", "Newer decay curves"]
    assert session.get(f"{API}/records/{draft}/files/a.csv/content").content == b"t,y\n"
    assert wrong_with(old) == []


def test_it_is_brought_up_to_date_once(session: requests.Session, old: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Should make the index anew when the folder is first opened, and not again."""
    caplog.clear()
    create_app(old)
    assert "made anew" not in caplog.text
    with sqlite3.connect(old / "repository.sqlite") as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(tables.SCRIPTS),)
    connection.close()
