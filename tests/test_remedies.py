"""The remedies: each does what its button says, to that cell only, and says what is left to do."""

from __future__ import annotations

import copy
import os

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zenodo_jupyter import checks
from zenodo_jupyter.bundle import Bundle, BundleFile
from zenodo_jupyter.checks import remedies
from zenodo_jupyter.errors import BadInput

SECRET = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9"
OWN = "kJ8sLq2ZpX0vN4mB7cR1tY6wE3uI9oA5"


def run(nb, folder):
    """Run the checks."""
    return checks.run(nb, Bundle(folder, (BundleFile("n.ipynb", "notebook", "", content=b"{}"),)), tokens=[OWN])


def heal(nb, folder, id, remedy):
    """Apply a remedy to the first such finding; the notebook itself must stay as it is, and the finding be gone."""
    before = copy.deepcopy(nb)
    finding = next(f for f in run(nb, folder) if f.id == id and remedy in f.remedies)
    done = remedies.apply(nb, finding, remedy, folder=folder, tokens=[OWN])
    assert nb == before
    assert finding not in run(done.nb, folder)
    assert [i for i, cell in enumerate(nb["cells"]) if cell != done.nb["cells"][i]] == list(done.cells)
    return done


def cell(source="1", text="", **more):
    """Return a cell that was run."""
    return new_code_cell(source, execution_count=1, outputs=[new_output("stream", text=text)] if text else [], **more)


def test_output_is_cleared(tmp_path):
    """An output with a secret goes, the source and the other cells stay."""
    nb = new_notebook(cells=[cell("print(t)\nt = 1", SECRET), new_markdown_cell("# T")])
    done = heal(nb, tmp_path, "SEC1", "clear-output")
    assert done.cells == (0,) and done.nb.cells[0].outputs == [] and done.nb.cells[0].source == "print(t)\nt = 1"
    assert "Revoke" in done.told


@pytest.mark.parametrize(
    "nb",
    [
        new_notebook(cells=[cell(f"token = '{SECRET}'")]),
        new_notebook(cells=[new_markdown_cell(f"Use {SECRET}.")]),
        new_notebook(cells=[cell(text=f"a {SECRET} b {OWN}")]),
        new_notebook(cells=[cell(text=f"a {SECRET[:9]}\x1b[1m{SECRET[9:]}")]),
        new_notebook(cells=[cell(metadata={"papermill": {"parameters": {"token": SECRET}}})]),
        new_notebook(cells=[cell()], metadata={"widgets": {"state": [SECRET]}}),
    ],
    ids=["source", "text", "output", "coloured output", "metadata of a cell", "metadata of the notebook"],
)
def test_secret_is_redacted(nb, tmp_path):
    """A secret is taken out wherever it stands, and nothing of it is left."""
    done = heal(nb, tmp_path, "SEC1", "redact")
    assert SECRET not in str(done.nb) and OWN not in str(done.nb)


@pytest.mark.parametrize(
    ("source", "healed"),
    [
        (f"api_token = '{SECRET}'  # ä", 'import os\n\napi_token = os.environ["API_TOKEN"]  # ä'),
        (f"é = f(token='{OWN}')", 'import os\n\né = f(token=os.environ["TOKEN"])'),
        (f"import os\nh = {{'api-key': '{SECRET}'}}", "import os\nh = {'api-key': os.environ[\"API_KEY\"]}"),
        (f"import os\nos.environ['T'] = '{SECRET}'", "import os\nos.environ['T'] = os.environ[\"T\"]"),
        (f"f('{SECRET}', '{SECRET}')", 'import os\n\nf(os.environ["SECRET"], os.environ["SECRET"])'),
    ],
)
def test_secret_is_read_from_the_environment(source, healed, tmp_path):
    """The code reads the secret from a variable that is named after it, and says to set that."""
    done = heal(new_notebook(cells=[cell(source)]), tmp_path, "SEC1", "environment")
    assert done.nb.cells[0].source == healed
    assert "before Jupyter starts" in done.told


def test_secret_inside_a_longer_text_stays(tmp_path):
    """Where the secret is part of a text, the person is told so and nothing is changed."""
    nb = new_notebook(cells=[cell(f"url = 'https://a.org/?x={SECRET}'")])
    (finding,) = [f for f in run(nb, tmp_path) if f.id == "SEC1"]
    with pytest.raises(BadInput, match="does not stand by itself"):
        remedies.apply(nb, finding, "environment", folder=tmp_path)


def test_home_folder_is_redacted(tmp_path):
    """Home folders and addresses go out of the outputs, tables and errors included."""
    html = new_output("display_data", {"text/html": "<b>/home/ada/x</b>", "text/plain": "ada@uni.edu"})
    nb = new_notebook(cells=[new_code_cell("1", execution_count=1, outputs=[html])])
    done = heal(nb, tmp_path, "PRV1", "redact")
    assert done.nb.cells[0].outputs[0].data == {"text/html": "<b>~/x</b>", "text/plain": "[removed]"}


def test_path_becomes_relative(tmp_path):
    """An absolute path to a file of the folder is written from the notebook."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("1")
    nb = new_notebook(cells=[cell(f"x = open('{tmp_path}/data/a.csv')")])
    assert heal(nb, tmp_path, "DAT2", "relative").nb.cells[0].source == "x = open('data/a.csv')"


@pytest.mark.parametrize("spelling", ["absolute", "relative"])
def test_file_is_brought(tmp_path, spelling):
    """A file from elsewhere is copied beside the notebook, and the code reads it there."""
    folder = tmp_path / "work"
    folder.mkdir()
    away = tmp_path / "away.csv"
    away.write_text("1")
    typed = str(away) if spelling == "absolute" else os.path.relpath(away, folder)
    nb = new_notebook(cells=[cell(f"x = open({typed!r})")])
    assert heal(nb, folder, "DAT2", "bring").nb.cells[0].source == "x = open('away.csv')"
    assert (folder / "away.csv").read_text() == away.read_text()


def test_nothing_is_written_over(tmp_path):
    """Another file of that name stays, and the person is told."""
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / "a.csv").write_text("theirs")
    (folder / "a.csv").write_text("mine")
    nb = new_notebook(cells=[cell("x = open('../a.csv')")])
    (finding,) = run(nb, folder)
    with pytest.raises(BadInput, match=r"another a\.csv"):
        remedies.apply(nb, finding, "bring", folder=folder)
    assert (folder / "a.csv").read_text() == "mine"


def test_remedy_of_another_finding(tmp_path):
    """A remedy that a finding has not is refused."""
    nb = new_notebook(cells=[cell("!dot")])
    (finding,) = run(nb, tmp_path)
    with pytest.raises(BadInput, match="no remedy redact"):
        remedies.apply(nb, finding, "redact", folder=tmp_path)


def test_all_remedies_have_words():
    """Every remedy has words for its button, and does something."""
    assert set(remedies.LABELS) == set(remedies._ACTS)
