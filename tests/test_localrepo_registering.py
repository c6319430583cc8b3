"""DOIs of the embedded repository are registered at DataCite, each once, whatever fails on the way."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import requests
from datacite import schema45
from holdings import API, METADATA, answered, door, draft, next_version, publish
from registering import ACCOUNT, PASSWORD, PREFIX, SITE, DataCite, House, edit, finish, registry_of

from zenodo_jupyter.localrepo import registrations
from zenodo_jupyter.localrepo.adapter import PREFIX as SCHEME
from zenodo_jupyter.localrepo.adapter import LocalAdapter
from zenodo_jupyter.localrepo.app import create_app
from zenodo_jupyter.localrepo.registrar import Registrar
from zenodo_jupyter.localrepo.registry import Registry
from zenodo_jupyter.localrepo.server import Server


@pytest.fixture
def house(tmp_path: Path, datacite: DataCite) -> House:
    """A repository that registers its DOIs."""
    return House(tmp_path / "store", datacite)


def test_a_record_is_registered_with_all_that_it_says(house: House, datacite: DataCite) -> None:
    """Should make two DOIs findable, of the version and of all versions, that lead to public pages and are valid by 4.5."""
    record = publish(house.session)
    doi, concept = record["pids"]["doi"]["identifier"], record["parent"]["pids"]["doi"]["identifier"]
    assert (doi, concept) == (f"{PREFIX}/{record['id']}", f"{PREFIX}/{record['parent']['id']}")
    assert datacite.asked == []  # nothing waits for DataCite
    assert house.deliver() == 2
    assert datacite.states() == {doi: "findable", concept: "findable"}
    held = datacite.dois[doi]
    assert held["url"] == f"{SITE}/records/{record['id']}"
    assert held["titles"][0]["title"] == METADATA["title"]
    assert {"relatedIdentifier": concept, "relationType": "IsVersionOf", "relatedIdentifierType": "DOI"} in held[
        "relatedIdentifiers"
    ]
    assert not [d for d in held["descriptions"] if "registered" in d["description"]]
    told = datacite.dois[concept]
    assert told["url"] == f"{SITE}/records/{record['parent']['id']}"
    assert ("HasVersion", doi) in {(r["relationType"], r["relatedIdentifier"]) for r in told["relatedIdentifiers"]}
    for attributes in (held, told):
        said = {name: value for name, value in attributes.items() if name != "state"}
        assert [e.message for e in schema45.validator.iter_errors(said)] == []
    assert house.deliver() == 0


def test_a_reserved_doi_is_a_draft_there_and_goes_with_its_draft(house: House, datacite: DataCite) -> None:
    """Should reserve at DataCite what is reserved here, and give back what is discarded."""
    kept, gone = draft(house.session, {"a": b"1"}), draft(house.session, {"a": b"1"})
    for made in (kept, gone):
        answered(house.session.post(f"{API}/records/{made['id']}/draft/pids/doi"))
    house.deliver()
    assert set(datacite.states().values()) == {"draft"}
    assert len(datacite.dois) == 2
    answered(house.session.delete(f"{API}/records/{gone['id']}/draft"))
    house.deliver()
    assert list(datacite.dois) == [f"{PREFIX}/{kept['id']}"]
    answered(house.session.post(f"{API}/records/{kept['id']}/draft/actions/publish"))
    house.deliver()
    assert datacite.states()[f"{PREFIX}/{kept['id']}"] == "findable"


def test_what_was_discarded_before_datacite_heard_of_it_is_forgotten(house: House, datacite: DataCite) -> None:
    """Should leave nothing in the queue of a draft that came and went while DataCite was away."""
    made = draft(house.session, {"a": b"1"})
    answered(house.session.post(f"{API}/records/{made['id']}/draft/pids/doi"))
    answered(house.session.delete(f"{API}/records/{made['id']}/draft"))
    house.deliver()
    assert datacite.dois == {}
    assert registrations.unsettled(house.db) == []


def test_edits_and_versions_are_told(house: House, datacite: DataCite) -> None:
    """Should update what DataCite holds, take out what was taken out, and let the concept follow the newest version."""
    first = publish(house.session)
    house.deliver()
    edit(house.session, first["id"], title="Better", subjects=[], version="")
    house.deliver()
    held = datacite.dois[f"{PREFIX}/{first['id']}"]
    assert (held["titles"][0]["title"], held["subjects"], held["version"]) == ("Better", [], "")
    second = next_version(house.session, first["id"], {"b": b"2"}, title="Second")
    house.deliver()
    concept = datacite.dois[f"{PREFIX}/{first['parent']['id']}"]
    assert concept["titles"][0]["title"] == "Second"
    listed = [r["relatedIdentifier"] for r in concept["relatedIdentifiers"] if r["relationType"] == "HasVersion"]
    assert listed == [f"{PREFIX}/{first['id']}", f"{PREFIX}/{second['id']}"]


def test_deleted_records_are_hidden_and_restored_ones_shown(house: House, datacite: DataCite) -> None:
    """Should keep the DOI, out of DataCite's search, with the page of what is left; and show it again."""
    record = publish(house.session)
    house.deliver()
    doi, concept = f"{PREFIX}/{record['id']}", f"{PREFIX}/{record['parent']['id']}"
    own = f"{API}/records/{record['id']}"
    answered(house.session.delete(f"{own}/delete", json={"removal_reason": {"id": "spam"}}))
    house.deliver()
    assert datacite.states() == {doi: "registered", concept: "registered"}
    answered(house.session.post(f"{own}/restore"))
    house.deliver()
    assert datacite.states() == {doi: "findable", concept: "findable"}


