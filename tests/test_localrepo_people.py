"""Several people on one server: their accounts and tokens, what is never written down of those, and how often they may ask."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from zenodo_jupyter.errors import BadInput
from zenodo_jupyter.localrepo import users
from zenodo_jupyter.localrepo.database import now
from zenodo_jupyter.localrepo.flavours import Switches
from zenodo_jupyter.localrepo.limits import Limit, Limiter
from zenodo_jupyter.localrepo.server import Server
from zenodo_jupyter.localrepo.store import Store


class Clock:
    """A time that passes when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        """Return it."""
        return self.now


def test_a_window_moves() -> None:
    """Should refuse the request that is one too many, not count it, and answer again when the oldest is a minute old."""
    clock = Clock()
    limiter, limits = Limiter(clock), (Limit(3, 60), Limit(5, 3600))
    for left in (2, 1, 0):
        standing = limiter.ask("a", limits)
        assert (standing.remaining, standing.refused, str(standing.limit)) == (left, False, "3 per 1 minute")
        clock.now += 10
    for _ in range(3):
        assert limiter.ask("a", limits).refused
    assert not limiter.ask("b", limits).refused
    assert limiter.ask("a", limits).reset == 1060
    clock.now = 1060.0
    assert not limiter.ask("a", limits).refused
    clock.now = 1200.0
    assert not limiter.ask("a", limits).refused
    standing = limiter.ask("a", limits)
    assert standing.refused and str(standing.limit) == "5 per 1 hour" and standing.reset == 1000 + 3600


def test_a_server_that_limits(tmp_path: Path) -> None:
    """Should answer 429 with Zenodo's words and headers to who asks too often, each guest and account for itself."""
    with Server(tmp_path, port=0, rate_limits=True) as server, requests.Session() as session:
        session.trust_env = False
        for left in range(29, -1, -1):
            answer = session.get(f"{server.url}/api/records")
            assert answer.status_code == 200 and answer.headers["X-RateLimit-Remaining"] == str(left)
        answer = session.get(f"{server.url}/api/records")
        assert answer.status_code == 429 and answer.json() == {"message": "30 per 1 minute", "status": 429}
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert answer.headers["X-RateLimit-Limit"] == "30"
        # Searches count for themselves, and so do other people.
        assert session.get(f"{server.url}/api/vocabularies/licenses").headers["X-RateLimit-Limit"] == "133"
        named = session.get(f"{server.url}/api/records", headers={"Authorization": f"Bearer {server.token}"})
        assert named.status_code == 200
        for _ in range(100):
            kept = session.get(
                f"{server.url}/api/user/records?size=1", headers={"Authorization": f"Bearer {server.token}"}
            )
        assert kept.status_code == 200
        kept = session.get(f"{server.url}/api/user/records?size=1", headers={"Authorization": f"Bearer {server.token}"})
        assert kept.status_code == 429 and kept.json()["message"] == "100 per 1 minute"


def test_three_people(tmp_path: Path) -> None:
    """Should let each account make its own records, show none of them to the others, and everything to the administrator."""
    with Server(tmp_path, port=0) as server, requests.Session() as session:
        session.trust_env = False
        tokens = {name: server.admit(f"{name}@example.org") for name in ("ada", "bob")}
        assert server.admit("ada@example.org") != tokens["ada"]

        def ask(who: str, method: str, path: str, **options: object) -> requests.Response:
            headers = {"Authorization": f"Bearer {tokens.get(who, server.token)}"}
            return session.request(method, f"{server.url}/api{path}", headers=headers, timeout=60, **options)  # type: ignore[arg-type]

        id = ask("ada", "POST", "/records", json={"metadata": {"title": "Ada's"}}).json()["id"]
        assert ask("ada", "GET", f"/records/{id}/draft").status_code == 200
        assert ask("bob", "GET", f"/records/{id}/draft").status_code == 403
        assert ask("owner", "GET", f"/records/{id}/draft").status_code == 200
        found = ask("owner", "GET", "/users?q=ada").json()["hits"]["hits"]
        assert [one["email"] for one in found] == ["ada@example.org"]
        assert "email" not in ask("bob", "GET", "/users?q=ada").json()["hits"]["hits"][0]
        assert session.get(f"{server.url}/api/users?q=ada").status_code == 403
        with pytest.raises(BadInput):
            server.admit("no address")
        url = server.url
    with Server(tmp_path, port=0) as server:
        answer = requests.get(f"{server.url}/api/me", headers={"Authorization": f"Bearer {tokens['ada']}"}, timeout=60)
        assert answer.status_code == 401, f"the token outlived {url}"


