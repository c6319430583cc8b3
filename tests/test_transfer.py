"""Files up and down through a server that fails: every byte right, nothing sent that is there, nothing left behind."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import shutil
import threading
import time
from types import SimpleNamespace

import pytest
from faults import METADATA, Fault, client, embedded

from zenodo_jupyter import receiving
from zenodo_jupyter.errors import (
    Cancelled,
    CouldNotAsk,
    DiskFull,
    Mismatch,
    MissingFile,
    NeedsConsent,
    RecordNotFound,
    RepositoryBroken,
    UnsafeName,
)
from zenodo_jupyter.transfer import Upload, download_files, upload_files

MIB = 1 << 20
BIG = os.urandom(MIB) * 3 + b"end"


def upload_of(key, data, known=True):
    return Upload(key, lambda: io.BytesIO(data), len(data), hashlib.md5(data).hexdigest() if known else None)


@pytest.fixture(params=["ranges", "no ranges"])
def server(tmp_path, request):
    server, server.token = embedded(tmp_path / "repository", ranges=request.param == "ranges")
    yield server
    server.close()


@pytest.fixture
def plain(tmp_path):
    server, server.token = embedded(tmp_path / "repository")
    yield server
    server.close()


def begin(server):
    repository, waits = client(server, server.token)
    return repository, repository.create_draft({"metadata": METADATA}).id, waits


def published(server, files):
    repository, draft, _ = begin(server)
    upload_files(repository, draft, [upload_of(key, data) for key, data in files.items()])
    record = repository.publish(draft)
    server.seen.clear()
    server.headers.clear()
    return repository, record


def everything_in(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# -- up ------------------------------------------------------------------------------------------------------------------


def test_files_go_up_with_few_requests(plain):
    """One list, one request to begin them all, two for each file; odd names and folders stay as they are."""
    repository, draft, _ = begin(plain)
    files = {"nb.ipynb": b"{}", "data/sub/é ü 漢.csv": b"1", "odd#?%&+;=@ .txt": b"2", "big.bin": BIG}
    plain.seen.clear()
    entries = upload_files(repository, draft, [upload_of(k, v) for k, v in files.items()])
    assert {k: e.md5 for k, e in entries.items()} == {k: hashlib.md5(v).hexdigest() for k, v in files.items()}
    assert len(plain.seen) == 2 + 2 * len(files)
    assert {f.key for f in repository.publish(draft).files} == set(files)


def test_progress_counts_the_bytes_of_all_files(plain):
    """It never exceeds the total, ends with it, and says which file."""
    repository, draft, _ = begin(plain)
    seen = []
    upload_files(repository, draft, [upload_of("a", b"x" * 100), upload_of("big", BIG)], report=seen.append)
    assert {(p.step, p.unit, p.total) for p in seen} == {("upload", "B", 100 + len(BIG))}
    assert seen[-1].done == seen[-1].total and all(p.done <= p.total for p in seen)
    assert {p.item for p in seen} == {"a", "big"}


def test_what_is_there_is_not_sent_again(plain):
    """A second call sends nothing; a changed file is taken away and sent; the others stay."""
    repository, draft, _ = begin(plain)
    upload_files(repository, draft, [upload_of("a", b"one"), upload_of("b", b"two")])
    plain.seen.clear()
    seen = []
    upload_files(repository, draft, [upload_of("a", b"one"), upload_of("b", b"two")], report=seen.append)
    assert plain.count("PUT", "/content") == 0 and seen[-1].done == 6
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
    repository, draft, _ = begin(plain)
    fault.times = 1 if fault.path.endswith("files$") else 2  # the files are listed and begun once
    plain.fail(fault)
    upload_files(repository, draft, [upload_of("a", b"small"), upload_of("big", BIG)])
    assert fault.times == 0
    record = repository.publish(draft)
    assert {f.key: f.md5 for f in record.files} == {
        "a": hashlib.md5(b"small").hexdigest(),
        "big": hashlib.md5(BIG).hexdigest(),
    }


def test_a_file_that_was_taken_in_and_lost_is_sent_again(plain):
    """InvenioRDM answers 200 with ``errors``, and the entry is gone."""
    repository, draft, _ = begin(plain)
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
    repository, draft, _ = begin(plain)
    plain.fail(Fault("PUT", "/content", "flip in request", times=99))
    with pytest.raises(Mismatch) as caught:
        upload_files(repository, draft, [upload_of("a", b"bytes")])
    assert hashlib.md5(b"bytes").hexdigest() in str(caught.value)
    assert repository.list_files(draft) == ()


@pytest.mark.parametrize("said", [3, 9])
def test_a_file_that_changes_while_it_is_sent(plain, said):
    """It grew or became shorter: what is sent would be neither the old nor the new."""
    repository, draft, _ = begin(plain)
    with pytest.raises(Mismatch):
        repository.upload(draft, "a", lambda: io.BytesIO(b"12345"), size=said)
    with pytest.raises(Mismatch):
        upload_files(repository, draft, [Upload("a", lambda: io.BytesIO(b"12345"), 5, "0" * 32)])
    assert upload_files(repository, draft, [upload_of("a", b"12345")])["a"].size == 5


def test_a_file_that_cannot_be_read(plain, tmp_path):
    """Should be told as such, and not as a cut connection that is tried for ten minutes."""
    repository, draft, waits = begin(plain)
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
    repository, draft, _ = begin(plain)
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
    repository, draft, _ = begin(plain)
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


# -- down ----------------------------------------------------------------------------------------------------------------


def test_files_come_down_into_their_folders_with_one_request_each(server, tmp_path):
    """Nothing but the files is in the folder afterwards."""
    files = {"nb.ipynb": b"{}", "data/sub/é ü.csv": b"1", "odd#%&+.txt": b"2", "big.bin": BIG}
    repository, record = published(server, files)
    seen = []
    paths = download_files(repository, record, tmp_path / "out", report=seen.append)
    assert everything_in(tmp_path / "out") == files
    assert {p.relative_to(tmp_path / "out").as_posix() for p in paths} == set(files)
    assert len(server.seen) == len(files)
    assert seen[-1].done == seen[-1].total == sum(map(len, files.values()))


@pytest.mark.parametrize(
    "fault",
    [
        Fault("GET", "/content", status=429, headers={"Retry-After": "1"}),
        Fault("GET", "/content", status=503, headers={"Retry-After": "1"}),
        Fault("GET", "/content", status=504),
        Fault("GET", "/content", "hang up before"),
        Fault("GET", "/content", "hang up in answer"),
    ],
    ids=lambda f: f"{f.when} {f.status}",
)
def test_a_download_recovers_by_itself(server, tmp_path, fault):
    """Every fault once, for each of two files, with and without ranges."""
    files = {"a": b"small", "big": BIG}
    repository, record = published(server, files)
    fault.times = 2
    server.fail(fault)
    download_files(repository, record, tmp_path / "out")
    assert fault.times == 0 and everything_in(tmp_path / "out") == files


def test_a_cut_download_asks_for_the_rest_only(server, tmp_path):
    """Where ranges are honoured; elsewhere it begins again, and the bytes are right in either case."""
    repository, record = published(server, {"big": BIG})
    server.fail(Fault("GET", "/content", "hang up in answer"))
    seen = []
    repository.download(record.id, "big", tmp_path / "big", report=seen.append)
    assert (tmp_path / "big").read_bytes() == BIG
    again = [h for h in server.headers if "Range" in h]
    assert len(again) == 1 and again[0]["Range"] == f"bytes={MIB}-"
    assert ([p.done for p in seen].count(0) == 1) is server.ranges


def test_a_range_of_other_bytes_is_not_joined(plain, tmp_path):
    """A 206 that begins elsewhere, or belongs to another file, leads to a fresh beginning."""
    repository, record = published(plain, {"big": BIG})
    wrong = {"Content-Range": f"bytes 5-{len(BIG) - 1}/{len(BIG)}"}
    plain.fail(Fault("GET", "/content", "hang up in answer"), Fault("GET", "/content", status=206, headers=wrong, body=b"x"))
    repository.download(record.id, "big", tmp_path / "big")
    assert (tmp_path / "big").read_bytes() == BIG


def test_a_refused_range_is_not_asked_for_again(plain, tmp_path):
    """A 416 leads to a fresh beginning."""
    repository, record = published(plain, {"big": BIG})
    refused = Fault("GET", "/content", status=416, headers={"Content-Type": "application/json"}, body=b'{"status": 416}')
    plain.fail(Fault("GET", "/content", "hang up in answer"), refused)
    repository.download(record.id, "big", tmp_path / "big")
    assert (tmp_path / "big").read_bytes() == BIG


def test_an_interrupted_call_is_gone_on_with_by_the_next(server, tmp_path):
    """What came is kept under a name that says what it is of, and is gone when the file is there."""
    repository, record = published(server, {"big": BIG})
    repository.session.budget_seconds = 0
    server.fail(Fault("GET", "/content", "hang up in answer"))
    out = tmp_path / "out"
    with pytest.raises(CouldNotAsk):
        download_files(repository, record, out)
    kept = everything_in(out)
    assert list(kept) == [f".big.part-{hashlib.md5(BIG).hexdigest()}"] and list(kept.values()) == [BIG[:MIB]]
    download_files(repository, record, out)
    assert everything_in(out) == {"big": BIG}


def test_wrong_bytes_never_get_the_name(server, tmp_path):
    """One flipped bit: said, with both checksums, and deleted."""
    repository, record = published(server, {"a": b"right"})
    server.fail(Fault("GET", "/content", "flip in answer", times=9))
    out = tmp_path / "out"
    with pytest.raises(Mismatch) as caught:
        download_files(repository, record, out)
    assert hashlib.md5(b"right").hexdigest() in str(caught.value)
    assert everything_in(out) == {}


def test_a_web_page_in_place_of_a_file_is_not_the_file(server, tmp_path):
    """A proxy's page with status 200."""
    repository, record = published(server, {"a.csv": b"1,2"})
    server.fail(Fault("GET", "/content"))
    with pytest.raises(Mismatch):
        download_files(repository, record, tmp_path / "out")
    assert everything_in(tmp_path / "out") == {}


