"""Records that cannot be run again: each gets an answer of its own, and nothing of it is run or written elsewhere."""

from __future__ import annotations

import struct
import zipfile

import pytest
import requests
from recorded import publish_files

from zenodo_jupyter import repositories, unpacking
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import (
    AccessDenied,
    BadInput,
    Cancelled,
    NeedsConsent,
    RecordDeleted,
    RecordNotFound,
    WasRefused,
)
from zenodo_jupyter.localrepo.server import Server
from zenodo_jupyter.reproduce import reproduce
from zenodo_jupyter.tokens import TokenStore

NOTEBOOK = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@pytest.fixture
def served(tmp_path):
    """Return a repository that also takes restricted records and those without files, as Zenodo does not from everybody."""
    with Server(tmp_path / "served", port=0, flavour="rdm") as server:
        yield server


@pytest.fixture
def config(served, tmp_path):
    """Return the settings of a stranger who knows a repository and has no token for it."""
    return Config(
        data_dir=tmp_path / "user", repositories={"lab": {"url": served.url, "title": "Our lab"}},
        allowed_repositories=["lab"],
    )  # fmt: skip


@pytest.fixture
def published(served, config, tmp_path):
    """Publish files as somebody else, and return the record."""

    def published(files, record="public", access="public"):
        owner = Config(data_dir=tmp_path / "owner", repositories=config.repositories)
        TokenStore(owner).set(repositories.repository("lab", config=owner).row, served.token)
        repository = repositories.repository("lab", config=owner)
        return publish_files(repository, files, title="A title", access=(record, access))

    return published


def refused(record, config, tmp_path, error, **options):
    """Return the error that a try ends with; no folder is left."""
    with pytest.raises(error) as caught:
        reproduce(
            record if isinstance(record, str) else record.id, tmp_path / "r", from_="lab", config=config, **options
        )
    return caught.value


def test_restricted_files_are_said_to_be_so(published, config, tmp_path):
    """Should fail if a person reads only that something was refused, and not whom to ask."""
    record = published({"n.ipynb": NOTEBOOK}, access="restricted")
    told = refused(record, config, tmp_path, AccessDenied, yes=True)
    assert "A title" in told.message and "files are restricted" in told.message
    assert record.html_url in told.hint
    assert not (tmp_path / "r").exists()
    hidden = published({"n.ipynb": NOTEBOOK}, record="restricted", access="restricted")
    assert "token" in refused(hidden, config, tmp_path, AccessDenied, yes=True).hint


def test_a_deleted_record_is_told_from_one_that_never_was(served, published, config, tmp_path):
    """Should fail if a tombstone is taken for a typing error."""
    record = published({"n.ipynb": NOTEBOOK})
    bury(served, record.id)
    assert "deleted" in refused(record, config, tmp_path, RecordDeleted, yes=True).message
    refused("999999999", config, tmp_path, RecordNotFound, yes=True)
    assert not (tmp_path / "r").exists()


def bury(served, id):
    """Delete a record as its owner, or with the tombstone's reason as the repository's own route wants it."""
    head = {"Authorization": f"Bearer {served.token}"}
    reason = {"removal_reason": {"id": "test-record"}, "note": "a test"}
    answer = requests.delete(f"{served.url}/api/records/{id}/delete", json=reason, headers=head, timeout=30)
    if answer.status_code != 204:
        reason = {"reason": "test-record"}
        answer = requests.post(f"{served.url}/api/records/{id}/request-deletion", json=reason, headers=head, timeout=30)
    assert answer.ok, answer.text


def test_a_step_that_is_none_is_refused_before_anything_is_fetched(config, tmp_path):
    """Should fail if a slip of the pen is told after gigabytes came."""
    told = refused("999999999", config, tmp_path, BadInput, yes=True, environment="nope")
    assert "nope" in told.message and "era" in told.hint


def test_a_record_without_files_or_without_a_notebook_says_which(published, config, tmp_path):
    """Should fail if a description alone, or data alone, ends in the same words or in a traceback."""
    assert "no files, only a description" in refused(published({}), config, tmp_path, RecordNotFound, yes=True).message
    told = refused(published({"a.csv": "1\n"}), config, tmp_path, BadInput, yes=True)
    assert "no notebook" in told.message and str(tmp_path / "r") in told.hint


@pytest.mark.parametrize("text", ["", "no notebook", "[]", '{"cells": 3}', '{"nbformat": 3, "worksheets": []}'])
def test_what_is_called_a_notebook_and_is_none(published, config, tmp_path, text):
    """Should fail if a file that only has a notebook's name ends in a traceback."""
    files = {"n.ipynb": text or " "}
    assert "n.ipynb" in str(refused(published(files), config, tmp_path, BadInput, yes=True))


def test_an_enormous_record_is_asked_about_before_it_is_fetched(published, config, tmp_path, monkeypatch):
    """Should fail if gigabytes come before a yes, or if nobody is there and they come all the same."""
    record = published({"n.ipynb": NOTEBOOK})
    monkeypatch.setattr("zenodo_jupyter.getting.LARGE", 10)
    assert "GB" in refused(record, config, tmp_path, NeedsConsent).message
    asked = []
    refused(record, config, tmp_path, Cancelled, confirm=lambda text: bool(asked.append(text)))
    assert len(asked) == 1 and "GB" in asked[0]
    assert not (tmp_path / "r").exists()


def crowd(count, told=None):
    """Return a zip with a list of so many empty files, which says that it has `told` of them."""
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0)
    listed = b"".join(entry + b"%09d" % i for i in range(count))
    told = count if told is None else told
    large = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, told, told, len(listed), 0)
    where = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(listed), 1)
    return listed + large + where + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0, 0)


def test_a_zip_of_hundreds_of_thousands_of_files_is_not_even_listed(published, config, tmp_path, monkeypatch):
    """Should fail if reading the list of such a zip fills the memory, also where it says that it holds few."""
    record = published({"many.zip": crowd(300_000)})
    monkeypatch.setattr(zipfile.ZipFile, "namelist", None)  # it would have to be read for that
    assert "300,000 files" in refused(record, config, tmp_path, BadInput, yes=True).message
    lying = tmp_path / "lying.zip"
    lying.write_bytes(crowd(600_000, told=3))
    with pytest.raises(BadInput, match="very many files"):
        unpacking.names(lying)
    with pytest.raises(BadInput, match="very many files"):  # nor for one file of it
        unpacking.take_out(lying, "000000001", "", tmp_path / "one")


def test_what_refused_is_one_of_the_families_words():
    """Should fail if doors could not tell these apart by their exit codes."""
    assert issubclass(RecordDeleted, WasRefused) and issubclass(AccessDenied, WasRefused)
