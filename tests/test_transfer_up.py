"""Files up through a server that fails: every byte right, and nothing sent that is there."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import threading
import time

import pytest
from faults import Fault, begin, embedded, upload_of

from zenodo_jupyter.errors import Cancelled, Mismatch, MissingFile, RepositoryBroken
from zenodo_jupyter.repository import Repository
from zenodo_jupyter.rows import row_for
from zenodo_jupyter.tokens import Token
from zenodo_jupyter.transfer import Upload, upload_files

MIB = 1 << 20
BIG = os.urandom(MIB) * 3 + b"end"


@pytest.fixture
def plain(tmp_path):
    server, server.token = embedded(tmp_path / "repository")
    yield server
    server.close()


def test_files_go_up_with_few_requests(plain):
    """One list, one request to begin them all, two for each file; odd names and folders stay as they are."""
    repository, draft, _ = begin(plain, plain.token)
    files = {"nb.ipynb": b"{}", "data/sub/é ü 漢.csv": b"1", "odd#?%&+;=@ .txt": b"2", "big.bin": BIG}
    plain.seen.clear()
    entries = upload_files(repository, draft, [upload_of(k, v) for k, v in files.items()])
    assert {k: e.md5 for k, e in entries.items()} == {k: hashlib.md5(v).hexdigest() for k, v in files.items()}
    assert len(plain.seen) == 2 + 2 * len(files)
    assert {f.key for f in repository.publish(draft).files} == set(files)


def test_progress_counts_the_bytes_of_all_files(plain):
    """It never exceeds the total, ends with it, and says which file."""
    repository, draft, _ = begin(plain, plain.token)
    seen = []
    upload_files(repository, draft, [upload_of("a", b"x" * 100), upload_of("big", BIG)], report=seen.append)
    assert {(p.step, p.unit, p.total) for p in seen} == {("upload", "B", 100 + len(BIG))}
    assert seen[-1].done == seen[-1].total and all(p.done <= p.total for p in seen)
    assert {p.item for p in seen} == {"a", "big"}


def test_what_is_there_is_not_sent_again(plain):
    """A second call sends nothing; a changed file is taken away and sent; the others stay."""
    repository, draft, _ = begin(plain, plain.token)
    upload_files(repository, draft, [upload_of("a", b"one"), upload_of("b", b"two")])
    plain.seen.clear()
    seen = []
    upload_files(repository, draft, [upload_of("a", b"one"), upload_of("b", b"two")], report=seen.append)
    assert plain.count("PUT", "/content") == 0
    assert (seen[-1].files_there, seen[-1].files_total, seen[-1].total) == (2, 0, 0)
    upload_files(repository, draft, [upload_of("a", b"one"), upload_of("b", b"changed")])
    assert [p.rsplit("/", 2)[1] for m, p in plain.seen if m == "PUT"] == ["b"]
    upload_files(repository, draft, [upload_of("a", b"new", known=False)])  # same size, md5 not known beforehand
    assert {f.key: f.md5 for f in repository.list_files(draft)} == {
        "a": hashlib.md5(b"new").hexdigest(),
        "b": hashlib.md5(b"changed").hexdigest(),
    }


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", "/content", status=429, headers={"Retry-After": "1"}),
        Fault("PUT", "/content", status=503, headers={"Retry-After": "1"}),
        Fault("PUT", "/content", status=502),
        Fault("PUT", "/content", "after", status=504),
        Fault("PUT", "/content", "hang up before"),
        Fault("PUT", "/content", "hang up in request"),
        Fault("PUT", "/content", "hang up after"),
        Fault("PUT", "/content", "flip in request"),
        Fault("POST", "/commit", status=429, headers={"Retry-After": "1"}),
        Fault("POST", "/commit", status=503),
        Fault("POST", "/commit", "after", status=504),
        Fault("POST", "/commit", "hang up before"),
        Fault("POST", "/commit", "hang up after"),
        Fault("POST", "/draft/files$", "after", status=504),
        Fault("POST", "/draft/files$", "hang up before"),
        Fault("GET", "/draft/files$", "hang up in answer"),
    ],
    ids=lambda f: f"{f.method} {f.path} {f.when} {f.status}",
)
def test_an_upload_recovers_by_itself(plain, fault):
    """Every fault once, for each of two files; the record has the right bytes."""
    repository, draft, _ = begin(plain, plain.token)
    fault.times = 1 if fault.path.endswith("files$") else 2  # the files are listed and begun once
    plain.fail(fault)
    upload_files(repository, draft, [upload_of("a", b"small"), upload_of("big", BIG)])
    assert fault.times == 0
    record = repository.publish(draft)
    assert {f.key: f.md5 for f in record.files} == {
        "a": hashlib.md5(b"small").hexdigest(),
        "big": hashlib.md5(BIG).hexdigest(),
    }


def test_what_is_replaced_is_taken_away_one_after_the_other(plain):
    """Before anything is begun: InvenioRDM refuses two at once where one of them is the file that is shown first."""
    repository, draft, _ = begin(plain, plain.token)
    upload_files(repository, draft, [upload_of(key, b"old") for key in "abc"])
    plain.seen.clear()
    upload_files(repository, draft, [upload_of(key, b"newer", known=key == "a") for key in "abc"])
    assert [method for method, _ in plain.seen[:5]] == ["GET", "DELETE", "DELETE", "DELETE", "POST"]
    assert plain.count("DELETE", "") == 3 and plain.count("POST", "/draft/files$") == 1


def test_a_file_that_was_taken_in_and_lost_is_sent_again(plain):
    """InvenioRDM answers 200 with ``errors``, and the entry is gone."""
    repository, draft, _ = begin(plain, plain.token)
    lost = json.dumps({"key": "a", "status": "pending", "errors": "File upload transfer failed."}).encode()
    plain.fail(Fault("PUT", "/a/content", headers={"Content-Type": "application/json"}, body=lost))
    plain.fail(Fault("PUT", "/a/content", status=404, headers={"Content-Type": "application/json"}, body=b"{}"))
    assert upload_files(repository, draft, [upload_of("a", b"bytes")])["a"].status == "completed"
    plain.fail(Fault("PUT", "/b/content", headers={"Content-Type": "application/json"}, body=lost, times=99))
    with pytest.raises(RepositoryBroken):
        upload_files(repository, draft, [upload_of("b", b"bytes")])
    assert [f.key for f in repository.list_files(draft)] == ["a"]


def test_bytes_that_change_on_the_way_are_said_and_taken_away(plain):
    """Should send it a few times, then fail, and leave no wrong bytes in the draft."""
    repository, draft, _ = begin(plain, plain.token)
    plain.fail(Fault("PUT", "/content", "flip in request", times=99))
    with pytest.raises(Mismatch) as caught:
        upload_files(repository, draft, [upload_of("a", b"bytes")])
    assert hashlib.md5(b"bytes").hexdigest() in str(caught.value)
    assert repository.list_files(draft) == ()


@pytest.mark.parametrize("said", [3, 9])
def test_a_file_that_changes_while_it_is_sent(plain, said):
    """It grew or became shorter: what is sent would be neither the old nor the new."""
    repository, draft, _ = begin(plain, plain.token)
    with pytest.raises(Mismatch):
        repository.upload(draft, "a", lambda: io.BytesIO(b"12345"), size=said)
    with pytest.raises(Mismatch):
        upload_files(repository, draft, [Upload("a", lambda: io.BytesIO(b"12345"), 5, "0" * 32)])
    assert upload_files(repository, draft, [upload_of("a", b"12345")])["a"].size == 5


def test_a_file_that_cannot_be_read(plain, tmp_path):
    """Should be told as such, and not as a cut connection that is tried for ten minutes."""
    repository, draft, waits = begin(plain, plain.token)
    with pytest.raises(MissingFile):
        repository.upload(draft, "a", tmp_path / "nothing", size=5)

    class Bad(io.BytesIO):
        def read(self, *args):
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(MissingFile):
        repository.upload(draft, "a", Bad, size=5)
    assert waits == []


def test_a_stopped_upload_can_be_gone_on_with(plain):
    """Whoever watches raises Cancelled; what was finished is not sent again."""
    repository, draft, _ = begin(plain, plain.token)
    uploads = [upload_of(f"f{i}", os.urandom(2 * MIB)) for i in range(6)]

    def stop(progress):
        if progress.done > 5 * MIB:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        upload_files(repository, draft, uploads, report=stop, workers=2)
    finished = {f.key for f in repository.list_files(draft) if f.status == "completed"}
    assert 0 < len(finished) < 6
    plain.seen.clear()
    upload_files(repository, draft, uploads)
    sent_again = {p.rsplit("/", 2)[1] for m, p in plain.seen if m == "PUT"}
    assert sent_again == {u.key for u in uploads} - finished
    assert len(repository.publish(draft).files) == 6


def test_stop_is_heard_while_nothing_moves(plain):
    """A dead connection must not keep a person waiting: within a second, not at the time-out."""
    repository, draft, _ = begin(plain, plain.token)
    hold, held = threading.Event(), threading.Event()
    original = plain._do

    def stall(handler, body):
        if handler.command == "PUT":
            held.set()
            hold.wait(20)
        return original(handler, body)

    plain._do = stall
    stop = threading.Event()
    threading.Thread(target=lambda: held.wait(20) and stop.set()).start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        upload_files(repository, draft, [upload_of("a", b"x")], cancel=stop)
    hold.set()
    assert time.monotonic() - begun < 5


def test_a_hundred_files_take_two_hundred_and_ten_requests_at_most(plain):
    """From the draft to the record that is read back."""
    plain.seen.clear()
    repository, draft, _ = begin(plain, plain.token)
    uploads = [upload_of(f"f{n}", b"%d" % n) for n in range(100)]
    repository.reserve_doi(draft)
    upload_files(repository, draft, uploads)
    repository.publish(draft)
    record = repository.get(draft)
    assert {f.key: f.md5 for f in record.files} == {u.key: u.md5 for u in uploads}
    assert len(plain.seen) <= 210


@pytest.mark.parametrize("path", ["/draft/files$", "/content", "/commit"])
def test_stop_is_heard_while_a_busy_repository_is_waited_for(plain, path):
    """It asks for half an hour; a person who says "stop" does not wait for it, whatever the wait is for."""
    _, draft, _ = begin(plain, plain.token)
    repository = Repository(row_for(plain.url), token=Token(plain.token, plain.url))
    repository.session.budget_seconds = 9999
    plain.fail(*(Fault(m, path, status=429, headers={"Retry-After": "1800"}, times=99) for m in ("GET", "PUT", "POST")))

    def stop(progress):
        if plain.faults[0].times + plain.faults[1].times + plain.faults[2].times < 3 * 99:
            raise Cancelled("stop")

    begun = time.monotonic()
    with pytest.raises(Cancelled):
        upload_files(repository, draft, [upload_of("a", b"x")], report=stop)
    assert time.monotonic() - begun < 10
