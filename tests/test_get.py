"""From a DOI back to the files, on the embedded repository."""

from __future__ import annotations

import hashlib
from functools import partial

import pytest
from recorded import FILES, publish_files, zipped

from zenodo_jupyter import repositories
from zenodo_jupyter.errors import BadInput, InvalidDOI, Mismatch, NeedsConsent, RecordNotFound
from zenodo_jupyter.getting import get


@pytest.fixture
def publish(config):
    """Publish files, given by name, and return the record."""
    return partial(publish_files, repositories.repository("local", config=config))


def test_get_brings_every_file_to_its_place(publish, config, tmp_path):
    """Should fail if a folder in a name is lost, or a file is not compared."""
    record = publish(FILES)
    got = get(str(record.doi), tmp_path / "new", config=config)
    assert (got.folder / "data" / "a.txt").read_text() == "1\n2\n3\n"
    assert (len(got.files), got.verified, got.notes) == (2, 2, ())
    assert got.to_json()["files"] == [e.key for e in record.files]


def test_get_names_a_folder_after_the_record(publish, config, tmp_path, monkeypatch):
    """Should fail if a title with letters that make no good folder names leads elsewhere."""
    monkeypatch.chdir(tmp_path)
    record = publish(FILES)
    got = get(str(record.doi), config=config)
    assert got.folder == tmp_path / f"lange-lauft-a-b-test-b-{record.id}"
    record = publish(FILES, title="Was Seattle warmer than normal, 2012–2015?")
    assert get(str(record.doi), config=config).folder.name == f"was-seattle-warmer-than-normal-2012-2015-{record.id}"
    record = publish(FILES, title="Was Seattle very much warmer than normal, 2012–2015?")
    assert get(str(record.doi), config=config).folder.name == f"was-seattle-very-much-warmer-than-normal-{record.id}"


def test_a_second_get_fetches_nothing_again(publish, config, tmp_path):
    """Should fail if files that are there are sent again, or if the first folder is not recognised."""
    doi = str(publish(FILES).doi)
    first = get(doi, tmp_path / "new", config=config)
    (first.folder / "n.ipynb").unlink()
    kept = first.folder / "data" / "a.txt"
    before = kept.stat().st_mtime_ns
    again = get(doi, tmp_path / "new", config=config)
    assert again.verified == 2
    assert (first.folder / "n.ipynb").exists()
    assert kept.stat().st_mtime_ns == before


def test_get_refuses_a_folder_with_something_else(publish, config, tmp_path):
    """Should fail if somebody's files are mixed with a record's, or overwritten."""
    one, other = publish(FILES), publish({"n.ipynb": "other"})
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "n.ipynb").write_text("mine")
    with pytest.raises(BadInput, match="not empty"):
        get(str(one.doi), tmp_path / "mine", config=config)
    with pytest.raises(BadInput, match="is a file"):
        get(str(one.doi), tmp_path / "mine" / "n.ipynb", config=config)
    assert (tmp_path / "mine" / "n.ipynb").read_text() == "mine"
    get(str(one.doi), tmp_path / "one", config=config)
    with pytest.raises(BadInput, match="not empty"):
        get(str(other.doi), tmp_path / "one", config=config)
    (tmp_path / "one" / "n.ipynb").write_text("changed by me")
    with pytest.raises(NeedsConsent):
        get(str(one.doi), tmp_path / "one", config=config)
    assert (tmp_path / "one" / "n.ipynb").read_text() == "changed by me"


def test_a_concept_doi_means_the_newest_and_says_so(publish, config, tmp_path):
    """Should fail if nobody is told which version came, or that there is a newer one."""
    first = publish(FILES)
    second = publish({**FILES, "data/a.txt": "4\n"}, version_of=first.id)
    got = get(str(first.concept_doi), tmp_path / "concept", config=config)
    assert got.record.id == second.id
    assert str(second.doi) in got.notes[0]
    assert "newest" in got.notes[0]
    old = get(str(first.doi), tmp_path / "old", config=config)
    assert "newer" in old.notes[0]


def test_get_of_some_files(publish, config, tmp_path):
    """Should fail if other files come too, or if a wrong name is not told."""
    doi = str(publish(FILES).doi)
    got = get(doi, tmp_path / "some", files=["data/a.txt"], config=config)
    assert [p.name for p in got.files] == ["a.txt"]
    assert not (tmp_path / "some" / "n.ipynb").exists()
    with pytest.raises(RecordNotFound, match=r"nope\.csv"):
        get(doi, tmp_path / "some", files=["nope.csv"], config=config)


def test_what_is_no_record_is_told_apart(config, tmp_path):
    """Should fail if a typing error and an unknown DOI are one and the same, or leave an empty folder."""
    with pytest.raises(InvalidDOI):
        get("not a doi", tmp_path / "x", config=config)
    with pytest.raises(RecordNotFound):
        get("10.5072/zenodo.1", tmp_path / "x", from_="local", config=config)
    assert not (tmp_path / "x").exists()


def test_zips_of_ours_are_laid_out_and_others_are_not(publish, config, tmp_path):
    """Should fail if packed data are not where the notebook looks for them, or a person's own zip is unpacked."""
    files = {
        "n.ipynb": FILES["n.ipynb"],
        "data.zip": zipped({"data/a.txt": "1\n2\n3\n", "data/empty.txt": ""}),
        "theirs.zip": zipped({"b.txt": "b"}, comment=b""),
    }
    listed = {"n.ipynb": files["n.ipynb"], "data/a.txt": "1\n2\n3\n", "data/empty.txt": ""}
    files["manifest-sha256.txt"] = "".join(
        f"{hashlib.sha256(d.encode()).hexdigest()}  {n}\n" for n, d in listed.items()
    )
    doi = str(publish(files).doi)
    for _ in range(2):  # the second time all of it is there
        got = get(doi, tmp_path / "new", config=config)
    assert (got.folder / "data" / "a.txt").read_text() == "1\n2\n3\n"
    assert (got.folder / "data" / "empty.txt").read_bytes() == b""
    assert not (got.folder / "b.txt").exists()
    assert got.verified == 6


def test_the_records_own_checksums_are_compared(publish, config, tmp_path):
    """Should fail if a record whose list says otherwise passes."""
    doi = str(publish({"a.txt": "a", "manifest-sha256.txt": f"{'0' * 64}  a.txt\n"}).doi)
    with pytest.raises(Mismatch, match=r"a\.txt"):
        get(doi, tmp_path / "new", config=config)
    doi = str(publish({"a.txt": "a", "manifest-sha256.txt": f"{'0' * 64}  b.txt\n"}).doi)
    assert "b.txt" in get(doi, tmp_path / "other", config=config).notes[0]
