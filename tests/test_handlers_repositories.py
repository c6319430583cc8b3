"""Repositories, tokens, search and getting, as the panel asks for them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from faults import FaultyServer
from nbformat.v4 import new_markdown_cell, new_notebook
from test_handlers_pages import publish

Call = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
def jp_server_config(lab: tuple[FaultyServer, str]) -> dict[str, Any]:
    """Load this extension, and make the other repository known to it."""
    known = {"lab": {"url": lab[0].url, "title": "Our lab", "max_files": 17, "practice": False}}
    return {
        "ServerApp": {"jpserver_extensions": {"zenodo_jupyter": True}},
        "ZenodoJupyter": {"repositories": known, "allowed_repositories": ["local", "lab"]},
    }


async def test_the_repositories_of_the_settings_are_listed(call: Call) -> None:
    """What the settings name and allow is listed with its limits, and nothing else."""
    status, found = await call("GET", "repositories")
    assert (status, found["default"]) == (200, "local")
    rows = {row["name"]: row for row in found["repositories"]}
    assert set(rows) == {"local", "lab"}
    assert (rows["lab"]["title"], rows["lab"]["max_files"], rows["lab"]["has_token"]) == ("Our lab", 17, False)


async def test_a_good_token_is_kept_and_never_told(
    call: Call, lab: tuple[FaultyServer, str], own_home: Path, jp_logging_stream: Any
) -> None:
    """A token that the repository knows is kept; afterwards nothing that can be asked for, and no log, has it."""
    _, token = lab
    status, kept = await call("PUT", "repositories/lab/token", {"token": token})
    assert status == 200, kept
    assert kept["account"] and kept["kept_in"]
    listed = (await call("GET", "repositories"))[1]
    assert {r["name"]: r["has_token"] for r in listed["repositories"]}["lab"] is True
    assert (await call("POST", "repositories/lab/test"))[1] == {"account": kept["account"]}
    assert token not in json.dumps([kept, listed]) + jp_logging_stream.getvalue()
    assert await call("DELETE", "repositories/lab/token") == (204, b"")
    status, error = await call("POST", "repositories/lab/test")
    assert (status, error["error"]) == (403, "AccessDenied")


async def test_a_wrong_token_is_not_kept(call: Call, own_home: Path) -> None:
    """A token that the repository does not know is refused with words, and the one that was kept before stays."""
    status, error = await call("PUT", "repositories/lab/token", {"token": "wrong-token"})
    assert (status, error["error"]) == (403, "AccessDenied")
    assert "wrong-token" not in json.dumps(error)
    assert not any("wrong-token" in p.read_text() for p in (own_home / "zenodo").rglob("*.json"))


async def test_a_repository_that_is_not_allowed_is_refused(call: Call) -> None:
    """A built-in repository that the settings do not allow cannot be used by any route."""
    for ask in (
        call("PUT", "repositories/zenodo/token", {"token": "x"}),
        call("GET", "search", **{"from": "zenodo", "q": "rain"}),
        call("POST", "resolve", {"text": "7", "from": "zenodo"}),
        call("GET", "status", path="a.ipynb", to="zenodo"),
    ):
        status, error = await ask
        assert (status, error["error"]) == (400, "UnknownRepository"), error
        assert "may not be used here" in error["message"]


async def test_a_repository_that_fails_is_told_as_such(call: Call, lab: tuple[FaultyServer, str]) -> None:
    """A repository that answers with a page of a gateway is not a crash of this server."""
    lab[0].close()
    status, error = await call("GET", "search", **{"from": "lab", "q": "rain"})
    assert (status, error["error"]) == (502, "CouldNotAsk")
    assert lab[0].url in error["message"]


async def test_the_field_table_is_served(call: Call) -> None:
    """A form can be made of what is answered: names, types, and groups in their order."""
    _, found = await call("GET", "fields")
    assert {"title", "creators", "description"} <= {field["name"] for field in found["fields"]}
    assert {field["group"] for field in found["fields"]} == set(found["groups"])
    essential = [field.get("essential", False) for field in found["fields"]]
    assert essential == sorted(essential, reverse=True), "the essential ones come first"


async def test_records_are_found_and_resolved(call: Call) -> None:
    """A record is found by its words, by its DOI in any spelling, and by the DOI of all its versions."""
    record = publish()
    _, page = await call("GET", "search", q="rain")
    assert (page["total"], page["records"][0]["id"]) == (1, record.id)
    mine = (await call("GET", "search", mine=1))[1]
    assert mine["total"] == 1 and mine["records"][0]["state"] == "published"
    for text in (str(record.doi), f"https://doi.org/{record.doi}", f"doi:{record.doi}", record.id):
        status, found = await call("POST", "resolve", {"text": text})
        assert status == 200, found
        assert (found["record"]["id"], found["repository"], found["concept"]) == (record.id, "local", False)
    if record.concept_doi:
        found = (await call("POST", "resolve", {"text": str(record.concept_doi)}))[1]
        assert (found["record"]["id"], found["concept"]) == (record.id, True)


async def test_records_are_narrowed_by_facets(call: Call) -> None:
    """What is found is counted by kinds, and only those of a kind are found when that is chosen."""
    publish()
    _, page = await call("GET", "search", q="rain")
    kinds = next(facet for facet in page["facets"] if facet["name"] == "resource_type")
    (kind,) = kinds["values"]
    assert (kinds["label"], kind["count"], kind["chosen"]) == ("Resource types", 1, False)
    _, page = await call("GET", "search", **{"q": "rain", "facet.resource_type": kind["value"]})
    assert page["total"] == 1
    assert [f["values"][0]["chosen"] for f in page["facets"] if f["name"] == "resource_type"] == [True]
    assert (await call("GET", "search", **{"q": "rain", "facet.resource_type": "poster"}))[1]["total"] == 0
    _, page = await call("GET", "search", **{"q": "rain", "facet.page": "9", "facet.q": "snow"})
    assert (page["total"], page["page"]) == (1, 1)


@pytest.mark.parametrize(
    ("params", "words"), [({"page": "x"}, "whole number"), ({"size": "1000"}, "between"), ({"mine": "2"}, "between")]
)
async def test_a_search_with_bad_numbers_is_explained(call: Call, params: dict[str, str], words: str) -> None:
    """Numbers that are none, or too large, are refused by name."""
    status, error = await call("GET", "search", **params)
    assert (status, error["error"]) == (400, "BadInput")
    assert words in error["message"]


async def test_what_is_no_doi_is_explained(call: Call) -> None:
    """A text without a DOI is refused with an example of one."""
    status, error = await call("POST", "resolve", {"text": "rain in Seattle"})
    assert (status, error["error"]) == (400, "InvalidDOI")


async def test_a_record_is_got_into_a_folder(call: Call, jp_root_dir: Path) -> None:
    """A record's files arrive in the folder that was named, and the answer names it as the file browser does."""
    record = publish()
    status, job = await call("POST", "get", {"doi": str(record.doi), "folder": "got/rain"})
    assert status == 202
    while job["state"] in ("queued", "running"):
        _, job = await call("GET", f"jobs/{job['id']}", after=job["seq"])
    assert job["state"] == "done", job["error"]
    assert job["result"]["folder"] == "got/rain"
    assert job["result"]["notebook"] is None
    assert (jp_root_dir / "got" / "rain" / "data" / "stations.csv").read_bytes() == b"id\n1\n"


