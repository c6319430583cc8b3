"""Our own client, the acts and the panel's server, at each kind of repository behind HTTP: both flavours, and a real one."""

from __future__ import annotations

import io
import os
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import zenodo_jupyter
from zenodo_jupyter import publish, repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import RecordNotFound
from zenodo_jupyter.localrepo.server import Server
from zenodo_jupyter.metadata import Metadata
from zenodo_jupyter.repository import Repository
from zenodo_jupyter.tokens import TokenStore

from .conftest import metadata

_PLACES: list[Any] = ["zenodo", "rdm"]
if os.environ.get("ZENODO_JUPYTER_RDM_URL") and os.environ.get("ZENODO_JUPYTER_RDM_TOKEN"):
    _PLACES.append(pytest.param("real", marks=pytest.mark.rdm))
ABOUT = {"title": "Rain in Seattle", "creators": ["Doe, Ada"], "rights": ["mit"], "description": "It rains."}


@dataclass
class Place:
    """Where a repository is, and a token for it."""

    url: str
    token: str


@pytest.fixture(params=_PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """One repository after the other."""
    if request.param == "real":
        yield Place(os.environ["ZENODO_JUPYTER_RDM_URL"].rstrip("/"), os.environ["ZENODO_JUPYTER_RDM_TOKEN"])
        return
    with Server(tmp_path / "served", port=0, flavour=request.param) as server:
        yield Place(server.url, server.token)


@pytest.fixture
def config(place: Place, tmp_path: Path) -> Config:
    """The settings of somebody who has an account there."""
    lab = {"url": place.url, "title": "Our lab", "doi_prefixes": ["10.5072"]}
    config = Config(data_dir=tmp_path / "user", repositories={"lab": lab}, allowed_repositories=["lab"])
    TokenStore(config).set(repositories.repository("lab", config=config).row, place.token)
    return config


@pytest.fixture
def repository(config: Config) -> Repository:
    """A client of it."""
    return repositories.repository("lab", config=config)


def soon(find: Callable[[], Any]) -> Any:
    """Return what is found once the index has it."""
    deadline = time.monotonic() + 30
    while not (found := find()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def test_the_client(repository: Repository) -> None:
    """Should take a record from a draft to its second version, and find it by everything it is known by."""
    word = f"w{uuid.uuid4().hex[:12]}"
    about = metadata(title=f"Tides {word}")
    draft = repository.create_draft({"metadata": {"title": "Tides"}})
    assert "metadata.creators" in [error.field for error in draft.errors]
    repository.update_draft(draft.id, {"metadata": about})
    doi = repository.reserve_doi(draft.id).doi
    repository.upload(draft.id, "data/a b.csv", lambda: io.BytesIO(b"1,2\n"), size=4)
    record = repository.publish(draft.id)
    assert (record.doi, record.index, [f.key for f in record.files]) == (doi, 1, ["data/a b.csv"])
    repository.update_draft(repository.edit(record.id).id, {"metadata": {**about, "title": f"More tides {word}"}})
    assert repository.publish(record.id).title == f"More tides {word}"
    following = repository.new_version(record.id)
    assert [f.key for f in repository.import_files(following.id)] == ["data/a b.csv"]
    repository.update_draft(following.id, {"metadata": {**about, "version": "v2"}})
    second = repository.publish(following.id)
    assert (second.index, second.concept_doi) == (2, record.concept_doi)
    assert repository.latest(record.id).id == repository.get(record.concept_id).id == second.id
    assert soon(lambda: [r.id for r in repository.search(word).records] == [second.id])
    assert soon(lambda: repository.search(word, all_versions=True).total == 2)
    assert soon(lambda: [v.index for v in repository.versions(record.concept_id)] == [2, 1])
    found = soon(lambda: repository.find_doi(record.concept_doi))
    assert found.id == second.id
    unwanted = repository.create_draft({"metadata": about})
    repository.discard(unwanted.id)
    with pytest.raises(RecordNotFound):
        repository.discard(unwanted.id)


def notebook_in(folder: Path, text: str) -> Path:
    """Write a notebook that reads a file beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "rain.csv").write_text(text)
    cells = [new_markdown_cell("# Rain"), new_code_cell("len(open('rain.csv').read())")]
    nbformat.write(new_notebook(cells=cells), folder / "rain.ipynb")
    return folder / "rain.ipynb"


def test_publish_and_fetch(config: Config, tmp_path: Path) -> None:
    """Should publish a notebook twice, and give its data back by the DOI of each version and of all."""
    about = Metadata.from_dict({**ABOUT, "title": f"Rain {uuid.uuid4().hex[:8]}"})
    path = notebook_in(tmp_path / "work", "day,mm\n1,3\n")
    first = publish.publish(path, metadata=about, to="lab", config=config, yes=True)
    assert str(first.record.doi) in path.read_text()
    (tmp_path / "work" / "rain.csv").write_text("day,mm\n1,4\n")
    second = publish.publish(path, metadata=about, to="lab", config=config, yes=True)
    assert second.record.concept_doi == first.record.concept_doi and second.record.doi != first.record.doi
    assert first.record.preview == second.record.preview == "rain.ipynb"
    for doi, text in ((first.record.doi, "day,mm\n1,3\n"), (second.record.doi, "day,mm\n1,4\n")):
        assert soon(lambda doi=doi: _fetched(doi, config)) == text
    assert soon(lambda: _fetched(second.record.concept_doi, config)) == "day,mm\n1,4\n"


def _fetched(doi: Any, config: Config) -> str:
    try:
        return zenodo_jupyter.fetch(str(doi), "rain.csv", config=config).read_text()
    except RecordNotFound:  # the index does not have it yet
        return ""


@pytest.fixture
def jp_server_config(place: Place) -> dict[str, Any]:
    """Load the extension, and make the repository known to it."""
    lab = {"url": place.url, "title": "Our lab", "doi_prefixes": ["10.5072"]}
    return {
        "ServerApp": {"jpserver_extensions": {"zenodo_jupyter": True}},
        "ZenodoJupyter": {"repositories": {"lab": lab}, "allowed_repositories": ["lab"], "default_repository": "lab"},
    }


async def test_the_panels_server(
    call: Callable[..., Awaitable[tuple[int, Any]]], place: Place, jp_root_dir: Path
) -> None:
    """Should keep the token, show the plan, publish, and find the record again."""
    word = f"w{uuid.uuid4().hex[:12]}"
    assert (await call("PUT", "repositories/lab/token", {"token": place.token}))[0] == 200
    notebook_in(jp_root_dir / "work", "day,mm\n")
    asked = {
        "path": "work/rain.ipynb",
        "metadata": {**ABOUT, "title": f"Rain {word}", "creators": [{"name": "Doe, Ada"}]},
    }
    status, plan = await call("POST", "collect", asked)
    assert status == 200 and {f["key"] for f in plan["files"]} == {"rain.ipynb", "rain.csv"}
    status, job = await call("POST", "publish", {**asked, "yes": True})
    assert status == 202, job
    while job["state"] in ("queued", "running"):
        status, job = await call("GET", f"jobs/{job['id']}", after=job["seq"])
    assert job["state"] == "done", job["error"]
    assert job["result"]["doi"].startswith("10.5072/") and word in job["result"]["citation"]
    for _ in range(60):
        status, found = await call("GET", "search", q=word)
        assert status == 200, found
        if found["records"]:
            break
        time.sleep(0.5)
    assert [r["doi"] for r in found["records"]] == [job["result"]["doi"]]
