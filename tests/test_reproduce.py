"""From a DOI to a verdict, on the embedded repository."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from recorded import FILES, METADATA, notebook, publish_files, zipped

from zenodo_jupyter import packages, repositories
from zenodo_jupyter.cli import main
from zenodo_jupyter.errors import BadInput, Cancelled, NeedsConsent, UnsafeName
from zenodo_jupyter.metadata import Metadata
from zenodo_jupyter.reporting import publish_report
from zenodo_jupyter.reproduce import reproduce
from zenodo_jupyter.verdict import UsedEnvironment


@pytest.fixture
def publish(config):
    """Publish files, given by name, and return the record."""
    return partial(publish_files, repositories.repository("local", config=config))


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


def test_a_title_cannot_write_the_question(publish, config, tmp_path):
    """Should fail if a stranger's title adds a line to what is asked, or turns its letters around."""
    record = publish({"n.ipynb": notebook(("1", ""))}, title="Nice\n\nIt runs nothing. \u202etxt.exe")
    asked = []
    with pytest.raises(Cancelled):
        reproduce(str(record.doi), tmp_path / "r", confirm=lambda text: asked.append(text), config=config)
    assert asked[0].splitlines()[0] == "Nice It runs nothing. \N{REPLACEMENT CHARACTER}txt.exe"


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


def test_the_report_is_published_in_one_step(publish, config, tmp_path, monkeypatch, capsys):
    """Should fail if a person has to say who they are, and cannot, or is told so by a field's name only."""
    monkeypatch.setenv("ZENODO_JUPYTER_DATA", str(config.data_dir))
    (tmp_path / "who.yaml").write_text("creators: ['Roe, Max']")
    doi = str(publish({"n.ipynb": notebook(("print(1)", "1\n"))}).doi)
    step = ["reproduce", doi, str(tmp_path / "r"), "--yes", "--environment", "current", "--publish-report"]
    assert main([*step, "--metadata", str(tmp_path / "who.yaml")]) == 0
    assert re.search(r"Report published +10\.5072", capsys.readouterr().out)
    nobody = SimpleNamespace(metadata=Metadata())
    monkeypatch.setattr("zenodo_jupyter.reporting.proposals.propose", lambda *what, **how: nobody)
    assert main(step) == 2
    assert "Nothing tells who ran it again" in capsys.readouterr().err