def test_a_record_that_is_closed_is_hidden(tmp_path: Path, datacite: DataCite) -> None:
    """Should tell DataCite nothing more of a record that not everybody may see."""
    house = House(tmp_path, datacite, "rdm")
    record = publish(house.session)
    house.deliver()
    made = answered(house.session.post(f"{API}/records/{record['id']}/draft"))
    closed = {**made, "access": {"record": "restricted", "files": "restricted"}}
    closed["metadata"] = {**made["metadata"], "title": "Secret"}
    answered(house.session.put(f"{API}/records/{record['id']}/draft", json=closed))
    answered(house.session.post(f"{API}/records/{record['id']}/draft/actions/publish"))
    house.deliver()
    assert set(datacite.states().values()) == {"registered"}
    assert "Secret" not in str(datacite.dois)


def test_datacite_may_be_down_for_a_while(house: House, datacite: DataCite, caplog: pytest.LogCaptureFixture) -> None:
    """Should publish all the same, ask only once while nobody answers, and tell all of it when DataCite is back."""
    datacite.stop()
    with caplog.at_level(logging.WARNING):
        records = [publish(house.session, title=f"Record {n}") for n in range(3)]
        assert house.registrar.deliver() == 0
    waiting = registrations.unsettled(house.db)
    assert len(waiting) == 6
    assert all(w.due and "could not be reached" in w.said for w in waiting)
    assert house.registrar.deliver() == 0  # none is due yet
    assert PASSWORD not in caplog.text
    assert caplog.text.count("could not be reached") == 1
    datacite.start()
    datacite.broken = 503
    house.deliver()
    assert len(datacite.asked) == 1
    datacite.broken = 0
    assert house.deliver() == 6
    assert datacite.states().keys() >= {f"{PREFIX}/{r['id']}" for r in records}
    assert registrations.unsettled(house.db) == []


def test_waiting_grows_longer(house: House, datacite: DataCite) -> None:
    """Should wait twice as long each time, and not for ever."""
    publish(house.session)
    waits = []
    for tries in (0, 1, 5, 40):
        with house.db.writing() as connection:
            connection.execute("UPDATE registrations SET tries = ?", (tries,))
        before = registrations.following(house.db, datacite.url)
        assert before
        registrations.postponed(house.db, before, "away", all_due=False)
        after = registrations.find(house.db, before.doi)
        assert after
        assert after.due
        waits.append(_seconds(after.due) - _seconds(before.due or ""))
        registrations.all_changed(house.db, datacite.url, waiting_only=True)
    assert [round(w / 10) * 10 for w in waits] == [30, 60, 960, 21600]


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


