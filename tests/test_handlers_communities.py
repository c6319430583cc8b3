"""Communities and editing through the server, as the panel uses them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from zenodo_jupyter import embedded, repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.localrepo import users
from zenodo_jupyter.localrepo.adapter import PREFIX, LocalAdapter
from zenodo_jupyter.repository import Repository
from zenodo_jupyter.session import new_session
from zenodo_jupyter.tokens import Token

ABOUT = {"title": "Rain in Seattle", "creators": [{"name": "Doe, Ada"}], "rights": ["mit"], "communities": ["rain"]}
Call = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
def path(jp_root_dir: Path) -> Path:
    """A notebook of the server."""
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Rain")]), jp_root_dir / "rain.ipynb")
    return jp_root_dir / "rain.ipynb"


@pytest.fixture
def curator(path: Path) -> Repository:
    """Somebody else on the embedded repository, who owns the community ``rain``."""
    config = Config.load()
    app = embedded.app(config)
    row = repositories.repository(config=config).row
    db = app.extensions["zenodo_jupyter.localrepo"].store.db
    token = Token(users.add_token(db, users.add_user(db, "carl@example.org", "Carl"), "tests"), row.url)
    client = Repository(row, new_session(token, row.url, {PREFIX: LocalAdapter(app)}))
    access = {"visibility": "public", "member_policy": "open", "record_submission_policy": "open"}
    body = {"slug": "rain", "metadata": {"title": "Rain watchers"}, "access": {**access, "review_policy": "closed"}}
    client.ask("POST", "/communities", json=body)
    return client


async def ended(call: Call, route: str, body: dict[str, Any]) -> dict[str, Any]:
    """Start a job and follow it to its end."""
    status, job = await call("POST", route, body)
    assert status == 202, job
    while job["state"] in ("queued", "running"):
        job = (await call("GET", f"jobs/{job['id']}", after=job["seq"]))[1]
    return job


async def test_submitted_and_accepted(call: Call, path: Path, curator: Repository) -> None:
    """Should find the community, say what it does, wait for it, and have a badge to put in when it has accepted."""
    _, found = await call("GET", "communities", q="rai")
    assert [(c["slug"], c["review_policy"]) for c in found["communities"]] == [("rain", "closed")]
    asked = {"path": "rain.ipynb", "metadata": ABOUT, "message": "Please look."}
    _, plan = await call("POST", "collect", asked)
    assert plan["errors"] == [] and "curators look at" in plan["communities"][0]["note"]
    job = await ended(call, "publish", asked)
    assert job["state"] == "done", job["error"]
    review = job["result"]["review"]
    assert review["title"] == "Rain watchers" and job["result"]["stamp"] is None
    _, status = await call("GET", "status", path="rain.ipynb")
    assert status["standing"]["state"] == "waiting" and status["stamp"] is None

    _, mine = await call("GET", "requests")
    assert [r["id"] for r in mine["requests"]] == [review["id"]] and "cancel" in mine["requests"][0]["actions"]
    code, said = await call("POST", f"requests/{review['id']}", {"action": "comment", "message": "Any news?"})
    assert (code, said["comments"]) == (200, ["Please look.", "Any news?"])
    curator.act_on(review["id"], "accept")
    code, refused = await call("POST", f"requests/{review['id']}", {"action": "cancel"})
    assert (code, refused["error"]) == (400, "WasRefused")
    done = (await ended(call, "publish", asked))["result"]
    assert done["review"] is None and done["stamp"]["deposit"]["doi"] == job["result"]["doi"]
    assert done["communities"][0]["status"] == "accepted"


async def test_unknown_community_stands_beside_its_field(call: Call, path: Path, curator: Repository) -> None:
    """Should be an error of the field, with what was meant, before anything is sent."""
    _, plan = await call("POST", "collect", {"path": "rain.ipynb", "metadata": {**ABOUT, "communities": ["rein"]}})
    assert [e["field"] for e in plan["errors"]] == ["communities.0"]


async def test_edited_in_place(call: Call, path: Path, curator: Repository) -> None:
    """Should change the record of a notebook, or one that is named, and keep field errors as they are."""
    about = {k: v for k, v in ABOUT.items() if k != "communities"}
    published = (await ended(call, "publish", {"path": "rain.ipynb", "metadata": about}))["result"]
    changed = await ended(call, "edit", {"path": "rain.ipynb", "metadata": {"title": "Rain in Tacoma"}})
    assert changed["result"]["changed"] == ["title"] and changed["result"]["doi"] == published["doi"]
    wrong = await ended(call, "edit", {"doi": published["doi"], "metadata": {"title": None}})
    assert wrong["error"]["errors"][0]["field"] == "metadata.title"
    _, found = await call("POST", "resolve", {"text": published["doi"]})
    assert found["record"]["title"] == "Rain in Tacoma"


@pytest.mark.parametrize(
    ("route", "body", "words"),
    [
        ("edit", {}, "Either `path` or `doi`"),
        ("edit", {"path": "rain.ipynb", "doi": "10.5072/zenodo.1"}, "Either `path` or `doi`"),
        (f"requests/{'0' * 36}", {"action": "explode"}, "must be one of"),
        (f"requests/{'0' * 36}", {"action": "comment"}, "is empty"),
    ],
)
async def test_bad_requests_are_explained(call: Call, path: Path, route: str, body: Any, words: str) -> None:
    """Should say what is wrong, and do nothing."""
    status, answer = await call("POST", route, body)
    assert status == 400 and words in answer["message"]
