"""The verbs of a repository, against the embedded one on a real socket that loses answers."""

from __future__ import annotations

import io
import json
import uuid

import pytest
from faults import METADATA, Fault, client, embedded

from zenodo_jupyter.doi import DOI
from zenodo_jupyter.errors import (
    AccessDenied,
    CouldNotAsk,
    InvalidDOI,
    NotARepository,
    RecordNotFound,
    RefusedMetadata,
    RepositoryBroken,
    UnsafeName,
    WasRefused,
)


def marked():
    """Return what makes a draft with a mark of its own, and the mark."""
    mark = f"urn:uuid:{uuid.uuid4()}"
    return {"metadata": {**METADATA, "identifiers": [{"identifier": mark, "scheme": "urn"}]}}, mark


def with_mark(repository, mark):
    return [
        d.id
        for d in repository.my_drafts()
        if {"identifier": mark, "scheme": "urn"} in d.metadata.get("identifiers", [])
    ]


@pytest.fixture
def server(tmp_path):
    server, server.token = embedded(tmp_path / "repository")
    yield server
    server.close()


@pytest.fixture
def repository(server):
    return client(server, server.token)[0]


def ready(repository, text=b"hello", **metadata):
    """Return a draft that can be published."""
    draft = repository.create_draft({"metadata": {**METADATA, **metadata}})
    repository.upload(draft.id, "a.txt", lambda: io.BytesIO(text), size=len(text))
    return draft


def test_the_whole_life_of_a_record(repository):
    """Draft, soft errors, DOI, file, publish, edit, next version; ids and DOIs stay what they were."""
    word = f"w{uuid.uuid4().hex}"
    draft = repository.create_draft({"metadata": {"title": "Tides"}})
    assert "metadata.creators" in [e.field for e in draft.errors]
    draft = repository.update_draft(draft.id, {"metadata": METADATA})
    assert {e.field for e in draft.errors} <= {"files.enabled"}
    doi = repository.reserve_doi(draft.id).doi
    assert repository.reserve_doi(draft.id).doi == doi is not None
    repository.upload(draft.id, "data/a b#%.csv", lambda: io.BytesIO(b"1,2\n"), size=4)
    record = repository.publish(draft.id)
    assert (record.doi, record.index, record.is_latest) == (doi, 1, True)
    assert [f.key for f in record.files] == ["data/a b#%.csv"]
    assert repository.publish(draft.id).doi == doi  # said again, done once

    repository.update_draft(repository.edit(record.id).id, {"metadata": {**METADATA, "title": f"Tides {word}"}})
    edited = repository.publish(record.id)
    assert (edited.title, edited.doi) == (f"Tides {word}", doi)
    repository.edit(record.id)
    repository.discard(record.id)
    with pytest.raises(RecordNotFound):
        repository.discard(record.id)

    following = repository.new_version(record.id)
    assert repository.new_version(record.id).id == following.id
    assert [f.key for f in repository.import_files(following.id)] == ["data/a b#%.csv"]
    repository.update_draft(following.id, {"metadata": {**METADATA, "title": f"Tides {word}", "version": "v2"}})
    second = repository.publish(following.id)
    assert (second.index, second.concept_doi) == (2, record.concept_doi)
    assert repository.latest(record.id).id == repository.get(record.concept_id).id == second.id
    assert [v.index for v in repository.versions(record.concept_id)] == [2, 1]
    assert repository.find_doi(record.concept_doi).id == second.id
    assert repository.find_doi(doi).id == record.id
    assert repository.find_doi(DOI("10.5072/zenodo.1")) is None
    assert [r.id for r in repository.search(word).records] == [second.id]
    assert repository.search(word, all_versions=True).total == 2


def test_a_lost_answer_to_publish_is_success(server, repository):
    """A 504 after it was done, or a cut, is not a failure and not a second DOI."""
    word = f"w{uuid.uuid4().hex}"
    for fault in (
        Fault("POST", "/actions/publish", "after", status=504),
        Fault("POST", "/actions/publish", "after", status=500),
        Fault("POST", "/actions/publish", "hang up after"),
    ):
        draft = ready(repository, title=f"Tides {word}")
        before = server.count("POST", "/actions/publish")
        server.fail(fault)
        record = repository.publish(draft.id)
        assert record.id == draft.id and record.doi
        assert server.count("POST", "/actions/publish") == before + 1
    assert repository.search(word, all_versions=True).total == 3