def test_a_refused_doi_says_why_and_blocks_no_other(house: House, datacite: DataCite) -> None:
    """Should lay aside what DataCite refuses, with its words, tell the others, and tell it again when it was corrected."""
    datacite.refuses = {"Bad"}
    bad, good = publish(house.session, title="Bad"), publish(house.session, title="Good")
    house.registrar.deliver()
    assert set(datacite.dois) == {f"{PREFIX}/{good['id']}", f"{PREFIX}/{good['parent']['id']}"}
    laid = registrations.unsettled(house.db)
    assert {r.doi for r in laid} == {f"{PREFIX}/{bad['id']}", f"{PREFIX}/{bad['parent']['id']}"}
    assert all(r.is_refused and "422 metadata: No title may be Bad" in r.said for r in laid)
    edit(house.session, bad["id"], title="Fine")
    house.registrar.deliver()
    assert registrations.unsettled(house.db) == []
    assert datacite.states()[f"{PREFIX}/{bad['id']}"] == "findable"


def test_a_wrong_password_makes_all_wait(tmp_path: Path, datacite: DataCite, caplog: pytest.LogCaptureFixture) -> None:
    """Should refuse no record for it, ask once, and show the password nowhere."""
    house = House(tmp_path, datacite)
    wrong = Registry.configured({"account": ACCOUNT, "prefix": PREFIX, "site": SITE, "api": datacite.url}, "wr0ng-one")
    publish(house.session)
    flavour = house.app.extensions["zenodo_jupyter.localrepo"].flavour
    store = house.app.extensions["zenodo_jupyter.localrepo"].store
    with caplog.at_level(logging.DEBUG):
        assert Registrar(store, flavour, wrong).deliver() == 0
    assert len(datacite.asked) == 1
    assert all(r.due and "401 Bad credentials." in r.said for r in registrations.unsettled(house.db))
    assert "wr0ng-one" not in caplog.text + repr(wrong) + str(registrations.unsettled(house.db))
    assert house.deliver() == 2


def test_an_answer_that_was_lost_makes_no_second_doi(house: House, datacite: DataCite) -> None:
    """Should find that the DOI is there and its own, and only update it."""
    record = publish(house.session)
    datacite.swallows = True
    house.deliver()
    assert len(datacite.dois) == 1
    datacite.swallows = False
    assert house.deliver() == 2
    doi = f"{PREFIX}/{record['id']}"
    assert datacite.states()[doi] == "findable"
    assert len(datacite.dois) == 2
    assert registrations.unsettled(house.db) == []


def test_a_doi_of_somebody_else_is_left_alone(house: House, datacite: DataCite) -> None:
    """Should change nothing of a DOI that leads elsewhere, and say so."""
    record = publish(house.session)
    doi = f"{PREFIX}/{record['id']}"
    datacite.dois[doi] = {"state": "findable", "url": "https://other.example.org/1"}
    house.deliver()
    assert datacite.dois[doi] == {"state": "findable", "url": "https://other.example.org/1"}
    (laid,) = registrations.unsettled(house.db)
    assert laid.is_refused
    assert "leads to https://other.example.org/1" in laid.said


def test_a_change_during_delivery_is_told_next(house: House, datacite: DataCite) -> None:
    """Should not take the answer to an older state for the answer to a newer one."""
    record = publish(house.session)
    entry = registrations.find(house.db, f"{PREFIX}/{record['id']}")
    assert entry
    edit(house.session, record["id"], title="Newer")
    registrations.told(house.db, entry, registrations.FINDABLE)
    datacite.dois[entry.doi] = {"state": "findable", "url": f"{SITE}/records/{record['id']}"}
    house.registrar.deliver()
    assert datacite.dois[entry.doi]["titles"][0]["title"] == "Newer"


