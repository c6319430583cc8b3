"""Comparing notebooks: what counts as the same, as close, as different, and what is set aside."""

from __future__ import annotations

import base64
import copy
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from test_compare_pictures import png

from benchmarks.mutation import measure
from zenodo_jupyter.card import MIME
from zenodo_jupyter.compare import Level, compare
from zenodo_jupyter.compare.html import compare_html
from zenodo_jupyter.compare.structures import compare_json
from zenodo_jupyter.compare.text import compare_text
from zenodo_jupyter.compare.widgets import STATE, VIEW
from zenodo_jupyter.verdict import Rung, holds, rung

RAN = date(2026, 11, 22)


def result(text="", **data):
    """Return the output of an expression."""
    data = {mime.replace("__", "/"): value for mime, value in data.items()}
    return new_output("execute_result", data={"text/plain": text, **data})


def printed(text, name="stdout"):
    """Return a stream output."""
    return new_output("stream", name=name, text=text)


def raised(ename="ValueError", evalue="no"):
    """Return an error output."""
    return new_output("error", ename=ename, evalue=evalue, traceback=[])


def notebook(*cells):
    """Return a notebook of code cells, each given as its list of outputs."""
    nb = new_notebook()
    for i, cell in enumerate(cells):
        outputs, tags, source = (*cell, [], "x")[:3] if isinstance(cell, tuple) else (cell, [], "x")
        nb.cells.append(new_code_cell(source, id=f"cell-{i}", outputs=list(outputs), metadata={"tags": tags}))
    return nb


# --- texts: (archived, re-run, level); many are facts that nbval's samples, named pass and fail, are about -------------


@pytest.mark.parametrize(
    ("archived", "rerun", "level"),
    [
        ("hello", "hello", Level.IDENTICAL),
        ("[1, 2]", "\x1b[31m[1,\n 2]\x1b[0m", Level.LAYOUT),
        ("<A at 0x7f0012345678>", "<A at 0x55d0aabbccdd>", Level.VOLATILE),
        ("1.23 µs ± 4 ns per loop (mean ± std. dev. of 7 runs)", "9 ms ± 4 µs per loop (mean)", Level.VOLATILE),
        ("CPU times: user 1 s\nWall time: 2 s\n42", "CPU times: user 3 s\nWall time: 4 s\n42", Level.VOLATILE),
        ("fit took 1.5 s", "fit took 12 s", Level.VOLATILE),
        (" 10%|█   | 1/10 [00:01]\r100%|████| 10/10 [00:09]\ndone", "done", Level.VOLATILE),
        ("x.py:3: FutureWarning: one\ntwo\n\nthree\n  f()\n42", "42", Level.VOLATILE),
        ("/home/ann/work/a.csv", "/tmp/x1/a.csv", Level.VOLATILE),
        ("C:\\Users\\ann\\a.csv", "/home/bob/a.csv", Level.VOLATILE),
        ("id 123e4567-e89b-12d3-a456-426614174000", "id 00000000-e89b-12d3-a456-426614174999", Level.VOLATILE),
        ("np.float64(1.5)", "1.5", Level.VOLATILE),
        ("numpy 1.26.4", "numpy 2.4.6", Level.VOLATILE),
        ("Date: Sun, 01 Mar 2020\nTime: 08:10:11", "Date: Sun, 22 Nov 2026\nTime: 21:00:05", Level.VOLATILE),
        ("Sun Mar 1 08:10:11 2020", "Sat Nov 21 18:10:11 2026", Level.VOLATILE),
        ("3/1/2020", "11/22/2026", Level.VOLATILE),
        ("mean 0.33333333", "mean 0.33333334", Level.ROUNDING),
        ("1.0", "1.00", Level.ROUNDING),
        ("-0.0", "0.0", Level.ROUNDING),
        ("mean 0.3333", "mean 0.3334", Level.THOUSANDTH),
        ("1.0 2e-17", "1.0 -5e-17", Level.THOUSANDTH),
        ("mean 2.00", "mean 2.05", Level.FIVE_PERCENT),
        ("n = 1234567", "n = 1234568", Level.FIVE_PERCENT),
        ("n = 3", "n = 4", Level.DIFFERENT),
        ("mean 2.0", "mean 3.0", Level.DIFFERENT),
        ("2e-20", "3e-20", Level.DIFFERENT),
        ("converged", "diverged", Level.DIFFERENT),
        ("warmest day: 2015-07-19", "warmest day: 2015-07-20", Level.DIFFERENT),
        ("at 14:30", "at 14:40", Level.DIFFERENT),
        ("decay time 3.4 s", "decay time 6.8 s", Level.DIFFERENT),
        ("a.csv", "b.csv", Level.DIFFERENT),
        ("/data/a.csv", "/data/b.csv", Level.DIFFERENT),
        (r"$\alpha/\beta$", r"$\gamma/\beta$", Level.DIFFERENT),
        ("x\ny", "x", Level.DIFFERENT),
        ("nan", "1.0", Level.DIFFERENT),
        ("12", "1 2", Level.DIFFERENT),
    ],
)
def test_texts_stand_where_they_should(archived, rerun, level):
    """Should fail if a text is forgiven a result, or blamed for what changes from run to run."""
    assert compare_text(archived, rerun, RAN).level == level


