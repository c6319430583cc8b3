"""DOIs of the embedded repository are registered at DataCite, each once, whatever fails on the way."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from datacite import schema45
from holdings import API, METADATA, answered, door, draft, next_version, publish
from registrying import ACCOUNT, PASSWORD, PREFIX, SITE, DataCite

from zenodo_jupyter import carried, grammar, verbs
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import BadInput, NeedsConsent
from zenodo_jupyter.localrepo import registrations
from zenodo_jupyter.localrepo.adapter import BASE_URL, LocalAdapter
from zenodo_jupyter.localrepo.adapter import PREFIX as SCHEME
from zenodo_jupyter.localrepo.app import create_app
from zenodo_jupyter.localrepo.registrar import Registrar
from zenodo_jupyter.localrepo.registry import Registry
from zenodo_jupyter.localrepo.server import Server
from zenodo_jupyter.records import Record
from zenodo_jupyter.repositories import known_tokens
from zenodo_jupyter.rows import configured
from zenodo_jupyter.show import Outcome


@pytest.fixture
def datacite() -> Iterator[DataCite]:
    """DataCite, as far as we need it."""
    place = DataCite().start()
    yield place
    place.stop()


class House:
    """A repository that registers its DOIs, asked in process; DataCite is told when `deliver` is called."""

    def __init__(self, folder: Path, datacite: DataCite, flavour: str = "zenodo", **changed: str) -> None:
        self.folder, self.registry = folder, registry_of(datacite, **changed)
        self.app = create_app(folder, flavour, registry=self.registry)
        self.registrar: Registrar = self.app.extensions["zenodo_jupyter.registrar"]
        self.registrar.nudge = lambda: None  # type: ignore[method-assign]
        self.db = self.app.extensions["zenodo_jupyter.localrepo"].store.db
        self.session = requests.Session()
        self.session.mount(SCHEME, LocalAdapter(self.app))
        self.session.headers["Accept"] = "application/vnd.inveniordm.v1+json, application/json;q=0.9"

    def deliver(self) -> int:
        """Tell DataCite at once what waits."""
        registrations.all_changed(self.db, self.registry.api, waiting_only=True)
        return self.registrar.deliver()

    def export(self, id: str, format: str) -> str:
        """Return a record in a format."""
        return self.session.get(f"{BASE_URL}/records/{id}/export/{format}").text


def registry_of(datacite: DataCite, **changed: str) -> Registry:
    """Return our account there."""
    settings = {"account": ACCOUNT, "prefix": PREFIX, "site": SITE, "api": datacite.url, **changed}
    return Registry.configured(settings, PASSWORD)


@pytest.fixture
def house(tmp_path: Path, datacite: DataCite) -> House:
    """A repository that registers its DOIs."""
    return House(tmp_path / "store", datacite)


def edit(session: requests.Session, id: str, **metadata: Any) -> dict[str, Any]:
    """Change a published record and return its JSON."""
    made = answered(session.post(f"{API}/records/{id}/draft"))
    answered(session.put(f"{API}/records/{id}/draft", json={**made, "metadata": {**made["metadata"], **metadata}}))
    return answered(session.post(f"{API}/records/{id}/draft/actions/publish"))


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
        "from registrying import DataCite\n"
        "from test_localrepo_registering import House, publish\n"
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
        _finish()
    assert datacite.states()[f"{PREFIX}/{record['id']}"] == "findable"


def test_pages_and_exports_say_how_far_a_doi_is(house: House, datacite: DataCite) -> None:
    """Should say that a DOI waits, and then that it is registered for tests, with the landing page as what to cite."""
    record = publish(house.session)
    doi, page = f"{PREFIX}/{record['id']}", f"{SITE}/records/{record['id']}"
    assert record["links"]["self_html"] == page
    badge = f"{BASE_URL}/badge/DOI/{doi}.svg"
    for why in ("reserved, not registered yet", "for tests, not at doi.org"):
        assert f"DOI {why}" in house.export(record["id"], "bibtex")
        assert f"DOI {why}" in house.export(record["id"], "datacite-xml")
        assert why in house.session.get(badge).text
        assert why in house.session.get(f"{BASE_URL}/records/{record['id']}").text
        assert "https://doi.org/10.8" not in house.export(record["id"], "csl")
        house.deliver()
    again = answered(house.session.get(f"{API}/records/{record['id']}"))
    assert again["links"]["doi"] == f"https://handle.test.datacite.org/{doi}"


def test_a_registered_doi_leads_to_doi_org(tmp_path: Path, datacite: DataCite) -> None:
    """Should cite doi.org, and say nothing of local or of tests, once the real DataCite has the DOI."""
    house = House(tmp_path, datacite, api=registrations.API)  # which is not asked here
    record = publish(house.session)
    for waiting in registrations.unsettled(house.db):
        registrations.told(house.db, waiting, registrations.FINDABLE)
    doi = f"{PREFIX}/{record['id']}"
    link = f"https://doi.org/{doi}"
    assert answered(house.session.get(f"{API}/records/{record['id']}"))["links"]["self_doi"] == link
    assert link in house.export(record["id"], "bibtex")
    assert f"doi: {doi}" in house.export(record["id"], "cff")
    pages = [
        house.session.get(f"{BASE_URL}/records/{record['id']}"),
        house.session.get(f"{BASE_URL}/badge/DOI/{doi}.svg"),
    ]
    for text in [answer.text for answer in pages] + [
        house.export(record["id"], f) for f in ("datacite-xml", "marcxml")
    ]:
        assert "not registered" not in text
        assert "for tests" not in text
    assert link in pages[0].text


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


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"site": ""}, "no 'site'"),
        ({"site": "http://127.0.0.1:18390"}, "not an address that everybody can open"),
        ({"site": "http://lab-pc.local"}, "not an address that everybody can open"),
        ({"site": "https://192.168.1.5"}, "not an address that everybody can open"),
        ({"account": ""}, "no 'account'"),
        ({"prefix": "10.5072"}, "no prefix"),
        ({"prefix": "82433"}, "no prefix"),
        ({"api": "http://api.datacite.org"}, "https only"),
        ({"password": "x"}, "not known"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(changed: dict[str, str], words: str) -> None:
    """Should refuse, in words, before any DOI is given: without a public address there is nowhere for it to lead."""
    said = {"account": ACCOUNT, "prefix": PREFIX, "site": SITE, **changed}
    with pytest.raises(BadInput, match=words):
        Registry.configured(said, PASSWORD)


def test_the_api_for_tests_is_the_default() -> None:
    """Should register nothing for real unless the real API is named."""
    registry = Registry.configured({"account": ACCOUNT, "prefix": PREFIX, "site": SITE}, PASSWORD)
    assert (registry.api, registry.is_test) == ("https://api.test.datacite.org", True)
    assert PASSWORD not in repr(registry)


@pytest.fixture
def lab(config: Config, datacite: DataCite) -> Config:
    """The settings of a lab with an account at DataCite."""
    config.datacite = {"account": ACCOUNT, "prefix": PREFIX, "site": SITE, "api": datacite.url}
    return config


def publication(path: Path, *words: str) -> tuple[str, ...]:
    """Return what a person types to publish a notebook by Ada Doe."""
    said = path.with_suffix(".yml")
    said.write_text("creators: [{name: 'Doe, Ada'}]", "utf-8")
    return "publish", str(path), "--metadata", str(said), *words


def verb(config: Config, *words: str, secret: str = "") -> Outcome:
    """Do what a person types, and what they type where nothing is shown."""
    return verbs.run(grammar.parser().parse_args(words), verbs.Door(config, secret=lambda question: secret))


def test_a_notebook_gets_a_doi_that_is_registered(lab: Config, path: Path, datacite: DataCite) -> None:
    """Should publish with a DOI of the lab's prefix; the badge says what it is; `dois` says what waits, and sends it."""
    doi = verb(lab, *publication(path)).data["doi"]
    assert doi.startswith(f"{PREFIX}/")
    text = path.read_text("utf-8")
    assert f"DOI {doi} (for tests, not at doi.org)" in text
    assert "https://doi.org/10.82433" not in text
    left = verb(lab, "dois")
    assert "0 DOIs are registered, 2 wait, and 0 were refused." in left.text
    with pytest.raises(BadInput, match="password"):
        verb(lab, "dois", "--send")
    kept = verb(lab, "dois", "--password", secret=PASSWORD)
    assert PASSWORD not in kept.text
    told = verb(lab, "dois", "--send")
    assert "2 DOIs are registered, 0 wait" in told.text
    assert datacite.states()[doi] == "findable"
    assert PASSWORD in known_tokens(lab)  # so that no notebook is published with it


