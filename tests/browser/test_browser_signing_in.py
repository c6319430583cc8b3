"""Signing in to a repository on its own pages, and publishing there, in JupyterLab and behind a hub."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import furnish, lay_out, settle
from consenting import register
from faults import embedded
from hub import Hub
from jupyter_process import JupyterProcess
from playwright.sync_api import Locator, Page, expect
from test_browser_ways import complaints
from window import Window

from zenodo_jupyter import repositories
from zenodo_jupyter.doi import DOI
from zenodo_jupyter.localrepo import users

ADA = "Ada Lovelace"


class Lab:
    """A repository elsewhere with which this software is registered, and the token by which Ada signs in on its pages."""

    def __init__(self, folder: Path) -> None:
        self.server, _ = embedded(folder)
        self.db = self.server.app.extensions["zenodo_jupyter.localrepo"].store.db
        self.ada = users.add_user(self.db, "ada@example.org", ADA)
        self.token = users.add_token(self.db, self.ada, "test")

    def reached_at(self, address: str) -> dict[str, Any]:
        """Register an address to which browsers are sent back, and return the client as a configuration has it."""
        return register(self.server.app, address, confidential=True)

    def configured(self, home: Path, **client: str) -> None:
        """Write it into a person's settings."""
        known = {"lab": {"url": self.server.url, "title": "Our lab", "practice": False, "oauth": client}}
        settle(home, "jupyter_zenodo_config.json", {"Config": {"repositories": known}})

    def let_in(self, page: Page) -> None:
        """Sign in on its pages, and let the Jupyter in."""
        page.get_by_label("Token").fill(self.token)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("main")).to_contain_text(ADA)
        page.get_by_role("button", name="Let it in").click()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """It."""
    made = Lab(tmp_path / "lab")
    yield made
    made.server.close()


def choose(window: Window) -> Locator:
    """Open the panel, choose the repository, and return the button that leads to it."""
    window.button.click()
    window.group("Where").click()
    window.panel.get_by_label("Our lab").check()
    return window.panel.get_by_role("button", name="Sign in with Our lab")


def publish(window: Window, lab: Lab) -> None:
    """Publish to it, and look whether the record is there, as hers."""
    window.panel.get_by_role("button", name="Review and publish").click()
    expect(window.panel).to_contain_text(re.compile(f"with account {ADA}.* cannot be undone"))
    window.primary.click()
    record = repositories.repository(lab.server.url).find_doi(DOI.parse(window.finished()))
    assert record is not None and record.owner == str(lab.ada.id)


def test_a_person_signs_in_and_publishes(page: Page, lab: Lab, tmp_path: Path) -> None:
    """After a no that changes nothing, one signs in from the panel, out, in again, and publishes; no log has a secret."""
    home = tmp_path / "home"
    furnish(home)
    lab.configured(home, **lab.reached_at("https://elsewhere.example.org/"))
    jupyter = JupyterProcess(home, app="jupyterlab.labapp", base_url="/apps/a%40b/")
    lab.reached_at(f"{jupyter.url}zenodo-jupyter/sign-in")
    try:
        window = Window(page, jupyter)
        window.open(lay_out(jupyter.root / "quickstart"))
        button = choose(window)
        expect(button).to_be_focused()
        assert complaints(window) == []
        with page.context.expect_page() as opened:
            page.keyboard.press("Enter")
        expect(window.panel.get_by_text("Waiting for you")).to_be_visible()
        expect(window.panel.get_by_role("link", name="Open it again")).to_be_visible()
        assert complaints(window) == []
        theirs = opened.value
        theirs.get_by_label("Token").fill(lab.token)
        theirs.get_by_role("button", name="Sign in").click()
        theirs.get_by_role("button", name="No", exact=True).click()
        expect(theirs.get_by_role("alert")).to_contain_text("You did not let Jupyter in at Our lab")
        theirs.close()
        expect(window.panel.get_by_role("alert")).to_contain_text("You did not let Jupyter in at Our lab")
        assert complaints(window) == []

        sign_out = window.panel.get_by_role("button", name="Sign out")
        for times in (1, 2):
            with page.context.expect_page() as opened:
                button.click()
            with opened.value.expect_event("close"):
                opened.value.get_by_role("button", name="Let it in").click()
            expect(window.panel).to_contain_text(f"Checked: account of {ADA}")
            expect(sign_out).to_be_focused()
            if times == 1:
                assert complaints(window) == []
                page.keyboard.press("Enter")
                expect(button).to_be_focused()
        publish(window, lab)

        log, kept = jupyter.log.read_text(), (home / "zenodo" / "tokens.json").read_text()
        for secret in re.findall(r"[\w-]{40,}", kept):
            assert secret not in log and secret not in page.content()
        assert not re.search(r"\b(code|state)=(?!\[secret\])\w", log)
    finally:
        jupyter.stop()


def test_on_a_hub(page: Page, lab: Lab, tmp_path: Path) -> None:
    """One address of a hub, which knows whose server is meant, does for everybody who signs in from there."""
    home = tmp_path / "home"
    furnish(home)
    hub = Hub(home)
    back = f"{hub.home}hub/user-redirect/zenodo-jupyter/sign-in"
    lab.configured(home, **lab.reached_at(back), redirect_uri=back)
    try:
        window = Window(page, hub)
        notebook = lay_out(hub.root / "quickstart")
        hub.sign_in(page)
        window.open(notebook)
        button = choose(window)
        with page.context.expect_page() as opened:
            button.click()
        with opened.value.expect_event("close"):
            lab.let_in(opened.value)
        expect(window.panel).to_contain_text(f"Checked: account of {ADA}")
        publish(window, lab)
        assert not re.search(r"\b(code|state)=(?!\[secret\])\w", hub.log.read_text())
    finally:
        hub.stop()