def test_a_date_is_volatile_only_when_it_is_the_day_of_the_run():
    """Should fail if a date that is a result is taken for today's."""
    assert compare_text("2020-03-01", "2026-11-22", RAN).level == Level.VOLATILE
    assert compare_text("2020-03-01", "2020-03-02", RAN).level == Level.DIFFERENT
    assert compare_text("2020-03-01", "2026-11-22").level == Level.DIFFERENT


def test_tables_are_compared_cell_by_cell():
    """Should fail if mark-up counts, or if the place of a changed cell is not told."""
    table = (
        "<style>#a1 {x: 1}</style><table id='a1'><tr><th>k</th><td>1.5</td></tr><tr><th>m</th><td>2</td></tr></table>"
    )
    other = table.replace("a1", "b2").replace("<table", "<table border='1' class='dataframe'")
    assert compare_html(table, other).level == Level.VOLATILE
    changed = compare_html(table, other.replace("1.5", "9.5"))
    assert changed.level == Level.DIFFERENT
    assert changed.detail == "row 1, column 2: 1.5 became 9.5"


def test_charts_are_compared_by_structure():
    """Should fail if Plotly's packed arrays are not unpacked, or if the place of a change is not told."""
    packed = {"dtype": "f8", "bdata": base64.b64encode(np.array([1.0, 2.0]).tobytes()).decode()}
    nearly = {"dtype": "f8", "bdata": base64.b64encode(np.array([1.0, 2.0000001]).tobytes()).decode()}
    assert compare_json({"data": [{"y": packed}]}, {"data": [{"y": nearly}]}).level == Level.ROUNDING
    other = compare_json({"data": [{"y": [1, 2.5]}]}, {"data": [{"y": [1, 9.5]}]})
    assert (other.level, other.detail) == (Level.DIFFERENT, "data[0].y[1]: 2.5 became 9.5")
    hashes = ({f"data-{c * 32}": [{"a": 1}]} for c in "ab")
    assert compare_json(*hashes).level <= Level.VOLATILE
    assert compare_json({"a": 1}, {"b": 1}).level == Level.DIFFERENT


def test_widgets_are_compared_by_their_state():
    """Should fail if a slider's random id makes it different, or if another value behind it goes unseen."""

    def slider(model_id, value):
        view = {"text/plain": "IntSlider()", VIEW: {"model_id": model_id, "version_major": 2}}
        nb = notebook([new_output("display_data", data=view)])
        box = {"model_name": "VBoxModel", "state": {"children": [f"IPY_MODEL_in{model_id}"], "layout": "IPY_MODEL_x"}}
        inner = {"model_name": "IntSliderModel", "state": {"value": value, "_view_count": None}}
        nb.metadata["widgets"] = {STATE: {"state": {model_id: box, f"in{model_id}": inner}}}
        return nb

    assert compare(slider("a1", 7), slider("b2", 7)).all_same
    found = compare(slider("a1", 7), slider("b2", 9)).outputs[0]
    assert (found.verdict, found.detail) == ("differs", "state.children[0].state.value: 7 became 9")
    bare = slider("b2", 9)
    del bare.metadata["widgets"]
    assert compare(slider("a1", 7), bare).all_same  # nothing is known of it then


