"""Signing in as the panel does it: begun by a request, come back to by a browser, watched meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from consenting import Visitor, brought, register
from faults import FaultyServer
from tornado.httpclient import HTTPResponse

Call = Callable[..., Awaitable[tuple[int, Any]]]
BACK = "https://hub.example.org/hub/user-redirect/zenodo-jupyter/sign-in"


@pytest.fixture
def jp_server_config(lab: tuple[FaultyServer, str]) -> dict[str, Any]:
    """Load this extension; with one repository it is registered, with another one it is not."""
    known = {
        "lab": {"url": lab[0].url, "title": "Our lab", "oauth": {**register(lab[0].app, BACK), "redirect_uri": BACK}},
        "far": {"url": "https://far.example.org"},
    }
    return {
        "ServerApp": {"jpserver_extensions": {"zenodo_jupyter": True}},
        "ZenodoJupyter": {"repositories": known, "allowed_repositories": ["local", "lab", "far"]},
    }


class Browser:
    """A browser that is logged in, in which a person has the panel open.

    Parameters
    ----------
    fetch : callable
        Asks the server, with its token.
    """

    def __init__(self, fetch: Callable[..., Awaitable[HTTPResponse]]) -> None:
        self._fetch = fetch
        self._headers: dict[str, str] = {}

    async def ask(self, method: str, path: str, **params: str) -> HTTPResponse:
        """Ask one of our routes, with the cookie of before."""
        body = "{}" if method == "POST" else None
        answer = await self._fetch(
            "zenodo-jupyter", *path.split("/"), method=method, body=body, params=params, headers=self._headers,
            raise_error=False,
        )  # fmt: skip
        cookies = [cookie.split(";")[0] for cookie in answer.headers.get_list("Set-Cookie")]
        self._headers = {"Cookie": "; ".join(cookies)} if cookies else self._headers
        return answer

    async def begin(self) -> dict[str, str]:
        """Begin to sign in to the lab."""
        return json.loads((await self.ask("POST", "repositories/lab/sign-in")).body)

    async def come_back(self, sent: dict[str, str]) -> HTTPResponse:
        """Open the page to which the browser is sent."""
        return await self.ask("GET", "sign-in", **sent)

    async def watch(self, begun: dict[str, str]) -> dict[str, Any]:
        """Ask how it stands."""
        return json.loads((await self.ask("GET", f"repositories/lab/sign-in/{begun['id']}")).body)


@pytest.fixture
def hers(jp_fetch: Callable[..., Awaitable[HTTPResponse]]) -> Browser:
    """Her browser."""
    return Browser(jp_fetch)


async def allow(begun: dict[str, str], token: str, word: str = "yes") -> dict[str, str]:
    """Have the person answer, in a thread, and return what their browser is sent back with."""
    answer = Visitor(token=token).answer
    back = await asyncio.get_running_loop().run_in_executor(None, answer, begun["address"], word)
    assert back.startswith(BACK)
    return brought(back)


async def test_a_repository_says_whether_one_can_sign_in(call: Call) -> None:
    """Should offer it only where this software is registered."""
    listed = {row["name"]: row for row in (await call("GET", "repositories"))[1]["repositories"]}
    assert {name: row["can_sign_in"] for name, row in listed.items()} == {"local": False, "lab": True, "far": False}
    assert not any(row["is_signed_in"] for row in listed.values())
    status, error = await call("POST", "repositories/far/sign-in")
    assert status == 400 and "oauth" in error["hint"]


async def test_one_goes_there_and_comes_back(
    call: Call, hers: Browser, lab: tuple[FaultyServer, str], jp_logging_stream: Any, own_home: Path
) -> None:
    """Should tell who watches the account, say it on a page that closes itself, and tell or log no secret; then sign out."""
    begun = await hers.begin()
    assert (await hers.watch(begun))["state"] == "waiting"
    sent = await allow(begun, lab[1])
    page = await hers.come_back(sent)
    text = page.body.decode()
    assert page.code == 200 and "Signed in to Our lab" in text and "window.close()" in text
    assert "script-src 'nonce-" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store" and page.headers["Referrer-Policy"] == "no-referrer"
    seen = await hers.watch(begun)
    assert seen["state"] == "done" and seen["account"] in text
    listed = {row["name"]: row for row in (await call("GET", "repositories"))[1]["repositories"]}
    assert listed["lab"]["has_token"] and listed["lab"]["is_signed_in"]
    assert (await call("POST", "repositories/lab/test"))[1] == {"account": seen["account"]}
    (kept,) = json.loads((own_home / "zenodo" / "tokens.json").read_text()).values()
    told = text + json.dumps([seen, listed]) + jp_logging_stream.getvalue()
    for secret in (
        sent["code"],
        sent["state"],
        *(json.loads(kept)[name] for name in ("access_token", "refresh_token")),
    ):
        assert len(secret) > 20 and secret not in told
    assert await call("DELETE", "repositories/lab/token") == (204, b"")
    listed = {row["name"]: row for row in (await call("GET", "repositories"))[1]["repositories"]}
    assert not listed["lab"]["has_token"] and not listed["lab"]["is_signed_in"]


async def test_nobody_comes_back_for_another(
    hers: Browser, jp_fetch: Callable[..., Awaitable[HTTPResponse]], lab: tuple[FaultyServer, str], own_home: Path
) -> None:
    """Should take in, show and cancel a sign-in in the browser that began it, and in no other."""
    begun = await hers.begin()
    sent = await allow(begun, lab[1])
    other = Browser(jp_fetch)
    assert (await other.come_back(sent)).code == 400
    for method in ("GET", "DELETE"):
        assert (await other.ask(method, f"repositories/lab/sign-in/{begun['id']}")).code == 400
    assert not (own_home / "zenodo" / "tokens.json").exists()
    assert (await hers.come_back(sent)).code == 200


async def test_a_no_is_told_in_words(hers: Browser, lab: tuple[FaultyServer, str]) -> None:
    """Should say on the page, and to who watches, that nothing was changed; and let nobody write on that page."""
    begun = await hers.begin()
    sent = await allow(begun, lab[1], "no")
    page = await hers.come_back({**sent, "error_description": "<b>written by others</b>"})
    assert page.code == 403 and "You did not let Jupyter in at Our lab" in page.body.decode()
    assert "written by others" not in page.body.decode() and "window.close" not in page.body.decode()
    seen = await hers.watch(begun)
    assert seen["state"] == "failed" and "did not let Jupyter in" in seen["error"]["message"]


async def test_a_cancelled_one_is_forgotten(hers: Browser, lab: tuple[FaultyServer, str]) -> None:
    """Should not take in who comes back from it."""
    begun = await hers.begin()
    sent = await allow(begun, lab[1])
    assert (await hers.ask("DELETE", f"repositories/lab/sign-in/{begun['id']}")).code == 204
    assert (await hers.come_back(sent)).code == 400


async def test_who_is_not_logged_in_is_not_sent_around_with_the_code(
    http_server_client: Any, jp_base_url: str, jp_serverapp: Any, jp_logging_stream: Any
) -> None:
    """Should refuse at once: a redirection to the login page would carry, and log, the address with the code."""
    address = f"{jp_base_url}zenodo-jupyter/sign-in?code=a-code-of-somebody&state=a-state-of-somebody"
    answer = await http_server_client.fetch(address, follow_redirects=False, raise_error=False)
    assert answer.code == 403 and "not logged in to Jupyter" in answer.body.decode()
    assert "of-somebody" not in answer.body.decode() + jp_logging_stream.getvalue()


class TestWhereItIsReached:
    """Without an address in the configuration."""

    @pytest.fixture
    def jp_server_config(self, lab: tuple[FaultyServer, str]) -> dict[str, Any]:
        """Load this extension, registered with a repository."""
        known = {"lab": {"url": lab[0].url, "oauth": {"client_id": "x"}}}
        return {
            "ServerApp": {"jpserver_extensions": {"zenodo_jupyter": True}, "allow_origin": "https://lab.example.org"},
            "ZenodoJupyter": {"repositories": known},
        }

    @pytest.mark.parametrize("origin", ["https://lab.example.org", None])
    async def test_the_address_is_the_one_that_the_browser_uses(
        self, origin: str | None, jp_fetch: Callable[..., Awaitable[HTTPResponse]], jp_serverapp: Any
    ) -> None:
        """Should be worked out of the request, with the folder, and with scheme and host as the browser has them."""
        route = ("zenodo-jupyter", "repositories", "lab", "sign-in")
        headers = {"Origin": origin} if origin else {}
        begun = json.loads((await jp_fetch(*route, method="POST", body="{}", headers=headers)).body)
        host = origin or f"http://127.0.0.1:{jp_serverapp.port}"
        assert brought(begun["address"])["redirect_uri"].startswith(host.rsplit(":", 1)[0])
        assert brought(begun["address"])["redirect_uri"].endswith("/a%40b/zenodo-jupyter/sign-in")
