"""OAI-PMH, asked by two harvesters that other people wrote, over HTTP, while records are being published."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from holdings import API, answered, community, door, join, publish
from lxml import etree
from oaipmh_scythe import Scythe
from sickle import Sickle

from zenodo_jupyter.localrepo import harvesting
from zenodo_jupyter.localrepo.adapter import BASE_URL
from zenodo_jupyter.localrepo.server import Server
from zenodo_jupyter.localrepo.store import Store

OAI = f"{BASE_URL}/oai2d"
NAME = "{http://www.openarchives.org/OAI/2.0/}"
#: Records in the served repository: more than two parts of two.
MANY = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a few records, two of them in a community."""
    folder = tmp_path_factory.mktemp("oai")
    with door(folder) as session:
        for slug in ("tides", "rain"):
            community(session, slug)
        made = [publish(session, title=f"Record {n}") for n in range(MANY)]
        for record in made[:2]:
            join(session, record["id"], "tides")
    return folder


@pytest.fixture
def session(folder: Path) -> Iterator[requests.Session]:
    """The door to it."""
    with door(folder) as session:
        yield session


@pytest.fixture
def served(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The same over HTTP, in parts of two."""
    monkeypatch.setattr(harvesting, "PAGE", 2)
    with Server(folder, port=0) as server:
        yield server


def identifiers(session: requests.Session) -> set[str]:
    """Return the OAI identifiers of all records that everybody may see."""
    hits = session.get(f"{API}/records", params={"size": 100, "allversions": "true"}).json()["hits"]["hits"]
    return {hit["pids"]["oai"]["identifier"] for hit in hits}


def refusal(session: requests.Session, **said: str) -> str:
    """Return the code of the error that a request gets, which comes with 422 as on Zenodo."""
    answer = session.get(OAI, params=said)
    assert answer.status_code == 422 and answer.headers["Content-Type"].startswith("text/xml")
    return str(etree.fromstring(answer.content).find(f"{NAME}error").get("code"))


@pytest.mark.parametrize("prefix", ["oai_dc", "datacite", "oai_datacite", "marcxml"])
def test_sickle_harvests_everything_once(served: Server, session: requests.Session, prefix: str) -> None:
    """Should get each record once, over several parts, in every format."""
    found = [r.header.identifier for r in Sickle(f"{served.url}/oai2d").ListRecords(metadataPrefix=prefix)]
    assert sorted(found) == sorted(identifiers(session)) and len(found) > 4


def test_scythe_harvests_everything_once(served: Server, session: requests.Session) -> None:
    """Should do the same with another harvester, which asks for identifiers too, and reads what is said of the repository."""
    with Scythe(f"{served.url}/oai2d") as scythe:
        found = [r.header.identifier for r in scythe.list_records(metadata_prefix="oai_datacite")]
        headers = [h.identifier for h in scythe.list_identifiers(metadata_prefix="oai_dc")]
        assert sorted(found) == sorted(headers) == sorted(identifiers(session))
        assert scythe.identify().protocolVersion == "2.0"
        assert {s.setSpec for s in scythe.list_sets()} == {"user-tides", "user-rain"}
        one = scythe.get_record(identifier=found[0], metadata_prefix="oai_dc")
        assert one.metadata["title"][0].startswith("Record")


def test_what_is_published_meanwhile_disturbs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should tell every record that stays as it is exactly once while others come, change and go, and those the next time."""
    monkeypatch.setattr(harvesting, "PAGE", 3)
    with door(tmp_path) as session, Server(tmp_path, port=0) as server:
        still = {publish(session)["pids"]["oai"]["identifier"] for _ in range(10)}
        edited = [publish(session) for _ in range(3)]
        done = threading.Event()

        def disturb() -> None:
            with door(tmp_path) as other:
                while not done.is_set():
                    publish(other)
                    for record in edited:
                        answered(other.post(f"{API}/records/{record['id']}/draft"))
                        answered(other.post(f"{API}/records/{record['id']}/draft/actions/publish"))

        thread = threading.Thread(target=disturb)
        thread.start()
        try:
            sickle = Sickle(f"{server.url}/oai2d")
            for _ in range(3):
                # What changes while a list is told is told by the next one, which asks from when this one began.
                first = etree.fromstring(session.get(OAI, params={"verb": "Identify"}).content)
                found = [h.identifier for h in sickle.ListIdentifiers(metadataPrefix="oai_dc")]
                assert {i: found.count(i) for i in still} == dict.fromkeys(still, 1)
        finally:
            done.set()
            thread.join()
        since = first.findtext(f"{NAME}responseDate")
        later = {h.identifier for h in sickle.ListIdentifiers(**{"metadataPrefix": "oai_dc", "from": since})}
        assert later <= identifiers_of(server) and set(found) | later == identifiers_of(server)


def identifiers_of(server: Server) -> set[str]:
    """Return the identifiers that a harvest of everything finds now."""
    return {h.identifier for h in Sickle(f"{server.url}/oai2d").ListIdentifiers(metadataPrefix="oai_dc")}


def test_a_set_has_the_records_of_a_community(served: Server, session: requests.Session) -> None:
    """Should list those alone, and name the set in each header; an empty set has none."""
    sickle = Sickle(f"{served.url}/oai2d")
    found = list(sickle.ListIdentifiers(metadataPrefix="oai_dc", set="user-tides"))
    assert len(found) == 2 and all(h.setSpecs == ["user-tides"] for h in found)
    for name in ("user-rain", "user-nobody", "tides-"):
        said = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "set": name}
        assert refusal(session, **said) == "noRecordsMatch"


