"""Publishing through the server, as the panel does it: collect, publish, follow the job, put the badge in, publish again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from publishing import go

from zenodo_jupyter import badge, notebook, repositories, transfer
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import MissingFile
from zenodo_jupyter.handlers import jobs as job_routes

ABOUT = {"title": "Rain in Seattle", "creators": [{"name": "Doe, Ada"}], "description": "It rains.", "rights": ["mit"]}
Call = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
def path(jp_root_dir: Path) -> Path:
    """A notebook in a folder of the server, that reads a file beside it."""
    folder = jp_root_dir / "work"
    folder.mkdir()
    (folder / "rain.csv").write_text("day,mm\n1,3\n")
    cells = [
        new_markdown_cell("# Rain"),
        new_code_cell(
            "len(open('rain.csv').read())",
            execution_count=1,
            outputs=[new_output("execute_result", {"text/plain": "11"}, execution_count=1)],
        ),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "rain.ipynb")
    return folder / "rain.ipynb"


async def followed(call: Call, job: dict[str, Any]) -> dict[str, Any]:
    """Follow a job to its end by long polls, as the panel does."""
    while job["state"] in ("queued", "running"):
        status, job = await call("GET", f"jobs/{job['id']}", after=job["seq"])
        assert status == 200
    return job


async def published(call: Call, **given: Any) -> dict[str, Any]:
    """Publish and follow it to its end."""
    status, job = await call("POST", "publish", {"path": "work/rain.ipynb", "metadata": ABOUT, **given})
    assert status == 202, job
    return await followed(call, job)


def put_in(path: Path, stamp: dict[str, Any]) -> None:
    """Do what the front end does: badge and Deposit into the document, and save it."""
    notebook.write(path, badge.stamp(notebook.read(path), badge.Deposit(**stamp["deposit"]), stamp["badge"]))


async def test_what_was_stopped_is_opened_where_the_front_end_sees_it(
    call: Call, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped publications are told with the path that the front end opens, others without one; discarded, they are gone."""

    def die(*args: Any, **kwargs: Any) -> None:
        raise MissingFile("The disk was pulled out.")

    monkeypatch.setattr(transfer, "upload_files", die)
    assert (await published(call))["state"] == "failed"
    away = tmp_path / "away.ipynb"
    away.write_bytes(path.read_bytes())
    with pytest.raises(MissingFile):
        go(away, Config.load())
    _, told = await call("GET", "underway", to="local")
    found = {one["notebook"]: one["draft_id"] for one in told["underway"]}
    assert set(found) == {"work/rain.ipynb", None}
    for draft in found.values():
        assert (await call("DELETE", "underway", draft=draft, to="local"))[0] == 200
    assert (await call("GET", "underway", to="local"))[1] == {"underway": []}


async def test_what_is_typed_is_checked_before_it_is_saved(call: Call, path: Path) -> None:
    """The answer is about the notebook as it is sent; the file is neither needed nor changed, nor are packages asked for."""
    before = path.read_bytes()
    nb = nbformat.read(path, 4)
    nb.cells[1].source = "open('/somewhere/else.csv'); open('rain.csv')"
    nb.cells.append(new_code_cell("key = 'ghp_" + "x7Kd93hQz0aLmP2sVw8bRt5yUe1cNf4gJi6o'"))
    status, told = await call("POST", "check", {"path": "work/rain.ipynb", "content": dict(nb)})
    assert status == 200
    found = {(one["id"], one["cell"]) for one in told["findings"]}
    assert ("SEC1", 2) in found and ("DAT2", 1) in found
    assert not any(one["id"].startswith(tuple(told["untyped"])) for one in told["findings"])
    assert path.read_bytes() == before
    nb.cells[1:] = [new_code_cell("open('rain.csv')")]
    _, told = await call("POST", "check", {"path": "work/rain.ipynb", "content": dict(nb)})
    assert not {"SEC1", "DAT1", "DAT2"} & {one["id"] for one in told["findings"]}
    assert (await call("POST", "check", {"path": "work/rain.ipynb", "content": {"cells": 7}}))[0] == 400


