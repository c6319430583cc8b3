"""Locking: the packages of a notebook as ``pylock.toml`` (PEP 751), with the checksum of every file they are installed from.

An index is asked for the checksums, through uv; without uv or a network there is no lock, and ``requirements.txt`` stands
alone. Addresses stay in it where uv's own, public default index was asked. Of any other index, which may be private, only the
names and checksums of the files are written down: no address of it, no user, no path of this machine.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from . import installers, packages
from .errors import CouldNotAsk, NotInstallable
from .keeping import keep
from .report import Progress, Report, silent

if TYPE_CHECKING:
    from .environment import Environment

#: Seconds that asking for all checksums may take. Forty packages take 3 over the net, and less than 1 from uv's cache.
PATIENCE = 30.0


def locked(needed: Environment | None, cache: Path, *, report: Report = silent) -> Environment | None:
    """Return the environment with its lock; without one, and said so, where there can be none. It never fails."""
    if needed is None or not needed.pins:
        return needed
    try:
        return replace(needed, lock=lock(needed, cache, report=report))
    except (NotInstallable, CouldNotAsk) as error:
        report(Progress("environment", f"No {packages.LOCK}, exact versions only: {error.message}"))
        return needed


def missing() -> tuple[str, ...]:
    """Say beforehand that there will be no lock, where that is certain."""
    if installers.find_uv():
        return ()
    return (
        f"Exact versions go into the record, without checksums ({packages.LOCK}), which uv would find: pip install uv.",
    )


def lock(
    needed: Environment,
    cache: Path,
    *,
    patience: float = PATIENCE,
    report: Report = silent,
    cancel: threading.Event | None = None,
) -> str:
    """Return ``pylock.toml`` for exactly these packages, for all platforms.

    Parameters
    ----------
    needed : Environment
        The packages; those that came from this machine or from an address are not in the lock.
    cache : Path
        A folder in which locks are kept, so that the next version with the same packages asks nobody.
    patience : float
        Seconds.

    Raises
    ------
    NotInstallable
        When uv is not there, or the index does not have a package; the message says which.
    CouldNotAsk
        When the index cannot be reached.
    """
    lines = sorted(pin.requirement for pin in needed.pins if not pin.local and not pin.address)
    minor = ".".join(needed.python.split(".")[:2])
    own = bool(installers.index_settings()) or installers.settings_file() is not None
    key = hashlib.sha256("\n".join([minor, str(own), *lines]).encode()).hexdigest()
    kept = cache / f"{key[:32]}.toml"
    if kept.is_file():
        return kept.read_text("utf-8")
    text = _ask(lines, minor, cache, patience, report, cancel)
    text = tidied(text, keep_addresses=not own)
    keep(kept, text)
    return text


def _ask(
    lines: Sequence[str], python: str, cache: Path, patience: float, report: Report, cancel: threading.Event | None
) -> str:
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        (scratch / "requirements.in").write_text("\n".join(lines) + "\n", "utf-8")
        arguments = ["pip", "compile", "--quiet", "--no-deps", "--no-header", "--no-annotate", "--universal"]
        arguments += ["--python-version", python, "--format", packages.LOCK, "--output-file", packages.LOCK]
        arguments.append("requirements.in")
        say = f"Asking for the checksums of {len(lines)} packages"
        installers.uv(arguments, scratch=scratch, place=cache, say=say, timeout=patience, report=report, cancel=cancel)
        return (scratch / packages.LOCK).read_text("utf-8")


def tidied(text: str, *, keep_addresses: bool) -> str:
    """Return a lock that says nothing of the place it was made at.

    Parameters
    ----------
    text : str
        The lock as uv writes it.
    keep_addresses : bool
        Whether the addresses of files are public. Otherwise each becomes a ``path``, the bare name of the file, as PEP 751
        allows: installers that only follow addresses then find nothing, those that know an index find it by name and checksum.
    """
    data = packages.read_toml(text)
    data["created-by"] = "zenodo_jupyter with uv"
    for package in data.get("packages", ()):
        package.pop("index", None)
        for file in [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]:
            address = str(file.get("url") or file.get("path") or "")
            if not (keep_addresses and _is_public(address)):
                file.pop("url", None)
                file["path"] = unquote(re.split(r"[/\\]", urlsplit(address).path or address)[-1])
    return _dump(data)


def _is_public(address: str) -> bool:
    parts = urlsplit(address)
    plain = not (parts.username or parts.password or parts.query)
    return parts.scheme == "https" and plain and "." in (parts.hostname or "")


def _dump(data: dict[str, Any]) -> str:
    """Write what PEP 751 has: values, then one table for each package with its files one a line."""
    lines = [f"{key} = {_value(value)}" for key, value in data.items() if key != "packages"]
    for package in data.get("packages", ()):
        lines += ["", "[[packages]]"]
        for key, value in package.items():
            if key == "wheels":
                lines += ["wheels = [", *(f"    {_value(wheel)}," for wheel in value), "]"]
            else:
                lines.append(f"{key} = {_value(value)}")
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return json.dumps(value, ensure_ascii=False)  # strings, numbers and booleans are written alike in TOML