def test_what_is_there_is_not_asked_for_and_never_overwritten(server, tmp_path):
    """The same file counts as there; another one in its place stops everything before it begins."""
    repository, record = published(server, {"a": b"aaa", "b": b"bbb"})
    out = tmp_path / "out"
    download_files(repository, record, out, ["a"])
    server.seen.clear()
    download_files(repository, record, out)
    assert [p for _, p in server.seen] == [p for _, p in server.seen if "/b/" in p]
    (out / "b").write_text("my own work")
    server.seen.clear()
    with pytest.raises(NeedsConsent):
        download_files(repository, record, out)
    assert server.seen == [] and (out / "b").read_text() == "my own work"


def test_room_is_looked_at_first(server, tmp_path, monkeypatch):
    """Should say so before the first byte."""
    repository, record = published(server, {"big": BIG})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(DiskFull) as caught:
        download_files(repository, record, tmp_path / "out")
    assert f"{len(BIG):,}" in str(caught.value) and server.seen == []


def test_a_full_disk_leaves_no_part_behind(server, tmp_path, monkeypatch):
    """Someone else filled it meanwhile."""
    repository, record = published(server, {"big": BIG})

    class Full(io.FileIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(receiving, "open", lambda path, mode, **_: Full(path, mode), raising=False)
    with pytest.raises(DiskFull):
        download_files(repository, record, tmp_path / "out")
    assert everything_in(tmp_path / "out") == {}


def test_hostile_names_bring_nothing(server, tmp_path):
    """A name that would leave the folder stops everything before it begins."""
    repository, record = published(server, {"ok.txt": b"1"})
    for key in ("../up.txt", "/etc/passwd", "a/../../b", "C:\\x", "..\\x", "con", "x\x00y"):
        entry = record.files[0]
        hostile = SimpleNamespace(id=record.id, files=(entry, type(entry)(key, 1, "0" * 32)))
        with pytest.raises(UnsafeName):
            download_files(repository, hostile, tmp_path / "out")
    assert not (tmp_path / "out").exists() and not (tmp_path / "up.txt").exists()


def test_names_that_cannot_be_side_by_side(server, tmp_path):
    """A file and a folder of one name, or two that differ in case only: on some disks one would hide the other."""
    repository, record = published(server, {"a": b"1"})
    for other in ("a/b", "A"):
        clash = SimpleNamespace(id=record.id, files=(record.files[0], type(record.files[0])(other, 1, "0" * 32)))
        with pytest.raises(UnsafeName):
            download_files(repository, clash, tmp_path / "out")


def test_a_file_that_is_not_in_the_record(server, tmp_path):
    """Should say what there is."""
    repository, record = published(server, {"a": b"1"})
    with pytest.raises(RecordNotFound) as caught:
        download_files(repository, record, tmp_path / "out", ["b"])
    assert re.search(r"no file 'b'.* a\b", str(caught.value))


def test_a_stopped_download_leaves_no_false_file(server, tmp_path):
    """What has its name is complete; the rest can be gone on with."""
    files = {f"f{i}": os.urandom(2 * MIB) for i in range(4)}
    repository, record = published(server, files)

    def stop(progress):
        if progress.done > 3 * MIB:
            raise Cancelled("stop")

    out = tmp_path / "out"
    with pytest.raises(Cancelled):
        download_files(repository, record, out, report=stop)
    for key, data in everything_in(out).items():
        assert key.startswith(".") or data == files[key]
    download_files(repository, record, out)
    assert everything_in(out) == files
