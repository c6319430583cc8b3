"""Large files go up in parts where the repository takes them, and what was sent is not sent again."""

from __future__ import annotations

import hashlib
import json
import os
import re

import pytest
from faults import Fault, begin, embedded, upload_of

from zenodo_jupyter import multipart
from zenodo_jupyter.errors import Cancelled, CouldNotAsk
from zenodo_jupyter.transfer import upload_files

BIG = os.urandom(950_001)
MD5 = hashlib.md5(BIG).hexdigest()


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setattr(multipart, "PART", 100_000)
    monkeypatch.setattr(multipart, "FROM", 400_000)
    server, server.token = embedded(tmp_path / "repository")
    yield server
    server.close()


@pytest.fixture
def there(server, tmp_path):
    return begun(server, tmp_path)


def begun(server, tmp_path):
    """Return a client that may try parts, and a draft."""
    repository, draft, _ = begin(server, server.token)
    repository.session.is_near = False  # as on another machine: on this one nothing is gained
    repository.session.memory = tmp_path / "memory"
    return repository, draft


def parts_sent(server):
    found = [re.search(r"/big/content/(\d+)$", path) for method, path in server.seen if method == "PUT"]
    return sorted(int(m[1]) for m in found if m)


def test_a_large_file_goes_in_parts_and_small_ones_whole(server, there):
    """Each part once; the record has the right bytes, and nothing stays written down."""
    repository, draft = there
    seen = []
    entries = upload_files(repository, draft, [upload_of("big", BIG), upload_of("small", b"x")], report=seen.append)
    assert entries["big"].md5 == MD5 and parts_sent(server) == list(range(1, 11))
    assert [p.done for p in seen] == sorted(p.done for p in seen) and seen[-1].done == len(BIG) + 1
    assert {f.key: f.md5 for f in repository.publish(draft).files}["big"] == MD5
    assert list(repository.session.memory.iterdir()) == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", "/content/3", status=503, headers={"Retry-After": "1"}),
        Fault("PUT", "/content/3", "hang up in request"),
        Fault("PUT", "/content/3", "hang up after"),
        Fault("PUT", "/content/3", "flip in request"),
        Fault("PUT", "/content/10", "after", status=504),
        Fault("POST", "/commit", "hang up after"),
        Fault("POST", "/draft/files$", "hang up after"),
    ],
    ids=lambda f: f"{f.method} {f.path} {f.when} {f.status}",
)
def test_parts_recover_by_themselves(server, there, fault):
    """Every fault once; wrong bytes are found by the md5 of the whole, and then it goes in one piece."""
    repository, draft = there
    server.fail(fault)
    assert upload_files(repository, draft, [upload_of("big", BIG)])["big"].md5 == MD5
    assert fault.times == 0
    assert server.count("PUT", "/big/content$") == (fault.when == "flip in request")


def test_a_part_that_was_taken_in_and_lost_is_sent_again(server, there):
    """InvenioRDM answers 200 with ``errors``."""
    repository, draft = there
    lost = json.dumps({"key": "big", "errors": "File upload transfer failed."}).encode()
    server.fail(Fault("PUT", "/content/4", headers={"Content-Type": "application/json"}, body=lost))
    upload_files(repository, draft, [upload_of("big", BIG)])
    assert parts_sent(server) == sorted([*range(1, 11), 4])


@pytest.mark.parametrize(
    "refusal",
    [Fault("POST", "/draft/files$", status=400), Fault("PUT", "/content/", status=403, times=4)],
    ids=["begin", "part"],
)
def test_where_parts_are_refused_a_file_goes_whole_from_then_on(server, there, refusal):
    """Tried once for a repository; Zenodo lets them be begun and refuses the parts themselves."""
    repository, draft = there
    refusal.headers, refusal.body = {"Content-Type": "application/json"}, b'{"message": "no"}'
    server.fail(refusal)
    assert upload_files(repository, draft, [upload_of("big", BIG)])["big"].md5 == MD5
    assert server.count("PUT", "/big/content$") == 1 and repository.session.abilities.get("parts") is False
    refusal.times = 0
    server.seen.clear()
    upload_files(repository, draft, [upload_of("big2", BIG)])
    assert [path for method, path in server.seen if "/content/" in path] == []


@pytest.mark.parametrize("stop", ["cut", "cancel"])
def test_the_next_call_sends_what_is_missing(server, tmp_path, stop):
    """Also that of another process: what was sent is written down."""
    repository, draft = begun(server, tmp_path)
    if stop == "cut":
        repository.session.budget_seconds = 0
        server.fail(Fault("PUT", "/content/7", "hang up before", times=99))
        with pytest.raises(CouldNotAsk):
            upload_files(repository, draft, [upload_of("big", BIG)])
        server.faults.clear()
    else:

        def enough(progress):
            if progress.done >= 600_000:
                raise Cancelled("stop")

        with pytest.raises(Cancelled):
            upload_files(repository, draft, [upload_of("big", BIG)], report=enough)
    [memory] = [p for p in repository.session.memory.iterdir() if p.suffix == ".json"]
    before = set(json.loads(memory.read_text()))
    other, _ = begun(server, tmp_path)
    server.seen.clear()
    seen = []
    assert upload_files(other, draft, [upload_of("big", BIG)], report=seen.append)["big"].md5 == MD5
    assert before and not before & set(parts_sent(server))
    assert seen[-1].done == len(BIG)


def test_what_is_written_down_of_other_bytes_is_not_believed(server, tmp_path):
    """The file changed meanwhile: then all of it is sent."""
    repository, draft = begun(server, tmp_path)
    repository.session.budget_seconds = 0
    server.fail(Fault("PUT", "/content/7", "hang up before", times=99))
    with pytest.raises(CouldNotAsk):
        upload_files(repository, draft, [upload_of("big", BIG)])
    server.faults.clear()
    other = BIG[::-1]
    entries = upload_files(repository, draft, [upload_of("big", other)])
    assert entries["big"].md5 == hashlib.md5(other).hexdigest()
