"""Notebook files: nothing is lost, nothing is reordered, one badge."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import re
import stat
import tempfile
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from zenodo_jupyter import badge, notebook
from zenodo_jupyter.doi import DOI
from zenodo_jupyter.errors import BadInput, DamagedNotebook, MissingFile
from zenodo_jupyter.rendering import render_html

LOCAL = DOI("10.5072/zenodo.7")
DEPOSIT = badge.Deposit("local", "http+local://repository", "7", str(LOCAL), "10.5072/zenodo.6", "v1", "abc")
BADGE = badge.badge_markdown(LOCAL, "http://127.0.0.1:8888/zenodo/records/7", registered=False)

# What editors write: (name, how the JSON of a notebook is laid out).
WRITERS = {
    "JupyterLab": lambda nb: json.dumps(nb, indent=1, ensure_ascii=False) + "\n",
    "nbformat": lambda nb: nbformat.writes(nbformat.from_dict(nb)),
    "VS Code": lambda nb: json.dumps(nb, indent=4, ensure_ascii=False),
    "two spaces": lambda nb: json.dumps(nb, indent=2, ensure_ascii=False) + "\n\n",
    "tabs": lambda nb: json.dumps(nb, indent="\t", ensure_ascii=False) + "\n",
    "escapes": lambda nb: json.dumps(nb, indent=1),
    "one line": lambda nb: json.dumps(nb, separators=(",", ":"), ensure_ascii=False),
    "one line, spaced": lambda nb: json.dumps(nb),
    "Windows": lambda nb: json.dumps(nb, indent=1, ensure_ascii=False).replace("\n", "\r\n") + "\r\n",
    "byte order mark": lambda nb: "\ufeff" + json.dumps(nb, indent=1, ensure_ascii=False),
}


@pytest.fixture
def nb():
    """A notebook with a title, an accent, an emoji, split and whole sources, and keys in an unusual order."""
    return {
        "metadata": {"zeta": 1, "kernelspec": {"name": "python3", "language": "python", "display_name": "Python"}},
        "nbformat_minor": 5,
        "nbformat": 4,
        "cells": [
            {"id": "a", "cell_type": "markdown", "source": ["# Zürich 🌧\n", "\n", "Rain."], "metadata": {}},
            {"cell_type": "code", "id": "b", "metadata": {"tags": ["x"]}, "execution_count": 1, "outputs": [
                {"name": "stdout", "output_type": "stream", "text": ["1\n", "2\n"]},
                {"output_type": "display_data", "metadata": {}, "data": {"text/plain": ["<Figure>"], "image/png": "iVBORw0K"}},
            ], "source": ["print(1)\n", "print(2)"]},
            {"cell_type": "raw", "id": "c", "metadata": {}, "source": "whole, not split\nin lines"},
        ],
    }  # fmt: skip


@pytest.mark.parametrize("writer", WRITERS)
def test_untouched_notebook_keeps_its_bytes(nb, tmp_path, writer):
    """Reading and writing changes nothing, whoever wrote the file."""
    path = tmp_path / "n.ipynb"
    path.write_bytes(WRITERS[writer](nb).encode())
    before = path.read_bytes()
    notebook.write(path, notebook.read(path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("writer", WRITERS)
def test_stamping_changes_only_badge_and_deposit(nb, tmp_path, writer):
    """All lines of the old file are in the new one, in order; only lines of the badge and the Deposit are new."""
    path = tmp_path / "n.ipynb"
    path.write_bytes(WRITERS[writer](nb).encode())
    before = path.read_bytes()
    notebook.write(path, badge.stamp(notebook.read(path), DEPOSIT, BADGE))
    assert path.read_bytes() != before
    notebook.write(path, badge.unstamp(notebook.read(path)))
    assert path.read_bytes() == before


def test_hand_formatted_file_is_left_alone(tmp_path):
    """A file in no known layout keeps its bytes as long as nothing in it changes."""
    path = tmp_path / "n.ipynb"
    path.write_text('{ "cells" : [],\n\n"metadata":{ },"nbformat" :4, "nbformat_minor":5}')
    before = path.read_bytes()
    notebook.write(path, notebook.read(path))
    assert path.read_bytes() == before


def test_half_of_a_surrogate_survives(nb, tmp_path):
    """A lone surrogate, which UTF-8 cannot hold, is kept as its escape."""
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(nb, indent=1).replace("Rain.", "\\ud83d"))
    stamped = badge.stamp(notebook.read(path), DEPOSIT, BADGE)
    notebook.write(path, stamped)
    assert notebook.read(path) == stamped
    assert len(notebook.fingerprint(stamped)) == 64


def _one_cell(**of_the_cell):
    """Return a notebook of one cell as its file's bytes."""
    cell = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": None, **of_the_cell}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<html>", "not JSON"),
        (b"{\n<<<<<<< HEAD\n}", "merge conflict"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
        (b'{"a": 1}', "no nbformat"),
        (b'{"nbformat": 3, "nbformat_minor": 0, "worksheets": []}', "nbformat 3"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "no list of cells"),
        (
            b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]}',
            "cell 1 has no source",
        ),
        (b"\xff\xfe{\x00", "UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b'{"nbformat": 4, "nbformat_minor": "5", "metadata": {}, "cells": []}', "nbformat_minor"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": "python"}, "cells": []}', "kernelspec"),
        (_one_cell(id=7), "cell 1 has an id that is not text"),
        (_one_cell(metadata={"tags": 5}), "cell 1 has tags"),
        (_one_cell(attachments={"a.png": 5}), "cell 1 has attachments"),
        (_one_cell(outputs=[{"output_type": "display_data", "data": 5}]), "data are not a mapping"),
        (_one_cell(outputs=[{"output_type": "stream", "text": {}}]), "text is not text"),
        (_one_cell(outputs=[{"output_type": "error", "traceback": "x"}]), "traceback"),
    ],
)
def test_damaged_notebook_is_refused_in_words(tmp_path, content, words):
    """What cannot be read says why."""
    path = tmp_path / "n.ipynb"
    path.write_bytes(content)
    with pytest.raises(DamagedNotebook, match=words):
        notebook.read(path)


