"""Which repositories there are, and from what a person pastes to the record."""

from __future__ import annotations

import io
import json

import pytest
from faults import METADATA, FaultyServer, embedded

from zenodo_jupyter import repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.embedded import app
from zenodo_jupyter.errors import (
    CouldNotAsk,
    InvalidDOI,
    NeedsConsent,
    NotARepository,
    RecordNotFound,
    UnknownRepository,
)
from zenodo_jupyter.repositories import repository, resolve
from zenodo_jupyter.rows import configured, row_for, rows


@pytest.fixture
def config(tmp_path):
    """The built-in repositories without a network: only the embedded one is allowed."""
    return Config(data_dir=tmp_path / "data", allowed_repositories=["local"])


def publish(place, **metadata):
    draft = place.create_draft({"metadata": {**METADATA, **metadata}})
    place.upload(draft.id, "a/b c.txt", lambda: io.BytesIO(b"hello"), size=5)
    return place.publish(draft.id)


def test_zenodo_the_sandbox_and_this_computer_are_rows():
    """What differs between them is data."""
    table = rows()
    assert set(table) == {"local", "zenodo", "sandbox"}
    assert [name for name, row in table.items() if row.practice] == ["local", "sandbox"]
    assert [name for name, row in table.items() if row.registered_dois] == ["zenodo"]
    assert table["zenodo"].api == "https://zenodo.org/api"
    assert all(
        row.max_files == 100 and row.max_bytes == 50 * 10**9 and not row.allow_empty_files for row in table.values()
    )


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://rdm.example.org", "https://rdm.example.org"),
        ("https://RDM.example.org:443/api/", "https://rdm.example.org"),
        ("https://rdm.example.org/records/abc?x=1", "https://rdm.example.org"),
        ("https://hub.example.org/user/ada/proxy/5000/api", "https://hub.example.org/user/ada/proxy/5000"),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000"),
        ("https://zenodo.org/api/records", "https://zenodo.org"),
    ],
)
def test_any_https_address_is_a_repository(given, url, tmp_path):
    """What stands behind the host may come along; a known one is known by its address too."""
    place = repository(given, config=Config(data_dir=tmp_path))
    assert place.url == url
    assert place.name == ("zenodo" if "zenodo" in url else url.split("://")[1])
    assert repository(place.name, config=Config(data_dir=tmp_path)).url == url  # as in `token set NAME`


@pytest.mark.parametrize(
    "address",
    [
        "http://rdm.example.org",
        "ftp://rdm.example.org",
        "https://ada:pw@rdm.example.org",
        "https://",
        "https://x:y/",
        "file:///etc",
    ],
)
def test_unsafe_addresses_are_refused(address, tmp_path):
    """Unpublished data and tokens go through https, or to this machine; a password in an address is not repeated."""
    with pytest.raises(UnknownRepository) as caught:
        repository(address, config=Config(data_dir=tmp_path))
    assert "pw" not in str(caught.value)


def test_configured_repositories_and_the_allowed_ones(tmp_path):
    """An administrator adds a lab's repository and forbids the others, by name and by address."""
    lab = {"url": "https://data.lab.example", "title": "Our lab", "doi_prefixes": ["10.9999"], "max_files": 500}
    config = Config(data_dir=tmp_path, repositories={"lab": lab}, default_repository="lab")
    row = repository(config=config).row
    assert (row.name, row.title, row.doi_prefixes, row.max_files) == ("lab", "Our lab", ("10.9999",), 500)
    assert repository("https://data.lab.example/", config=config).name == "lab"
    config.allowed_repositories = ["local", "https://data.lab.example"]
    assert set(configured(config)) == {"local", "lab"}
    for name in ("zenodo", "https://zenodo.org", "https://other.example", "other.example"):
        with pytest.raises(UnknownRepository):
            repository(name, config=config)
    with pytest.raises(UnknownRepository) as caught:
        repository("nowhere", config=Config(data_dir=tmp_path))
    assert "sandbox" in str(caught.value)
    with pytest.raises(UnknownRepository):
        repository(
            "x", config=Config(data_dir=tmp_path, repositories={"x": {"url": "https://x.example", "colour": "red"}})
        )