def test_a_formula_is_compared_by_its_source():
    """Should fail if a formula differs because another TeX drew its picture, or counts as a figure."""
    first, second = (result("x**2", text__latex="$x^{2}$", image__png=png(size=(60, h))) for h in (20, 40))
    found = compare(notebook([first]), notebook([second]))
    assert found.all_same and found.figures == 0
    second.data["text/latex"] = "$x^{3}$"
    assert not compare(notebook([first]), notebook([second])).all_same


def test_displays_of_nothing_and_the_end_of_a_notebook_are_no_outputs():
    """Should fail if an empty display or sys.exit(0) counts as an output that is missing or failed."""
    nothing = new_output("display_data", data={})
    script = new_output("display_data", data={"application/javascript": "/* global mpl */\nwindow.mpl = {};"})
    found = compare(notebook([nothing, script, result("1")], []), notebook([result("1")], [raised("SystemExit", "0")]))
    assert found.all_same and found.total == 1


def test_what_moves_from_run_to_run_is_not_held_against_the_author():
    """Should fail if a random output costs the level, or if one that is wrong twice is excused."""
    archived = notebook([result("mean 5.0")], [result("a 0.1")], *[[result(f"x{i}")] for i in range(19)])
    first, second = copy.deepcopy(archived), copy.deepcopy(archived)
    first.cells[1].outputs[0].data["text/plain"] = "a 0.7"
    second.cells[1].outputs[0].data["text/plain"] = "a 0.4"
    again = compare(first, second)
    found = compare(archived, first).beside(again)
    assert found.summary("R4") == "20 of 21 outputs reproduced (R4), 1 not deterministic"
    assert (rung(holds(found, ran=True, again=again)), found.index) == (Rung.REPRODUCED, 1.0)
    first.cells[0].outputs[0].data["text/plain"] = second.cells[0].outputs[0].data["text/plain"] = "mean 9.0"
    wrong = compare(archived, first).beside(compare(first, second))
    assert wrong.count("differs") == 1
    assert rung(holds(wrong, ran=True, again=compare(first, second))) == Rung.EXECUTABLE
    assert rung(holds(wrong, ran=True, again=compare(first, first))) == Rung.REPEATABLE
    assert rung(holds(wrong, ran=False)) == Rung.VERIFIED
    assert rung(holds(compare(archived, archived), ran=True)) == Rung.IDENTICAL


# --- notebooks ----------------------------------------------------------------------------------------------------------


def test_the_sentence_counts_outputs_and_figures():
    """Should fail if the sentence people read does not add up."""
    archived = notebook([printed("a\n"), result("1.0")], [result("<Figure size 1x1>", image__png=png())])
    rerun = copy.deepcopy(archived)
    assert compare(archived, rerun).summary() == "3 of 3 outputs reproduced, 1 of 1 figures"
    rerun.cells[0].outputs[1].data["text/plain"] = "9.0"
    rerun.cells[1].outputs[0].data["text/plain"] = "<Figure size 2x2>"  # a name for the picture, not a result
    found = compare(archived, rerun)
    assert found.summary() == "2 of 3 outputs reproduced, 1 of 1 figures, 1 different"
    assert [o.detail for o in found.outputs if o.verdict == "differs"] == ["1.0 became 9.0"]
    assert found.index == pytest.approx(2 / 3)
    assert not found.all_same


def test_streams_are_compared_whole():
    """Should fail if it matters how a stream was cut or mixed with the other."""
    archived = notebook([printed("a\nb\n"), printed("oh\n", "stderr")])
    rerun = notebook([printed("a\n"), printed("oh\n", "stderr"), printed("b\n")])
    assert compare(archived, rerun).summary() == "2 of 2 outputs reproduced"


