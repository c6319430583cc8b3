"""What a verdict is shown by: page, JSON, summary, badge and crate action; nothing is run here."""

from __future__ import annotations

import copy
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from types import SimpleNamespace
from xml.etree import ElementTree

import jsonschema
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.test_compare import png
from zenodo_jupyter import evidence
from zenodo_jupyter.compare import compare
from zenodo_jupyter.doi import DOI
from zenodo_jupyter.execute import Execution
from zenodo_jupyter.packages import PackageDifference
from zenodo_jupyter.records import FileEntry
from zenodo_jupyter.reproduction import Reproduction
from zenodo_jupyter.rows import row_for
from zenodo_jupyter.verdict import UsedEnvironment

EVIL = "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)>"
TABLE = "<table><tr><th>k</th><th>v</th></tr><tr><td>a</td><td>{}</td></tr></table>"
ERA = UsedEnvironment("era", "3.8.5", (PackageDifference("numpy", "1.19.4", "1.19.5"),), "2020-11-01")


def notebook(number="0.5", table="1.5", draw=None, text="all well"):
    """Return a notebook with a text, a table and a picture."""
    outputs = [
        [new_output("stream", text=f"{text}\nmean {number}\nend\n")],
        [new_output("display_data", data={"text/html": TABLE.format(table), "text/plain": f"k v\na {table}"})],
        [new_output("display_data", data={"image/png": png(draw), "text/plain": "<Figure>"})],
    ]
    return new_notebook(cells=[new_code_cell(f"x{i} < 1", id=f"c{i}", outputs=o) for i, o in enumerate(outputs)])


@pytest.fixture
def reproduced(tmp_path):
    """Return a function that makes a Reproduction out of two notebooks, and writes its reports."""

    def make(archived, rerun, *, execution=None, environment=ERA, title="A title", **more):
        record = SimpleNamespace(
            id="4242", doi=DOI.parse("10.5281/zenodo.4242"), concept_doi=None, title=title, version="v2",
            metadata={"creators": [{"person_or_org": {"name": "Doe, Ada"}}], "rights": [{"id": "mit"}]},
            html_url="https://zenodo.org/records/4242", files=(FileEntry("n.ipynb", 10, "ab" * 16),),
        )  # fmt: skip
        row = row_for("https://zenodo.org")
        repository = SimpleNamespace(url=row.url, title=row.title, row=row)
        done = Reproduction(
            record=record, repository=repository, folder=tmp_path, notebook="n.ipynb",
            execution=execution or Execution(True, seconds=1.0, cells=3), comparison=compare(archived, rerun),
            environment=environment, executed=tmp_path / "executed.ipynb", report_json=tmp_path / "r.json",
            report_html=tmp_path / "r.html", **more,
        )  # fmt: skip
        done.write(archived, rerun)
        return done

    return make


class Addresses(HTMLParser):
    """Collects what a page would load, and its scripts."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        """Look at one element."""
        given = dict(attrs)
        loads = [given[name] for name in ("src", "srcset", "data", "poster", "background") if name in given]
        self.found += [a for a in loads if not a.startswith("data:image/")]
        self.found += [name for name in given if name.startswith("on")]
        self.found += [tag] if tag in ("script", "link", "iframe", "object", "embed", "form") else []


def test_the_sentence_says_level_environment_counts_and_packages(reproduced):
    """Should fail if one of them is left out, or an inferred environment is not called so."""
    done = reproduced(notebook(), notebook(number="0.9"))
    assert done.verdict == (
        "2 of 3 outputs reproduced (R2 in an inferred environment), 1 of 1 figures, 1 different, "
        "with the packages of November 2020."
    )
    same = reproduced(notebook(), notebook(), environment=UsedEnvironment("lock", "3.11.2", ()))
    assert same.verdict == "3 of 3 outputs reproduced (R5), 1 of 1 figures, with the packages it was published with."
    assert (done.exit_code, same.exit_code) == (10, 0)


def test_reports_keep_to_their_schema(reproduced):
    """Should fail if a report has a field that the shipped schema does not know, or lacks one that it promises."""
    schema = json.loads(files("zenodo_jupyter.evidence").joinpath("report.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    stopped = Execution(False, "error", 1, "KeyError: 'a'", "KeyError", "'a'", "Traceback", 0.5, 2)
    again = compare(notebook(), notebook(number="0.7"))
    for more in ({}, {"execution": stopped}, {"again": again, "lacking": ("a licence",), "timings": {"execute": 1.0}}):
        done = reproduced(notebook(), notebook(number="0.9"), **more)
        report = json.loads(done.report_json.read_text("utf-8"))
        jsonschema.validate(report, schema)
        assert report["verdict"] == done.verdict
        assert str(done.folder) not in json.dumps(report)  # it is sent around
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**report, "level": {"rung": 9}}, schema)


def test_the_page_shows_what_differs_side_by_side(reproduced):
    """Should fail if a changed number, table cell or picture cannot be seen on the page."""
    rerun = notebook("0.9", "9.5", lambda pen: pen.rectangle((150, 20, 250, 120), fill="black"))
    page = reproduced(notebook(), rerun).report_html.read_text("utf-8")
    assert "<del>0.5</del>" in page and "<ins>0.9</ins>" in page
    assert "<del>1.5</del> <ins>9.5</ins> <small>+533.33%</small>" in page
    assert page.count('src="data:image/png;base64,') == 2 and 'class="worst"' in page
    assert "On top of each other" in page and "numpy" in page and "1.19.5" in page
    assert 'aria-label="Cell 3: different"' in page


def test_the_page_loads_nothing_and_runs_nothing(reproduced):
    """Should fail if what a record or a notebook holds becomes mark-up, or the page asks for anything elsewhere."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
    archived, rerun = notebook(text=EVIL, table=EVIL), notebook(text=EVIL + "!", table=EVIL + "!", number=EVIL)
    for nb, more in ((archived, ""), (rerun, "<g/>")):
        nb.cells.append(
            new_code_cell(EVIL, id="c9", outputs=[new_output("display_data", data={"image/svg+xml": svg + more})])
        )
    stopped = Execution(False, "error", 1, EVIL, EVIL, EVIL, EVIL, 0.5, 2)
    done = reproduced(archived, rerun, execution=stopped, title=EVIL, notes=(EVIL,), lacking=(EVIL,))
    page = done.report_html.read_text("utf-8")
    parser = Addresses()
    parser.feed(page)
    assert parser.found == []
    assert "default-src 'none'" in page and "&lt;script&gt;" in page
    assert "<script" not in done.report_html.with_suffix(".md").read_text("utf-8").replace("\\<script", "")