def test_a_process_that_dies_after_the_commit_loses_nothing(tmp_path: Path, datacite: DataCite) -> None:
    """Should register, in the next process, what was published by one that died before DataCite heard of it."""
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from holdings import publish\n"
        "from registering import DataCite, House\n"
        "place = DataCite(); place.port = int(sys.argv[2])\n"
        "print(publish(House(Path(sys.argv[1]), place).session)['id'], flush=True)\n"
        "os._exit(9)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(datacite.port)], capture_output=True, text=True, env=env
    )
    assert ran.returncode == 9, ran.stderr
    assert datacite.asked == []
    assert House(tmp_path, datacite).registrar.deliver() == 2
    assert datacite.states()[f"{PREFIX}/{ran.stdout.strip()}"] == "findable"


def test_publishing_tells_datacite_by_itself(tmp_path: Path, datacite: DataCite) -> None:
    """Should be told in the background of the process that published, with nobody asking for it."""
    app = create_app(tmp_path, registry=registry_of(datacite))
    with requests.Session() as session:
        session.mount(SCHEME, LocalAdapter(app))
        session.headers["Accept"] = "application/vnd.inveniordm.v1+json"
        record = publish(session)
        finish()
    assert datacite.states()[f"{PREFIX}/{record['id']}"] == "findable"


def test_records_of_before_keep_their_local_dois(tmp_path: Path, datacite: DataCite) -> None:
    """Should leave local what was published or reserved before, and go on with it; a next version gets a real DOI."""
    with door(tmp_path) as session:
        old = publish(session)
        begun = draft(session, {"a": b"1"})
        reserved = answered(session.post(f"{API}/records/{begun['id']}/draft/pids/doi"))["pids"]["doi"]["identifier"]
    house = House(tmp_path, datacite)
    ended = answered(house.session.post(f"{API}/records/{begun['id']}/draft/actions/publish"))
    assert ended["pids"]["doi"]["identifier"] == reserved
    assert ended["parent"]["pids"]["doi"]["identifier"].startswith("10.5072/zenodo.")
    assert edit(house.session, old["id"], title="New words")["pids"] == old["pids"]
    house.deliver()
    assert datacite.dois == {}
    newer = next_version(house.session, old["id"], {"b": b"2"})
    house.deliver()
    assert list(datacite.dois) == [newer["pids"]["doi"]["identifier"]] == [f"{PREFIX}/{newer['id']}"]
    assert "10.5072" not in str(datacite.dois)


def test_without_credentials_what_was_reserved_waits(tmp_path: Path, datacite: DataCite) -> None:
    """Should publish a draft whose DOI was reserved when DataCite was configured, and register it when it is again."""
    made = draft(House(tmp_path, datacite).session, {"a": b"1"})
    answered(House(tmp_path, datacite).session.post(f"{API}/records/{made['id']}/draft/pids/doi"))
    with door(tmp_path) as session:
        record = answered(session.post(f"{API}/records/{made['id']}/draft/actions/publish"))
        assert record["pids"]["doi"]["identifier"] == f"{PREFIX}/{made['id']}"
        assert publish(session)["pids"]["doi"]["identifier"].startswith("10.5072/")
    House(tmp_path, datacite).deliver()
    assert datacite.states()[f"{PREFIX}/{made['id']}"] == "findable"


def test_moving_the_pages_moves_the_dois(tmp_path: Path, datacite: DataCite) -> None:
    """Should tell DataCite the new addresses when the public address is configured anew."""
    house = House(tmp_path, datacite)
    record = publish(house.session)
    house.deliver()
    House(tmp_path, datacite, site="https://new.example.org/").deliver()
    assert datacite.dois[f"{PREFIX}/{record['id']}"]["url"] == f"https://new.example.org/records/{record['id']}"


def test_the_server_tells_datacite(tmp_path: Path, datacite: DataCite) -> None:
    """Should register over HTTP too, what another process left as well."""
    record = publish(House(tmp_path, datacite).session)
    with Server(tmp_path, port=0, registry=registry_of(datacite)) as server:
        assert requests.get(f"{server.url}/api/records").ok
        finish()
    assert datacite.states()[f"{PREFIX}/{record['id']}"] == "findable"
