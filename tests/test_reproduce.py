"""From a DOI back to the files, and to a verdict, on the embedded repository."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zenodo_jupyter import packages, repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import (
    BadInput,
    Cancelled,
    DiskFull,
    InvalidDOI,
    Mismatch,
    NeedsConsent,
    RecordNotFound,
    UnsafeName,
)
from zenodo_jupyter.metadata import Metadata
from zenodo_jupyter.packing import COMMENT
from zenodo_jupyter.reporting import publish_report
from zenodo_jupyter.reproduce import get, reproduce
from zenodo_jupyter.transfer import Upload, upload_files
from zenodo_jupyter.unpacking import unpack
from zenodo_jupyter.verdict import UsedEnvironment

METADATA = {
    "title": "Länge läuft: a <b>test</b>",
    "publication_date": "2026-11-22",
    "publisher": "A test",
    "resource_type": {"id": "software-computationalnotebook"},
    "creators": [{"person_or_org": {"type": "organizational", "name": "The zenodo_jupyter developers"}}],
}


@pytest.fixture
def config():
    """Return the settings of the test's own home."""
    return Config.load()


@pytest.fixture
def publish(config):
    """Publish files, given as a dictionary of name and content, and return the record."""

    def publish(files, version_of=None):
        repository = repositories.repository("local", config=config)
        body = {
            "metadata": METADATA,
            "access": {"record": "public", "files": "public"},
            "files": {"enabled": bool(files)},
        }
        draft = repository.new_version(version_of) if version_of else repository.create_draft(body)
        if version_of:
            repository.update_draft(draft.id, body)
        contents = {name: _bytes(data) for name, data in files.items()}
        uploads = [Upload(name, partial(io.BytesIO, data), len(data)) for name, data in contents.items()]
        upload_files(repository, draft.id, uploads)
        return repository.publish(draft.id)

    return publish


def _bytes(data):
    return data.encode() if isinstance(data, str) else data


def notebook(*cells, **metadata):
    """Return the JSON of a notebook whose cells are (source, what it printed)."""
    nb = new_notebook(cells=[new_markdown_cell("# A")], metadata=metadata)
    for source, printed in cells:
        outputs = [new_output("stream", name="stdout", text=printed)] if printed else []
        nb.cells.append(new_code_cell(source, outputs=outputs))
    return nbformat.writes(nb)


