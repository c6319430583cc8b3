"""What git knows about the folder a notebook stands in."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

# Seconds; on a network home even a small question can take a while, but a form must not wait for it for long.
_PATIENCE = 5
# Commits that are looked at, and authors that are proposed: who is beyond them is known to the person.
_COMMITS, _MOST = 1000, 20
_ROBOT = re.compile(r"\[bot\]|-bot$|^(?:pre-commit|dependabot|github-actions|renovate)\b", re.IGNORECASE)
# user@host:path, as ssh remotes are mostly written.
_SCP = re.compile(r"(?:[^@/\s]+@)?([\w.-]+):(?!//)(.+)")


@dataclass(frozen=True)
class GitFolder:
    """A git work tree.

    Attributes
    ----------
    root : Path
        Its top folder.
    user : str
        Who commits here (``user.name``); may be empty.
    authors : tuple of str
        Who changed the file that was asked about, by ``.mailmap``, who did so most often first; robots left out.
    url : str
        Where it can be looked at in a browser, without credentials; empty where there is no such place.
    tag : str
        The newest tag of the current commit; empty where it has none.
    email : str
        The address of who commits here (``user.email``); may be empty.
    remotes : tuple of str
        The web addresses of all remotes.
    """

    root: Path
    user: str = ""
    authors: tuple[str, ...] = ()
    url: str = ""
    tag: str = ""
    email: str = ""
    remotes: tuple[str, ...] = ()


def look(file: Path) -> GitFolder | None:
    """Return what git knows about a file and its folder; None where there is no git, or the folder is in no work tree."""
    folder = file.parent
    root = _ask(folder, "rev-parse", "--show-toplevel")
    if not root:
        return None
    told = (_ask(folder, "config", "--get-regexp", r"^remote\..*\.url$") or "").splitlines()
    urls = {
        name.removeprefix("remote.").removesuffix(".url"): url
        for name, _, url in (line.partition(" ") for line in told)
    }
    remote = "origin" if "origin" in urls else next(iter(urls), "")
    tags = (_ask(folder, "tag", "--points-at", "HEAD", "--sort=-version:refname") or "").splitlines()
    return GitFolder(
        Path(root),
        _ask(folder, "config", "user.name") or "",
        _authors(_ask(folder, "log", "--format=%aN", f"--max-count={_COMMITS}", "--", file.name) or ""),
        public_url(urls.get(remote, "")),
        tags[0] if tags else "",
        _ask(folder, "config", "user.email") or "",
        tuple(filter(None, map(public_url, urls.values()))),
    )


def _authors(log: str) -> tuple[str, ...]:
    """Return the names in a log, the most frequent first."""
    counted = Counter(name.strip() for name in log.splitlines() if name.strip() and not _ROBOT.search(name))
    return tuple(name for name, _ in counted.most_common(_MOST))


def public_url(remote: str) -> str:
    """Return the web address of a remote, without user, password, port of another protocol, query or ``.git``.

    >>> public_url("https://ada:secret@github.com/o/r.git"), public_url("git@github.com:o/r.git")
    ('https://github.com/o/r', 'https://github.com/o/r')
    >>> public_url("/srv/git/r.git")
    ''
    """
    remote = remote.strip()
    short = _SCP.fullmatch(remote)
    if "://" in remote:
        try:
            parts = urlsplit(remote)
            host, port, path = parts.hostname or "", parts.port, parts.path
        except ValueError:
            return ""
        if parts.scheme not in ("http", "https", "ssh", "git"):
            return ""
        if port and parts.scheme in ("http", "https"):
            host = f"{host}:{port}"
    elif short and not re.match(r"[A-Za-z]:[\\/]", remote):
        host, path = short.groups()
    else:
        return ""
    path = path.strip("/").removesuffix(".git")
    return f"https://{host}/{path}" if "." in host and path else ""


def _ask(folder: Path, *arguments: str) -> str | None:
    # A work tree may come from a stranger: no monitor it names is run, and nothing is asked of a person or written.
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_PATIENCE, env=environment, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None
