"""uv and pip, which install packages: found, told where packages come from, and run without the user's credentials."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from . import environment, execute, isolation, processes
from .errors import Cancelled, CouldNotAsk, NotInstallable
from .report import Progress, Report, silent

#: The longest that one installation may take, in seconds: building a large package from source takes minutes.
LONGEST = 1800.0
#: What pip's configuration calls a thing, and what uv does.
_PIP_TO_UV = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "find-links": "UV_FIND_LINKS"}
_UV_OWN = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")
#: Further settings that say how the index is reached, not where it is.
_REACHED_BY = (
    "UV_OFFLINE", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_INSECURE_HOST", "UV_INDEX_STRATEGY", "UV_HTTP_TIMEOUT",
    "UV_PYTHON_INSTALL_DIR",
)  # fmt: skip
_UNREACHED = re.compile(
    r"dns error|error sending request|client error \(Connect|Network connectivity is disabled|network was disabled"
    r"|NewConnectionError|NameResolutionError|CONNECTION FAILED|Connection refused|Temporary failure in name resolution"
    r"|ConnectTimeout",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?|file|git\+\w+)://\S+")
_BEAT = 0.25


def find_uv() -> str | None:
    """Return the path of uv: the one on the path, or that of the package of this name; None where there is none."""
    on_path = shutil.which("uv")
    if on_path or importlib.util.find_spec("uv") is None:
        return on_path
    from uv import find_uv_bin

    try:
        return str(find_uv_bin())
    except FileNotFoundError:
        return None


def index_settings() -> dict[str, str]:
    """Return what tells uv where packages come from, as environment variables; empty where nothing is configured.

    uv's own variables go first. It does not read pip's configuration, which many institutes set for their mirror; so where uv
    has none, pip's holds for it too.
    """
    own = {name: os.environ[name] for name in _UV_OWN if os.environ.get(name)}
    if own:
        return own
    names = ("PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "HOME")
    return dict(_of_pip(tuple((name, os.environ.get(name, "")) for name in names)))


@lru_cache(maxsize=8)
def _of_pip(environ: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Ask pip for its configuration; the environment goes in since it may change between two calls."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pip", "config", "list"],
            capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, cwd=tempfile.gettempdir(),
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ()
    found: dict[str, str] = {}
    for line in done.stdout.splitlines():  # such as  global.index-url='https://…'; the environment's come first
        name, _, value = line.partition("=")
        key = name.rpartition(".")[2]
        try:
            text = str(ast.literal_eval(value))
        except (ValueError, SyntaxError):
            continue
        if key in _PIP_TO_UV:
            found.setdefault(_PIP_TO_UV[key], text)
        elif key == "no-index" and text.lower() in ("1", "true", "yes", "on"):
            found["UV_OFFLINE"] = "1"
    if "UV_INDEX" in found:  # as pip does it: the best version of all indexes
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return tuple(sorted(found.items()))


def uv(
    arguments: Sequence[str],
    *,
    scratch: Path,
    place: Path,
    say: str,
    timeout: float = LONGEST,
    report: Report = silent,
    cancel: threading.Event | None = None,
) -> str:
    """Run uv with the user's package indexes and cache, and nothing else of theirs; return what it printed.

    Parameters
    ----------
    arguments : sequence of str
        What to do.
    scratch : Path
        A folder for HOME and temporary files, in which uv also works: a project's settings around are not read.
    place : Path
        The folder in our data folder that it is done for; the others there are hidden.
    say : str
        What to tell whoever watches, a short sentence.
    timeout : float
        In seconds.
    report : Report
        Is told every quarter of a second.
    cancel : threading.Event, optional
        Ends it.

    Raises
    ------
    NotInstallable
        When it fails; the message is the cause that it gives, without addresses.
    CouldNotAsk
        When the index cannot be reached.
    Cancelled
        When it was cancelled; nothing of it runs any more.
    """
    command = find_uv()
    if command is None:
        raise NotInstallable("uv is not there.", "Install it: pip install 'zenodo-jupyter[uv]'.")
    settings = index_settings() | {name: os.environ[name] for name in _REACHED_BY if os.environ.get(name)}
    # A Python is downloaded only where that is asked for; one retry tells a broken line from a busy one.
    settings |= {"UV_PYTHON_DOWNLOADS": "manual", "UV_HTTP_RETRIES": "1", "UV_NO_PROGRESS": "1"}
    settings["UV_CACHE_DIR"] = os.environ.get("UV_CACHE_DIR") or str(_cache(command))
    config_file = settings_file()
    if config_file:
        settings["UV_CONFIG_FILE"] = str(config_file)
    return call([command, *arguments], settings, scratch, place, say, timeout, report, cancel)


def settings_file() -> Path | None:
    """Return the person's own or the system's settings of uv; another HOME would hide the first."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    places = (os.environ.get("UV_CONFIG_FILE"), Path(home, "uv", "uv.toml"), "/etc/uv/uv.toml")
    return next((Path(place) for place in places if place and Path(place).is_file()), None)