def zipped(files, comment=COMMENT):
    """Return a zip, by default one that says it is ours."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


SUMS = "print(sum(map(int, open('data/a.txt'))))"
FILES = {"n.ipynb": notebook((SUMS, "6\n"), ("print('done')", "done\n")), "data/a.txt": "1\n2\n3\n"}


# --- get ----------------------------------------------------------------------------------------------------------------


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
    files["manifest-sha256.txt"] = "".join(f"{hashlib.sha256(_bytes(d)).hexdigest()}  {n}\n" for n, d in listed.items())
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


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "C:/out.txt", "a/../../out.txt", "aux.txt"])
def test_nothing_leaves_the_folder(tmp_path, name):
    """Should fail if a name in a zip writes outside, or if half of such a zip is written."""
    (tmp_path / "in").mkdir()
    (tmp_path / "a.zip").write_bytes(zipped({"good.txt": "x", name: "x"}))
    with pytest.raises(UnsafeName):
        unpack(tmp_path / "a.zip", tmp_path / "in")
    assert not list((tmp_path / "in").iterdir())
    assert not (tmp_path / "out.txt").exists()


def test_links_clashes_and_bombs_in_zips_are_refused(tmp_path, monkeypatch):
    """Should fail if a zip makes a link, overwrites a file, or fills the disk."""
    folder, archive = tmp_path / "in", tmp_path / "a.zip"
    folder.mkdir()
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(archive, "w") as zipped_link:
        zipped_link.writestr(link, "/etc/passwd")
    with pytest.raises(BadInput, match="link"):
        unpack(archive, folder)
    archive.write_bytes(zipped({"a.txt": "1", "A.txt": "2"}))
    with pytest.raises(BadInput, match="side by side"):
        unpack(archive, folder)
    archive.write_bytes(zipped({"a.txt": "1"}))
    (folder / "a.txt").write_text("mine")
    with pytest.raises(NeedsConsent):
        unpack(archive, folder)
    assert (folder / "a.txt").read_text() == "mine"
    for size in (10, 5000):
        archive.write_bytes(_declaring(zipped({"big.txt": b"0" * 1000}), size))
        with pytest.raises(Mismatch):
            unpack(archive, folder)
    archive.write_bytes(zipped({"big.txt": b"0" * 1000}))
    with monkeypatch.context() as patch, pytest.raises(DiskFull):
        patch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=999))
        unpack(archive, folder)
    with monkeypatch.context() as patch, pytest.raises(BadInput, match="not unpacked"):
        patch.setattr("zenodo_jupyter.unpacking.ALWAYS_FINE", 1 << 20)
        archive.write_bytes(zipped({"zeros.txt": b"0" * (1 << 22)}))
        unpack(archive, folder)
    monkeypatch.setattr("zenodo_jupyter.unpacking.MAX_FILES", 3)
    archive.write_bytes(zipped({f"{i}.txt": "" for i in range(4)}))
    with pytest.raises(BadInput, match="4 files"):
        unpack(archive, folder)
    archive.write_bytes(zipped({"c.txt": "0" * 5000})[:-100])
    with pytest.raises(Mismatch):
        unpack(archive, folder)
    assert [p.name for p in folder.iterdir()] == ["a.txt"]


def _declaring(data, size):
    """Return a zip whose directory declares another size for its only file."""
    at = data.rindex(b"PK\x01\x02") + 24
    return data[:at] + size.to_bytes(4, "little") + data[at + 4 :]


# --- reproduce ----------------------------------------------------------------------------------------------------------


def test_reproduce_says_how_much_came_out_the_same(publish, config, tmp_path):
    """Should fail if the verdict, the executed notebook or a report is missing, or the original was touched."""
    doi = str(publish(FILES).doi)
    told = []
    done = reproduce(doi, tmp_path / "r", yes=True, config=config, report=told.append)
    assert done.verdict.startswith("2 of 2 outputs reproduced (R5 in an inferred environment)")
    assert (done.reproduced, done.exit_code) == (True, 0)
    assert (tmp_path / "r" / "n.ipynb").read_text() == FILES["n.ipynb"]
    assert nbformat.read(done.executed, 4).cells[1].outputs[0].text == "6\n"
    report = json.loads(done.report_json.read_text())
    assert (report["record"]["doi"], report["comparison"]["counts"]["same"]) == (doi, 2)
    steps = [p.step for p in told]
    order = [steps.index(s) for s in ("resolve", "download", "verify", "execute", "compare")]
    assert order == sorted(order)


def test_what_differs_is_told(publish, config, tmp_path):
    """Should fail if a changed number passes, in the verdict, in the exit code or in the report."""
    doi = str(publish({**FILES, "data/a.txt": "1\n2\n4\n"}).doi)
    done = reproduce(doi, tmp_path / "r", yes=True, config=config)
    assert done.verdict.startswith("1 of 2 outputs reproduced (R3 in an inferred environment), 1 different")
    assert done.exit_code == 10
    assert "6 became 7" in done.report_html.read_text("utf-8")
    assert done.again is not None and done.again.all_same  # it was quick, so it was run twice


def test_a_notebook_that_fails_is_a_result(publish, config, tmp_path):
    """Should fail if a missing file in a record is an error of ours instead of the verdict."""
    doi = str(publish({"n.ipynb": FILES["n.ipynb"]}).doi)
    done = reproduce(doi, tmp_path / "r", yes=True, config=config)
    assert done.exit_code == 11
    assert "It stopped at cell 2: FileNotFoundError" in done.verdict
    assert "2 not reached or failed" in done.verdict
    assert "FileNotFoundError" in done.report_html.read_text("utf-8")


def test_nothing_runs_without_a_yes(publish, config, tmp_path):
    """Should fail if code from elsewhere is run before somebody agreed, or without saying what it is."""
    doi = str(publish({"n.ipynb": notebook((f"open({str(tmp_path / 'ran')!r}, 'w')", ""))}).doi)
    with pytest.raises(NeedsConsent, match=r"n\.ipynb"):
        reproduce(doi, tmp_path / "r", config=config)
    asked = []
    with pytest.raises(Cancelled):
        reproduce(doi, tmp_path / "r", confirm=lambda text: asked.append(text), config=config)
    assert not (tmp_path / "ran").exists()
    assert METADATA["title"] in asked[0]
    assert "as you" in asked[0]
    reproduce(doi, tmp_path / "r", confirm=lambda text: True, config=config)
    assert (tmp_path / "ran").exists()


def test_the_copy_is_used_up_and_not_what_was_got(publish, config, tmp_path):
    """Should fail if a notebook that writes over its data spoils the record's files."""
    doi = str(publish({"n.ipynb": notebook(("open('a.txt', 'w').write('spoilt')", "")), "a.txt": "good"}).doi)
    reproduce(doi, tmp_path / "r", yes=True, config=config)
    assert (tmp_path / "r" / "a.txt").read_text() == "good"