def test_dois_says_what_datacite_refused(
    lab: Config, path: Path, datacite: DataCite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should end with the exit code of a refusal and DataCite's own words."""
    monkeypatch.setenv("ZENODO_JUPYTER_DATACITE_PASSWORD", PASSWORD)
    datacite.refuses = {"Rain"}
    verb(lab, *publication(path))
    left = verb(lab, "dois", "--send")
    assert "No title may be Rain" in left.text
    assert left.code == 4
    assert PASSWORD not in left.text + str(left.data)


def test_without_a_public_address_nothing_is_published(lab: Config, path: Path) -> None:
    """Should say that DataCite cannot be switched on, before any DOI is made; other folders are nobody's concern."""
    lab.datacite = {**lab.datacite, "site": "http://localhost:18390"}
    with pytest.raises(BadInput, match="not an address that everybody can open"):
        verb(lab, "publish", str(path))


def test_a_real_doi_is_asked_about_first(lab: Config, path: Path) -> None:
    """Should take the embedded repository for no practice any more where its DOIs are registered for good."""
    lab.datacite = {**lab.datacite, "api": registrations.API}
    row = configured(lab)["local"]
    assert (row.practice, row.registered_dois, row.doi_prefixes) == (False, True, (PREFIX, "10.5072"))
    with pytest.raises(NeedsConsent, match="cannot be undone"):
        verb(lab, *publication(path))
    done = verb(lab, *publication(path, "--yes"))
    assert "not registered" not in done.text
    assert f"](https://doi.org/{PREFIX}/" in path.read_text("utf-8")


def test_the_server_tells_datacite(tmp_path: Path, datacite: DataCite) -> None:
    """Should register over HTTP too, what another process left as well."""
    record = publish(House(tmp_path, datacite).session)
    with Server(tmp_path, port=0, registry=registry_of(datacite)) as server:
        assert requests.get(f"{server.url}/api/records").ok
        _finish()
    assert datacite.states()[f"{PREFIX}/{record['id']}"] == "findable"


def _finish() -> None:
    for thread in threading.enumerate():
        if thread.name == "DataCite":
            thread.join(20)


@pytest.mark.parametrize(("is_told", "said"), [(True, {"scheme": "doi"}), (False, {"scheme": "other"})])
def test_a_registered_doi_is_named_as_one_elsewhere(
    tmp_path: Path, datacite: DataCite, is_told: bool, said: dict
) -> None:
    """Should carry a DOI that resolves to another repository as a DOI, and one that does not as a local one."""
    house = House(tmp_path, datacite, api=registrations.API)  # which is not asked here
    record = publish(house.session)
    if is_told:
        for waiting in registrations.unsettled(house.db):
            registrations.told(house.db, waiting, registrations.FINDABLE)
    read = Record.from_json(answered(house.session.get(f"{API}/records/{record['id']}")))
    own = carried.body(read)["metadata"]["identifiers"][-1]
    assert own == {**said, "identifier": f"{'' if is_told else 'local DOI '}{read.doi}"}
