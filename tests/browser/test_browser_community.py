"""A record goes to a community from the panel: found, submitted, waited for, accepted; the badge comes last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_process import JupyterProcess
from playwright.sync_api import expect
from test_browser_ways import complaints
from window import Window

from zenodo_jupyter import embedded, repositories
from zenodo_jupyter.badge import KEY
from zenodo_jupyter.communities import Community, Request
from zenodo_jupyter.config import Config
from zenodo_jupyter.localrepo import users
from zenodo_jupyter.localrepo.adapter import PREFIX, LocalAdapter
from zenodo_jupyter.repository import Repository
from zenodo_jupyter.session import new_session
from zenodo_jupyter.tokens import Token


@pytest.fixture(scope="module")
def curator(jupyter: JupyterProcess) -> Repository:
    """Somebody else on the embedded repository, who owns the community Weather watchers."""
    config = Config(data_dir=jupyter.root.parent / "zenodo")
    local, app = (
        repositories.repository("local", config=config),
        embedded.app(config),
    )
    db = app.extensions["zenodo_jupyter.localrepo"].store.db
    token = Token(users.add_token(db, users.add_user(db, "carl@example.org", "Carl"), "tests"), local.url)
    client = Repository(local.row, new_session(token, local.url, {PREFIX: LocalAdapter(app)}))
    client.ask("POST", "/communities", json=community("weather", "Weather watchers"))
    return client


def community(slug: str, title: str) -> dict[str, Any]:
    """Describe a community whose curators look at every submission."""
    access = {"visibility": "public", "member_policy": "open", "record_submission_policy": "open"}
    return {"slug": slug, "metadata": {"title": title}, "access": {**access, "review_policy": "closed"}}


def test_submitted_to_a_community(
    open_window: Callable[..., Window], notebook: Path, local: Repository, curator: Repository
) -> None:
    """Should say what submitting leads to, wait without touching the notebook, and put the badge in when it is accepted."""
    window = open_window(notebook)
    before = nbformat.read(notebook, 4)
    window.button.click()
    expect(window.state).to_contain_text("Never published")
    window.group("Where").click()
    window.panel.get_by_label("Search for a community").fill("wea")
    window.panel.get_by_role("button", name="Weather watchers", exact=True).click()
    expect(window.panel).to_contain_text("Its curators look at every submission")
    window.panel.get_by_role("button", name="Review and publish").click()
    window.panel.get_by_role("button", name="Submit to Weather watchers").click()
    expect(window.state).to_contain_text("Waiting for review by Weather watchers")
    assert nbformat.read(notebook, 4).cells == before.cells

    (asked,) = curator.requests()
    window.menu("File", "My Records")
    window.panel.get_by_role("button", name="Weather watchers").click()
    window.panel.get_by_label("Message").fill("Any news?")
    window.panel.get_by_role("button", name="Comment").click()
    expect(window.panel.get_by_role("list", name="What was said")).to_contain_text("Any news?")
    assert curator.comments(asked.id) == ["Any news?"]
    assert complaints(window) == []
    window.panel.get_by_role("tab", name="This notebook").click()
    with pytest.raises(Exception, match="has no record"):
        local.get(asked.record_id)
    curator.act_on(asked.id, "accept")
    window.panel.get_by_role("button", name="Ask what became of it").click()
    doi = window.finished()
    expect(window.badges).to_have_count(1)
    assert nbformat.read(notebook, 4).metadata[KEY]["deposit"]["doi"] == doi
    assert [c.slug for c in local.get(asked.record_id).communities] == ["weather"]


def submitted(client: Repository, title: str, to: Community) -> Request:
    """Submit a draft with one file to a community."""
    person = {"person_or_org": {"type": "personal", "family_name": "Doe", "given_name": "Carl"}}
    about = {"resource_type": {"id": "dataset"}, "publication_date": "2026", "publisher": "Carl", "creators": [person]}
    draft = client.create_draft({"metadata": {"title": title, **about}})
    files = f"/records/{draft.id}/draft/files"
    client.ask("POST", files, json=[{"key": "rain.csv"}])
    client.ask("PUT", f"{files}/rain.csv/content", data=b"1,3")
    client.ask("POST", f"{files}/rain.csv/commit")
    return client.hand_in(draft, to)


def test_requests_that_wait_for_me(
    open_window: Callable[..., Window], notebook: Path, local: Repository, curator: Repository
) -> None:
    """What others submit to one's community is listed among one's records, and accepted or declined there, with a word."""
    local.ask("POST", "/communities", json=community("rain", "Rain watchers"))
    asked = [submitted(curator, title, local.community("rain")) for title in ("Rain in May", "Snow in May")]
    window = open_window(notebook)
    window.menu("File", "My Records")
    window.panel.get_by_role("button", name="Rain in May").click()
    window.panel.get_by_label("Message").fill("Thank you.")
    assert complaints(window) == []
    window.panel.get_by_role("button", name="Accept").click()
    expect(window.panel.get_by_role("heading", name="Requests to communities")).to_be_focused()
    expect(window.panel.get_by_role("status").filter(has_text="Accepted: Rain in May")).to_be_visible()
    expect(window.panel.get_by_role("button", name="Rain in May")).to_have_count(0)
    window.panel.get_by_role("button", name="Snow in May").click()
    window.panel.get_by_role("button", name="Decline").click()
    expect(window.panel.get_by_role("status").filter(has_text="Declined: Snow in May")).to_be_visible()
    assert [local.request(one.id).status for one in asked] == ["accepted", "declined"]
    assert local.comments(asked[0].id)[-1:] == ["Thank you."]