def test_tokens_are_kept_as_hashes_and_expire(tmp_path: Path) -> None:
    """Should find no token in any file of the store, and take one that is expired for nobody's."""
    store = Store(tmp_path)
    user = users.add_user(store.db, "ada@example.org")
    token = users.add_token(store.db, user, "t", expires="2999-01-01", scopes=("deposit:write",))
    late = users.add_token(store.db, user, "t", expires=now())
    assert users.user_of_token(store.db, token) == user and users.user_of_token(store.db, late) is None
    assert store.db.one("SELECT scopes FROM tokens")["scopes"] == '["deposit:write"]'  # type: ignore[index]
    store.db.close()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or token.encode() not in path.read_bytes(), path


def test_a_token_in_an_address_is_never_written_down(tmp_path: Path) -> None:
    """Should accept ?access_token=, and print nothing of it, neither for what works nor for what fails."""
    command = [
        sys.executable,
        "-m",
        "zenodo_jupyter.cli",
        "serve",
        "--json",
        "--port",
        "0",
        "--data",
        str(tmp_path / "d"),
    ]
    command += ["--account", "ada@example.org", "--rate-limits", "--trap", "crashes"]
    log = tmp_path / "log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        url, token = first["url"], first["accounts"]["ada@example.org"]
        try:
            got = requests.get(f"{url}/api/me?access_token={token}", timeout=60)
            assert got.json()["email"] == "ada@example.org" and got.headers["X-RateLimit-Limit"] == "100"
            for path in ("/api/records?size=1", "/api/nothing?", "/api/records?q=%28", "/api/records/1%2F?"):
                assert token not in requests.get(f"{url}{path}&access_token={token}", timeout=60).headers.get(
                    "Link", ""
                )
            broken = requests.post(f"{url}/api/records?access_token={token}", data=b"{", timeout=60)
            assert broken.status_code == 400
            # A trap that was asked for: a list as body crashes the real one.
            listed = requests.post(f"{url}/api/records?access_token={token}", json=[], timeout=60)
            assert listed.status_code == 500
        finally:
            process.send_signal(signal.SIGTERM)
            rest = process.communicate(timeout=60)[0]
    assert token not in rest and token not in log.read_text()


def test_a_crash_is_logged_without_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Should name the path of a request that broke, and not what stood behind the question mark."""
    with Server(tmp_path, port=0) as server, caplog.at_level(logging.DEBUG):

        def broken(*_: object) -> None:
            raise RuntimeError("broken")

        monkeypatch.setattr("zenodo_jupyter.localrepo.api.records.answer_search", broken)
        answer = requests.get(f"{server.url}/api/records?access_token={server.token}", timeout=60)
        assert answer.status_code == 500 and "/api/records" in caplog.text
        # urllib3 logs the address on the client's side; ours is what counts.
        ours = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("urllib3"))
        assert "/api/records" in ours and server.token not in ours


def test_traps_are_named(tmp_path: Path) -> None:
    """Should switch on what is named and nothing else, all of them by one word, and say which there are."""
    some = Switches.on(["bad-part-answers-200", "crashes"])
    assert some == Switches(bad_part_answers_200=True, crashes=True)
    assert Switches.on([]) == Switches() and Switches.on(["all"]) == Switches.all_on()
    with pytest.raises(BadInput, match="no trap 'nothing'") as refused:
        Switches.on(["nothing"])
    assert "content-after-commit-drops-file" in str(refused.value.hint)
