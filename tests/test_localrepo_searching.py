"""Searches find and count the same however many records there are that fit better, or that are not looked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app
from zenodo_jupyter.localrepo.store import Store

RECORDS = f"{BASE_URL}/api/records"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[requests.Session]:
    """The door to an empty repository."""
    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(create_app(tmp_path)))
        session.headers["Accept"] = "application/vnd.inveniordm.v1+json"
        yield session


def publish(session: requests.Session, title: str, subjects: tuple[str, ...] = ()) -> str:
    """Publish a record with one file, and return its id."""
    metadata = {
        "title": title,
        "publication_date": "2024",
        "publisher": "P",
        "resource_type": {"id": "dataset"},
        "creators": [{"person_or_org": {"type": "organizational", "name": "Org"}}],
        "subjects": [{"subject": s} for s in subjects],
    }
    id = session.post(RECORDS, json={"metadata": metadata, "files": {"enabled": True}}).json()["id"]
    draft = f"{RECORDS}/{id}/draft"
    session.post(f"{draft}/files", json=[{"key": "a.csv"}])
    session.put(f"{draft}/files/a.csv/content", data=b"1,2\n", headers={"Content-Type": "application/octet-stream"})
    session.post(f"{draft}/files/a.csv/commit")
    assert session.post(f"{draft}/actions/publish").status_code == 202
    return str(id)


def repeat(folder: Path, title: str, times: int, *, latest: bool) -> None:
    """Put a record into the index so many times more, as newest versions or as older ones."""
    store = Store(folder)
    with store.db.writing() as connection:
        names = [row["name"] for row in connection.execute("PRAGMA table_info(documents)")]
        texts = [row["name"] for row in connection.execute("PRAGMA table_info(texts)")]
        columns, words = ", ".join(names), ", ".join(f'"{t}"' for t in texts)
        one = connection.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (title,)).fetchone()["rowid"]
        for n in range(1, times + 1):
            values = {"doc": f"doc + {10_000_000 * n}", "latest": str(int(latest))}
            copied = ", ".join(values.get(name, name) for name in names)
            connection.execute(
                f"INSERT INTO documents ({columns}) SELECT {copied} FROM documents WHERE doc = ?", (one,)
            )
            connection.execute(
                f"INSERT INTO texts (rowid, {words}) SELECT ?, {words} FROM texts WHERE rowid = ?",
                (one + 10_000_000 * n, one),
            )
    store.db.close()


def test_a_record_is_found_behind_many_better_ones_that_are_not_looked_for(
    session: requests.Session, tmp_path: Path
) -> None:
    """Should show the newest version, though hundreds of older ones are better matches."""
    publish(session, "Tides")
    publish(session, "A long title in which only one of many words is about tides and the others are not")
    repeat(tmp_path, "tides NOT title", 300, latest=False)
    hits = session.get(RECORDS, params={"q": "tides", "size": "2"}).json()["hits"]
    assert hits["total"] == 2
    assert [hit["metadata"]["title"][:6] for hit in hits["hits"]] == ["Tides", "A long"]


def test_of_equally_good_ones_the_newest_comes_first(session: requests.Session, tmp_path: Path) -> None:
    """Should be true however many of them there are."""
    publish(session, "Tides")
    repeat(tmp_path, "tides", 300, latest=True)
    newest = publish(session, "Tides")
    hits = session.get(RECORDS, params={"q": "tides", "size": "1"}).json()["hits"]
    assert hits["total"] == 302 and hits["hits"][0]["id"] == newest


def test_subjects_are_counted_each_once_for_a_record(session: requests.Session) -> None:
    """Should count what stands between the separators of the index as one value, and the most frequent first."""
    publish(session, "Waves", ("sea", "sea", "open water", "wind\x1fand\x1dweather"))
    publish(session, "Tides", ("sea",))
    buckets = session.get(RECORDS, params={"q": "waves OR tides"}).json()["aggregations"]["subject"]["buckets"]
    assert {b["key"]: b["doc_count"] for b in buckets} == {"sea": 2, "open water": 1, "windandweather": 1}
    assert buckets[0]["key"] == "sea"


def test_a_draft_without_a_date_is_in_no_range_of_dates(session: requests.Session) -> None:
    """Should find it neither in a range that is open to both sides, nor as having a date, and where that is not wanted."""
    dated = publish(session, "Tides")
    undated = session.post(RECORDS, json={"metadata": {"title": "Waves"}, "files": {"enabled": True}}).json()["id"]

    def found(q: str) -> list[str]:
        answer = session.get(f"{BASE_URL}/api/user/records", params={"q": q, "sort": "oldest"}).json()
        return [hit["id"] for hit in answer["hits"]["hits"]]

    for q in ("publication_date:[* TO *]", "_exists_:publication_date", "publication_date:[2023 TO 2024]"):
        assert found(q) == [dated], q
        assert found(f"NOT {q}") == [undated], q
    assert found("publication_date:[* TO 2023]") == []


def test_any_number_of_combinations_can_be_counted(session: requests.Session, tmp_path: Path) -> None:
    """Should count right where there are more of them than Unicode has characters in a row."""
    store = Store(tmp_path)
    with store.db.writing() as connection:
        connection.executemany(
            "INSERT INTO combinations VALUES (?, 'open', 'true', ?, 'poster')",
            ((chr(n), f"type{n}") for n in range(1, 0xD800)),
        )
    store.db.close()
    publish(session, "Tides")
    publish(session, "Waves")
    found = session.get(RECORDS, params={"q": "tides OR waves"}).json()["aggregations"]
    for name, key in (("file_type", "csv"), ("resource_type", "dataset")):
        assert [(bucket["key"], bucket["doc_count"]) for bucket in found[name]["buckets"]] == [(key, 2)]