def test_the_embedded_repository_needs_nothing(config):
    """No server, no account, no token; the whole way in process."""
    place = repository(config=config)
    assert place.test_token() and place.session.token is None
    record = publish(place)
    assert place.get(record.concept_id).id == record.id
    assert place.latest(record.id).id == record.id
    target = config.data_dir / "a.txt"
    assert place.download(record.id, "a/b c.txt", target).read_bytes() == b"hello"
    assert app(config) is app(config)


@pytest.mark.parametrize(
    "spelling",
    [
        "{doi}", "doi:{doi}", "https://doi.org/{doi}", "http://dx.doi.org/{DOI}", "{concept}", "see {doi}.",
        "[![DOI](https://zenodo.org/badge/DOI/{doi}.svg)](https://doi.org/{doi})", "{id}", " {doi}\n",
    ],
)  # fmt: skip
def test_every_spelling_leads_to_the_record(config, spelling):
    """Whatever a person pastes."""
    record = publish(repository(config=config))
    doi = str(record.doi)
    text = spelling.format(doi=doi, DOI=doi.upper(), concept=record.concept_doi, id=record.id)
    place, found = resolve(text, config=config)
    assert (place.name, found.id) == ("local", record.id)


def test_the_concept_doi_leads_to_the_newest_version(config):
    """And a version's own DOI to that version."""
    place = repository(config=config)
    first = publish(place)
    draft = place.new_version(first.id)
    place.import_files(draft.id)
    place.update_draft(draft.id, {"metadata": METADATA})
    second = place.publish(draft.id)
    assert resolve(str(first.concept_doi), config=config)[1].id == second.id
    assert resolve(str(first.doi), config=config)[1].id == first.id


@pytest.mark.parametrize("text", ["", "not a doi", "https://example.org/nothing/here", "../x"])
def test_what_is_neither_doi_nor_record(config, text):
    """Should say what one looks like."""
    with pytest.raises(InvalidDOI):
        resolve(text, config=config)


def test_an_unknown_doi_with_a_test_prefix(config):
    """doi.org does not know it, so it is not asked."""
    with pytest.raises(RecordNotFound) as caught:
        resolve("10.5072/zenodo.17", config=config)
    assert "--from" in str(caught.value)


@pytest.fixture
def other(tmp_path, config):
    """Another repository with the same DOI prefix."""
    server, token = embedded(tmp_path / "other")
    server.token = token
    config.repositories = {"class": {"url": server.url, "title": "The class", "doi_prefixes": ["10.5072"]}}
    config.allowed_repositories = ["local", "class"]
    yield server
    server.close()


def test_a_record_elsewhere_is_found_by_its_address_and_its_doi(config, other):
    """Landing page, API address, its own DOI address, or just the DOI."""
    record = publish(repository("class", token=other.token, config=config))
    for text in (
        f"{other.url}/records/{record.id}", f"{other.url}/api/records/{record.id}/files?x=1",
        f"{other.url}/record/{record.id}#files", f"{other.url}/doi/{record.doi}", str(record.doi),
    ):  # fmt: skip
        place, found = resolve(text, config=config)
        assert (place.name, found.id) == ("class", record.id)
    assert resolve(record.id, from_="class", config=config)[1].id == record.id
    with pytest.raises(RecordNotFound):
        resolve(str(record.doi), from_="local", config=config)


def test_a_test_doi_of_a_repository_that_names_no_prefix(config, other):
    """Should ask a configured repository as well that says nothing of its prefixes: anybody gives DOIs for tests."""
    record = publish(repository("class", token=other.token, config=config))
    config.repositories = {"class": {"url": other.url}}
    place, found = resolve(str(record.doi), config=config)
    assert (place.name, found.id) == ("class", record.id)


def test_a_doi_in_two_places_is_asked_about(config, other, monkeypatch):
    """Two computers may have made the same practice DOI; nobody is to guess."""
    record = publish(repository(config=config))
    original = repositories.Repository.find_doi
    monkeypatch.setattr(
        repositories.Repository, "find_doi", lambda self, doi: record if self.name == "class" else original(self, doi)
    )
    with pytest.raises(NeedsConsent) as caught:
        resolve(str(record.doi), config=config)
    assert "--from local" in str(caught.value) and "--from class" in str(caught.value)
    assert resolve(str(record.doi), from_="local", config=config)[0].name == "local"


