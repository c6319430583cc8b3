"""Harvesting a community into a folder, from the embedded repository behind HTTP and behind a server that fails."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from faults import Fault, FaultyServer, client, embedded
from filelock import FileLock
from holdings import API, answered, community, door, join, publish
from lxml import etree

from zenodo_jupyter import cli, repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import BadInput, Busy, Cancelled, NotARepository, RecordNotFound, UnsafeName
from zenodo_jupyter.harvest import Harvested, harvest
from zenodo_jupyter.localrepo import harvesting
from zenodo_jupyter.report import Progress

#: Records in the community: three parts of two.
MANY = 5
OAI = "/oai2d"


class Place:
    """A served repository with a community, the door to it, and what a client's harvests find."""

    def __init__(self, folder: Path, session: requests.Session, server: FaultyServer, config: Config) -> None:
        self.session, self.server, self.config = session, server, config
        community(session, "tides")
        self.ids = [self.publish(f"Record {n}") for n in range(MANY)]
        self.target = folder / "harvest"

    def publish(self, title: str) -> str:
        id = str(publish(self.session, title=title)["id"])
        join(self.session, id, "tides")
        return id

    def edit(self, id: str, **said: Any) -> None:
        draft = answered(self.session.post(f"{API}/records/{id}/draft"))
        draft |= {name: {**draft[name], **values} for name, values in said.items()}
        answered(self.session.put(f"{API}/records/{id}/draft", json=draft))
        answered(self.session.post(f"{API}/records/{id}/draft/actions/publish"))

    def leave(self, id: str) -> None:
        found = answered(self.session.get(f"{API}/communities/tides"))["id"]
        answered(self.session.delete(f"{API}/records/{id}/communities", json={"communities": [{"id": found}]}))

    def harvest(self, **said: Any) -> Harvested:
        return harvest("tides", self.target, **{"from_": self.server.url, "config": self.config, **said})

    def index(self) -> dict[str, dict[str, Any]]:
        lines = (self.target / "index.jsonl").read_text("utf-8").splitlines()
        entries = [json.loads(line) for line in lines]
        assert len({e["id"] for e in entries}) == len(entries), "a record stands in the index once"
        return {e["id"]: e for e in entries}

    def descriptions(self) -> dict[str, str]:
        """Return the title in each description that is there."""
        files = (self.target / "records").glob("*.xml")
        return {f.stem: etree.parse(f).findtext("{*}titles/{*}title") for f in files}

    def tokens(self) -> list[str]:
        """Return the tokens that were asked with."""
        asked = (parse_qs(urlsplit(path).query) for method, path in self.server.seen if path.startswith(OAI))
        return [token for said in asked for token in said.get("resumptionToken", ())]


@pytest.fixture
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Config
) -> Iterator[Place]:
    """A community of five records, told in parts of two, on a Zenodo or, if that is asked for, on a plain InvenioRDM."""
    flavour = getattr(request, "param", "zenodo")
    monkeypatch.setattr(harvesting, "PAGE", 2)
    server, _ = embedded(tmp_path / "store", flavour=flavour)
    with door(tmp_path / "store", flavour) as session:
        yield Place(tmp_path, session, server, config)
    server.close()