def test_warnings_may_come_and_go():
    """Should fail if a deprecation warning of a newer library counts as a new output."""
    warning = "/usr/lib/x.py:3: FutureWarning: soon gone\n  x()\n"
    found = compare(notebook([result("1")]), notebook([printed(warning, "stderr"), result("1")]))
    assert found.all_same


def test_missing_and_new_outputs_are_found():
    """Should fail if a vanished output shifts its neighbours, or a new one goes unseen."""
    archived = notebook([result("one"), result("two"), result("three")])
    found = compare(archived, notebook([result("one"), result("three"), printed("new")]))
    assert [(o.output_index, o.rerun_index, o.verdict) for o in found.outputs] == [
        (0, 0, "same"), (1, None, "missing"), (2, 1, "same"), (None, 2, "extra"),
    ]  # fmt: skip
    assert found.summary() == "2 of 3 outputs reproduced, 1 missing, 1 new"


def test_what_a_failure_prevented_is_called_failed():
    """Should fail if outputs behind the failing cell are called missing, as if the code had changed."""
    archived = notebook([result("1")], [result("2")], [result("3")])
    rerun = notebook([result("1")], [raised("ImportError", "no module")], [])
    found = compare(archived, rerun)
    assert [o.verdict for o in found.outputs] == ["same", "failed", "failed"]
    assert found.outputs[1].detail == "ImportError: no module"


def test_an_archived_error_that_comes_again_is_the_same():
    """Should fail if a notebook that shows an error on purpose cannot be reproduced."""
    assert compare(notebook([raised()]), notebook([raised()])).all_same
    assert not compare(notebook([raised()]), notebook([raised("KeyError", "k")])).all_same


@pytest.mark.parametrize("tag", ["volatile", "nbval-ignore-output", "nbval-skip"])
def test_tags_set_a_cell_aside(tag):
    """Should fail if the author's word is not respected, or not counted."""
    found = compare(notebook(([result("1")], [tag]), [result("2")]), notebook(([result("7")], [tag]), [result("2")]))
    assert found.summary() == "1 of 1 outputs reproduced, 1 set aside by the author"


@pytest.mark.parametrize("how", ["raises-exception", "nbval-raises-exception", "# NBVAL_RAISES_EXCEPTION"])
def test_an_error_that_is_meant_is_compared_by_its_name(how):
    """Should fail if it is set aside, if other words of it are held against it, or if another error, or none, passes."""
    tags, source = ([], how) if how.startswith("#") else ([how], "1 / 0")

    def of(*outputs):
        nb = notebook((list(outputs), tags), [result("2")])
        nb["cells"][0]["source"] = source
        return nb

    archived = of(raised("ValueError", "old words"))
    assert compare(archived, of(raised("ValueError", "new words"))).all_same
    other = compare(archived, of(raised("KeyError", "old words")))
    assert [o.verdict for o in other.outputs] == ["differs", "same"]
    assert [o.verdict for o in compare(archived, of()).outputs] == ["missing", "same"]


def test_acts_of_ours_are_not_compared():
    """Should fail if publishing from a cell makes the notebook irreproducible."""
    act = ([printed("published")], [], "%zenodo publish --yes")
    found = compare(notebook(act, [result("2")]), notebook(([], [], act[2]), [result("2")]))
    assert (found.summary(), found.acts) == ("1 of 1 outputs reproduced", 1)


def test_form_that_published_is_not_compared():
    """The card that a form leaves is no result, and a re-run only says that nothing is done; other cells count."""
    card = new_output("display_data", {MIME: {"kind": "record"}, "text/plain": "10.5072/zenodo.1"})
    form, one = new_code_cell("PublishForm()", execution_count=1), new_code_cell("1", execution_count=2)
    one.outputs = [new_output("execute_result", {"text/plain": "1"}, execution_count=2)]
    told = new_output("stream", text="only being run again")
    archived, rerun = (new_notebook(cells=[NotebookNode(form, outputs=[o]), one]) for o in (card, told))
    found = compare(archived, rerun)
    assert (found.total, found.acts, found.all_same) == (1, 1, True)


