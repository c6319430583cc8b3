"""What people are told of DOIs that are registered, or wait to be: on pages, in exports and notebooks, by the verb ``dois``."""

from __future__ import annotations

from pathlib import Path

import pytest
from holdings import API, answered, publish
from registering import ACCOUNT, PASSWORD, PREFIX, SITE, DataCite, House

from zenodo_jupyter import carried, grammar, verbs
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import BadInput, NeedsConsent
from zenodo_jupyter.localrepo import registrations
from zenodo_jupyter.localrepo.adapter import BASE_URL
from zenodo_jupyter.localrepo.registry import Registry
from zenodo_jupyter.records import Record
from zenodo_jupyter.repositories import known_tokens
from zenodo_jupyter.rows import configured
from zenodo_jupyter.show import Outcome


@pytest.fixture
def house(tmp_path: Path, datacite: DataCite) -> House:
    """A repository that registers its DOIs."""
    return House(tmp_path / "store", datacite)


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