async def test_the_whole_story(call: Call, path: Path) -> None:
    """From the first look to the second version, and what is on the disk and in the repository after each step."""
    status, plan = await call("POST", "collect", {"path": "work/rain.ipynb", "metadata": ABOUT})
    assert status == 200
    assert {f["key"] for f in plan["files"]} == {"rain.ipynb", "rain.csv"}
    assert plan["standing"]["state"] == "never"
    assert plan["repository"]["name"] == "local"
    assert plan["metadata"]["title"] == "Rain in Seattle"

    before = path.read_bytes()
    done = await published(call)
    assert done["state"] == "done", done["error"]
    result = done["result"]
    assert result["doi"].startswith("10.5072/")
    assert "Rain in Seattle" in result["citation"]
    assert path.read_bytes() == before, "the front end holds the notebook, and writes it"
    local = repositories.repository("local", config=Config.load())
    record = local.get(result["record"]["id"])
    told = {f["key"] for f in (*plan["files"], *plan["made"])}
    # Where no index of packages answers, there is no lock of them.
    assert told - {"pylock.toml"} <= {f.key for f in record.files} <= told, "those that are made were said before"

    status, found = await call("GET", "status", path="work/rain.ipynb")
    assert found["stamp"] == result["stamp"], "the badge waits for whoever opens the notebook next"
    assert await call("POST", "stamped", {"path": "work/rain.ipynb", "act": found["stamp"]["act"]}) == (204, b"")
    assert (await call("GET", "status", path="work/rain.ipynb"))[1]["stamp"], "it is not in the file yet"
    put_in(path, found["stamp"])
    assert (await call("GET", "status", path="work/rain.ipynb"))[1]["stamp"] is None, "it is in the file"
    assert (await call("POST", "stamped", {"path": "work/rain.ipynb", "act": found["stamp"]["act"]}))[0] == 204
    assert result["doi"] in path.read_text()

    status, found = await call("GET", "status", path="work/rain.ipynb")
    assert found["standing"]["state"] == "published"
    again = await published(call)
    assert again["result"]["unchanged"] is True
    assert again["result"]["doi"] == result["doi"]

    nb = notebook.read(path)
    nb.cells.append(new_markdown_cell("It rained more than I thought."))
    notebook.write(path, nb)
    second = (await published(call))["result"]
    assert second["doi"] != result["doi"]
    assert second["concept_doi"] == result["concept_doi"]
    assert "rain.csv" in second["kept"], "what has not changed is not sent again"
    assert second["stamp"]["deposit"]["version"] == "v2"


async def test_two_posts_at_once_are_one_job(call: Call, path: Path) -> None:
    """Five clicks at once make one job and one record."""
    answers = await asyncio.gather(
        *[call("POST", "publish", {"path": "work/rain.ipynb", "metadata": ABOUT}) for _ in range(5)]
    )
    assert {job["id"] for _, job in answers} == {answers[0][1]["id"]}
    await followed(call, answers[0][1])
    local = repositories.repository("local", config=Config.load())
    assert local.search("").total == 1


async def test_a_publish_can_be_stopped_and_taken_up(call: Call, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A publish that was stopped in the middle leaves a draft; publishing again goes on with it, and the DOI is the same."""
    reached, go_on = threading.Event(), threading.Event()
    upload = transfer.upload_files

    def slow(*args: Any, **kwargs: Any) -> Any:
        reached.set()
        go_on.wait(20)
        return upload(*args, **kwargs)

    monkeypatch.setattr("zenodo_jupyter.transfer.upload_files", slow)
    _, job = await call("POST", "publish", {"path": "work/rain.ipynb", "metadata": ABOUT})
    assert await asyncio.to_thread(reached.wait, 20)
    assert (await call("GET", "status", path="work/rain.ipynb"))[1]["job"]["id"] == job["id"]
    status, job = await call("DELETE", f"jobs/{job['id']}")
    assert status == 200
    go_on.set()
    ended = await followed(call, job)
    assert ended["state"] == "cancelled"
    _, found = await call("GET", "status", path="work/rain.ipynb")
    assert found["standing"]["state"] == "stopped"
    assert found["job"] is None
    done = await published(call)
    assert done["result"]["doi"] == found["standing"]["doi"]


async def test_a_poll_without_news_ends(call: Call, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long poll of a job of which there is nothing new is answered after its time, with the job as it is."""
    monkeypatch.setattr(job_routes, "POLL", 0.05)
    go_on = threading.Event()
    monkeypatch.setattr("zenodo_jupyter.publish.publish", lambda *args, **kwargs: go_on.wait(20))
    _, job = await call("POST", "publish", {"path": "work/rain.ipynb"})
    while job["state"] == "queued":
        _, job = await call("GET", f"jobs/{job['id']}", after=job["seq"])
    status, same = await call("GET", f"jobs/{job['id']}", after=job["seq"])
    assert (status, same["seq"], same["state"]) == (200, job["seq"], "running")
    go_on.set()


async def test_what_is_missing_is_said_before_anything_is_sent(call: Call, path: Path) -> None:
    """A description without creators fails with the field's name, and there is no record."""
    done = await published(call, metadata={"title": "Rain", "description": "It rains."})
    assert done["state"] == "failed", "published without creators"
    assert any(e["field"].startswith("metadata.creators") for e in done["error"]["errors"])
    assert repositories.repository("local", config=Config.load()).search("").total == 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "`path` is missing"),
        ({"path": 7}, "`path` must be text"),
        ({"path": "work/rain.ipynb", "data": "rain.csv"}, "`data` must be a list"),
        ({"path": "work/rain.ipynb", "data": [1]}, "`data` must be a list"),
        ({"path": "work/rain.ipynb", "metadata": []}, "`metadata` must be an object"),
        ({"path": "work/rain.ipynb", "to": "nowhere"}, "no repository named 'nowhere'"),
        ({"path": "../rain.ipynb"}, "outside"),
        ({"path": "work/../../rain.ipynb"}, "outside"),
        ({"path": ".hidden/rain.ipynb"}, "hidden"),
        ({"path": "S3:rain.ipynb"}, "drive 'S3'"),
        ({"path": "work/rain.ipynb", "data": ["../../secret"]}, "outside"),
        (["path"], "not a JSON object"),
    ],
)
async def test_bad_requests_are_explained(call: Call, path: Path, body: Any, words: str) -> None:
    """A request that cannot be understood, or leads where it may not, is answered with what is wrong with it."""
    for route in ("collect", "publish"):
        status, error = await call("POST", route, body)
        assert status in (400, 404), error
        assert words in error["message"]
        assert {"error", "message", "hint"} <= set(error)
    assert (await call("GET", "jobs"))[1]["jobs"] == []


