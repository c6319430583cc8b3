"""People in front of an embedded repository: by its API with a token, and in a browser without scripts."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

from zenodo_jupyter.localrepo import users
from zenodo_jupyter.localrepo.app import create_app

META = {
    "title": "Tides at Brest",
    "publication_date": "2024-05-17",
    "publisher": "Zenodo",
    "resource_type": {"id": "dataset"},
    "creators": [{"person_or_org": {"type": "organizational", "name": "Harbour"}}],
}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


class Site:
    """A repository, and whoever comes to it."""

    def __init__(self, folder: Path) -> None:
        self.app = create_app(folder)
        self.store = self.app.extensions["zenodo_jupyter.localrepo"].store

    def person(self, name: str) -> Person:
        """Return somebody with an account and a token."""
        user = users.add_user(self.store.db, f"{name}@example.org", name.capitalize())
        return Person(self, user, users.add_token(self.store.db, user, "test"))

    def browser(self, person: Person | None = None) -> Browser:
        """Return a browser, in which somebody has signed in."""
        opened = Browser(self)
        if person is not None:
            opened.send("/login/", token=person.token, status=303)
        return opened


class Person:
    """Somebody with a token."""

    def __init__(self, site: Site, user: users.User, token: str) -> None:
        self.site, self.user, self.token = site, user, token
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.inveniordm.v1+json, */*;q=0.9"}

    def ask(self, method: str, path: str, body: Any = None, status: int = 200, **options: Any) -> Any:
        """Send a request to the API that has to be answered with this status, and return the JSON."""
        options = {"json": body, "headers": self.headers, **options}
        answer = self.site.app.test_client().open(f"/api{path}", method=method, **options)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.get_json(silent=True)

    def draft(self, files: dict[str, bytes] | None = None, access: Any = None, **metadata: Any) -> str:
        """Make a draft with files, and return its id."""
        body = {"metadata": {**META, **metadata}, **({"access": access} if access else {})}
        id: str = self.ask("POST", "/records", body, 201)["id"]
        for key, data in (files or {"a.csv": b"x,y\n1,2\n"}).items():
            self.ask("POST", f"/records/{id}/draft/files", [{"key": key}], 201)
            headers = {**self.headers, "Content-Type": "application/octet-stream"}
            self.ask("PUT", f"/records/{id}/draft/files/{key}/content", json=None, data=data, headers=headers)
            self.ask("POST", f"/records/{id}/draft/files/{key}/commit")
        return id

    def record(self, *args: Any, **options: Any) -> str:
        """Publish a record with files, and return its id."""
        id = self.draft(*args, **options)
        self.ask("POST", f"/records/{id}/draft/actions/publish", status=202)
        return id

    def link(self, id: str, permission: str) -> str:
        """Make a secret link, and return its token."""
        made = self.ask("POST", f"/records/{id}/access/links", {"permission": permission}, 201)
        return str(made["token"])

    def community(self, slug: str, visibility: str = "public", **metadata: Any) -> str:
        """Found a community, and return its id."""
        about = {"title": slug.capitalize(), **metadata}
        body = {"slug": slug, "metadata": about, "access": {"visibility": visibility}}
        return str(self.ask("POST", "/communities", body, 201)["id"])

    def hand_in(self, id: str, community: str, words: str = "") -> str:
        """Hand a draft in to a community, and return the id of the request."""
        target = {"receiver": {"community": community}, "type": "community-submission"}
        self.ask("PUT", f"/records/{id}/draft/review", target)
        said = {"payload": {"content": words, "format": "html"}} if words else {}
        made = self.ask("POST", f"/records/{id}/draft/actions/submit-review", {**said, "require_review": True}, 202)
        return str(made["id"])


class Browser:
    """A browser that keeps cookies and runs no script."""

    def __init__(self, site: Site) -> None:
        self.client = site.app.test_client()

    def open(self, path: str, status: int = 200) -> str:
        """Open a page that has to be answered with this status, and return its text."""
        answer = self.client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.text

    def is_asked_to_sign_in(self, path: str) -> bool:
        """Tell whether a page leads to where one signs in."""
        answer = self.client.get(path)
        return answer.status_code == 302 and answer.headers["Location"].startswith("/login/?next=")

    def send(self, path: str, status: int = 303, *, honest: bool = True, to: str = "", **fields: str) -> str:
        """Fill in the form of a page, or that one of its forms that goes ``to`` an address, and send it.

        If not ``honest``, without what only that page knows. Returns the page that answers, or where it leads.
        """
        form = re.search(rf'<form[^>]* method="post" action="{to or path}".*?</form>', self.open(path), re.DOTALL)
        assert form, f"{path} has no such form"
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[0])
        data = {**({name: unescape(value) for name, value in hidden} if honest else {}), **fields}
        answer = self.client.post(to or path, data=data)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.headers.get("Location", answer.text)
