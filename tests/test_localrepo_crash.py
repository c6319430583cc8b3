"""A server that is killed: nothing that it acknowledged is lost (`benchmarks/crashes.py` does it 200 times)."""

from __future__ import annotations

from pathlib import Path

from crashing import Said, kill_once, missing, wrong_with

from zenodo_jupyter.localrepo.server import Server
from zenodo_jupyter.localrepo.users import user_of_token


def test_nothing_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    """Should be consistent after each of some kills at random moments, and keep every record, file and DOI."""
    said = Said()
    for seed in range(3):
        assert kill_once(tmp_path, seed, said) == []
    assert missing(tmp_path, said) == []
    assert said.files, "nobody came as far as to send a file"


def test_what_is_wrong_is_seen(tmp_path: Path) -> None:
    """Should notice a lost blob, a record without its place in the index, and a file that was changed."""
    said = Said()
    seed = 0
    while not said.files:
        kill_once(tmp_path, seed, said)
        seed += 1
    with Server(tmp_path, port=0) as server:
        store = server.app.extensions["zenodo_jupyter.localrepo"].store
        assert user_of_token(store.db, server.token) is not None
        for row in store.db.all("SELECT sha256 FROM blobs"):
            store.blobs.path(row["sha256"]).write_bytes(b"other")
        with store.db.writing() as connection:
            connection.execute("DELETE FROM documents")
    wrong = " ".join(wrong_with(tmp_path))
    assert "bytes long" in wrong and "not found" in wrong
    assert any("is not what was sent" in line for line in missing(tmp_path, said))