@pytest.fixture
def waits(place: Place, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The client's waits, which are noted instead of done."""
    repository, noted = client(place.server)
    monkeypatch.setattr(repositories, "repository", lambda *args, **kwargs: repository)
    return noted


def test_a_community_comes_whole_and_then_what_changed(place: Place) -> None:
    """Should write each record's DataCite XML once, nothing the next time, and later what came and what changed."""
    outside = publish(place.session, title="Not in it")["id"]
    done = place.harvest()
    assert (done.records, done.new, done.changed) == (MANY, MANY, 0)
    assert place.descriptions() == {id: f"Record {n}" for n, id in enumerate(place.ids)}
    entry = place.index()[place.ids[0]]
    assert (
        entry["doi"].startswith("10.5072/zenodo.")
        and entry["title"] == "Record 0"
        and str(outside) not in place.index()
    )
    done = place.harvest()
    assert (done.records, done.new, done.changed) == (MANY, 0, 0)
    place.edit(place.ids[1], metadata={"title": "Better"})
    late = place.publish("Late")
    done = place.harvest()
    assert (done.records, done.new, done.changed) == (MANY + 1, 1, 1)
    assert place.descriptions()[place.ids[1]] == "Better" and place.descriptions()[late] == "Late"


def test_the_next_harvest_asks_for_changes_only(place: Place) -> None:
    """Should ask from the beginning of the last harvest on, and not go through the whole list where nobody came or went."""
    place.harvest()
    place.server.seen.clear()
    state = json.loads((place.target / "harvest.json").read_text())
    # As if the last harvest had been some hours later.
    (place.target / "harvest.json").write_text(json.dumps({**state, "since": "2999-01-01T00:00:00Z"}))
    assert place.harvest().records == MANY
    lists = [path for _, path in place.server.seen if "verb=ListRecords" in path]
    assert len(lists) == 1 and "from=2999-01-01T00" in lists[0]
    assert state["set"] == "user-tides"


@pytest.mark.parametrize("place", ["rdm"], indirect=True)
def test_who_joins_or_goes_without_a_change_is_noticed(place: Place) -> None:
    """Should say who left, was deleted or is hidden, keep what came of them, and find who joined without being changed."""
    place.harvest()
    left, deleted, hidden, _, absent = place.ids
    place.leave(left)
    said = {"removal_reason": {"id": "spam"}}
    answered(place.session.delete(f"{API}/records/{deleted}/delete", json=said))
    place.edit(hidden, access={"record": "restricted", "files": "restricted"})
    # A record that is not in the index, though it did not change since: as one that has just joined on InvenioRDM.
    index = place.target / "index.jsonl"
    index.write_text("".join(line for line in index.open() if f'"id": "{absent}"' not in line))
    state = json.loads((place.target / "harvest.json").read_text())
    (place.target / "harvest.json").write_text(json.dumps({**state, "since": "2999-01-01T00:00:00Z"}))
    done = place.harvest()
    assert (done.records, done.new) == (2, 1)
    assert done.gone == {"left": 1, "deleted": 1, "hidden": 1}
    assert json.loads((place.target / "harvest.json").read_text())["set"] == "community-tides"
    states = {id: entry["state"] for id, entry in place.index().items()}
    assert [states[id] for id in place.ids] == ["left", "deleted", "hidden", "there", "there"]
    assert len(place.descriptions()) == MANY
    assert place.harvest().gone == {}
    join(place.session, left, "tides")
    assert place.harvest().records == 3 and place.index()[left]["state"] == "there"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("GET", "resumptionToken", "hang up after"),
        Fault("GET", "resumptionToken", "hang up in answer"),
        Fault("GET", "resumptionToken", "short answer"),
        Fault("GET", "resumptionToken", status=503, headers={"Retry-After": "3"}),
        Fault("GET", "resumptionToken", "after", status=504),
    ],
)
def test_a_lost_part_is_never_asked_for_again(place: Place, waits: list[float], fault: Fault) -> None:
    """Should begin the list anew, for the token has moved on behind what was lost; with every record once in the end."""
    place.server.fail(fault)
    done = place.harvest()
    assert (done.records, done.new, done.changed) == (MANY, MANY, 0) and not done.gone
    assert set(place.descriptions()) == set(place.index()) == set(place.ids)
    assert len(set(place.tokens())) == len(place.tokens()) >= 3
    assert waits


def test_a_list_whose_token_is_too_old_begins_anew(place: Place, waits: list[float], monkeypatch: Any) -> None:
    """Should start over when the repository takes the token no more, and give up with a clear word when it never does."""
    told = []

    def slow(progress: Progress) -> None:
        told.append(progress.message)
        monkeypatch.setattr(harvesting, "TOKEN_SECONDS", -1 if len(told) == 1 else 3600)

    done = place.harvest(report=slow)
    assert (done.records, done.new) == (MANY, MANY) and any("begins anew" in text for text in told)
    monkeypatch.setattr(harvesting, "TOKEN_SECONDS", -1)
    assert cli_code(place, "--all") == 3


