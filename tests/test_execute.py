"""Running a notebook: how it ends, what it can see, and that nothing of it stays behind."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from zenodo_jupyter import isolation
from zenodo_jupyter.errors import BadInput, Cancelled, MissingFile
from zenodo_jupyter.execute import RERUN_VARIABLE, clean_environment, run_notebook


@pytest.fixture
def run(tmp_path):
    """Run cells, given as sources or (source, tags), and return the execution and the executed notebook."""

    def run(*cells, **options):
        nb = new_notebook(cells=[new_markdown_cell("# A notebook")])
        for cell in cells:
            source, tags = cell if isinstance(cell, tuple) else (cell, [])
            nb.cells.append(new_code_cell(source, metadata={"tags": tags}))
        source, target = tmp_path / "a.ipynb", tmp_path / "executed.ipynb"
        nbformat.write(nb, source)
        before = source.read_bytes()
        options.setdefault("cwd", tmp_path)
        try:
            done = run_notebook(source, target, **options)
        finally:
            assert source.read_bytes() == before
        return done, nbformat.read(target, as_version=4)

    return run


def shown(nb, cell):
    """Return what a cell printed."""
    return "".join(o.get("text", "") for o in nb.cells[cell].get("outputs", []))


def test_it_runs_in_its_folder_and_reports_each_cell(run, tmp_path):
    """Should fail if the data beside the notebook are not found, or if no progress is told."""
    (tmp_path / "a.csv").write_text("1,2\n")
    told = []
    done, nb = run("print(open('a.csv').read())", "1 + 1", report=told.append)
    assert (done.ok, done.reason, done.cells) == (True, "", 2)
    assert shown(nb, 1) == "1,2\n\n"
    cells = list(dict.fromkeys((p.step, p.done, p.total, p.unit) for p in told if p.total))  # each may be said again
    assert cells == [("execute", 0, 2, "cells"), ("execute", 1, 2, "cells")]


def test_a_failing_cell_is_a_result(run):
    """Should fail if an exception in a cell is an exception of ours, or if the cells behind it are run."""
    done, nb = run("a = 1", "import no_such_module_here", "print('never')")
    assert (done.ok, done.reason, done.failed_cell) == (False, "error", 2)
    assert done.error == "ModuleNotFoundError: No module named 'no_such_module_here'"
    assert done.ename == "ModuleNotFoundError"
    assert "import no_such_module_here" in done.traceback
    assert "\x1b" not in done.traceback
    assert len(nb.cells) == 4
    assert nb.cells[3].outputs == []


def test_a_magic_that_fails_is_a_failure(run):
    """Should fail if a magic that there is not, which raises no exception, passes for a cell that ran."""
    done, nb = run("1 + 1", "%no_such_magic", "print('not reached')")
    assert (done.ok, done.failed_cell, done.ename) == (False, 2, "UsageError")
    assert "no_such_magic" in done.error and not nb.cells[3].outputs


def test_an_expected_error_is_none(run):
    """Should fail if a cell that is meant to raise ends the run, as papermill takes it."""
    done, nb = run(("1 / 0", ["raises-exception"]), "print('on')")
    assert done.ok
    assert shown(nb, 2) == "on\n"


def test_nbvals_word_for_an_expected_error_is_known_and_the_notebook_stays_as_it_is(run):
    """Should fail if a cell that says NBVAL_RAISES_EXCEPTION ends the run, or keeps a tag that its author did not give."""
    done, nb = run("# NBVAL_RAISES_EXCEPTION\n1 / 0", "print('on')")
    assert done.ok
    assert [cell.metadata.get("tags", []) for cell in nb.cells[1:]] == [[], []]
    assert shown(nb, 2) == "on\n"


def test_a_kernel_that_dies_is_a_result(run):
    """Should fail if a crash of the interpreter is not told from an exception."""
    done, _ = run("a = 1", "import os; os._exit(3)")
    assert (done.ok, done.reason, done.failed_cell) == (False, "died", 2)
    assert done.error


def test_one_cell_or_all_may_take_too_long(run):
    """Should fail if a time limit does not hold, or if what was computed before is lost."""
    done, nb = run("print('first')", "import time; time.sleep(60)", cell_timeout=1)
    assert (done.reason, done.failed_cell) == ("timeout", 2)
    assert shown(nb, 1) == "first\n"
    # How far it gets in that time depends on how busy the machine is.
    done, _ = run("print('first')", "import time; time.sleep(60)", timeout=6)
    assert (done.reason, done.error) == ("timeout", "It took longer than 6 seconds.")


def test_cancel_ends_everything_it_started(run, tmp_path):
    """Should fail if the kernel, or a process that it sent to the background, lives on."""
    detached = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']"
    cancel = threading.Event()

    def cancel_when_started():
        while not (tmp_path / "pids").exists() or len((tmp_path / "pids").read_text().split()) < 2:
            time.sleep(0.05)
        cancel.set()

    threading.Thread(target=cancel_when_started, daemon=True).start()
    with pytest.raises(Cancelled):
        run(
            f"{detached}, start_new_session=True)",
            "import os, time; open('pids', 'w').write(f'{os.getpid()} {p.pid}'); time.sleep(60)",
            cancel=cancel,
        )
    for pid in (tmp_path / "pids").read_text().split():
        assert not psutil.pid_exists(int(pid)) or psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE


def test_a_report_may_cancel(run):
    """Should fail if raising in the report leaves the run going."""

    def no(progress):
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        run("1", report=no)


def test_a_report_may_cancel_a_cell_that_never_ends(run):
    """Should fail if Ctrl-C is heard only when the next cell begins."""
    told = []

    def no_more(progress):
        told.append(progress.message)
        if told.count("Running cell 1 of 1") == 3:
            raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        run("while True:\n    pass", report=no_more)
    assert told[0] == "Starting the kernel"


def test_the_users_credentials_are_not_there(run, monkeypatch, tmp_path):
    """Should fail if a notebook from elsewhere finds tokens, agents, netrc or the user's HOME."""
    home = tmp_path / "users-home"
    home.mkdir()
    (home / ".netrc").write_text("machine zenodo.org password hunter2\n")
    monkeypatch.setenv("HOME", str(home))
    for name in ("ZENODO_TOKEN", "ZENODO_JUPYTER_URL", "MY_API_KEY", "GITHUB_TOKEN", "AWS_PROFILE", "DB_PASSWORD",
                 "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "JUPYTERHUB_API_TOKEN"):  # fmt: skip
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.invalid")
    _, nb = run(
        "import os, pathlib\nprint([k for k, v in os.environ.items() if 'hunter2' in v])",
        "print(pathlib.Path.home().joinpath('.netrc').exists(), str(pathlib.Path.home()))",
        f"print(os.environ['{RERUN_VARIABLE}'])",
    )
    assert shown(nb, 1) == "[]\n"
    assert shown(nb, 2).startswith("False")
    assert "users-home" not in shown(nb, 2)
    assert shown(nb, 3) == "1\n"


def test_ordinary_variables_stay(tmp_path):
    """Should fail if a library is broken because something harmless was taken away."""
    kept = clean_environment(
        {"PATH": "/bin", "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8", "GHOSTSCRIPT": "gs", "MPLBACKEND": "agg"},
        tmp_path / "home",
        tmp_path / "scratch",
    )
    assert {k: kept.get(k) for k in ("PATH", "OMP_NUM_THREADS", "LANG", "GHOSTSCRIPT", "MPLBACKEND")} == {
        "PATH": "/bin", "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8", "GHOSTSCRIPT": "gs", "MPLBACKEND": None,
    }  # fmt: skip


def test_modules_in_the_folder_do_not_take_over_the_runner(run, tmp_path):
    """Should fail if a papermill.py that came with a record is run in our own process."""
    for name in ("papermill", "nbclient", "nbformat"):
        (tmp_path / f"{name}.py").write_text(f"open('{name}-taken', 'w')")
    done, _ = run("1")
    assert done.ok
    assert not list(tmp_path.glob("*-taken"))


def test_figures_come_inline(run, monkeypatch):
    """Should fail if a backend set outside keeps pictures out of the notebook."""
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("MPLBACKEND", "agg")
    _, nb = run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert any("image/png" in o.get("data", {}) for o in nb.cells[1].outputs)


def test_parameters_are_put_in(run):
    """Should fail if the same analysis cannot be run with another value."""
    _, nb = run(("n = 1", ["parameters"]), "print(n)", parameters={"n": 7})
    assert "7\n" in [shown(nb, i) for i in range(len(nb.cells))]


def test_a_python_that_cannot_run_it_says_so(run):
    """Should fail if a wrong interpreter ends in a traceback of ours, or leaves no notebook."""
    done, nb = run("print(1)", python=os.path.join(os.path.dirname(sys.executable), "no-such-python"))
    assert (done.ok, done.reason) == (False, "broken")
    assert "no-such-python" in done.error
    assert nb.cells[1].outputs == []


def test_the_original_is_never_overwritten(tmp_path):
    """Should fail if a run may write over the notebook it runs, or starts without one."""
    with pytest.raises(MissingFile):
        run_notebook(tmp_path / "a.ipynb", tmp_path / "b.ipynb", cwd=tmp_path)
    nbformat.write(new_notebook(), tmp_path / "a.ipynb")
    with pytest.raises(BadInput):
        run_notebook(tmp_path / "a.ipynb", tmp_path / "a.ipynb", cwd=tmp_path)


needs_isolation = pytest.mark.skipif(not isolation.is_possible(), reason="this machine makes no namespaces for users")


@needs_isolation
def test_an_isolated_run_finds_neither_credentials_nor_the_network(run, monkeypatch, tmp_path):
    """Should fail if code from elsewhere reads a token from a file, from another process, or sends it away."""
    home = tmp_path / "users-home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id").write_text("hunter2")
    (home / ".netrc").write_text("hunter2")
    (tmp_path / "tokens.json").write_text("hunter2")
    (home / "thesis.txt").write_text("a plain file")
    monkeypatch.setenv("HOME", str(home))
    paths = [str(p) for p in (home / ".ssh/id", home / ".netrc", tmp_path / "tokens.json")]
    reads = f"""
import glob, os
def read(path):
    try:
        return open(path, "rb").read()
    except OSError:
        return b""
print(b"hunter2" in b"".join(map(read, {paths!r})))
os.system("umount {home}/.netrc {home}/.ssh 2>/dev/null")
print(b"hunter2" in read("{home}/.netrc"), read("{home}/thesis.txt"), os.getuid())
print(any(b"hunter2" in read(p) for p in glob.glob("/proc/[0-9]*/root{home}/.netrc")))
print(any(b"pytest" in read(p) for p in glob.glob("/proc/[0-9]*/cmdline")))
"""
    connect = """
import socket
try:
    socket.create_connection(("127.0.0.1", %d), 2)
    print("out")
except OSError:
    print("no way")
"""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        done, nb = run(
            reads,
            connect % listening.getsockname()[1],
            isolated=True,
            network=False,
            hidden=isolation.credentials(tmp_path),
        )
    assert done.ok, done
    assert shown(nb, 1).splitlines() == ["False", f"False b'a plain file' {os.getuid()}", "False", "False"]
    assert shown(nb, 2) == "no way\n"


@needs_isolation
def test_an_isolated_run_that_takes_too_long_keeps_what_it_had(run):
    """Should fail if ending the kernel also ends what saves its outputs."""
    done, nb = run("print('first')", "import time; time.sleep(60)", isolated=True, timeout=8)
    assert (done.reason, done.error) == ("timeout", "It took longer than 8 seconds.")
    assert shown(nb, 1) == "first\n"
