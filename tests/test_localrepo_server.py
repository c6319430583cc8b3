"""The two doors: what only one of them has, and the traps that can be switched on."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from zenodo_jupyter.errors import BadInput, Busy
from zenodo_jupyter.localrepo import users
from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app
from zenodo_jupyter.localrepo.flavours import Switches
from zenodo_jupyter.localrepo.server import Server
from zenodo_jupyter.localrepo.store import DEFAULT_SITE_URL, Store

BYTES = {"Content-Type": "application/octet-stream"}
META = {
    "title": "A record", "publication_date": "2024", "publisher": "P", "resource_type": {"id": "dataset"},
    "creators": [{"person_or_org": {"type": "organizational", "name": "Org"}}],
}  # fmt: skip


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server on a free port."""
    with Server(tmp_path, port=0) as server:
        yield server


@pytest.fixture
def session(server: Server) -> Iterator[requests.Session]:
    """A session with the server's token."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {server.token}"
        yield session


def draft(session: requests.Session, url: str, data: bytes | None = None) -> str:
    """Make a draft with one file and return its id."""
    id: str = session.post(f"{url}/api/records", json={"metadata": META}).json()["id"]
    session.post(f"{url}/api/records/{id}/draft/files", json=[{"key": "a.csv"}])
    if data is not None:
        session.put(f"{url}/api/records/{id}/draft/files/a.csv/content", data=data, headers=BYTES)
        session.post(f"{url}/api/records/{id}/draft/files/a.csv/commit")
    return id


def test_serve_says_where_it_is_and_stops_when_asked(tmp_path: Path) -> None:
    """Should print one line of JSON, let its token in, and make it worthless when it ends on SIGTERM."""
    code = (
        "import sys; from zenodo_jupyter.localrepo.server import serve; serve(sys.argv[1], port=0, as_json_line=True)"
    )
    process = subprocess.Popen([sys.executable, "-u", "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = json.loads(process.stdout.readline())
    mine = {"Authorization": f"Bearer {said['token']}"}
    assert requests.get(f"{said['url']}/api/user/records", headers=mine, timeout=10).status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    assert users.user_of_token(Store(tmp_path).db, said["token"]) is None


def test_the_token_of_a_killed_server_dies_with_the_next_start(tmp_path: Path) -> None:
    """Should notice that nobody holds the lock of that session any more."""
    code = (
        "import sys; from zenodo_jupyter.localrepo.server import serve; serve(sys.argv[1], port=0, as_json_line=True)"
    )
    process = subprocess.Popen([sys.executable, "-u", "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = json.loads(process.stdout.readline())
    store = Store(tmp_path)
    with Server(tmp_path, port=0) as other:  # a running one is left alone
        assert users.user_of_token(store.db, said["token"]) is not None
        assert users.user_of_token(store.db, other.token) is not None
    process.kill()
    process.communicate()
    with Server(tmp_path, port=0):
        assert users.user_of_token(store.db, said["token"]) is None


def test_other_machines_are_not_let_in_unasked(tmp_path: Path) -> None:
    """Should refuse an address that others reach, and a port that is taken."""
    with pytest.raises(BadInput, match="can be reached by other machines"):
        Server(tmp_path, "0.0.0.0")
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Busy, match="is taken"):
        Server(tmp_path, port=taken.getsockname()[1])


def test_a_page_elsewhere_cannot_pretend_to_be_local(server: Server) -> None:
    """Should refuse a request under another name, as a browser sends it after DNS rebinding."""
    answer = requests.get(f"{server.url}/api/records", headers={"Host": "evil.example"}, timeout=10)
    assert answer.status_code == 400 and "only under the name of this machine" in answer.json()["message"]
    local = requests.get(f"{server.url}/api/records", headers={"Host": "localhost:1"}, timeout=10)
    assert local.status_code == 200


def test_links_for_people_lead_to_where_it_is_served(tmp_path: Path) -> None:
    """Should remember a port that was chosen, and not one that was taken because it was free."""
    with Server(tmp_path, port=0):
        pass
    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(create_app(tmp_path)))
        links = session.post(f"{BASE_URL}/api/records", json={}).json()["links"]
        assert links["self"].startswith(f"{BASE_URL}/api/records/")
        assert links["self_html"].startswith(DEFAULT_SITE_URL)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with Server(tmp_path, port=port) as server:
            links = session.post(f"{BASE_URL}/api/records", json={}).json()["links"]
            assert links["self_html"].startswith(server.url)
        with Server(tmp_path) as again:
            assert urlsplit(again.url).port == port


def test_an_early_refusal_reaches_the_client(server: Server, session: requests.Session) -> None:
    """Should read a body that nobody wants, so that the client sees the refusal and not a reset."""
    id = draft(session, server.url)
    address = f"{server.url}/api/records/{id}/draft/files/a.csv/content"
    big = b"x" * (64 << 20)
    stranger = requests.put(address, data=big, headers=BYTES, timeout=60)
    assert stranger.status_code == 403
    assert session.put(address, data=big, headers={"Content-Type": "text/csv"}).status_code == 415
    assert session.get(f"{server.url}/api/ping").text == "OK"


def test_what_follows_a_body_is_the_next_request(server: Server, session: requests.Session) -> None:
    """Should keep each byte of a body that comes with its headers and with the request behind it, and answer both."""
    id = draft(session, server.url)
    body, address = os.urandom(300_000), f"/api/records/{id}/draft/files/a.csv"
    head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {server.token}\r\n"
    one = (
        f"PUT {address}/content HTTP/1.1\r\n{head}Content-Type: application/octet-stream\r\nContent-Length: {len(body)}"
    )
    two = f"POST {address}/commit HTTP/1.1\r\n{head}Content-Length: 0\r\nConnection: close\r\n\r\n"
    with socket.create_connection((urlsplit(server.url).hostname, urlsplit(server.url).port)) as connection:
        connection.sendall(f"{one}\r\n\r\n".encode() + body + two.encode())
        answers = b""
        while part := connection.recv(65536):
            answers += part
    assert answers.count(b"HTTP/1.1 200 OK") == 2
    assert session.get(f"{server.url}{address}").json()["checksum"] == f"md5:{hashlib.md5(body).hexdigest()}"


def test_a_client_that_goes_away(server: Server, session: requests.Session, tmp_path: Path) -> None:
    """Should keep nothing of half an upload, and leave the file pending."""
    id = draft(session, server.url)
    host, port = urlsplit(server.url).hostname, urlsplit(server.url).port
    with socket.create_connection((host, port)) as connection:
        head = f"PUT /api/records/{id}/draft/files/a.csv/content HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        head += f"Authorization: Bearer {server.token}\r\nContent-Length: 1000000\r\n\r\n"
        connection.sendall(head.encode() + b"x" * 1000)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    assert list((tmp_path / "blobs" / "incoming").iterdir()) == []
    assert session.get(f"{server.url}/api/records/{id}/draft/files/a.csv").json()["status"] == "pending"


def test_many_clients_at_once(server: Server) -> None:
    """Should publish for sixteen clients at once without an error or a lost record."""
    failures: list[str] = []

    def publish() -> None:
        with requests.Session() as session:
            session.trust_env = False
            session.headers["Authorization"] = f"Bearer {server.token}"
            id = draft(session, server.url, b"t,y\n")
            answer = session.post(f"{server.url}/api/records/{id}/draft/actions/publish")
            if answer.status_code != 202:
                failures.append(answer.text)

    threads = [threading.Thread(target=publish) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert requests.get(f"{server.url}/api/records", timeout=10).json()["hits"]["total"] == 16


def test_the_address_for_people_answers_ranges(server: Server, session: requests.Session) -> None:
    """Should give a part of a file, or make a browser save it."""
    id = draft(session, server.url, b"0123456789")
    session.post(f"{server.url}/api/records/{id}/draft/actions/publish")
    address = f"{server.url}/records/{id}/files/a.csv"
    part = requests.get(address, headers={"Range": "bytes=2-4"}, timeout=10)
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    rest = requests.get(address, headers={"Range": "bytes=8-"}, timeout=10)
    assert (rest.status_code, rest.content) == (206, b"89")
    assert requests.get(address, headers={"Range": "bytes=99-"}, timeout=10).status_code == 416
    whole = requests.get(address, params={"download": "1"}, timeout=10)
    assert whole.content == b"0123456789" and whole.headers["Content-Disposition"] == "attachment; filename=a.csv"
    policy = whole.headers["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy


def test_no_token_is_needed_in_process_but_a_wrong_one_is_wrong(tmp_path: Path) -> None:
    """Should know the person whose process it is, unless they come with a token."""
    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(create_app(tmp_path)))
        address = f"{BASE_URL}/api/user/records"
        assert session.get(address).status_code == 200
        assert session.get(address, headers={"Authorization": "Bearer wrong"}).status_code == 403


def test_what_the_callers_own_stream_raises_is_theirs(tmp_path: Path) -> None:
    """Should not turn the caller's own error into a broken server."""

    def broken() -> Iterator[bytes]:
        yield b"x"
        raise KeyboardInterrupt

    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(create_app(tmp_path)))
        id = draft(session, BASE_URL)
        with pytest.raises(KeyboardInterrupt):
            session.put(f"{BASE_URL}/api/records/{id}/draft/files/a.csv/content", data=broken(), headers=BYTES)
        assert list((tmp_path / "blobs" / "incoming").iterdir()) == []