def test_results_never_go_over_a_file_of_the_record(publish, config, tmp_path):
    """Should fail if a record that has an executed.ipynb loses it."""
    files = {"sub/n.ipynb": notebook(("print(1)", "1\n")), "executed.ipynb": notebook(("print(2)", "2\n"))}
    doi = str(publish(files).doi)
    done = reproduce(doi, tmp_path / "r", notebook="n.ipynb", yes=True, config=config)
    assert done.executed.name == "new-executed.ipynb"
    assert (tmp_path / "r" / "executed.ipynb").read_text() == files["executed.ipynb"]


def test_which_notebook_must_be_clear(publish, config, tmp_path):
    """Should fail if one of several is run by chance, or if none is not told."""
    two = str(publish({"a.ipynb": notebook(("1", "")), "b/b.ipynb": notebook(("1", ""))}).doi)
    with pytest.raises(BadInput, match=r"a\.ipynb.*b/b\.ipynb"):
        reproduce(two, tmp_path / "two", yes=True, config=config)
    with pytest.raises(BadInput, match=r"c\.ipynb"):
        reproduce(two, tmp_path / "two", notebook="c.ipynb", yes=True, config=config)
    with pytest.raises(BadInput, match="no notebook"):
        reproduce(str(publish({"a.txt": "a"}).doi), tmp_path / "none", yes=True, config=config)


def test_a_release_of_a_repository_is_one_archive(publish, config, tmp_path):
    """Should fail if a record that is one zip with one folder, as GitHub's releases are, cannot be run, or not twice."""
    inside = {"lab-1.0/README.md": "# Lab", "lab-1.0/nb/n.ipynb": FILES["n.ipynb"], "lab-1.0/nb/data/a.txt": "1\n2\n3\n",
              "lab-1.0/requirements.txt": "no-such-package==1.0\n"}  # fmt: skip
    doi = str(publish({"lab/lab-1.0.zip": zipped(inside, comment=b"")}).doi)
    for _ in range(2):
        done = reproduce(doi, tmp_path / "r", yes=True, environment="current", config=config)
        assert (done.reproduced, done.notebook) == (True, "nb/n.ipynb")
        assert [d.name for d in done.environment.differences] == ["no-such-package"]
    escaping = {"lab-1.0/n.ipynb": FILES["n.ipynb"], "../out.txt": "x"}
    with pytest.raises(UnsafeName):
        doi = str(publish({"evil.zip": zipped(escaping, comment=b"")}).doi)
        reproduce(doi, tmp_path / "evil", yes=True, config=config)
    assert not (tmp_path / "out.txt").exists() and not (tmp_path / "evil" / "out.txt").exists()


def test_packages_that_are_others_now_are_named(publish, config, tmp_path):
    """Should fail if the verdict claims the environment of the publication where it is another."""
    requirements = "nbformat==0.0.1\nno-such-package==3.0  # gone\n-e .\npapermill>=1\n"
    doi = str(publish({**FILES, "requirements.txt": requirements, "runtime.txt": "python-2.7\n"}).doi)
    done = reproduce(doi, tmp_path / "r", yes=True, environment="current", config=config)
    assert [(d.name, d.archived) for d in done.environment.differences] == [
        ("Python", "2.7"), ("nbformat", "0.0.1"), ("no-such-package", "3.0"),
    ]  # fmt: skip
    assert "3 of them not the published version" in done.verdict
    assert "no-such-package" in done.report_html.read_text("utf-8")


