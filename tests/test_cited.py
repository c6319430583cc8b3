"""What a work is called that a DOI names: a record that is known here, an article, a data set elsewhere."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from faults import FaultyServer
from nbformat.v4 import new_markdown_cell, new_notebook
from publishing import go

from zenodo_jupyter import cited
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import InvalidDOI, RecordNotFound

Call = Callable[..., Awaitable[tuple[int, Any]]]
#: What the agencies answer, as their documentation has it.
ANSWERS = {
    "/doiRA/10.1234/article": [{"DOI": "10.1234/article", "RA": "Crossref"}],
    "/doiRA/10.1234/data": [{"DOI": "10.1234/data", "RA": "DataCite"}],
    "/doiRA/10.1234/film": [{"DOI": "10.1234/film", "RA": "EIDR"}],
    "/doiRA/10.1234/none": [{"DOI": "10.1234/none", "status": "DOI does not exist"}],
    "/works/10.1234/article": {"status": "ok", "message": {"title": ["On rain"]}},
    "/dois/10.1234/data": {"data": {"attributes": {"titles": [{"title": "Rain, measured"}]}}},
}


@pytest.fixture
def agencies(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    """Stand in for doi.org and the two agencies."""

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = ANSWERS.get(environ["PATH_INFO"])
        start_response("200 OK" if body else "404 Not Found", [("Content-Type", "application/json")])
        return [json.dumps(body or {}).encode()]

    server = FaultyServer(app)
    monkeypatch.setattr(cited, "_WHICH", server.url)
    here = {name: (server.url, path, title) for name, (_, path, title) in cited._AGENCIES.items()}
    monkeypatch.setattr(cited, "_AGENCIES", here)
    yield server
    server.close()


@pytest.mark.parametrize(("doi", "title"), [("10.1234/article", "On rain"), ("10.1234/data", "Rain, measured")])
def test_title_comes_from_who_registered_the_doi(agencies: FaultyServer, doi: str, title: str) -> None:
    """Should ask who has it and then that one, for a DOI in any spelling."""
    assert cited.title_of(f" https://doi.org/{doi.upper()} ", config=Config.load()) == title


def test_what_nobody_tells(agencies: FaultyServer) -> None:
    """Should say so where the agency is another, the DOI none, or the text no DOI."""
    for doi in ("10.1234/film", "10.1234/none"):
        with pytest.raises(RecordNotFound):
            cited.title_of(doi, config=Config.load())
    with pytest.raises(InvalidDOI):
        cited.title_of("rain", config=Config.load())


async def test_record_of_this_computer_is_asked_nowhere_else(
    call: Call, agencies: FaultyServer, jp_root_dir: Path
) -> None:
    """Should know one's own records without anybody's help, and answer the panel."""
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Rain")]), jp_root_dir / "rain.ipynb")
    done = go(jp_root_dir / "rain.ipynb", Config.load())
    status, found = await call("GET", "title", doi=str(done.record.doi))
    assert (status, found) == (200, {"title": "Rain in Seattle"})
    assert agencies.seen == []
