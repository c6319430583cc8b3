"""Who may ask: every route and verb refuses those who have not logged in, or may not."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from jupyter_server.auth.utils import HTTP_METHOD_TO_AUTH_ACTION
from tornado.web import RequestHandler

from zenodo_jupyter.handlers import routes

#: Something that fits each group in a route's pattern.
FITTING = {"([0-9a-f-]{36})": "0" * 36, "([0-9a-f]{32})": "0" * 32, "([^/]+)": "local", "(?:/(.*))?": "/records/1"}
VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def walk() -> list[tuple[str, str]]:
    """Return (verb, path) of everything that can be asked."""
    found = []
    for pattern, handler in routes():
        path = pattern
        for group, text in FITTING.items():
            path = path.replace(group, text)
        assert "(" not in path, f"no path is known that fits {pattern}"
        found += [(verb, path.lstrip("/")) for verb in VERBS if defines(handler, verb)]
    return found


def defines(handler: Any, verb: str) -> bool:
    """Whether a handler answers a verb itself (Tornado's own answer is 405)."""
    return any(verb.lower() in vars(c) for c in handler.__mro__ if c.__module__.startswith("zenodo_jupyter"))


@pytest.fixture
def anybody(http_server_client: Any, jp_base_url: str, jp_serverapp: Any) -> Callable[..., Awaitable[Any]]:
    """Ask as somebody of whom the server knows nothing."""

    def ask(verb: str, path: str, **kwargs: Any) -> Awaitable[Any]:
        kwargs.setdefault("body", "{}" if verb in ("POST", "PUT", "PATCH") else None)
        return http_server_client.fetch(
            jp_base_url + path, method=verb, follow_redirects=False, raise_error=False, **kwargs
        )

    return ask


def test_the_walk_finds_all_routes() -> None:
    """The walk meets each route of the contract, so that the tests below prove something."""
    asked = {path.split("/")[1] for _, path in walk()}
    assert asked == {
        "fields", "repositories", "collect", "publish", "get", "reproduce", "jobs", "resolve", "search", "status",
        "stamped", "repository", "edit", "communities", "requests", "rehearse", "remedy", "underway", "standings", "check",
        "preview", "suggest", "people", "prose", "title", "sign-in",
    }  # fmt: skip
    assert len(walk()) == len(set(walk())) >= 17


async def test_strangers_are_refused_everywhere(anybody: Callable[..., Awaitable[Any]]) -> None:
    """Without a login, every route and verb answers 403, or sends to the login page."""
    for verb, path in walk():
        response = await anybody(verb, path)
        assert response.code in (302, 403), (verb, path, response.code)
        if response.code == 302:
            assert "/login?next=" in response.headers["Location"], (verb, path)


async def test_a_cookie_alone_changes_nothing(
    anybody: Callable[..., Awaitable[Any]], jp_serverapp: Any, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    """A page of somebody else, which can make a browser send its login cookie but no XSRF token, starts nothing."""
    page = await anybody("GET", "login", headers=jp_auth_header)
    response = await anybody("GET", f"tree?{jp_auth_header['Authorization'].replace('token ', 'token=')}")
    cookies = [c.split(";")[0] for r in (page, response) for c in r.headers.get_list("Set-Cookie")]
    assert any(c.startswith("username-") for c in cookies), "the login cookie was not given, so nothing would be proved"
    logged_in = {"Cookie": "; ".join(cookies)}
    assert (await anybody("GET", "zenodo-jupyter/jobs", headers=logged_in)).code == 200
    for verb, path in walk():
        if verb in ("POST", "PUT", "PATCH", "DELETE"):
            answer = await anybody(verb, path, headers=logged_in)
            assert answer.code == 403 and b"_xsrf" in answer.body, (verb, path, answer.code, answer.body)


class Remembering(Authorizer):
    """Refuses everybody, and remembers what was asked."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012 - one server at a time

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        """Refuse our own routes."""
        self.asked.append((action, resource))
        return False


class TestAuthorization:
    """With an authorizer, as on a shared server."""

    @pytest.fixture
    def jp_server_config(self) -> dict[str, Any]:
        """Load this extension and the authorizer."""
        return {"ServerApp": {"jpserver_extensions": {"zenodo_jupyter": True}, "authorizer_class": Remembering}}

    async def test_every_verb_is_authorized(
        self, anybody: Callable[..., Awaitable[Any]], jp_auth_header: dict[str, str]
    ) -> None:
        """Each route and verb asks whether this user may read, or write, ``zenodo_jupyter``, and takes no for an answer."""
        for verb, path in walk():
            Remembering.asked.clear()
            response = await anybody(verb, path, headers=jp_auth_header)
            assert response.code == 403, (verb, path, response.code)
            assert Remembering.asked == [(HTTP_METHOD_TO_AUTH_ACTION[verb], "zenodo_jupyter")], (verb, path)


async def test_no_get_changes_anything(call: Callable[..., Awaitable[Any]], own_home: Any) -> None:
    """Looking at everything that can be looked at leaves no jobs, tokens or journal behind."""
    for verb, path in walk():
        if verb == "GET":
            await call("GET", path.removeprefix("zenodo-jupyter/"))
    left = {p.name for p in (own_home / "zenodo").rglob("*.json")} if (own_home / "zenodo").exists() else set()
    assert left == set()


async def test_errors_are_json_for_every_refusal(anybody: Callable[..., Awaitable[Any]]) -> None:
    """Also a refusal has the shape that the panel shows: what happened, in words."""
    response = await anybody("POST", "zenodo-jupyter/publish")
    body = json.loads(response.body)
    assert set(body) >= {"error", "message", "hint"}


def test_all_verbs_are_walked() -> None:
    """The verbs that are walked are those that Tornado knows, but for OPTIONS, which changes and tells nothing."""
    assert set(VERBS) == set(RequestHandler.SUPPORTED_METHODS) - {"OPTIONS"}