def test_missing_notebook(tmp_path):
    """A notebook that is not there is a MissingFile."""
    with pytest.raises(MissingFile, match=r"n\.ipynb"):
        notebook.read(tmp_path / "n.ipynb")


def test_mode_and_link_stay(nb, tmp_path):
    """Writing through a link replaces the file behind it and keeps link and mode."""
    path, link = tmp_path / "n.ipynb", tmp_path / "link.ipynb"
    path.write_text(json.dumps(nb))
    path.chmod(0o640)
    link.symlink_to(path)
    notebook.write(link, badge.stamp(notebook.read(link), DEPOSIT, BADGE))
    assert link.is_symlink()
    assert badge.read_deposit(notebook.read(path)) == DEPOSIT
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.ipynb", "n.ipynb"]


@contextlib.contextmanager
def not_root(folder):
    """Be, for a while, a user who, unlike root, may not write everywhere; the folder becomes theirs."""
    if not hasattr(os, "setresuid") or os.geteuid() != 0:
        yield
        return
    nobody = 65534
    for path in (folder, *folder.iterdir()):
        os.chown(path, nobody, -1)
    os.setresuid(nobody, nobody, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def test_write_protected_notebook_is_left(nb):
    """A notebook that may not be written is not swapped out behind its owner's back."""
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are root's alone
        path = Path(name) / "n.ipynb"
        path.write_text(json.dumps(nb))
        stamped = badge.stamp(notebook.read(path), DEPOSIT, BADGE)
        notebook.write(path.with_name("other.ipynb"), stamped)  # imports what is imported late
        path.chmod(0o444)
        before = path.read_bytes()
        with not_root(Path(name)), pytest.raises(BadInput, match="write-protected"):
            notebook.write(path, stamped)
        assert path.read_bytes() == before


def test_name_as_long_as_the_system_allows(nb, tmp_path):
    """A notebook whose name leaves no room for a longer one beside it can be written."""
    path = tmp_path / ("n" * 249 + ".ipynb")
    path.write_text(json.dumps(nb))
    notebook.write(path, badge.stamp(notebook.read(path), DEPOSIT, BADGE))
    assert badge.read_deposit(notebook.read(path)) == DEPOSIT


def test_failed_write_leaves_the_old_file(nb, tmp_path, monkeypatch):
    """A full disk leaves the notebook as it was and nothing beside it."""
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(nb))
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(notebook.DiskFull):
        notebook.write(path, badge.stamp(notebook.read(path), DEPOSIT, BADGE))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# --- badge -------------------------------------------------------------------------------------------------------------