def test_traps_are_off_for_a_class(tmp_path: Path) -> None:
    """Should refuse clearly what the real one gets wrong, and lose no file by it."""
    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(create_app(tmp_path)))
        id = draft(session, BASE_URL)
        file = f"{BASE_URL}/api/records/{id}/draft/files/a.csv"
        early = session.post(f"{file}/commit")
        assert early.status_code == 400 and "content was never sent" in early.json()["message"]
        assert session.get(f"{file}/content").status_code == 400
        session.put(f"{file}/content", data=b"one", headers=BYTES)
        session.post(f"{file}/commit")
        again = session.put(f"{file}/content", data=b"two", headers=BYTES)
        assert again.status_code == 400 and "Delete the file first" in again.json()["message"]
        assert session.get(f"{file}/content").content == b"one"
        assert session.post(f"{BASE_URL}/api/records", json=[1]).status_code == 400
        empty = draft(session, BASE_URL, b"")
        commit = session.post(f"{BASE_URL}/api/records/{empty}/draft/files/a.csv/commit")
        assert commit.status_code == 400 and commit.json()["message"] == "Empty files are not accepted."


def test_traps_are_on_for_conformance(tmp_path: Path) -> None:
    """Should then do what the real one does: crash, and drop a file that is sent again."""
    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(create_app(tmp_path, "rdm", Switches.all_on())))
        id = draft(session, BASE_URL)
        file = f"{BASE_URL}/api/records/{id}/draft/files/a.csv"
        assert session.post(f"{file}/commit").status_code == 500
        session.put(f"{file}/content", data=b"one", headers=BYTES)
        session.post(f"{file}/commit")
        again = session.put(f"{file}/content", data=b"two", headers=BYTES)
        assert (again.status_code, again.json()["errors"]) == (200, "File upload transfer failed.")
        assert session.get(file).status_code == 404


def test_zenodos_rules(tmp_path: Path) -> None:
    """Should refuse, in its flavour, restricted records, records without files, and pages that are too long."""
    with requests.Session() as session:
        session.headers["Accept"] = "application/vnd.inveniordm.v1+json"
        session.mount(PREFIX, LocalAdapter(create_app(tmp_path)))
        address = f"{BASE_URL}/api/records"
        restricted = session.post(address, json={"access": {"record": "restricted", "files": "restricted"}})
        assert restricted.status_code == 400
        assert restricted.json()["errors"][0] == {
            "field": "access",
            "messages": ["You don't have permissions to manage record access."],
        }
        metadata_only = session.post(address, json={"files": {"enabled": False}}).json()
        assert metadata_only["files"]["enabled"]
        assert metadata_only["errors"][0]["field"] == "files.enabled"
        assert session.get(address, params={"size": 100}).status_code == 200
        assert session.get(address, params={"size": 101}).status_code == 400
        stranger = {"Authorization": "Bearer none"}
        assert session.get(address, params={"size": 26}, headers=stranger).status_code == 400