@pytest.mark.parametrize("route", ["get", "reproduce"])
async def test_nothing_is_got_outside_of_the_servers_folder(call: Call, route: str) -> None:
    """A folder that leads out of what the server shows is refused before anything is asked of anybody."""
    for folder in ("../elsewhere", "a/../../elsewhere"):
        status, error = await call("POST", route, {"doi": "10.5072/zenodo.1", "folder": folder})
        assert (status, error["error"]) == (400, "UnsafeName")
    status, error = await call("POST", route, {"doi": "10.5072/zenodo.1"})
    assert (status, error["message"]) == (400, "`folder` is missing in the request.")


async def test_where_a_notebook_stands_is_known_of_all_repositories(
    call: Call, lab: tuple[FaultyServer, str], jp_root_dir: Path
) -> None:
    """Asked without a name, the repository that knows the notebook answers, with its waiting badge, though it is down."""
    server, token = lab
    assert (await call("PUT", "repositories/lab/token", {"token": token}))[0] == 200
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Rain")]), jp_root_dir / "rain.ipynb")
    about = {"title": "Rain", "creators": [{"name": "Doe, Ada"}], "description": "It rains.", "rights": ["mit"]}
    order = {"path": "rain.ipynb", "to": "lab", "metadata": about, "yes": True}
    job = (await call("POST", "publish", order))[1]
    while job["state"] in ("queued", "running"):
        job = (await call("GET", f"jobs/{job['id']}", after=job["seq"]))[1]
    assert job["state"] == "done", job["error"]
    server.close()
    status, found = await call("GET", "status", path="rain.ipynb")
    assert (status, found["repository"], found["standing"]["state"]) == (200, "lab", "published")
    assert found["stamp"] == job["result"]["stamp"]