texts = st.text(max_size=60)
cells = st.one_of(
    st.builds(new_markdown_cell, texts),
    st.builds(new_code_cell, texts),
    st.builds(new_raw_cell, texts),
    st.builds(lambda title: new_markdown_cell(f"# {title}\n"), texts),
)


@settings(deadline=None)  # the first example imports nbformat's schema
@given(st.lists(cells, max_size=6), st.sampled_from([0, 4, 5]))
def test_stamping_twice_is_stamping_once(listed, minor):
    """Stamping is repeatable, adds one cell, leaves every other cell as it is, and unstamp takes it back."""
    nb = new_notebook(cells=copy.deepcopy(listed))
    nb.nbformat_minor = minor
    once = badge.stamp(nb, DEPOSIT, BADGE)
    assert badge.stamp(once, DEPOSIT, BADGE) == once
    assert [cell for cell in once.cells if not badge.is_badge(cell)] == listed
    assert len(once.cells) == len(listed) + 1
    assert badge.unstamp(once) == nb
    assert notebook.fingerprint(once) == notebook.fingerprint(nb)
    assert badge.read_deposit(once) == DEPOSIT


def test_badge_goes_below_the_title():
    """The badge stands below the first markdown cell with a heading, not below a comment in a code block."""
    nb = new_notebook(
        cells=[new_markdown_cell("```\n# no title\n```"), new_markdown_cell("Title\n=====\nText"), new_code_cell("1")]
    )
    assert badge.badge_index(badge.stamp(nb, DEPOSIT, BADGE)) == 2


def test_badge_goes_on_top_but_below_front_matter():
    """Without a heading it is on top; a raw cell with front matter stays the first."""
    assert badge.badge_index(badge.stamp(new_notebook(cells=[new_code_cell("1")]), DEPOSIT, BADGE)) == 0
    assert badge.badge_index(badge.stamp(new_notebook(cells=[new_raw_cell("---\n---")]), DEPOSIT, BADGE)) == 1


def test_badge_is_updated_where_it_stands():
    """A second version replaces the badge where a person has put it, and keeps their words beside it."""
    nb = badge.stamp(new_notebook(cells=[new_markdown_cell("# T"), new_code_cell("1")]), DEPOSIT, BADGE)
    nb.cells.append(nb.cells.pop(1))
    nb.cells[-1].source = f"Please cite: {nb.cells[-1].source}"
    again = badge.badge_markdown(DOI("10.5281/zenodo.8"), "", registered=True, badge_url="https://zenodo.org/b.svg")
    stamped = badge.stamp(nb, DEPOSIT, again)
    assert stamped.cells[-1].source == f"Please cite: {again}"
    assert badge.unstamp(stamped).cells[-1].source == "Please cite:"


def test_copied_badge_is_one_again():
    """A badge cell that was copied by hand is one badge after stamping."""
    nb = badge.stamp(new_notebook(cells=[new_markdown_cell("# T")]), DEPOSIT, BADGE)
    nb.cells.append(copy.deepcopy(nb.cells[1]))
    assert [badge.is_badge(cell) for cell in badge.stamp(nb, DEPOSIT, BADGE).cells] == [False, True]


@pytest.mark.parametrize("minor", [4, 5])
def test_stamped_notebook_is_valid(minor):
    """A cell id is given only where the format has them, and never one that is taken."""
    nb = new_notebook(cells=[new_code_cell("1", id="zenodo-badge")])
    nb.nbformat_minor = minor
    if minor == 4:
        del nb.cells[0]["id"]
    nbformat.validate(badge.stamp(nb, DEPOSIT, BADGE))


def test_other_metadata_of_ours_stays():
    """Stamping and unstamping leave what else is kept under the same key."""
    nb = new_notebook(metadata={"zenodo_jupyter": {"form": {"title": "T"}}})
    assert badge.unstamp(badge.stamp(nb, DEPOSIT, BADGE)).metadata == nb.metadata


