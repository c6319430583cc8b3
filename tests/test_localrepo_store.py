"""The store: several processes at once, killed processes, bytes that nobody refers to."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from zenodo_jupyter.errors import BadInput, DiskFull, Mismatch
from zenodo_jupyter.localrepo import database, identifiers, users
from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app
from zenodo_jupyter.localrepo.store import Store

API = f"{BASE_URL}/api"
BYTES = {"Content-Type": "application/octet-stream"}
NATIVE = "application/vnd.inveniordm.v1+json, application/json;q=0.9"
# What the processes of these tests begin with: a session to the embedded repository, and one record published.
PRELUDE = """
import sys, time, requests
from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app
session = requests.Session()
session.headers["Accept"] = "application/vnd.inveniordm.v1+json, application/json;q=0.9"
session.mount(PREFIX, LocalAdapter(create_app(sys.argv[1])))
API = BASE_URL + "/api"
BYTES = {"Content-Type": "application/octet-stream"}
META = {"title": "Many at once", "publication_date": "2024", "publisher": "P", "resource_type": {"id": "dataset"},
        "creators": [{"person_or_org": {"type": "organizational", "name": "Org"}}]}
def ask(method, path, **options):
    answer = session.request(method, API + path, **options)
    assert answer.status_code < 400, (method, path, answer.status_code, answer.text)
    return answer.json()
def publish(data):
    id = ask("POST", "/records", json={"metadata": META})["id"]
    ask("POST", f"/records/{id}/draft/files", json=[{"key": "a.bin"}])
    ask("PUT", f"/records/{id}/draft/files/a.bin/content", data=data, headers=BYTES)
    ask("POST", f"/records/{id}/draft/files/a.bin/commit")
    return ask("POST", f"/records/{id}/draft/actions/publish")
"""


def start(folder: Path, code: str, *arguments: str) -> subprocess.Popen[str]:
    """Run a program over a store in a process of its own."""
    command = [sys.executable, "-c", PRELUDE + code, str(folder), *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[requests.Session]:
    """The embedded repository in process."""
    with requests.Session() as session:
        session.headers["Accept"] = NATIVE
        session.mount(PREFIX, LocalAdapter(create_app(tmp_path)))
        yield session


def draft(session: requests.Session, key: str = "a.bin") -> str:
    """Make a draft with one announced file and return its id."""
    id: str = session.post(f"{API}/records", json={}).json()["id"]
    session.post(f"{API}/records/{id}/draft/files", json=[{"key": key}])
    return id


def content(id: str, key: str = "a.bin") -> str:
    """Return the address of a draft's file."""
    return f"{API}/records/{id}/draft/files/{key}/content"


def test_several_processes_publish_into_one_folder(tmp_path: Path, session: requests.Session) -> None:
    """Should give every process ids and DOIs of its own and lose no record."""
    code = "for n in range(5): print(publish(f'{sys.argv[2]} {n}'.encode())['pids']['doi']['identifier'], flush=True)"
    running = [start(tmp_path, code, str(number)) for number in range(4)]
    dois = [line for process in running for line in process.communicate(timeout=120)[0].split()]
    assert [process.returncode for process in running] == [0] * 4
    assert len(set(dois)) == 20
    found = session.get(f"{API}/records", params={"size": 100}).json()["hits"]
    assert found["total"] == 20 and {h["pids"]["doi"]["identifier"] for h in found["hits"]} == set(dois)


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Should have every record that a killed process was told of, with its bytes, and no DOI that points at nothing."""
    code = "for n in range(10000):\n    data = f'{n} '.encode() * 1000\n    print(publish(data)['id'], n, flush=True)"
    acknowledged: dict[str, int] = {}
    for lines in (1, 4, 9):
        process = start(tmp_path, code)
        assert process.stdout is not None
        for _ in range(lines):
            id, n = process.stdout.readline().split()
            acknowledged[id] = int(n)
        process.send_signal(signal.SIGKILL)
        for line in process.communicate()[0].splitlines():  # what was on its way counts too
            if len(line.split()) == 2:
                acknowledged[line.split()[0]] = int(line.split()[1])
    with requests.Session() as session:
        session.headers["Accept"] = NATIVE
        session.mount(PREFIX, LocalAdapter(create_app(tmp_path)))
        for id, n in acknowledged.items():
            assert session.get(f"{API}/records/{id}").json()["is_published"]
            assert session.get(f"{API}/records/{id}/files/a.bin/content").content == f"{n} ".encode() * 1000
    store = Store(tmp_path)
    assert store.db.one("PRAGMA integrity_check")[0] == "ok"  # type: ignore[index]
    assert store.db.all("PRAGMA foreign_key_check") == []
    assert (
        store.db.all("SELECT value FROM pids WHERE record_id IS NOT NULL AND record_id NOT IN (SELECT id FROM records)")
        == []
    )
    for row in store.db.all("SELECT sha256, size FROM blobs"):
        data = store.blobs.path(row["sha256"]).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (row["sha256"], row["size"])


def test_a_kill_in_the_middle_of_an_upload(tmp_path: Path, session: requests.Session) -> None:
    """Should leave the file pending, take it again, and clear the rest away in time."""
    id = draft(session)
    code = """