def cli_code(place: Place, *words: str) -> int:
    """Return how the command line ends."""
    return cli.main(["harvest", "tides", str(place.target), "--from", place.server.url, "--json", *words])


def test_a_busy_repository_is_waited_for(place: Place, waits: list[float]) -> None:
    """Should wait as long as Retry-After says, at the first request and between parts, and then have everything."""
    place.server.fail(
        Fault("GET", "verb=ListRecords.*metadataPrefix", status=503, headers={"Retry-After": "7"}),
        Fault("GET", "resumptionToken", status=429, headers={"Retry-After": "11"}),
    )
    assert place.harvest().new == MANY
    assert any(7 <= wait <= 8 for wait in waits) and any(11 <= wait <= 12 for wait in waits)


def test_a_harvest_that_was_stopped_goes_on(place: Place) -> None:
    """Should keep what came before Ctrl-C, and write only the rest the next time, also behind a torn line of the index."""

    def stop(progress: Progress) -> None:
        if progress.done:
            raise Cancelled("Stopped, as you asked.")

    with pytest.raises(Cancelled):
        place.harvest(report=stop)
    before = {path: path.stat().st_mtime_ns for path in (place.target / "records").iterdir()}
    assert len(before) == 2
    with (place.target / "index.jsonl").open("a") as file:
        file.write('{"identifier": "oai:torn')
    done = place.harvest()
    assert (done.records, done.new, done.changed) == (MANY, MANY - 2, 0)
    assert all(path.stat().st_mtime_ns == at for path, at in before.items()) and len(place.index()) == MANY
    next(iter(before)).write_text("")  # as after a power cut
    assert place.harvest().changed == 1 and "" not in place.descriptions().values()


@pytest.mark.parametrize("place", ["rdm"], indirect=True)
def test_files_come_with_their_checksums(place: Place, waits: list[float]) -> None:
    """Should get every record's files into a folder of its own, say which are restricted, and ask for none twice."""
    place.edit(place.ids[0], access={"record": "public", "files": "restricted"})
    place.server.fail(Fault("GET", f"{place.ids[1]}/files/a.txt/content", "flip in answer"))
    done = place.harvest(files=True)
    assert done.files == {"brought": MANY - 2, "restricted": 1, "failed": 1} and place.ids[1] in done.notes[0]
    assert not (place.target / "files" / place.ids[1] / "a.txt").exists()
    assert place.harvest(files=True).files == {"brought": 1, "restricted": 1}
    for id in place.ids[1:]:
        assert (place.target / "files" / id / "a.txt").read_bytes() == b"hello"
    assert place.index()[place.ids[0]]["files"] == "restricted"
    place.server.seen.clear()
    assert place.harvest(files=True).files == {"restricted": 1}
    assert not any("/content" in path for _, path in place.server.seen)
    (place.target / "files" / place.ids[1] / "a.txt").write_text("mine")
    done = place.harvest(files=True, whole=True)
    assert done.files["failed"] == 1 and "a.txt is there" in done.notes[0]
    assert (place.target / "files" / place.ids[1] / "a.txt").read_text() == "mine"


def listed(records: str, doctype: str = "") -> Fault:
    """Return an answer that tells these records."""
    body = (
        f'<?xml version="1.0"?>{doctype}<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>2026-11-22T12:00:00Z</responseDate><ListRecords>{records}</ListRecords></OAI-PMH>"
    )
    return Fault("GET", "verb=ListRecords", headers={"Content-Type": "text/xml"}, body=body.encode())


def told(id: str, metadata: str = "<resource/>", status: str = "") -> str:
    header = f"<identifier>oai:x:{id}</identifier><datestamp>2026-11-22T11:00:00Z</datestamp>"
    inner = f"<metadata>{metadata}</metadata>" if metadata else ""
    return f"<record><header{status}>{header}</header>{inner}</record>"