def test_local_badge_never_links_to_doi_org():
    """A local DOI's badge says so, carries its image itself and links to the landing page."""
    assert "doi.org" not in BADGE
    assert "local, not registered" in BADGE
    assert re.search(r"\(data:image/svg\+xml;base64,[A-Za-z0-9+/=]+\)\]\(http://127\.0\.0\.1:8888/", BADGE)
    assert "local, not registered" in badge.badge_svg(LOCAL, registered=False)


@pytest.mark.parametrize("found", [{"deposit": "x"}, {"deposit": {}}, "text", None, {"deposit": {"doi": "10.1/x"}}])
def test_strange_deposit_is_none(found):
    """Metadata that someone else put there are no Deposit and do no harm."""
    assert badge.read_deposit(new_notebook(metadata={"zenodo_jupyter": found})) is None


# --- fingerprint -------------------------------------------------------------------------------------------------------


def run(text, count=1, **data):
    output = new_output("execute_result", {"text/plain": text, **data}, execution_count=count)
    return new_notebook(cells=[new_code_cell("f()", execution_count=count, outputs=[output])])


def test_fingerprint_ignores_noise():
    """Counters, addresses, warnings and timings do not make another notebook."""
    first = run("<Foo at 0x7f3a2b1c4d50>")
    second = run("<Foo at 0x7f99aabbccdd>", count=9)
    second.cells[0].outputs.append(new_output("stream", name="stderr", text="DeprecationWarning"))
    second.cells[0].metadata["execution"] = {"iopub.status.busy": "2026-01-01"}
    second.cells[0].outputs.append(new_output("stream", name="stdout", text=""))
    assert notebook.fingerprint(first) != notebook.fingerprint(run("42"))
    second.cells[0].outputs.pop()
    assert notebook.fingerprint(first) == notebook.fingerprint(second)


def test_fingerprint_sees_changes():
    """Another source, result or data file is another notebook."""
    nb = run("42")
    assert notebook.fingerprint(nb) != notebook.fingerprint(run("43"))
    assert notebook.fingerprint(nb) != notebook.fingerprint(nb, {"a.csv": "0" * 64})
    nb.cells[0].source = "g()"
    assert notebook.fingerprint(nb) != notebook.fingerprint(run("42"))


# --- rendering ---------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Collects what a page would load or run."""

    def __init__(self, html):
        super().__init__()
        self.loads, self.tags = [], set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        for name, value in attributes:
            if name in ("src", "srcset", "poster", "data", "background") or (name == "href" and tag != "a"):
                self.loads += [] if value.startswith("data:image/") else [value]
            if name.startswith("on") or (name == "style" and "url" in value):
                self.loads.append((name, value))


HOSTILE = """
<script>fetch('https://evil.example/')</script><img src=x onerror=alert(1)><iframe src="https://evil.example"></iframe>
<svg><script>alert(1)</script><image href="https://evil.example/a.png"/></svg><link rel=stylesheet href="//evil.example/a.css">
<style>@import url(https://evil.example/b.css)</style><p style="background:url(https://evil.example/c.png)">text</p>
<a href="javascript:alert(1)">j</a><a href="data:text/html,<script>alert(1)</script>">d</a><base href="https://evil.example">
<form action="https://evil.example"><input></form><object data="https://evil.example"></object>
<meta http-equiv=refresh content=0>
"""


def test_page_runs_and_loads_nothing():
    """Whatever is in cells and outputs: no script, no request, and no tag that could make one."""
    nb = new_notebook(
        metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}},
        cells=[
            new_markdown_cell("# T\n![far](https://evil.example/f.png) $E=mc^2$\n" + HOSTILE),
            new_code_cell("x", outputs=[
                new_output("display_data", {"text/html": HOSTILE}),
                new_output("display_data", {"application/javascript": "alert(1)"}),
                new_output("display_data", {"image/svg+xml": "<svg><script>1</script></svg>"}),
                new_output("display_data", {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "IntSlider()"}),
                new_output("error", ename="E", evalue="<b>", traceback=["\x1b[31m<script>alert(1)</script>\x1b[0m"]),
            ]),
        ],
    )  # fmt: skip
    html = render_html(nb, "<T>").decode()
    page = Page(html)
    assert page.loads == []
    assert not page.tags & {"script", "iframe", "object", "embed", "link", "svg", "base", "form", "input", "video"}
    assert "javascript:" not in html
    assert "@import" not in html
    assert '<a href="https://evil.example/f.png" rel="noopener noreferrer">far</a>' in html
    assert html.count("Interactive output") == 2
    assert "<title>&lt;T&gt;</title>" in html