def slow():
    for n in range(1000):
        yield b"x" * (1 << 20)
        if n == 2:
            print("three sent", flush=True)
            time.sleep(60)
session.put(f"{API}/records/{sys.argv[2]}/draft/files/a.bin/content", data=slow(), headers=BYTES)
"""
    process = start(tmp_path, code, id)
    assert process.stdout is not None and process.stdout.readline() == "three sent\n"
    process.kill()
    process.communicate()
    incoming = tmp_path / "blobs" / "incoming"
    assert len(list(incoming.iterdir())) == 1
    assert session.get(f"{API}/records/{id}/draft/files/a.bin").json()["status"] == "pending"
    assert session.put(content(id), data=b"whole", headers=BYTES).status_code == 200
    assert session.post(f"{API}/records/{id}/draft/files/a.bin/commit").json()["size"] == 5
    store = Store(tmp_path)
    store.collect_garbage()
    assert len(list(incoming.iterdir())) == 1  # it might still be growing
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(next(incoming.iterdir()), (long_ago, long_ago))
    assert store.collect_garbage() >= 1 << 20
    assert list(incoming.iterdir()) == []


def test_bytes_are_kept_once_and_as_long_as_somebody_refers_to_them(tmp_path: Path, session: requests.Session) -> None:
    """Should store equal bytes once, and unlink them when the last file is gone."""
    first, second = draft(session), draft(session)
    for id in (first, second):
        session.put(content(id), data=b"the same", headers=BYTES)
    store = Store(tmp_path)
    path = store.blobs.path(hashlib.sha256(b"the same").hexdigest())
    session.delete(f"{API}/records/{first}/draft")
    assert store.collect_garbage() == 0 and path.read_bytes() == b"the same"
    session.delete(f"{API}/records/{second}/draft")
    assert store.collect_garbage() == len(b"the same") and not path.exists()


@pytest.mark.parametrize("size", [0, 5, 9 << 20])
def test_checksums(tmp_path: Path, size: int) -> None:
    """Should compute md5 and SHA-256 of small and large streams alike."""
    data = os.urandom(size)
    blob = Store(tmp_path).receive(open_bytes(data), len(data))
    assert (blob.md5, blob.sha256, blob.size) == (hashlib.md5(data).hexdigest(), hashlib.sha256(data).hexdigest(), size)


def test_a_stream_that_ends_early_is_not_kept(tmp_path: Path) -> None:
    """Should compare what came with what was announced: a client that went away looks like a normal end."""
    store = Store(tmp_path)
    with pytest.raises(Mismatch, match="10 bytes were announced and 4 came"):
        store.receive(open_bytes(b"four"), 10)
    assert list((tmp_path / "blobs" / "incoming").iterdir()) == []


def test_a_full_disk(tmp_path: Path, session: requests.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should say so, keep nothing of the file, and go on when there is room again."""
    id = draft(session)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFull):
            Store(tmp_path).receive(open_bytes(b"x"))
        answer = session.put(content(id), data=b"x", headers=BYTES)
    assert answer.status_code == 507 and "no room left" in answer.json()["message"]
    assert list((tmp_path / "blobs" / "incoming").iterdir()) == []
    assert session.put(content(id), data=b"x", headers=BYTES).status_code == 200


def open_bytes(data: bytes) -> Any:
    """Return a stream of bytes."""
    import io

    return io.BytesIO(data)