def test_publish_is_done_again_only_after_looking(server, repository):
    """A 504 before it was done: the draft is still there, so it is safe."""
    draft = ready(repository)
    server.fail(Fault("POST", "/actions/publish", status=504))
    assert repository.publish(draft.id).doi
    posts = [i for i, (m, p) in enumerate(server.seen) if m == "POST" and "/actions/publish" in p]
    looks = [i for i, (m, p) in enumerate(server.seen) if m == "GET" and p.endswith("/draft")]
    assert len(posts) == 2 and any(posts[0] < look < posts[1] for look in looks)


def test_a_lost_answer_to_publishing_an_edit_is_looked_at_by_its_draft(server, repository):
    """The record was there before, so its presence says nothing; the draft being gone does."""
    record = repository.publish(ready(repository).id)
    repository.update_draft(repository.edit(record.id).id, {"metadata": {**METADATA, "title": "Edited"}})
    server.fail(Fault("POST", "/actions/publish", status=502))
    assert repository.publish(record.id).title == "Edited"


def test_publish_of_what_is_not_there(repository):
    """Should say so, and not look for ever."""
    with pytest.raises(RecordNotFound):
        repository.publish("123456789")


def test_publish_of_what_is_not_complete(repository):
    """The repository's field errors come through."""
    draft = repository.create_draft({"metadata": {"title": "Only a title"}})
    with pytest.raises(RefusedMetadata) as caught:
        repository.publish(draft.id)
    assert any(e.field.startswith("metadata.creators") for e in caught.value.errors)


def test_a_marked_draft_whose_answer_was_lost_is_found_and_not_made_again(server, repository):
    """The mark is what makes creating safe."""
    server.fail(Fault("POST", "/api/records$", "hang up after"))
    body, mark = marked()
    draft = repository.create_draft(body)
    assert with_mark(repository, mark) == [draft.id]
    assert repository.find_draft_by_mark(mark).id == draft.id
    assert repository.find_draft_by_mark("urn:uuid:another") is None
    assert server.count("POST", "/api/records$") == 1


def test_a_marked_draft_that_was_not_made_is_made_again(server, repository):
    """Looked for first, and more than once."""
    server.fail(Fault("POST", "/api/records$", status=503))
    body, mark = marked()
    draft = repository.create_draft(body)
    assert with_mark(repository, mark) == [draft.id]


def test_an_unmarked_draft_is_not_made_again(server, repository):
    """It could not be told whether it is there."""
    server.fail(Fault("POST", "/api/records$", "hang up after"))
    with pytest.raises(CouldNotAsk):
        repository.create_draft({"metadata": METADATA})
    assert server.count("POST", "/api/records$") == 1


@pytest.mark.parametrize("when", ["hang up before", "hang up after"])
def test_other_single_acts_survive_a_lost_answer(server, repository, when):
    """Reserve, begin files, delete, import, discard: looked at, then done or not."""
    draft = ready(repository)
    server.fail(Fault("POST", "/pids/doi", when))
    assert repository.reserve_doi(draft.id).doi
    server.fail(Fault("POST", "/draft/files$", when))
    assert set(repository.init_files(draft.id, ["b", "c"])) == {"b", "c"}
    server.fail(Fault("DELETE", "/files/b$", when))
    repository.delete_file(draft.id, "b")
    repository.delete_file(draft.id, "c")
    record = repository.publish(draft.id)
    server.fail(Fault("POST", "/versions$", when))
    following = repository.new_version(record.id)
    server.fail(Fault("POST", "/files-import$", when))
    assert [f.key for f in repository.import_files(following.id)] == ["a.txt"]
    server.fail(Fault("DELETE", "/draft$", when))
    repository.discard(following.id)
    with pytest.raises(RecordNotFound):
        repository.get_draft(following.id)


def test_names_and_ids_that_would_be_another_address(repository):
    """Dots are not resolved away: neither asks for something else than was meant."""
    with pytest.raises(InvalidDOI):
        repository.get("..")
    with pytest.raises(RecordNotFound):
        repository.get("1/../../user/records")
    draft = repository.create_draft({"metadata": METADATA})
    with pytest.raises(UnsafeName):
        repository.delete_file(draft.id, "..")
    repository.init_files(draft.id, ["x/y", "z"])
    with pytest.raises((RecordNotFound, WasRefused)):
        repository.delete_file(draft.id, "x/../z")
    assert {f.key for f in repository.list_files(draft.id)} == {"x/y", "z"}


