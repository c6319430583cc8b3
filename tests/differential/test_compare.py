"""The comparison itself: what it hides, what it excuses, and that it sees the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from .compare import Side, in_common, rows, unexplained


def answer(body: Any, status: int = 200, url: str = "http://a/api/records/x", **headers: str) -> requests.Response:
    """Return an answer as it comes from a server."""
    made = requests.Response()
    made.status_code, made.url = status, url
    made._content = json.dumps(body).encode()
    made.headers.update({"Content-Type": "application/json", **headers})
    return made


@pytest.fixture
def sides() -> tuple[Side, Side]:
    """Two servers that gave the same thing different ids."""
    return Side("http://a", {}, {"then-1": "aaaaa-aaa11"}), Side("http://b", {}, {"then-1": "bbbbb-bbb22"})


def test_what_has_to_differ_is_hidden(sides: tuple[Side, Side]) -> None:
    """Should find two answers equal that differ in ids, times, revisions, and in where a DOI leads."""
    here, there = sides
    one = here.shown(
        answer({"id": "aaaaa-aaa11", "created": "2026-11-22T10:00:00.1+00:00", "revision_id": 1,
                "links": {"self": "http://a/api/records/aaaaa-aaa11", "doi": "http://a/records/aaaaa-aaa11"}})
    )  # fmt: skip
    other = there.shown(
        answer({"id": "bbbbb-bbb22", "created": "2025-01-02T10:00:00.2+00:00", "revision_id": 7, "links": {
            "self": "http://b/api/records/bbbbb-bbb22", "doi": "https://handle.test.datacite.org/10.5072/rdm.bbbbb-bbb22"}})
    )  # fmt: skip
    assert one == other and unexplained("record-get", one, other) == []


@pytest.mark.parametrize(
    ("body", "status", "headers"),
    [
        ({"id": "bbbbb-bbb22", "title": "y"}, 200, {}),
        ({"id": "bbbbb-bbb22"}, 200, {}),
        ({"id": "bbbbb-bbb22", "title": "x", "more": None}, 200, {}),
        ({"id": "nothing", "title": "x"}, 200, {}),
        ({"id": "bbbbb-bbb22", "title": "x"}, 201, {}),
        ({"id": "bbbbb-bbb22", "title": "x"}, 200, {"ETag": '"1"'}),
        ({"id": "bbbbb-bbb22", "title": "x"}, 200, {"Location": "/"}),
        ({"id": "bbbbb-bbb22", "title": "x"}, 200, {"Content-Type": "application/vnd.inveniordm.v1+json"}),
    ],
)
def test_anything_else_is_seen(
    sides: tuple[Side, Side], body: dict[str, Any], status: int, headers: dict[str, str]
) -> None:
    """Should fail on a difference in status, header or body that the table does not have."""
    one = sides[0].shown(answer({"id": "aaaaa-aaa11", "title": "x"}))
    assert unexplained("record-get", one, sides[1].shown(answer(body, status, **headers)))


def test_a_row_excuses_its_request_only() -> None:
    """Should excuse what stands in the table for this request, and not for another one."""
    assert ("search-bibtex", "body") in rows()
    assert unexplained("search-bibtex", {"body": "a"}, {"body": "b"}) == []
    assert unexplained("search-q", {"body": "a"}, {"body": "b"})
    assert unexplained("search-bibtex", {"status": 200}, {"status": 406})


def test_no_row_excuses_everything() -> None:
    """Should name either a request or a place: one that matches any answer would hide whatever goes wrong."""
    assert [row for row in rows() if row[0].strip("*") == "" and row[1].strip("*.") == ""] == []


def test_searches_are_compared_where_both_show_it(sides: tuple[Side, Side]) -> None:
    """Should leave out what only one page shows because of what was there before, and see a change in the rest."""
    for side in sides:
        side.ids |= {"then-2": f"{side.url[-1] * 5}-xyz33"}

    def page(side: Side, ids: list[str], total: int, **more: Any) -> dict[str, Any]:
        hits = [{"id": side.ids.get(id, id), **more} for id in ids]
        return side.shown(answer({"hits": {"hits": hits, "total": total}}, url=f"{side.url}/api/records?q=x"))

    here, there = sides
    assert not unexplained("search", page(here, ["then-1", "then-2"], 2), page(there, ["other", "then-2"], 90))
    assert unexplained("search", page(here, ["then-1", "then-2"], 2), page(there, ["then-2"], 1))
    assert unexplained("search", page(here, ["then-1", "then-2"], 2), page(there, ["then-2", "then-1", "other"], 3))
    assert unexplained("search", page(here, ["then-2"], 1, title="x"), page(there, ["then-2"], 1, title="y"))
    plain = here.shown(answer({"id": "x"})), there.shown(answer({"id": "x"}))
    assert in_common(*plain) == plain