def test_two_flavours_over_one_store(tmp_path: Path) -> None:
    """Should show one record under a number and under base32, and understand both in both."""
    with requests.Session() as zenodo, requests.Session() as rdm:
        zenodo.headers["Accept"] = NATIVE
        zenodo.mount(PREFIX, LocalAdapter(create_app(tmp_path, "zenodo")))
        rdm.mount(PREFIX, LocalAdapter(create_app(tmp_path, "rdm")))
        number = draft(zenodo)
        base32 = identifiers.to_base32(int(number))
        assert zenodo.get(f"{API}/records/{base32}/draft").json()["id"] == number
        assert rdm.get(f"{API}/records/{number}/draft").json()["id"] == base32
        assert (
            zenodo.post(f"{API}/records/{number}/draft/pids/doi").json()["pids"]["doi"]["identifier"]
            == f"10.5072/zenodo.{number}"
        )
        assert (
            rdm.get(f"{API}/records/{base32}/draft").json()["pids"]["doi"]["identifier"] == f"10.5072/zenodo.{number}"
        )


def test_ids_of_two_stores_differ(tmp_path: Path) -> None:
    """Should begin to count at another place in every store, below what JSON readers keep exact."""
    ids = {Store(tmp_path / name).next_id() for name in "abcdef"}
    assert len(ids) == 6 and all(2**36 <= id < 2**53 for id in ids)


def test_base32_ids_have_check_digits() -> None:
    """Should find a mistyped letter, and forgive what Crockford's alphabet forgives."""
    id = identifiers.to_base32(727003184512)
    assert len(id) == 11 and id[5] == "-" and id[-2:].isdigit()
    assert identifiers.parse(id.upper().replace("-", "").replace("0", "O")) == 727003184512
    wrong = id[:-3] + ("0" if id[-3] != "0" else "1") + id[-2:]
    assert identifiers.parse(wrong) is None
    assert identifiers.parse("snpkr-11g12") is not None and identifiers.parse("../etc") is None


@pytest.mark.parametrize("journal", ["wal", "rollback"])
def test_both_journals_serve_two_processes(tmp_path: Path, journal: str) -> None:
    """Should work with write-ahead logging and without, and keep what was chosen."""
    assert Store(tmp_path, journal).db.journal == {"wal": "wal", "rollback": "delete"}[journal]
    running = [start(tmp_path, "publish(b'x')") for _ in range(2)]
    assert [process.communicate(timeout=60) and process.returncode for process in running] == [0, 0]
    store = Store(tmp_path)
    assert store.db.journal == {"wal": "wal", "rollback": "delete"}[journal]
    assert store.db.one("SELECT count(*) FROM records")[0] == 2  # type: ignore[index]


def test_a_disk_without_wal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Should fall back to the rollback journal on a network disk, and say so."""
    monkeypatch.setattr(database, "is_network", lambda folder: True)
    assert Store(tmp_path).db.journal == "delete"
    assert "using the rollback journal" in caplog.text


def test_an_sqlite_without_fts5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should say what is missing and which Pythons have it, instead of failing at the first search."""
    monkeypatch.setattr(database, "_PROBE", "CREATE VIRTUAL TABLE temp.probe USING fts0 (a)")
    with pytest.raises(BadInput, match="full text search"):
        Store(tmp_path)


def test_a_store_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    """Should refuse a schema that it does not know, and say what to do."""
    Store(tmp_path).db.close()
    with sqlite3.connect(tmp_path / "repository.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(BadInput, match="newer version"):
        Store(tmp_path)


def test_tokens_are_kept_as_hashes_and_expire(tmp_path: Path) -> None:
    """Should know a token that it does not keep, and forget one that is too old."""
    store = Store(tmp_path)
    token = users.add_token(store.db, store.owner, "test")
    old = users.add_token(store.db, store.owner, "test", expires="2020-01-01T00:00:00.000000+00:00")
    assert users.user_of_token(store.db, token) == store.owner
    assert users.user_of_token(store.db, old) is None and users.user_of_token(store.db, "wrong") is None
    store.db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert token.encode() not in (tmp_path / "repository.sqlite").read_bytes()


def test_names_never_reach_the_disk(tmp_path: Path, session: requests.Session) -> None:
    """Should keep a name that climbs as a name, inside and in the archive."""
    id = draft(session, "../../up.txt")
    links = session.get(f"{API}/records/{id}/draft/files").json()["entries"][0]["links"]
    assert (
        session.put(f"{API}/records/{id}/draft/files/..%2F..%2Fup.txt/content", data=b"x", headers=BYTES).status_code
        == 200
    )
    assert links["content"].endswith("/files/../../up.txt/content")
    session.post(f"{API}/records/{id}/draft/files/..%2F..%2Fup.txt/commit")
    assert not list(tmp_path.parent.glob("up.txt")) and not list(tmp_path.rglob("up.txt"))
    archive = session.get(f"{API}/records/{id}/draft/files-archive").content
    assert b"_/_/up.txt" in archive and b"../up.txt" not in archive