def test_the_same_packages_are_the_same(tmp_path):
    """Should fail if an installed version that is right is called different, or silence is taken for agreement."""
    used = {"nbformat": nbformat.__version__, "torch": "2.1+cpu"}
    assert packages.differences(packages.read(tmp_path), used, "3.11.7") is None
    (tmp_path / "requirements.txt").write_text(f"NBformat=={nbformat.__version__}\ntorch==2.1\n")
    (tmp_path / "runtime.txt").write_text("python-3.11\n")
    assert packages.differences(packages.read(tmp_path), used, "3.11.7") == ()
    assert [d.name for d in packages.differences(packages.read(tmp_path), used, "3.12.1")] == ["Python"]


def test_the_report_is_one_harmless_page(publish, config, tmp_path):
    """Should fail if the page loads anything, or shows a stranger's HTML as such."""
    evil = notebook(("print('<script>alert(1)</script>')", "<script>alert(2)</script>\n"))
    done = reproduce(str(publish({"n.ipynb": evil}).doi), tmp_path / "r", yes=True, config=config)
    page = Path(done.report_html).read_text("utf-8")
    assert "<script" not in page
    assert "<b>test</b>" not in page
    assert not re.search(r"(?:src|href)=[\"'](?!data:)[^\"']*\.(?:js|css|png|svg)", page)


def test_a_report_becomes_a_record_linked_to_what_it_reports(publish, config, tmp_path):
    """Should fail if the report stands alone, is signed by the wrong people, or is published twice for one record."""
    doi = str(publish(FILES).doi)
    done = reproduce(doi, tmp_path / "r", yes=True, environment="current", config=config)
    who = Metadata.from_dict({"creators": ["Roe, Max"]})
    first = publish_report(done, metadata=who, config=config)
    related = {(r["identifier"], r["relation_type"]["id"]) for r in first.record.metadata["related_identifiers"]}
    assert related == {(doi, "isderivedfrom"), (doi, "issupplementto")}
    assert [c["person_or_org"]["name"] for c in first.record.metadata["creators"]] == ["Roe, Max"]
    assert first.record.title == f"Reproduction of: {METADATA['title']}"
    names = {entry.key for entry in first.record.files}
    assert {
        "executed.ipynb",
        "reproduction-report.json",
        "reproduction-report.html",
    } <= names and "n.ipynb" not in names
    repository = repositories.repository("local", config=config)
    crate = repository.download(first.record.id, "ro-crate-metadata.json", tmp_path / "crate.json")
    graph = json.loads(crate.read_text("utf-8"))["@graph"]
    act = next(entity for entity in graph if entity["@type"] == "CreateAction")
    assert act["description"] == done.verdict and len({e["@id"] for e in graph}) == len(graph)
    second = publish_report(done, metadata=who, config=config)
    assert second.unchanged and second.record.id == first.record.id


def test_a_report_of_guessed_packages_names_those_and_not_this_kernels(publish, config, tmp_path):
    """Should fail if who follows the report installs what happens to be installed here."""
    done = reproduce(str(publish(FILES).doi), tmp_path / "r", yes=True, environment="current", config=config)
    used = UsedEnvironment("era", "3.8.5", day="2020-11-01")
    guessed = replace(done, environment=used, requirements=("ipykernel==6.0", "tinypkg==1.5"))
    record = publish_report(guessed, metadata=Metadata.from_dict({"creators": ["Roe, Max"]}), config=config).record
    repository = repositories.repository("local", config=config)
    told = repository.download(record.id, "requirements.txt", tmp_path / "requirements.txt").read_text("utf-8")
    assert "November 2020" in told and told.endswith("ipykernel==6.0\ntinypkg==1.5\n")
    assert repository.download(record.id, "runtime.txt", tmp_path / "runtime.txt").read_text() == "python-3.8.5\n"
    assert record.file("pylock.toml") is None
