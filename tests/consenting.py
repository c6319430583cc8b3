"""A person with a browser who is sent to a repository to let an application in: the real server's pages, read as text."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from zenodo_jupyter.localrepo import oauth

_ONE: dict[str, Any] = {"allow_redirects": False, "timeout": 30}


def register(app: Any, redirect_uri: str, *, confidential: bool = False) -> dict[str, Any]:
    """Register an application with an embedded repository, and return it as a configuration has it."""
    store = app.extensions["zenodo_jupyter.localrepo"].store
    client, secret = oauth.register(store.db, "Our Jupyter", redirect_uri, confidential=confidential)
    return {"client_id": client.id, **({"client_secret": secret} if secret else {})}


class Visitor:
    """Somebody in front of the pages of a repository.

    Parameters
    ----------
    **known : str
        What they fill in where they are asked who they are: ``token`` on an embedded repository, ``email`` and ``password``
        on a real InvenioRDM.
    """

    def __init__(self, **known: str) -> None:
        self._known = known
        self.session = requests.Session()
        self.session.trust_env = False

    def answer(self, address: str, word: str = "yes") -> str:
        """Sign in where asked, let the application in (or not), and return the address that the browser is sent to."""
        page = self._sign_in(address)
        if "/oauth/authorize" not in page.url:  # InvenioRDM goes to its front page
            page = self._follow(self.session.get(address, **_ONE))
        if not page.is_redirect:
            assert 'name="confirm"' in page.text, page.text
            page = self.session.post(page.url, data={**hidden(page.text), "confirm": word}, **_ONE)
        assert page.is_redirect, page.text
        return page.headers["Location"]

    def signed_in(self, address: str) -> requests.Session:
        """Sign in on the page at an address, and return the session."""
        self._sign_in(address)
        return self.session

    def _sign_in(self, address: str) -> requests.Response:
        page = self._follow(self.session.get(address, **_ONE))
        if "/login" not in page.url:
            return page
        return self._follow(self.session.post(page.url, data={**hidden(page.text), **self._known}, **_ONE))

    def _follow(self, answer: requests.Response) -> requests.Response:
        """Follow an answer as long as it leads to the same server."""
        while answer.is_redirect:
            there = urljoin(answer.url, answer.headers["Location"])
            if urlsplit(there).netloc != urlsplit(answer.url).netloc:
                break
            answer = self.session.get(there, **_ONE)
        return answer


def brought(address: str) -> dict[str, str]:
    """Return the parameters of an address."""
    return dict(parse_qsl(urlsplit(address).query))


def hidden(page: str) -> dict[str, str]:
    """Return what the forms of a page have in hidden fields."""
    inputs = [tag for tag in re.findall(r"<input[^>]*>", page) if 'type="hidden"' in tag]
    named = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in inputs]
    return {name[1]: unescape(value[1]) for name, value in named if name and value}