def test_what_is_here_is_found_while_another_is_away(config, other):
    """No network, or the class's server is off: the local record needs neither."""
    record = publish(repository(config=config))
    other.close()
    assert resolve(str(record.doi), config=config)[1].id == record.id
    with pytest.raises(CouldNotAsk):
        resolve("10.5072/zenodo.17", config=config)


def resolver(location):
    """Stand in for doi.org, with its published answers (DOI Handbook, REST API response format)."""

    def app(environ, start_response):
        assert environ["PATH_INFO"].startswith("/api/handles/10.1234/")
        status, answer = "404 Not Found", {"responseCode": 100, "handle": "10.1234/abc.def"}
        if location is not None:
            value = {"index": 1, "type": "URL", "data": {"format": "string", "value": location}, "ttl": 86400}
            status, answer = "200 OK", {"responseCode": 1, "handle": "10.1234/abc.def", "values": [value]}
        start_response(status, [("Content-Type", "application/json;charset=utf-8")])
        return [json.dumps(answer).encode()]

    return FaultyServer(app)


@pytest.fixture
def doi_org(monkeypatch):
    """Let doi.org lead to an address."""
    servers = []

    def leads_to(location):
        servers.append(server := resolver(location))
        original = repositories.request
        monkeypatch.setattr(
            repositories,
            "request",
            lambda session, method, url, **k: original(
                session, method, url.replace("https://doi.org", server.url), **k
            ),
        )
        return server

    yield leads_to
    for server in servers:
        server.close()


def test_an_unknown_prefix_is_looked_up_at_doi_org(config, other, doi_org):
    """It leads to a repository that has the record by its own DOI; its address is not followed blindly."""
    place = repository("class", token=other.token, config=config)
    record = publish(place, title="Elsewhere")
    config.repositories = {"class": {"url": other.url}}
    found = repositories.Repository.find_doi
    asked = []

    def find_doi(self, doi):
        asked.append(self.name)
        return record if len(asked) > 2 else found(self, doi)

    repositories.Repository.find_doi, before = find_doi, found
    try:
        doi_org(f"{other.url}/records/{record.id}")
        assert resolve("10.1234/abc.def", config=config)[1].id == record.id
    finally:
        repositories.Repository.find_doi = before
    assert asked == ["local", "class", "class"]


def test_a_doi_that_nobody_knows(config, doi_org):
    """Should be one sentence."""
    doi_org(None)
    with pytest.raises(RecordNotFound) as caught:
        resolve("10.1234/abc.def", config=config)
    assert "There is no DOI 10.1234/abc.def" in str(caught.value)


def test_a_doi_without_a_network(config, monkeypatch):
    """Should say that doi.org could not be asked, and what to try."""
    original = repositories.request
    monkeypatch.setattr(
        repositories,
        "request",
        lambda session, method, url, **k: original(session, method, "https://no-such-host.invalid/", budget_seconds=0),
    )
    with pytest.raises(CouldNotAsk) as caught:
        resolve("10.1234/abc.def", config=config)
    assert "doi.org" in str(caught.value) and "--from" in str(caught.value)


@pytest.mark.parametrize(
    "landing", ["http://169.254.169.254/records/1", "https://user:pw@rdm.example/records/1", "https://no.example/x"]
)
def test_a_doi_that_leads_where_nothing_may_be_asked(config, doi_org, landing):
    """A DOI can lead anywhere, also to machines that only this one can reach; those are not asked."""
    doi_org(landing)
    with pytest.raises(NotARepository):
        resolve("10.1234/abc.def", config=config)


def test_known_tokens(config):
    """The check for secrets is told of every token that is kept here."""
    from zenodo_jupyter.tokens import TokenStore

    TokenStore(config, {}).set(row_for("https://rdm.example.org"), "abc-token")
    assert repositories.known_tokens(config) == ("abc-token",)