def test_a_failure_comes_with_its_likely_cause(reproduced):
    """Should fail if a person is left with a traceback alone."""
    error = "FileNotFoundError: [Errno 2] No such file or directory: 'a.csv'"
    stopped = Execution(False, "error", 1, error, "FileNotFoundError", error.partition(": ")[2], "Traceback …", 0.5, 2)
    rerun = copy.deepcopy(notebook())
    rerun.cells[1].outputs = [new_output("error", ename="FileNotFoundError", evalue="a.csv", traceback=[])]
    rerun.cells[2].outputs = []
    done = reproduced(notebook(), rerun, execution=stopped)
    assert (done.exit_code, int(done.rung)) == (11, 0)
    for text in (done.report_html.read_text("utf-8"), done.report_html.with_suffix(".md").read_text("utf-8")):
        assert "a.csv is not where the notebook looks for it" in text.replace("\\", "")


@pytest.mark.parametrize(
    ("ename", "error", "inferred", "kind"),
    [
        ("ModuleNotFoundError", "ModuleNotFoundError: No module named 'ephem'", True, "package"),
        ("AttributeError", "AttributeError: module 'numpy' has no attribute 'int'", True, "drift"),
        ("AttributeError", "AttributeError: 'A' object has no attribute 'b'", False, "other"),
        ("URLError", "URLError: <urlopen error [Errno -3] Temporary failure>", False, "network"),
        ("NameError", "NameError: name 'df' is not defined", False, "order"),
        ("MemoryError", "MemoryError: ", True, "memory"),
    ],
)
def test_causes_are_told_apart(ename, error, inferred, kind):
    """Should fail if the advice belongs to another failure."""
    stopped = Execution(False, "error", 1, error, ename, error.partition(": ")[2])
    assert evidence.likely_cause(stopped, inferred=inferred).kind == kind


def test_the_badge_is_a_picture_that_says_the_level(reproduced):
    """Should fail if the badge is no SVG, or hides that the environment was inferred."""
    drawn = reproduced(notebook(), notebook()).report_html.with_suffix(".svg").read_text("utf-8")
    said = ElementTree.fromstring(drawn).get("aria-label")
    assert said == "reproduced: R5 · 3 of 3 outputs · inferred environment"


def test_the_crate_tells_of_the_run(reproduced):
    """Should fail if a crate's reader cannot tell what was run, how it ended and what came of it."""
    done = reproduced(notebook(), notebook())
    graph = evidence.action(done.report(), ["executed.ipynb"])
    act = next(entity for entity in graph if entity["@type"] == "CreateAction")
    known = {entity["@id"] for entity in graph}
    assert act["actionStatus"].endswith("CompletedActionStatus")
    assert {act["instrument"]["@id"], act["object"]["@id"]} <= known and act["result"] == [{"@id": "executed.ipynb"}]


def test_a_long_difference_is_cut_and_a_picture_keeps_its_size(reproduced):
    """Should fail if a page of thousands of lines is made, that nobody can open."""
    long = "\n".join(f"line {i} a" for i in range(5000))
    archived, rerun = (new_notebook(cells=[new_code_cell("x", id="a", outputs=[new_output("stream", text=t)])])
                       for t in (long, long.replace("a", "b")))  # fmt: skip
    page = reproduced(archived, rerun).report_html.read_text("utf-8")
    assert len(page) < 60_000 and "the notebooks have the rest" in page
    assert re.search(r"<title>Reproduction of 10\.5281/zenodo\.4242</title>", page)


def test_a_page_of_very_many_outputs_can_still_be_opened(reproduced):
    """Should fail if ten thousand new outputs make a page of ten thousand sections, or take minutes."""
    shown = [new_output("display_data", {"text/plain": str(i)}) for i in range(10_000)]
    archived, rerun = (new_notebook(cells=[new_code_cell("x", id="a", execution_count=1, outputs=outputs)])
                       for outputs in ([], shown))  # fmt: skip
    done = reproduced(archived, rerun)
    page = done.report_html.read_text("utf-8")
    assert page.count('<section class="output"') == 200 and "8,000 more in the JSON report" in page
    assert len(json.loads(done.report_json.read_text())["comparison"]["outputs"]) == 10_000