def test_nothing_stored_is_nothing_to_compare():
    """Should fail if a notebook without outputs is praised, or one whose outputs were cleared is blamed for having some now."""
    found = compare(notebook([], []), notebook([result("1")], []))
    assert (found.total, found.index, found.without_outputs) == (0, None, 2)
    assert "no stored outputs" in compare(notebook([]), notebook([])).summary()


def test_cells_are_paired_by_id_and_else_by_order():
    """Should fail if a cell that papermill adds shifts all the others."""
    archived = notebook([result("1")], [result("2")])
    rerun = copy.deepcopy(archived)
    rerun.cells.insert(0, new_code_cell("p = 1", metadata={"tags": ["injected-parameters"]}))
    rerun.cells.insert(0, new_markdown_cell("An error", metadata={"tags": ["papermill-error-cell-tag"]}))
    assert compare(archived, rerun).summary() == "2 of 2 outputs reproduced"
    for nb in (archived, rerun):
        for cell in nb.cells:
            cell.pop("id")
    assert compare(archived, rerun).summary() == "2 of 2 outputs reproduced"


def test_the_day_of_the_run_comes_from_papermill():
    """Should fail if today's date in a re-run counts as a difference."""
    archived, rerun = notebook([result("run on 2020-01-01")]), notebook([result("run on 2026-11-22")])
    assert not compare(archived, rerun).all_same
    rerun.metadata["papermill"] = {"start_time": "2026-11-22T10:00:00+00:00"}
    assert compare(archived, rerun).all_same


def test_the_result_goes_into_json():
    """Should fail if the machine-readable report lacks a count or an output."""
    found = compare(notebook([result("1")]), notebook([result("9")])).to_json()
    assert (found["total"], found["counts"]["differs"], found["outputs"][0]["detail"]) == (1, 1, "1 became 9")


texts = st.text(max_size=60) | st.from_regex(r"[-0-9.e: /\\\r\n|%<>=a-zé]{0,40}", fullmatch=True)
bundles = st.dictionaries(
    st.sampled_from(["text/plain", "text/html", "image/svg+xml", "text/latex", "image/png"]), texts
)
outputs = st.one_of(
    st.builds(lambda d: new_output("display_data", data=d), bundles),
    st.builds(printed, texts, st.sampled_from(["stdout", "stderr"])),
    st.builds(raised, texts, texts),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(st.lists(outputs, max_size=4), max_size=5))
def test_a_notebook_is_the_same_as_itself(cells):
    """Should fail if any notebook differs from itself."""
    nb = notebook(*cells)
    found = compare(nb, copy.deepcopy(nb))
    assert {o.level for o in found.outputs} <= {Level.IDENTICAL}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(st.lists(outputs, max_size=3), max_size=4), st.lists(st.lists(outputs, max_size=3), max_size=4))
def test_any_two_notebooks_can_be_compared(a, b):
    """Should fail if strange outputs make the comparison itself fail, or if outputs are lost from the count."""
    found = compare(notebook(*a), notebook(*b))
    assert 0 <= found.reproduced <= found.total


def test_changes_are_seen_and_what_is_unchanged_is_not_blamed():
    """Should fail if one of a hundred changes goes unseen (`benchmarks.mutation` makes a thousand)."""
    table = (
        "<table><tr><th>k</th><th>v</th></tr><tr><td>12</td><td>1.50</td></tr><tr><td>7</td><td>0.25</td></tr></table>"
    )
    nb = notebook(
        [printed("fit of 250 points\nchi-square 1247.528 after 55 steps\nconverged\n"), result("{'slope': 0.4713}")],
        [result("   k     v\n0 12  1.50\n1  7  0.25", text__html=table)],
        [result("<Figure size 320x240>", image__png=png())],
    )
    assert compare(nb, copy.deepcopy(nb)).all_same
    made, seen, missed = measure([nb], [nb], 100, seed=7)
    assert min(made.values()) >= 14 and not missed, missed
    assert seen == made
