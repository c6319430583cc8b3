"""Records move up to another repository: with versions, files and communities, once each, and compared."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from holdings import API, community, door, join, next_version, publish

from zenodo_jupyter import promoting, repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import BadInput, CouldNotAsk, Mismatch, NeedsConsent
from zenodo_jupyter.localrepo.server import Server
from zenodo_jupyter.repository import Repository


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A person with a record in two versions and one in a community, in the embedded repository."""
    config = Config(data_dir=tmp_path / "data")
    with door(tmp_path / "data" / "repository") as session:
        first = publish(session, {"a.txt": b"first", "data/b.csv": b"1,2"}, title="In two versions")
        next_version(session, first["id"], {"a.txt": b"second", "data/b.csv": b"1,2"}, version="v2")
        other = publish(session, {"c.txt": b"c"}, title="In a community")
        community(session, "tides-of-here")
        join(session, other["id"], "tides-of-here")
    return config


@pytest.fixture
def above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A served repository of another kind, with a token for it."""
    with Server(tmp_path / "above", port=0, flavour="rdm") as server:
        monkeypatch.setenv("ZENODO_JUPYTER_URL", server.url)
        monkeypatch.setenv("ZENODO_JUPYTER_TOKEN", server.token)
        yield server


def there(folder: Path) -> list[dict]:
    """Return what is published above, in the order in which it came."""
    with door(folder, "rdm") as session:
        params = {"allversions": "true", "sort": "oldest", "size": 50}
        return session.get(f"{API}/records", params=params).json()["hits"]["hits"]


def test_everything_moves_once(config: Config, above: Server, tmp_path: Path) -> None:
    """Should bring versions in their order, files with their md5, and communities, and nothing a second time."""
    done = promoting.promote(None, to=above.url, yes=True, config=config)
    assert [p.moved for p in done] == [True] * 3 and not any(p.notes for p in done)
    found = there(tmp_path / "above")
    assert [(r["metadata"]["title"], r["versions"]["index"]) for r in found] == [
        ("In two versions", 1),
        ("In two versions", 2),
        ("In a community", 1),
    ]
    assert found[0]["parent"]["id"] == found[1]["parent"]["id"] and set(found[1]["files"]["entries"]) == {
        "a.txt",
        "data/b.csv",
    }
    assert [c["slug"] for c in found[2]["parent"]["communities"]["entries"]] == ["tides-of-here"]
    identifiers = [i["identifier"] for i in found[0]["metadata"]["identifiers"]]
    assert not [i for i in identifiers if i.startswith("urn:")] and "local DOI 10.5072" in " ".join(identifiers)
    again = promoting.promote(None, to=above.url, yes=True, config=config)
    assert [(p.target, p.moved) for p in again] == [(p.target, False) for p in done]
    assert len(there(tmp_path / "above")) == 3


@pytest.mark.parametrize("verb", ["create_draft", "upload", "update_draft", "publish", "list_files", "new_version"])
@pytest.mark.parametrize("late", [False, True])
def test_what_was_cut_goes_on(
    config: Config, above: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str, late: bool
) -> None:
    """Should move each version once, whether it died before or just after any step."""
    real, calls = getattr(Repository, verb), [0]

    def dies(self: Repository, *args: object, **kwargs: object) -> object:
        calls[0] += self.url == above.url
        dead = self.url == above.url and calls[0] == 1
        if dead and not late:
            raise CouldNotAsk("The power is gone.")
        answer = real(self, *args, **kwargs)
        if dead:
            raise CouldNotAsk("The power is gone.")
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(Repository, verb, dies)
        with pytest.raises(CouldNotAsk):
            promoting.promote(None, to=above.url, yes=True, config=config)
    done = promoting.promote(None, to=above.url, yes=True, config=config)
    assert len(done) == 3 and len(there(tmp_path / "above")) == 3
    with door(tmp_path / "above", "rdm") as session:
        drafts = session.get(f"{API}/user/records", params={"q": "is_published:false"}).json()["hits"]["hits"]
        assert drafts == []


def test_a_record_that_became_another_is_said(config: Config, above: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should compare what is there with what is here, and stop where it differs."""
    real = Repository.list_files

    def other(self: Repository, id: str, draft: bool = True) -> tuple:
        found = real(self, id, draft)
        return found if draft else found[:-1]

    monkeypatch.setattr(Repository, "list_files", other)
    with pytest.raises(Mismatch, match=r"a\.txt differs|data/b\.csv differs"):
        promoting.promote(None, to=above.url, yes=True, config=config)


def test_nothing_moves_unasked(config: Config, above: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should need a yes where DOIs are real, and another place."""
    real = repositories.find_row
    monkeypatch.setattr(
        repositories,
        "find_row",
        lambda name, config: replace(real(name, config), practice=name == "local"),
    )
    with pytest.raises(NeedsConsent):
        promoting.promote(None, to=above.url, config=config)
    with pytest.raises(BadInput):
        promoting.promote(None, to="local", yes=True, config=config)
    assert there(tmp_path / "above") == []


if os.environ.get("ZENODO_JUPYTER_RDM_URL"):

    @pytest.mark.rdm
    def test_a_real_invenio_takes_them(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
        """Should move everything once into a real InvenioRDM, where each record is what it is here."""
        url = os.environ["ZENODO_JUPYTER_RDM_URL"].rstrip("/")
        monkeypatch.setenv("ZENODO_JUPYTER_URL", url)
        monkeypatch.setenv("ZENODO_JUPYTER_TOKEN", os.environ["ZENODO_JUPYTER_RDM_TOKEN_OTHER"])
        done = promoting.promote(None, to=url, yes=True, config=config)
        again = promoting.promote(None, to=url, yes=True, config=config)
        assert [p.moved for p in done] == [True] * 3 and [p.moved for p in again] == [False] * 3
        assert [p.target for p in again] == [p.target for p in done]