def test_a_wrong_token_and_none(server):
    """An InvenioRDM takes a wrong one for none; the sentence says what to do."""
    for token in (None, "wrong"):
        repository = client(server, token)[0]
        with pytest.raises(AccessDenied) as caught:
            repository.test_token()
        assert "jupyter zenodo token set" in str(caught.value) and "wrong" not in repr(repository)
    assert client(server, server.token)[0].test_token()


def test_a_token_is_somebodys(server):
    """Whose token it is, is told by name and e-mail, as a person knows the account, and by its number only for want of them."""
    repository = client(server, server.token)[0]
    ready(repository)  # Zenodo tells the number of an account by what it owns
    assert "@" in repository.test_token()
    server.fail(Fault("GET", r"/users/", status=403))
    assert repository.test_token().isdigit()


def test_json_that_is_not_inveniordms(server, repository):
    """Some other service with an API is not a repository."""
    server.fail(Fault("GET", "/api/records/1$", headers={"Content-Type": "application/json"}, body=b'{"hello": 1}'))
    with pytest.raises(NotARepository):
        repository.get("1")
    server.fail(Fault("GET", "/api/records\\?", headers={"Content-Type": "application/json"}, body=b'{"hits": []}'))
    with pytest.raises(NotARepository):
        repository.search("x")


def test_a_refusal_without_field_errors_is_about_metadata_too(server, repository):
    """InvenioRDM names no field for an unknown id."""
    draft = repository.create_draft({"metadata": METADATA})
    body = json.dumps({"status": 400, "message": "Invalid value CC-BY-4.0."}).encode()
    server.fail(Fault("PUT", "/draft$", status=400, headers={"Content-Type": "application/json"}, body=body))
    with pytest.raises(RefusedMetadata) as caught:
        repository.update_draft(draft.id, {"metadata": {**METADATA, "rights": [{"id": "CC-BY-4.0"}]}})
    assert "CC-BY-4.0" in str(caught.value)


def test_a_broken_search_is_said_and_not_repeated_for_ever(server, repository):
    """A list that fails inside the repository."""
    server.fail(Fault("GET", "/user/records", status=500))
    with pytest.raises(RepositoryBroken):
        repository.my_drafts()


def test_an_export_without_a_charset_is_utf_8(server, repository):
    """A bibliography comes as text/x-bibliography, and names have accents."""
    text = {"Content-Type": "text/x-bibliography"}
    server.fail(Fault("GET", "/api/records/1\\?style=apa", headers=text, body="Müller".encode()))
    assert repository.export("1", "text/x-bibliography", style="apa") == "Müller"


def test_own_records_and_vocabularies(repository):
    """Drafts among one's own records are drafts; a vocabulary comes completely."""
    word = f"w{uuid.uuid4().hex}"
    record = repository.publish(ready(repository, title=f"Tides {word}").id)
    draft = ready(repository, title=f"Tides {word}")
    mine = repository.my_records(word)
    assert {r.id: type(r).__name__ for r in mine.records} == {record.id: "Record", draft.id: "Draft"}
    assert [d.id for d in repository.my_drafts(word)] == [draft.id]
    licences = [item["id"] for item in repository.vocabulary("licenses")]
    assert len(licences) > 300 and "mit" in licences
    assert "mit" in [item["id"] for item in repository.vocabulary("licenses", "mit", size=5)]


@pytest.mark.parametrize("answer", [b"[1, 2]", b"{}", b'{"hits": {"hits": 5}}', b"null"])
def test_json_that_is_nobody_s_search(repository, server, answer):
    """Something that answers with JSON need not be a repository, and has no empty list of drafts."""
    server.fail(Fault("GET", "/api/user/records", status=200, body=answer, times=9))
    with pytest.raises(NotARepository):
        repository.my_drafts()


def test_web_page_instead_of_a_draft_is_not_asked_for_again_and_again(repository, server):
    """What answers a write with a web page is no repository; looking once more is enough to know that nothing was done."""
    server.fail(
        Fault("POST", "/api/records", status=200, body=b"<html>", headers={"Content-Type": "text/html"}, times=9)
    )
    with pytest.raises(NotARepository):
        repository.create_draft(marked()[0])
    assert server.count("POST", "/api/records") == 1