def pip_settings() -> dict[str, str]:
    """Return what tells pip where packages come from; another HOME would hide the person's own configuration."""
    names = [name for name in os.environ if name.startswith("PIP_")]
    files = (Path.home() / ".config/pip/pip.conf", Path.home() / ".pip/pip.conf", Path.home() / "pip/pip.ini")
    own = next((str(file) for file in files if file.is_file()), None)
    return {**({"PIP_CONFIG_FILE": own} if own else {}), **{name: os.environ[name] for name in names}}


@lru_cache(maxsize=2)
def _cache(command: str) -> Path:
    """Return where uv keeps what it downloaded: another HOME must not make it download everything again."""
    try:
        done = subprocess.run(
            [command, "cache", "dir"], capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL
        )
        return Path(done.stdout.strip() or Path.home() / ".cache/uv")
    except (OSError, subprocess.SubprocessError):
        return Path.home() / ".cache" / "uv"


def call(
    command: Sequence[str],
    settings: Mapping[str, str],
    scratch: Path,
    place: Path,
    say: str,
    timeout: float = LONGEST,
    report: Report = silent,
    cancel: threading.Event | None = None,
) -> str:
    """Run an installer, or what it installed, without credentials; see `uv` for parameters and errors.

    What is installed from source runs code of its own while it is built, and any package may whenever its Python starts: they
    find no more than the notebook itself will.
    """
    if cancel is not None and cancel.is_set():
        raise Cancelled("The installation was stopped.")
    scratch.mkdir(parents=True, exist_ok=True)
    environment = {**execute.clean_environment(os.environ, scratch / "home", scratch), **settings}
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "CONDA_PREFIX"):
        environment.pop(name, None)
    if isolation.is_possible():
        command = isolation.shielded(command, isolation.credentials(place.parent))
    began, deadline = time.time(), time.monotonic() + timeout
    with tempfile.TemporaryFile(dir=scratch) as out, tempfile.TemporaryFile(dir=scratch) as err:
        try:
            process = subprocess.Popen(
                command, cwd=scratch, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                **processes.of_its_own(),
            )  # fmt: skip
        except OSError as error:
            raise NotInstallable(f"{Path(command[0]).name} cannot be started ({error.strerror}).") from error
        try:
            while True:
                try:
                    process.wait(_BEAT)
                    break
                except subprocess.TimeoutExpired:
                    report(Progress("environment", say))
                if cancel is not None and cancel.is_set():
                    raise Cancelled("The installation was stopped.")
                if time.monotonic() > deadline:
                    raise NotInstallable(f"{say}: it took longer than {timeout:g} seconds.")
        finally:
            if process.poll() is None:
                processes.end([*processes.started_by(process.pid, execute.MARK, "", began), process.pid])
                process.wait()
        out.seek(0), err.seek(0)
        told, complaint = (f.read().decode("utf-8", "replace") for f in (out, err))
    if process.returncode:
        if _UNREACHED.search(complaint):
            raise CouldNotAsk("The package index cannot be reached.", "Try again with a network.")
        raise NotInstallable(cause(complaint))
    return told


def installed(python: str, place: Path, cancel: threading.Event | None = None) -> tuple[str, dict[str, str]]:
    """Return the version of an environment's Python, and what is installed in it: normalised name to version.

    Parameters
    ----------
    python : str
        The interpreter. Packages that strangers chose run code when it starts, so it is asked as they are installed.
    place, cancel
        See `uv`, with its errors.
    """
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-", ignore_cleanup_errors=True) as scratch:
        say = "Looking what was installed"
        told = call([python, "-c", environment.QUESTION], {}, Path(scratch), place, say, timeout=300, cancel=cancel)
    try:
        answer = json.loads(told)
        return str(answer["markers"]["python_full_version"]), environment.told_versions(answer)
    except (ValueError, KeyError, TypeError) as error:
        raise NotInstallable("The Python that was installed does not say what is in it.") from error


def cause(complaint: str) -> str:
    r"""Return the line of an installer's complaint that says why, without addresses and at most 300 characters long.

    Examples
    --------
    >>> cause("error: No solution found\n  cause: Because nope was not found in the package registry, we stop.\n")
    'Because nope was not found in the package registry, we stop.'
    """
    lines = [line.strip(" \t×╰─▶├│") for line in complaint.splitlines()]
    lines = [line for line in lines if line and not line.lower().startswith(("hint", "warning", "[notice"))]
    causes = [line for line in lines if line.startswith(("cause:", "ERROR:", "Because"))] or lines[-1:]
    text = causes[0] if causes else "It failed and did not say why."
    text = re.sub(r"^(?:cause|error|ERROR):\s*", "", text)
    return _ADDRESS.sub("…", text)[:300]
