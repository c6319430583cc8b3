"""The form that publishes, as a person uses it: looks, corrects, publishes."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets as W
import nbformat
import pytest
from front_end import FrontEnd
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zenodo_jupyter import badge, card, collect, notebook, repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import FieldError, ZenodoJupyterError
from zenodo_jupyter.metadata import fields
from zenodo_jupyter.metadata.fields import Field
from zenodo_jupyter.report import Progress
from zenodo_jupyter.tokens import TokenStore
from zenodo_jupyter.widgets import PublishForm, RecordCard, words
from zenodo_jupyter.widgets.doing import Doing


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The settings of a user who has nothing yet, and only this machine's repository."""
    monkeypatch.setenv("ZENODO_JUPYTER_DATA", str(tmp_path / "user"))
    return Config(data_dir=tmp_path / "user", allowed_repositories=["local"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A notebook that reads two files, by somebody."""
    folder = tmp_path / "analysis"
    folder.mkdir()
    (folder / "rain.csv").write_text("day,mm\n1,3\n")
    (folder / "wind.csv").write_text("day,m/s\n1,3\n")
    source = "a = open('rain.csv').read()\nb = open('wind.csv').read()\nlen(a)"
    outputs = [new_output("execute_result", {"text/plain": "11"}, execution_count=1)]
    cells = [new_markdown_cell("# Rain\n\nIt rains."), new_code_cell(source, execution_count=1, outputs=outputs)]
    nbformat.write(new_notebook(cells=cells, metadata={"authors": [{"name": "Doe, Ada"}]}), folder / "rain.ipynb")
    return folder / "rain.ipynb"


@pytest.fixture
def form_of(path: Path, config: Config) -> Callable[..., PublishForm]:
    """Show a form for the notebook, as a cell does, and let it look."""

    def show(**options: Any) -> PublishForm:
        form = PublishForm(path, config=options.pop("config", config), **options)
        form.look_again()
        form.wait()
        return form

    return show


def below(widget: W.Widget, visible: bool = True) -> list[W.Widget]:
    """A widget and all that is in it, as far as it is shown."""
    if visible and widget.layout.display == "none":
        return []
    return [widget, *(w for child in getattr(widget, "children", ()) for w in below(child, visible))]


def texts(form: PublishForm) -> str:
    """What can be read in a form."""
    return "\n".join(getattr(w, "value", "") for w in below(form.widget) if isinstance(w, W.HTML))


def press(form: PublishForm, text: str) -> None:
    """Press the button whose text begins so, and wait for what it does."""
    found = [w for w in below(form.widget) if isinstance(w, W.Button) and text in w.description]
    assert found, f"no button {text!r}"
    found[0].click()
    form.wait()


def control(form: PublishForm, label: str) -> Any:
    """The control with a label."""
    found = [
        w for w in below(form.widget) if getattr(w, "description", "").startswith(label) and not isinstance(w, W.Button)
    ]
    assert found, f"no control {label!r}"
    return found[0]


def fill(form: PublishForm) -> None:
    """Say what is needed: an author."""
    press(form, "▸ About")
    form._about.said["creators"] = [{"family_name": "Doe", "given_name": "Ada"}]
    form._typed()
    form.look_again()
    form.wait()


def test_publishes_and_ends_with_the_doi(form_of: Any, path: Path, config: Config) -> None:
    """Should show what goes, publish it as it was edited, put the badge in, and keep nothing that was typed."""
    form = form_of()
    fill(form)
    control(form, "Title").value = "Rain in Seattle, told again"
    press(form, "▸ Files")
    assert "read by cell" in texts(form)
    press(form, "Publish")
    assert form.published is not None and form.published.record.title == "Rain in Seattle, told again"
    assert str(form.published.record.doi) in texts(form) and "Published for practice" in texts(form)
    assert badge.is_badge(notebook.read(path)["cells"][1])
    assert not list((config.data_dir / "forms").glob("*"))


def test_what_was_typed_is_there_after_a_restart(form_of: Any, path: Path) -> None:
    """Should offer it again in a new form, never write it into the notebook, and throw it away when asked."""
    form = form_of()
    press(form, "▸ About")
    control(form, "Title").value = "Half a title"
    assert "Half a title" not in path.read_text()
    again = form_of()
    assert "What you typed on" in texts(again)
    press(again, "▸ About")
    assert control(again, "Title").value == "Half a title"
    press(again, "Start over")
    press(again, "▸ About")
    assert control(again, "Title").value == "Rain"


def test_mistake_is_told_beside_its_field_and_nothing_is_sent(form_of: Any, config: Config) -> None:
    """Should open the description, show the error at the field, and make no draft."""
    form = form_of()
    fill(form)
    control(form, "Title").value = "x"
    press(form, "Publish")
    assert form.published is None
    assert "Shorter than minimum length 3." in texts(form) and "1 thing to fix" in texts(form)
    assert not repositories.repository("local", config=config).my_drafts()
    press(form, "Back to what is proposed")
    press(form, "Publish")
    assert form.published is not None


def test_emptied_field_stays_empty(form_of: Any) -> None:
    """Should not fill in again what the person took out."""
    form = form_of()
    fill(form)
    control(form, "Description").value = ""
    press(form, "Publish")
    assert form.published is not None and not form.published.record.metadata.get("description")


def test_file_that_is_not_ticked_stays_here(form_of: Any) -> None:
    """Should leave a file out, say so, and bring it back when it is ticked again."""
    form = form_of()
    fill(form)
    press(form, "▸ Files")
    for name in ("wind.csv", "rain.csv"):
        control(form, name).value = False
        form.wait()
    assert "left out by you" in texts(form)
    control(form, "rain.csv").value = True
    form.wait()
    press(form, "Publish")
    keys = {f.key for f in form.published.record.files}
    assert "rain.csv" in keys and "wind.csv" not in keys


def test_next_version_says_what_it_changes(form_of: Any, path: Path) -> None:
    """Should offer nothing where nothing changed, and name what did."""
    form = form_of()
    fill(form)
    press(form, "Publish")
    same = form_of()
    assert "Nothing has changed since" in texts(same) and same._main.disabled
    (path.parent / "rain.csv").write_text("day,mm\n1,4\n")
    form = form_of()
    assert "Version 2 changes: rain.csv" in texts(form)
    press(form, "Publish version 2")
    assert form.published.record.index == 2


def test_what_blocks_needs_a_decision(form_of: Any, path: Path) -> None:
    """Should not publish a secret unless the person says so for this very finding."""
    nb = nbformat.read(path, 4)
    nb.cells[1].outputs = [new_output("stream", text="token ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8")]
    nbformat.write(nb, path)
    form = form_of()
    fill(form)
    press(form, "Publish")
    assert form.published is None and "must be fixed" in texts(form)
    control(form, "Publish it in spite of this").value = True
    press(form, "Publish")
    assert form.published is not None


def test_real_repository_is_asked_about_once_more(form_of: Any, config: Config, served: Any) -> None:
    """Should take a token without keeping it in the form, name the account, and publish only with a yes."""
    config.repositories = {"lab": {"url": served.url, "title": "Our lab", "practice": False, "registered_dois": True}}
    config.allowed_repositories = ["local", "lab"]
    form = form_of(to="lab")
    fill(form)
    assert "needs a token" in texts(form)
    press(form, "▸ Where: Our lab")
    entry = control(form, "Token")
    entry.value = served.token
    form.wait()
    assert entry.value == "" and served.token not in texts(form)
    assert TokenStore(config).get(repositories.repository("lab", config=config).row) is not None
    press(form, "Publish")
    assert form.published is None and "cannot be undone" in texts(form)
    press(form, "Keep it unpublished")
    assert form.published is None
    press(form, "Publish")
    press(form, "Publish")
    assert form.published is not None and form.published.repository.name == "lab"


def test_where_to_sign_in_is_said(form_of: Any, config: Config, served: Any) -> None:
    """Should name the other ways in where this software is registered with the repository."""
    known = {"url": served.url, "title": "Our lab", "practice": False, "oauth": {"client_id": "our-jupyter"}}
    config.repositories, config.allowed_repositories = {"lab": known}, ["local", "lab"]
    form = form_of(to="lab")
    assert "token login lab" in form._where._said.value and "Make a token" in form._where._said.value


def test_token_is_tried_while_the_kernel_is_free(form_of: Any, config: Config, served: Any) -> None:
    """Should not wait for a repository in the kernel's own thread, and say beside the token that it was refused."""
    config.repositories = {"lab": {"url": served.url, "title": "Our lab", "practice": False}}
    config.allowed_repositories = ["local", "lab"]
    form = form_of(to="lab")
    press(form, "▸ Where: Our lab")
    threads: list[str] = []
    form._where._token.observe(lambda change: threads.append(threading.current_thread().name), "value")
    form._where._said.observe(lambda change: threads.append(threading.current_thread().name), "value")
    control(form, "Token").value = "wrong"
    form.wait()
    assert "Unauthorized" in form._where._said.value or "token" in form._where._said.value
    assert threads[0] == "MainThread" and threads[-1] == "zenodo-form"


def test_each_group_is_there_once(form_of: Any) -> None:
    """Should show who may read the work where it says where the work goes, with its errors."""
    form = form_of()
    press(form, "▸ About")
    folds = [w.description for w in below(form.widget) if isinstance(w, W.Button) and w.description[:1] in "▸▾"]
    names = [text[2:].partition(":")[0] for text in folds]
    assert len(names) == len(set(names)) and "Where" in names
    form._about.say([FieldError("access.embargo.until", ["This field is required."])])
    assert "Embargo" in texts(form) and "This field is required." in control(form, "Until").description


def test_draft_that_cannot_be_kept_is_told(form_of: Any, config: Config) -> None:
    """Should say that what is typed is not kept, and publish it all the same."""
    form = form_of()
    fill(form)
    shutil.rmtree(config.data_dir / "forms")
    (config.data_dir / "forms").write_text("in the way")
    control(form, "Title").value = "Rain, not kept"
    assert "cannot be used" in form._error.value
    (config.data_dir / "forms").unlink()
    press(form, "Publish")
    assert form.published.record.title == "Rain, not kept"


def test_new_row_of_the_table_is_in_form_and_panel(form_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should show a field that is added to the table, in its group, here and in what the panel gets."""
    row = Field("weather_station", "Weather station", group="Instruments", path="custom_fields.station")
    monkeypatch.setattr(fields, "FIELDS", (*fields.FIELDS, row))
    form = form_of()
    press(form, "▸ About")
    press(form, "▸ Instruments")
    assert control(form, "Weather station").value == ""
    assert "weather_station" in [each["name"] for each in fields.fields_json()]


def test_notebook_that_is_not_known_is_asked_for(path: Path, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should ask for the name where nobody tells it."""
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    form = PublishForm(config=config)
    control(form, "Which notebook").value = "nothing.ipynb"
    assert "There is no file" in texts(form)
    control(form, "Which notebook").value = str(path)
    form.wait()
    assert form.plan is not None and "Never published" in texts(form)


def test_act_can_be_stopped() -> None:
    """Should stop at the next report, say so, and be ready for the next."""
    doing, told = Doing(), []

    def endless(report: Any) -> None:
        while True:
            report(Progress("upload", "Sending", 1, 2, "B"))

    def failed(error: ZenodoJupyterError) -> None:
        told.append(type(error).__name__)

    doing.start(endless, told.append, failed)
    doing.start(lambda report: "after that", told.append, failed)
    doing.cancel()
    doing.wait(30)
    assert told == ["Cancelled", "after that"]


def test_what_waits_its_turn_is_waited_for_too() -> None:
    """Should be busy without a gap from one act to the one that waits behind it."""
    doing, gaps = Doing(), []
    first = threading.Event()
    say = doing._say

    def look_in(words: str) -> None:  # said by whoever begins the next act
        watcher = threading.Thread(target=lambda: gaps.append(not doing.is_busy))
        watcher.start()
        watcher.join()
        say(words)

    doing.start(lambda report: first.wait(30), lambda told: None, lambda error: None)
    doing.start(lambda report: None, lambda told: None, lambda error: None)
    doing._say = look_in
    first.set()
    doing.wait(30)
    assert gaps and not any(gaps)


def test_card_of_a_record_needs_no_kernel(form_of: Any, config: Config) -> None:
    """Should show a record by its DOI as plain HTML and text."""
    form = form_of()
    fill(form)
    press(form, "Publish")
    shown = RecordCard(str(form.published.record.doi), config=config)
    data = shown._repr_mimebundle_()
    assert set(data) == {card.MIME, "text/html", "text/plain"}
    assert "Rain" in data["text/html"] and json.loads(json.dumps(data[card.MIME]))["doi"] in repr(shown)


@pytest.fixture
def lab(path: Path, config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontEnd]:
    """A kernel that serves the notebook, with a front end that does not hear."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    front = FrontEnd(path, None)
    front.run("import zenodo_jupyter.frontend as f; f.SAVING = 0.2")
    yield front
    front.close()


def test_form_in_a_kernel_becomes_plain_html(lab: FrontEnd) -> None:
    """Should be live in the output of its cell, and when it is done leave the record there instead of a widget."""
    shown = lab.run("from zenodo_jupyter.widgets import PublishForm\nform = PublishForm()\nform")
    assert card.WIDGET in shown and "PublishForm" in shown["text/html"]
    said = "form.wait(); form._about.said['creators'] = [{'family_name': 'Doe'}]; form.publish(); form.wait()"
    lab.run(f"{said}; print(form.published, form._error.value)")
    assert lab.updated and card.WIDGET not in lab.updated[-1]
    assert "10.5072" in lab.updated[-1]["text/html"]


def test_form_does_nothing_where_nobody_can_fill_it_in(path: Path) -> None:
    """Should leave no widget and no state in a notebook that is executed without a front end."""
    nb = new_notebook(
        cells=[new_code_cell("from zenodo_jupyter.widgets import PublishForm\nPublishForm('rain.ipynb')")]
    )
    NotebookClient(nb, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute()
    told = json.dumps(nb)
    assert "%zenodo publish" in told and "widget-view" not in told
    states = nb.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    assert "Rain" not in json.dumps(states)


def test_anonymous_copy(path: Path, config: Config, form_of: Callable[..., PublishForm]) -> None:
    """Should make a draft without names for reviewers, say so, and publish nothing."""
    form = form_of()
    press(form, "Anonymous copy")
    form.wait()
    (draft,) = repositories.repository(config=config).my_drafts()
    assert [c["person_or_org"]["name"] for c in draft.metadata["creators"]] == ["Anonymous"]
    assert "A draft without names is there" in form._error.value and "for reviewers" in form._error.value
    assert form.published is None and notebook.read_deposit(notebook.read(path)) is None


def test_every_state_of_a_notebook_can_be_said(path: Path, config: Config) -> None:
    """Also of one that waits for a community, was declined, or is with reviewers, of which the button says what it does."""
    plan = collect.collect(path, config=config)
    said = {}
    for state in ("never", "stopped", "waiting", "declined", "published", "changed", "foreign"):
        now = replace(plan, standing=replace(plan.standing, state=state, words=f"It is {state}", anonymous=True))
        assert f"It is {state}" in words.state(now)
        said[state] = words.verb(now)
    assert said["stopped"] == "Publish with names" and said["waiting"] == "Ask what became of it"