def test_what_strangers_name_stays_in_the_folder(place: Place, tmp_path: Path) -> None:
    """Should write nothing elsewhere, nor one record over another, whatever ids they are told."""
    place.server.fail(listed("".join(told(id) for id in ("../../evil", "/etc/x", "con", "..", "Twin", "twin"))))
    before = set(tmp_path.rglob("*"))
    done = place.harvest()
    made = {path for path in set(tmp_path.rglob("*")) - before if place.target not in path.parents}
    assert all(path == place.target or place.config.data_dir in (path, *path.parents) for path in made)
    assert (
        len(done.notes) == 3 and "con" in done.notes[0] and ".. has no id" in done.notes[1] and "twin" in done.notes[2]
    )
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    for path in (place.target / "records").iterdir():
        path.unlink()
    (place.target / "records").rmdir()
    (place.target / "records").symlink_to(outside, target_is_directory=True)
    place.harvest(whole=True)
    assert not list(outside.iterdir())


def test_a_folder_is_not_named_by_strangers(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should refuse to take a community's slug for a folder elsewhere."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    body = json.dumps({"id": "x", "slug": "../elsewhere"}).encode()
    place.server.fail(Fault("GET", "/api/communities/tides", headers={"Content-Type": "application/json"}, body=body))
    with pytest.raises(UnsafeName):
        harvest("tides", from_=place.server.url, config=place.config)
    assert not (tmp_path / "elsewhere").exists()


def test_strangers_xml_has_no_entities(place: Place, tmp_path: Path) -> None:
    """Should refuse a document type, read no file for it, and say so of what is no XML or of another kind."""
    (tmp_path / "secret").write_text("secret-words")
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>'
    page = Fault("GET", "verb=ListRecords", headers={"Content-Type": "text/html"})
    for fault in (listed(told("1", "<resource>&e;</resource>"), doctype), listed("<record/>"), page):
        place.server.fail(fault)
        with pytest.raises(NotARepository):
            place.harvest()
    assert "secret-words" not in "".join(p.read_text() for p in place.target.rglob("*") if p.is_file())


def test_a_record_that_is_told_as_deleted_is_noted(place: Place) -> None:
    """Should mark it, and keep its description, where a repository tells deletions."""
    place.harvest()
    identifier = place.index()[place.ids[0]]["identifier"]
    gone = told("x", "", ' status="deleted"').replace("oai:x:x", identifier)
    place.server.fail(listed(gone))
    done = place.harvest()
    assert done.gone == {"deleted": 1} and place.ids[0] in place.descriptions()


def test_the_folder_is_of_one_community_and_one_harvest(place: Place, tmp_path: Path, config: Config) -> None:
    """Should refuse somebody's folder, that of another community and one at which another process is, and change nothing."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    with pytest.raises(BadInput):
        harvest("tides", mine, from_=place.server.url, config=config)
    assert [p.name for p in mine.iterdir()] == ["notes.txt"]
    place.harvest()
    community(place.session, "rain")
    with pytest.raises(BadInput):
        harvest("rain", place.target, from_=place.server.url, config=config)
    with FileLock(place.target / ".lock"), pytest.raises(Busy):
        place.harvest()
    with pytest.raises(RecordNotFound):
        harvest("nobody", tmp_path / "none", from_=place.server.url, config=config)
    assert harvest("rain", tmp_path / "empty", from_=place.server.url, config=config).records == 0


def test_on_the_command_line(place: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Should take the address of a community's page, name a folder after it, and say how many came, for people and scripts."""
    monkeypatch.chdir(place.target.parent)
    assert cli.main(["harvest", f"{place.server.url}/communities/tides/records"]) == 0
    assert re.search(rf"{MANY}: {MANY} new here", capsys.readouterr().out)
    assert len(list(Path("tides/records").glob("*.xml"))) == MANY
    assert cli.main(["harvest", "tides", "--from", place.server.url, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["records"], said["new"], said["community"]) == (MANY, 0, "tides")
