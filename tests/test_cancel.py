"""Cancel is heard between two blocks, whatever is being done with a large file."""

from __future__ import annotations

import os
import threading
import time

import faults
import pytest
from faults import METADATA, Fault, begin, embedded, upload_of

from zenodo_jupyter.bundle import BundleFile, hash_all
from zenodo_jupyter.errors import Cancelled
from zenodo_jupyter.jobs import Jobs
from zenodo_jupyter.parts import part_of
from zenodo_jupyter.transfer import Upload, download_files, upload_files

MIB = 1 << 20
BIG = os.urandom(MIB) * 12


@pytest.fixture
def there(tmp_path):
    """A client, and a record with one large file."""
    server, token = embedded(tmp_path / "repository")
    repository, draft, _ = begin(server, token)
    upload_files(repository, draft, [upload_of("big", BIG)])
    yield repository, repository.publish(draft)
    server.close()


class StopsAt:
    """Says stop when so many bytes are told of, and counts what is told after that."""

    def __init__(self, done: int) -> None:
        self.cancel, self.done, self.after = threading.Event(), done, 0

    def __call__(self, progress):
        self.after += self.cancel.is_set() and bool(progress.done)
        if (progress.done or 0) >= self.done:
            self.cancel.set()


def test_while_a_file_that_is_there_is_compared(there, tmp_path):
    """It is neither read to its end nor asked for."""
    repository, record = there
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "big").write_bytes(BIG)
    stop = StopsAt(2 * MIB)
    with pytest.raises(Cancelled):
        download_files(repository, record, tmp_path / "out", report=stop, cancel=stop.cancel)
    assert stop.after <= 1


def test_while_what_came_before_is_hashed_again(there, tmp_path):
    """What an interrupted call brought is kept for the next."""
    repository, record = there
    part = part_of(record.files[0], tmp_path / "big")
    part.write_bytes(BIG[: 10 * MIB])
    stop = StopsAt(2 * MIB)
    with pytest.raises(Cancelled):
        repository.download(record.id, "big", tmp_path / "big", entry=record.files[0], report=stop, cancel=stop.cancel)
    assert part.stat().st_size == 10 * MIB
    repository.download(record.id, "big", tmp_path / "big", entry=record.files[0])
    assert (tmp_path / "big").read_bytes() == BIG


def test_while_files_are_hashed_before_they_are_compared(tmp_path):
    """Whoever is told how far it is stops it there."""
    (tmp_path / "big").write_bytes(BIG)
    told = []

    def stop(progress):
        told.append(progress.done)
        if progress.done >= 3 * MIB:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        hash_all([BundleFile("big", "data", "", path=tmp_path / "big")], stop, "collect")
    assert told == [MIB, 2 * MIB, 3 * MIB]


def test_while_a_file_is_hashed_to_go_in_parts(there, tmp_path):
    """The md5 of the whole is needed first; nothing is begun."""
    repository, _ = there
    draft = repository.create_draft({"metadata": {"title": "Another"}}).id
    cancel, reads = threading.Event(), []
    (tmp_path / "huge").touch()
    os.truncate(tmp_path / "huge", 200 * MIB)  # sparse

    class Counted:
        def __init__(self):
            self.file = (tmp_path / "huge").open("rb")

        def read(self, amount):
            reads.append(amount)
            if len(reads) == 3:
                cancel.set()
            return self.file.read(amount)

        def close(self):
            self.file.close()

    repository.session.is_near = False
    with pytest.raises(Cancelled):
        upload_files(repository, draft, [Upload("huge", Counted, 200 * MIB)], cancel=cancel)
    assert len(reads) < 100 and repository.list_files(draft) == ()


@pytest.mark.parametrize(
    ("method", "path", "act"),
    [
        ("PUT", r"/draft$", lambda repository, id: repository.update_draft(id, {"metadata": METADATA})),
        ("POST", r"/pids/doi$", lambda repository, id: repository.reserve_doi(id)),
        ("POST", r"/actions/publish$", lambda repository, id: repository.publish(id)),
        ("GET", r"/draft$", lambda repository, id: repository.get_draft(id)),
    ],
    ids=["description", "DOI", "publication", "look"],
)
def test_while_a_repository_does_not_answer(tmp_path, monkeypatch, method, path, act):
    """A job ends at once, whatever it asked and however long the answer is waited for; and the draft can be gone on with."""
    monkeypatch.setattr(faults, "STALL", 60.0)
    server, token = embedded(tmp_path / "repository")
    repository, draft, _ = begin(server, token)
    upload_files(repository, draft, [upload_of("small", b"1,2")])
    server.faults.append(Fault(method, path, "stall before"))
    jobs = Jobs(tmp_path / "jobs", {"publish": lambda params, report: {"id": act(repository, draft).id}})
    job = jobs.start("publish", {})
    while server.faults[0].times:
        assert jobs.get(job.id).is_active
    told = time.monotonic()
    jobs.cancel(job.id)
    while jobs.get(job.id).is_active:
        assert time.monotonic() - told < 20
    assert jobs.get(job.id).state == "cancelled"
    assert repository.publish(draft).id == draft
    jobs.close()
    server.close()