async def test_a_body_that_is_not_json_is_explained(jp_fetch: Any) -> None:
    """Broken JSON is the asker's mistake, not the server's."""
    answer = await jp_fetch("zenodo-jupyter", "publish", method="POST", body="{", raise_error=False)
    assert answer.code == 400
    assert b"not JSON" in answer.body


async def test_a_missing_notebook_is_not_found(call: Call, jp_root_dir: Path) -> None:
    """A notebook that is not there is a 404 with its name."""
    status, error = await call("POST", "collect", {"path": "nothing.ipynb"})
    assert (status, error["error"]) == (404, "MissingFile")
    assert "nothing.ipynb" in error["message"]


async def test_a_shared_document_is_the_file_of_the_server(call: Call, path: Path) -> None:
    """The drive that collaboration puts before a path is taken off."""
    status, plan = await call("POST", "collect", {"path": "RTC:work/rain.ipynb"})
    assert (status, Path(plan["notebook"])) == (200, path)


async def test_a_name_with_a_colon_is_a_name(call: Call, path: Path) -> None:
    """A notebook whose name has a colon in it is not on another drive."""
    path.rename(path.with_name("rain: a study.ipynb"))
    (path.parent / "rain: a study.ipynb").rename(path.parent.parent / "RTC: a study.ipynb")
    (path.parent / "rain.csv").rename(path.parent.parent / "rain.csv")
    assert (await call("POST", "collect", {"path": "RTC: a study.ipynb"}))[0] == 200


async def test_an_unknown_job_is_not_found(call: Call) -> None:
    """A job that nobody knows is a 404, also when it is to be stopped."""
    for method in ("GET", "DELETE"):
        status, error = await call(method, f"jobs/{'0' * 32}")
        assert (status, error["error"]) == (404, "UnknownJob")


async def test_data_named_by_the_panel_goes_along(call: Call, path: Path) -> None:
    """A file that is picked in the panel, named by its contents path, is in the plan."""
    (path.parent / "extra.txt").write_text("more")
    _, plan = await call("POST", "collect", {"path": "work/rain.ipynb", "data": ["work/extra.txt"]})
    assert "extra.txt" in {f["key"] for f in plan["files"]}
    _, plan = await call("POST", "collect", {"path": "work/rain.ipynb", "exclude": ["rain.csv"]})
    assert "rain.csv" not in {f["key"] for f in plan["files"]}


async def test_what_was_published_comes_back_and_runs_again(call: Call, path: Path, jp_root_dir: Path) -> None:
    """Got by its DOI the notebook can be opened; running it wants a yes, says of what, and tells how much is the same."""
    doi = (await published(call))["result"]["doi"]
    _, job = await call("POST", "get", {"doi": doi, "folder": "got"})
    got = (await followed(call, job))["result"]
    assert (got["folder"], got["notebook"]) == ("got", "got/rain.ipynb")
    assert doi in (jp_root_dir / "got" / "rain.ipynb").read_text()

    _, job = await call("POST", "reproduce", {"doi": doi, "folder": "again"})
    asked = await followed(call, job)
    assert (asked["state"], asked["error"]["error"]) == ("failed", "NeedsConsent")
    assert "rain.ipynb" in asked["error"]["message"]
    _, job = await call("POST", "reproduce", {"doi": doi, "folder": "again", "yes": True})
    ran = await followed(call, job)
    assert ran["state"] == "done", ran["error"]
    assert ran["result"]["executed"] == "again/executed.ipynb"
    assert "1 of 1 output" in ran["result"]["verdict"]


async def test_anonymous_copy(call: Call, path: Path) -> None:
    """Should make a draft for reviewers on demand, without a badge to put in, and publish the same one with names later."""
    before = path.read_bytes()
    copied = (await published(call, anonymous=True))["result"]
    assert (
        copied["anonymous"] and "token=" in copied["link"] and copied["stamp"] is None and path.read_bytes() == before
    )
    named = (await published(call))["result"]
    assert named["record"]["id"] == copied["record"]["id"] and named["stamp"]