def test_joining_a_community_counts_as_a_change(tmp_path: Path) -> None:
    """Should stamp a record anew when it comes into a community, so that who follows the set hears of it."""
    with door(tmp_path) as session:
        community(session, "late")
        record = publish(session)
        join(session, record["id"], "late")
    row = Store(tmp_path).db.one("SELECT changed FROM documents WHERE is_draft = 0")
    assert row["changed"] > record["updated"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "badVerb"),
        ({"verb": "Nope"}, "badArgument"),
        ({"verb": "Identify", "set": "x"}, "badArgument"),
        ({"verb": "ListRecords"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "nope"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "resumptionToken": "x"}, "badArgument"),
        ({"verb": "ListRecords", "resumptionToken": "x"}, "badResumptionToken"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "yesterday"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-13-01"}, "badArgument"),
        (
            {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2030-01-02", "until": "2030-01-01"},
            "badArgument",
        ),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2930-01-01"}, "noRecordsMatch"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:x:1"}, "idDoesNotExist"),
        ({"verb": "ListMetadataFormats", "identifier": "oai:x:1"}, "idDoesNotExist"),
    ],
)
def test_errors_have_zenodos_codes(session: requests.Session, said: dict[str, str], code: str) -> None:
    """Should refuse as a real InvenioRDM does, also where the letter has another code."""
    assert refusal(session, **said) == code


def test_a_token_is_for_its_verb_and_its_time(session: requests.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should refuse a token with another verb, and one that is too old."""
    monkeypatch.setattr(harvesting, "PAGE", 2)
    answer = session.get(OAI, params={"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"})
    token = etree.fromstring(answer.content).findtext(f".//{NAME}resumptionToken")
    assert token and refusal(session, verb="ListRecords", resumptionToken=token) == "badResumptionToken"
    monkeypatch.setattr(harvesting, "TOKEN_SECONDS", -1)
    assert refusal(session, verb="ListIdentifiers", resumptionToken=token) == "badResumptionToken"


def test_a_token_brings_the_same_part_again(session: requests.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should lose nothing to whoever asks once more because an answer was lost on its way."""
    monkeypatch.setattr(harvesting, "PAGE", 2)
    answer = session.get(OAI, params={"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"})
    token = etree.fromstring(answer.content).findtext(f".//{NAME}resumptionToken")
    said = {"verb": "ListIdentifiers", "resumptionToken": token}
    one, other = (etree.fromstring(session.get(OAI, params=said).content) for _ in range(2))
    found = [e.text for e in one.iter(f"{NAME}identifier")]
    assert len(found) == 2 and found == [e.text for e in other.iter(f"{NAME}identifier")]


def test_what_is_not_for_everybody_is_not_told(tmp_path: Path) -> None:
    """Should leave out restricted and deleted records and names of restricted files, also when their owner asks."""
    with door(tmp_path, "rdm") as session:
        kept = publish(session)
        gone = publish(session)
        hidden = publish(session, {"secret-name.txt": b"x"})
        draft = answered(session.post(f"{API}/records/{hidden['id']}/draft"))
        draft["access"] = {"record": "public", "files": "restricted"}
        answered(session.put(f"{API}/records/{hidden['id']}/draft", json=draft))
        answered(session.post(f"{API}/records/{hidden['id']}/draft/actions/publish"))
        session.delete(f"{API}/records/{gone['id']}/delete", json={"removal_reason": {"id": "spam"}})
        answer = session.get(OAI, params={"verb": "ListRecords", "metadataPrefix": "marcxml"})
        found = {e.text for e in etree.fromstring(answer.content).iter(f"{NAME}identifier")}
        assert found == {kept["pids"]["oai"]["identifier"], hidden["pids"]["oai"]["identifier"]}
        assert "secret-name" not in answer.text and "a.txt" in answer.text


def test_post_is_answered_too(session: requests.Session) -> None:
    """Should take the arguments from a form, as the protocol asks."""
    answer = session.post(OAI, data={"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:x:1"})
    assert answer.status_code == 422 and "idDoesNotExist" in answer.text
