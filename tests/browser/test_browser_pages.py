"""The pages of the embedded repository in a browser: for eyes, ears and thumbs, and their forms within Jupyter's sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_process import TOKEN, JupyterProcess
from playwright.sync_api import Page, expect
from visiting import Site

from zenodo_jupyter import embedded
from zenodo_jupyter.config import Config
from zenodo_jupyter.localrepo import oauth
from zenodo_jupyter.localrepo.server import Server

AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
#: A laptop by day and a phone by night.
LOOKS: tuple[tuple[Any, int], ...] = (("light", 1280), ("dark", 360))
PAGES = (
    "/", "/search?q=tides", "/records/{record}", "/records/{draft}?preview=1", "/communities", "/communities/tides/records",
    "/communities/tides/about", "/communities/tides/curation-policy", "/communities/tides/members",
    "/communities/tides/requests", "/me/uploads", "/me/requests", "/me/requests/{request}", "/records/nope",
    "/oauth/authorize?response_type=code&client_id={client}&scope=user:email", "/oauth/authorize?client_id=nobody",
)  # fmt: skip


def complaints(page: Page) -> list[Any]:
    """Return what axe finds wrong in a page, and whether it is wider than the window, with all that can be opened open."""
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    found = page.evaluate("axe.run({iframes: false})")
    wide = page.evaluate(
        "document.documentElement.scrollWidth > innerWidth || "
        "[...document.querySelectorAll('.box')].some(box => box.scrollWidth > box.clientWidth)"
    )
    return [(v["id"], [node["html"][:150] for node in v["nodes"]]) for v in found["violations"]] + ["wide"] * wide


def furnish(site: Site) -> dict[str, str]:
    """Put a record, a draft, a community and a request into a repository, and return their ids."""
    ada, bob = site.person("ada"), site.person("bob")
    prose = "<p>Units in <b>every</b> column.</p><ul><li><a href='https://example.org'>More</a></li></ul>"
    community = bob.community("tides", description="Levels of the sea", page=prose, curation_policy=prose)
    record = bob.record({"README.md": b"# Tides\n", "data/levels.csv": b"a,b\n1,2\n"}, description=prose)
    request = ada.hand_in(ada.draft(title="Gauges compared"), community, prose)
    made = bob.ask("POST", f"/records/{record}/communities", {"communities": [{"id": community}]})["processed"][0]
    bob.ask("POST", f"/requests/{made['request_id']}/actions/accept", {})
    client, _ = oauth.register(bob.site.store.db, "Our hub", "https://hub.example.org/", confidential=True)
    return {"record": record, "draft": bob.draft(), "request": request, "token": bob.token, "client": client.id}


def test_pages_are_for_everybody(page: Page, tmp_path: Path) -> None:
    """By keyboard one signs in; axe has no complaint about any page, light or dark, and a phone shows all of it."""
    ids = furnish(Site(tmp_path))
    page.add_init_script(path=AXE)
    with Server(tmp_path, port=0) as server:
        page.goto(f"{server.url}/me/uploads")
        assert complaints(page) == []
        page.get_by_label("Token").focus()
        page.keyboard.insert_text(ids["token"])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="My uploads")).to_be_visible()
        for scheme, width in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            for address in PAGES:
                page.goto(server.url + address.format(**ids))
                assert complaints(page) == [], (address, scheme, width)


def test_a_curator_accepts_within_jupyter(page: Page, tmp_path: Path) -> None:
    """The form of a request works behind Jupyter's login, in the sandbox that runs no script, and publishes the draft."""
    config = Config(data_dir=tmp_path / "zenodo")
    site = Site(embedded.folder(config))
    ids = furnish(site)
    jupyter = JupyterProcess(tmp_path)
    try:
        page.goto(f"{jupyter.url}zenodo-jupyter/repository/me/requests/{ids['request']}?token={TOKEN}")
        page.get_by_label("Comment").fill("Thank you.")
        page.get_by_role("button", name="Accept and publish").click()
        expect(page.get_by_text("accepted this")).to_be_visible()
        expect(page.get_by_text("Thank you.")).to_be_visible()
        page.get_by_role("link", name="Gauges compared").click()
        expect(page.get_by_text("Published 17 May 2024")).to_be_visible()
    finally:
        jupyter.kill()
