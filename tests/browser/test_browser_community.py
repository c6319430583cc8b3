"""A record goes to a community from the panel: found, submitted, waited for, accepted; the badge comes last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect
from window import Window

from zenodo_jupyter import repositories
from zenodo_jupyter.badge import KEY
from zenodo_jupyter.config import Config
from zenodo_jupyter.localrepo import users
from zenodo_jupyter.localrepo.adapter import PREFIX, LocalAdapter
from zenodo_jupyter.repository import Repository
from zenodo_jupyter.session import new_session
from zenodo_jupyter.tokens import Token


@pytest.fixture
def curator(jupyter: object, local: Repository) -> Repository:
    """Somebody else on the embedded repository, who owns the community Weather watchers."""
    app = repositories.local_app(repositories.local_data(Config(data_dir=jupyter.root.parent / "zenodo")))  # type: ignore[attr-defined]
    db = app.extensions["zenodo_jupyter.localrepo"].store.db
    token = Token(users.add_token(db, users.add_user(db, "carl@example.org", "Carl"), "tests"), local.url)
    client = Repository(local.row, new_session(token, local.url, {PREFIX: LocalAdapter(app)}))
    access = {"visibility": "public", "member_policy": "open", "record_submission_policy": "open"}
    body = {
        "slug": "weather",
        "metadata": {"title": "Weather watchers"},
        "access": {**access, "review_policy": "closed"},
    }
    client.ask("POST", "/communities", json=body)
    return client


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
    with pytest.raises(Exception, match="has no record"):
        local.get(asked.record_id)
    curator.act_on(asked.id, "accept")
    window.panel.get_by_role("button", name="Ask what became of it").click()
    doi = window.finished()
    expect(window.badges).to_have_count(1)
    assert nbformat.read(notebook, 4).metadata[KEY]["deposit"]["doi"] == doi
    assert [c.slug for c in local.get(asked.record_id).communities] == ["weather"]