def test_page_is_the_same_each_time():
    """The same notebook gives the same bytes, and the notebook is not changed."""
    nb = run("42", **{"text/html": "<table><tr><td>42</td></tr></table>", "image/png": "iVBORw0K"})
    before = copy.deepcopy(nb)
    assert render_html(nb, "T") == render_html(nb, "T")
    assert nb == before
    assert b"<td>42</td>" in render_html(nb, "T")


def test_empty_html_gives_way_to_the_picture():
    """An interactive plot shows the still picture that is stored beside it."""
    nb = run("Figure", **{"text/html": "<div id='x'></div><script>draw()</script>", "image/png": "iVBORw0K"})
    assert b"data:image/png;base64,iVBORw0K" in render_html(nb, "T")


@pytest.mark.parametrize(
    "change",
    [
        {"metadata": {"kernelspec": {}, "language_info": {}, "authors": 5}},
        {"nbformat_minor": 99},
        {"cells": [{"cell_type": "heading", "level": 1, "source": "shown", "metadata": {}}]},
        {"cells": [new_markdown_cell("shown ![x](attachment:gone.png)"), new_markdown_cell("y", id="a")]},
        {"cells": [new_markdown_cell("shown", id="a"), new_markdown_cell("y", id="a")]},
        {"cells": [new_markdown_cell("shown \ud83d")]},
        {"cells": [{"cell_type": "code", "source": "shown", "metadata": {"name": 5}, "execution_count": -1}]},
        {
            "cells": [
                {
                    "cell_type": "code",
                    "source": "shown",
                    "metadata": {},
                    "outputs": [{"output_type": "execute_result", "data": {"text/plain": 5}}],
                }
            ]
        },
        {
            "cells": [
                {
                    "cell_type": "code",
                    "source": "shown",
                    "metadata": {},
                    "outputs": [{"output_type": "stream"}, {"output_type": "error"}],
                }
            ]
        },
        {
            "cells": [
                {
                    "cell_type": "code",
                    "source": "shown",
                    "metadata": {},
                    "outputs": [{"output_type": "from the future"}],
                }
            ]
        },
    ],
)
def test_page_of_what_no_schema_allows(tmp_path, change):
    """A notebook that JupyterLab opens has a page, whatever nbformat's schema says about it."""
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({**run("1"), **change}))
    assert b"shown" in render_html(notebook.read(path), "T") or "cells" not in change


def test_attachments_are_in_the_page():
    """A picture that is attached to a cell is shown, also beside one that is gone."""
    cell = new_markdown_cell("![x](attachment:a(1).png) ![gone](attachment:b.png)")
    cell["attachments"] = {"a(1).png": {"image/png": "iVBORw0K"}, "b.png": {}}
    assert b'src="data:image/png;base64,iVBORw0K"' in render_html(new_notebook(cells=[cell]), "T")


def test_kernel_of_an_empty_notebook():
    """A notebook that says nothing about its kernel gives empty words."""
    assert notebook.kernel(new_notebook()) == ("", "", "")


def test_papermill_example_notebooks_keep_their_bytes(tmp_path):
    """Notebooks that others wrote survive: those that papermill ships for its tests."""
    import papermill

    found = sorted(Path(papermill.__file__).parent.rglob("*.ipynb"))
    for path in found:
        copied = tmp_path / path.name
        copied.write_bytes(path.read_bytes())
        notebook.write(copied, notebook.read(copied))
        assert copied.read_bytes() == path.read_bytes()


def test_formulas_are_drawn_without_a_script():
    """TeX in Markdown and in outputs is MathML in the page; what cannot be read stays as it was typed."""
    nb = new_notebook(cells=[
        new_markdown_cell("So $\\frac{a}{b}$, $$x^2$$ and $\\frac{$; it costs 5 $."),
        new_code_cell("x", outputs=[new_output("display_data", {"text/latex": "$\\sqrt{2}$", "text/plain": "sqrt(2)"})]),
    ])  # fmt: skip
    html = render_html(nb, "T").decode()
    assert "<mfrac>" in html and "<msup>" in html and "<msqrt>" in html
    assert "\\frac{" in html and "5 $" in html and "sqrt(2)" not in html
