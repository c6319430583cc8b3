"""The command line, as a person and as a script meet it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zenodo_jupyter import cli

ABOUT = "title: Rain in Seattle\ncreators: ['Doe, Ada']\nrights: [cc-by-4.0]\ndescription: How much it rains.\n"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notebook with its description and a data file, in the folder one is in."""
    monkeypatch.setenv("ZENODO_JUPYTER_DATA", str(tmp_path / "user"))
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "rain.csv").write_text("day,mm\n1,3\n")
    (folder / "about.yml").write_text(ABOUT)
    output = new_output("execute_result", {"text/plain": "11"}, execution_count=1)
    nb = new_notebook(
        cells=[
            new_markdown_cell("# Rain"),
            new_code_cell("len(open('rain.csv').read())", execution_count=1, outputs=[output]),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(nb, folder / "rain.ipynb")
    return folder / "rain.ipynb"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict]:
    """Run a command with --json and return its exit code and its one object."""
    code = cli.main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_whole_circle_in_a_script(path: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Should publish, say where the notebook stands, find, cite, get back and reproduce, by exit codes and JSON."""
    code, done = said(capsys, "publish", "rain.ipynb", "--metadata", "about.yml")
    assert code == 0 and done["doi"].startswith("10.5072/zenodo.")
    assert said(capsys, "status", "rain.ipynb")[1]["state"] == "published"
    assert said(capsys, "search", "Rain")[1]["total"] == 1
    assert "Doe" in said(capsys, "cite", done["doi"])[1]["citation"]
    assert "@misc{doe" in said(capsys, "cite", done["doi"], "--style", "bibtex")[1]["citation"]
    code, _ = said(capsys, "get", done["doi"], str(tmp_path / "back"))
    assert code == 0 and (tmp_path / "back" / "rain.csv").read_text() == "day,mm\n1,3\n"
    code, again = said(capsys, "reproduce", done["doi"], str(tmp_path / "again"), "--yes")
    assert code == 0 and "1 of 1" in again["verdict"]


def test_words_for_people(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Should print DOI, concept DOI, landing page and where the badge stands."""
    assert cli.main(["publish", "rain.ipynb", "--metadata", "about.yml"]) == 0
    text = capsys.readouterr().out
    assert "DOI" in text and "All versions" in text and "Landing page  http" in text
    assert "cell 2 of rain.ipynb" in text


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["publish", "none.ipynb"], 2, "none.ipynb"),
        (["publish"], 2, "Which notebook?"),
        (["publish", "about.yml"], 2, "about.yml"),
        (["publish", "rain.ipynb", "--to", "nowhere"], 2, "nowhere"),
        (["publish", "rain.ipynb", "--data", "absent.csv"], 2, "absent.csv"),
        (["publish", "rain.ipynb", "--metadata", "absent.yml"], 2, "absent.yml"),
        (["get", "10.5072/zenodo.1", "--from", "local"], 4, "10.5072/zenodo.1"),
        (["get", "not a doi"], 2, "not a doi"),
        (["frobnicate"], 2, "frobnicate"),
        (["search", "--size", "many"], 2, "many"),
        (["token", "set", "sandbox"], 6, "person"),
    ],
)
def test_mistake_gets_one_clear_sentence(
    path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, says: str
) -> None:
    """Should name what is wrong, without a traceback, and end with the exit code of its kind."""
    assert cli.main(words) == code
    told = capsys.readouterr().err
    assert says in told and "Traceback" not in told


