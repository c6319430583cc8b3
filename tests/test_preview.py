"""A record's files, looked at without getting the record."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from recorded import notebook, publish_files

from zenodo_jupyter import preview as previews
from zenodo_jupyter import repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import BadInput
from zenodo_jupyter.preview import preview

HOSTILE = "# Rain\n\n<script>steal()</script><img src=https://spy.example/a.png onerror=steal()>\n\n**wet**"
FILES: dict[str, str | bytes] = {
    "a.csv": 'day,mm\n1,3\n2,"4, or so"\n',
    "long.csv": "day,mm\n" + "1234567,89\n" * 10_000,
    "wide.tsv": "\t".join(map(str, range(100))),
    "notes.txt": "ä" * previews.BEGINNING,
    "README.md": HOSTILE,
    "figure.png": b"\x89PNG\r\n\x1a\n\0\0",
    "half.parquet": b"PAR1\0\0",
    "a.ipynb": notebook(("print('wet')", "wet")),
    "broken.ipynb": "{",
}


@pytest.fixture
def record() -> Any:
    """A record with a file of each kind."""
    return publish_files(repositories.repository("local", config=Config.load()), FILES)


def test_each_kind_is_shown_as_what_it_is(record: Any) -> None:
    """Tables as rows, pictures as themselves, Markdown and notebooks as pages without scripts or requests."""
    local = repositories.repository("local", config=Config.load())
    shown = {key: preview(local, record.id, key) for key in FILES if key not in ("half.parquet", "broken.ipynb")}
    assert shown["a.csv"] == previews.Preview("table", [["day", "mm"], ["1", "3"], ["2", "4, or so"]])
    assert (len(shown["long.csv"].content), shown["long.csv"].is_cut) == (previews.ROWS, True)
    assert all(row == ["1234567", "89"] for row in shown["long.csv"].content[1:])
    assert (len(shown["wide.tsv"].content[0]), shown["wide.tsv"].is_cut) == (previews.COLUMNS, True)
    assert set(shown["notes.txt"].content) == {"ä"} and shown["notes.txt"].is_cut
    assert base64.b64decode(shown["figure.png"].content.partition("base64,")[2]) == FILES["figure.png"]
    page = shown["README.md"].content
    assert "<strong>wet</strong>" in page and "<script" not in page and "onerror" not in page and "<img" not in page
    assert "wet" in shown["a.ipynb"].content and shown["a.ipynb"].kind == "page"


def test_what_cannot_be_shown_says_so(record: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something that is no text, a broken notebook, or what is too large to be brought for a look."""
    local = repositories.repository("local", config=Config.load())
    for key, words in (("half.parquet", "is no text"), ("broken.ipynb", "broken.ipynb")):
        with pytest.raises(BadInput, match=words):
            preview(local, record.id, key)
    monkeypatch.setattr(previews, "WHOLE", 4)
    with pytest.raises(BadInput, match="larger"):
        preview(local, record.id, "figure.png")


async def test_route(call: Callable[..., Awaitable[tuple[int, Any]]], record: Any) -> None:
    """The panel asks by record and name; what is not there is not there."""
    status, told = await call("GET", "preview", **{"from": "local", "record": record.id, "key": "a.csv"})
    assert (status, told["kind"], told["content"][0]) == (200, "table", ["day", "mm"])
    assert (await call("GET", "preview", **{"from": "local", "record": record.id, "key": "b.csv"}))[0] == 404
    assert (await call("GET", "preview", **{"from": "local", "record": record.id}))[0] == 400