def test_check_sends_nothing(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Should list the files with reasons and what must be given, and leave the repository empty."""
    assert cli.main(["check", "rain.ipynb", "--metadata", "about.yml"]) == 0
    text = capsys.readouterr().out
    assert "rain.csv" in text and "read by cell [1]" in text
    assert said(capsys, "search")[1]["total"] == 0


def test_check_of_several_fails_on_what_it_is_told_to(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Should look at each notebook, as a hook before a commit does, and fail from the severity on that was named."""
    nbformat.write(
        new_notebook(cells=[new_code_cell("open('gone.csv')", execution_count=1)]), path.with_name("b.ipynb")
    )
    assert said(capsys, "check", "rain.ipynb", "b.ipynb", "--fail-on", "block")[0] == 0
    code, both = said(capsys, "check", "rain.ipynb", "b.ipynb", "--metadata", "about.yml", "--fail-on", "error")
    assert code == 7
    assert [[f["id"] for f in plan["findings"] if f["severity"] == "error"] for plan in both["plans"]] == [[], ["DAT1"]]
    assert cli.main(["check", "rain.ipynb", "--metadata", "about.yml", "--fail-on", "error"]) == 0


def test_check_puts_right_what_it_is_told_to(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Should clear and redact what is asked for in the file, keep the rest of it, and say what is left to do."""
    secret = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9"
    nb = nbformat.read(path, 4)
    nb.cells += [
        new_code_cell(f"token = '{secret}'", execution_count=2),
        new_code_cell("print(token)", execution_count=3, outputs=[new_output("stream", text=f"{secret}\n")]),
    ]
    nbformat.write(nb, path)
    code, plan = said(capsys, "check", "rain.ipynb", "--metadata", "about.yml")
    assert code == 7
    assert [f["remedies"] for f in plan["findings"][:2]] == [["environment", "redact"], ["clear-output", "redact"]]
    assert cli.main(["check", "rain.ipynb", "--metadata", "about.yml", "--fix", "environment", "clear-output"]) == 0
    told = capsys.readouterr().out
    assert "set that before Jupyter starts" in told and "all passed" not in told
    healed = nbformat.read(path, 4)
    assert secret not in path.read_text()
    assert healed.cells[2].source == 'import os\n\ntoken = os.environ["TOKEN"]'
    assert [cell.source for cell in healed.cells[:2]] == [cell.source for cell in nb.cells[:2]]
    assert cli.main(["check", "rain.ipynb", "--fix", "magic"]) == 2


@pytest.mark.parametrize("wish", ["SIGINT", "SIGTERM"])
def test_ctrl_c_leaves_things_resumable(path: Path, tmp_path: Path, wish: str) -> None:
    """Should stop at Ctrl-C or when a batch system ends it, with a sentence and 130, and go on when called again."""
    (path.parent / "big.bin").write_bytes(os.urandom(64 << 20))
    # The first word of sending interrupts the process itself, so that no clock decides when that is.
    code = (
        "import os, signal, sys; from zenodo_jupyter import cli\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs inherit to ignore it
        "told = cli.Lines.__call__\n"
        "def tell(self, p):\n"
        "    if p.step == 'upload': os.kill(os.getpid(), signal.WISH)\n"
        "    told(self, p)\n"
        "cli.Lines.__call__ = tell\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )
    code = code.replace("WISH", wish)
    words = ["publish", "rain.ipynb", "--metadata", "about.yml", "--data", "big.bin"]
    stopped = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=path.parent)
    assert stopped.returncode == 130, stopped.stderr
    assert "kept" in stopped.stderr and "Traceback" not in stopped.stderr
    assert signal.getsignal(signal.SIGINT) is not cli._interrupt
    assert cli.main(words) == 0
    assert cli.main(["search", "--json"]) == 0


def test_installed_as_a_jupyter_command() -> None:
    """Should be found as `jupyter zenodo`."""
    jupyter = Path(sys.executable).parent / "jupyter-zenodo"
    told = subprocess.run([jupyter, "--help"], capture_output=True, text=True, check=True).stdout
    assert "publish" in told and "reproduce" in told


def test_output_that_cannot_be_shown(path: Path, tmp_path: Path) -> None:
    """Should show names that the terminal has no letters for by their numbers, and give JSON that is JSON everywhere."""
    path.rename(path.with_name("Zürich.ipynb"))
    shown = {**os.environ, "PYTHONIOENCODING": "ascii"}
    words = [sys.executable, "-m", "zenodo_jupyter.cli", "check", "Zürich.ipynb", "--metadata", "about.yml"]
    for more in ([], ["--json"]):
        told = subprocess.run([*words, *more], capture_output=True, env=shown, cwd=path.parent)
        assert told.returncode == 0, told.stderr
        assert b"Z\\xfcrich" in told.stdout or "Zürich" in json.dumps(json.loads(told.stdout), ensure_ascii=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_full_disk_behind_the_output(path: Path) -> None:
    """Should end with a sentence and the exit code of a full disk."""
    words = [sys.executable, "-m", "zenodo_jupyter.cli", "search"]
    with open("/dev/full", "w") as full:
        told = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, cwd=path.parent)
    assert told.returncode == 9 and "Traceback" not in told.stderr
