"""Which packages a record says that it needs, and which of them are others in the environment that is used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOCK = "pylock.toml"
#: Below the record's folder, where Binder looks too (repo2docker: "binder" and ".binder" go before the root).
_PLACES = ("", "binder", ".binder")
#: A lock that is larger than this is none, in bytes; one of two hundred packages for all platforms has 2 MB.
_LARGEST = 20_000_000


@dataclass(frozen=True)
class PackageDifference:
    """A package, or Python itself, that is another one now.

    Attributes
    ----------
    name : str
        As the record has it; ``Python`` for the language.
    archived : str
        The version at publication.
    used : str
        The version now; empty where it is not installed.
    """

    name: str
    archived: str
    used: str

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a dictionary."""
        return dict(self.__dict__)

    def __str__(self) -> str:
        return f"{self.name} {self.archived} → {self.used or 'not installed'}"


@dataclass(frozen=True)
class Archived:
    """What a record says of its environment.

    Attributes
    ----------
    python : str
        Its Python's version, such as ``3.11`` or ``3.11.7``; empty where it does not say.
    lock : tuple of str
        The lines of a requirements file with checksums, made from its ``pylock.toml``.
    pins : tuple of str
        The lines of its ``requirements.txt``, if each of them names one exact version or address.
    loose : tuple of str
        Those lines, if some leave the version open.
    versions : dict
        Normalised name to exact version.
    ignored : tuple of str
        Lines that were not followed: options, paths, other files and indexes.
    conda : Path or None
        Its ``environment.yml`` or ``pixi.lock``, for those tools.
    """

    python: str = ""
    lock: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    conda: Path | None = None

    @property
    def says_something(self) -> bool:
        """Whether the record names packages."""
        return bool(self.lock or self.pins or self.loose)


def read(folder: Path, notebook: str = "") -> Archived:
    """Read what a record says of its environment: a stranger's files, from which only names, versions and checksums are taken.

    Parameters
    ----------
    folder : Path
        Where the record's files are.
    notebook : str
        Its name in the record; files beside it go before those at the top.
    """
    beside = (folder / notebook).parent
    places = list(dict.fromkeys([beside, *(folder / place for place in _PLACES)]))
    lock, minimum, locked = _locked(_first(places, LOCK))
    lines, ignored = requirements(_first(places, "requirements.txt"))
    pinned_all = _all_exact(lines)
    exact = {name: version for name, version in map(_exact, lines) if version}
    runtime = re.match(r"python-(\d+(?:\.\d+)+)", _first(places, "runtime.txt"))
    pinned = re.match(r"\d+(?:\.\d+)+", _first(places, ".python-version"))
    python = runtime[1] if runtime else pinned[0] if pinned else minimum
    named = [place / name for place in places for name in ("pixi.lock", "environment.yml", "environment.yaml")]
    conda = next((path for path in named if path.is_file()), None)
    elsewhere = conda_file(conda)[1] if conda else ()
    return Archived(
        python,
        lock,
        lines if pinned_all else (),
        () if pinned_all else lines,
        exact or locked,
        (*ignored, *elsewhere),
        conda,
    )


def differences(archived: Archived, used: Mapping[str, str], python: str) -> tuple[PackageDifference, ...] | None:
    """Compare what a record says with what is used.

    Parameters
    ----------
    archived : Archived
        What the record says.
    used : dict
        Normalised name to version.
    python : str
        The version of the Python that is used.

    Returns
    -------
    tuple of PackageDifference, or None
        None where the record says nothing of packages. Only exact versions are compared, and of those the public part: a
        build label such as ``+cu118`` is unknown to the public index.
    """
    if not archived.says_something:
        return None
    found = []
    if archived.python and not f"{python}.".startswith(f"{archived.python}."):
        found.append(PackageDifference("Python", archived.python, python))
    for name, version in archived.versions.items():
        now = used.get(name, "")
        if now.split("+")[0] != version.split("+")[0]:
            found.append(PackageDifference(name, version, now))
    return tuple(found)


def requirements(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    r"""Return the lines of a requirements file that can be followed, and those that are not.

    Followed is what names a package, with versions or a public address (https). Paths, options, other files and other indexes
    lead elsewhere than the person who re-runs it decided.

    Examples
    --------
    >>> requirements("numpy==1.26.4  # fast\n-e .\nx @ file:///home/a/x\n--index-url https://evil.example\n")
    (('numpy==1.26.4',), ('-e .', 'x @ file:///home/a/x', '--index-url https://evil.example'))
    """
    from packaging.requirements import InvalidRequirement, Requirement

    followed, ignored = [], []
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        plain = re.sub(r"(?:^|\s+)#.*|\s+--hash[=\s]\S+", "", line).strip()
        if not plain:
            continue
        try:
            requirement = Requirement(plain)
        except InvalidRequirement:
            ignored.append(plain[:200])
            continue
        if requirement.url and not _is_public(requirement.url):
            ignored.append(plain[:200])
        elif requirement.marker is None or requirement.marker.evaluate():
            requirement.marker = None
            followed.append(str(requirement))
    return tuple(followed), tuple(ignored)


def conda_file(path: Path) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Return what an ``environment.yml`` says but for pip's lines that lead elsewhere, as in `requirements`; and those lines.

    Its name and place, and variables that it would set, are left out. None where it is another file, or not understood.
    """
    import yaml

    if path.suffix == ".lock" or path.stat().st_size > _LARGEST:
        return None, ()
    try:
        data = yaml.safe_load(path.read_text("utf-8-sig", "replace"))
        kept: list[Any] = []
        ignored: list[str] = []
        for one in data.get("dependencies") or ():
            if not isinstance(one, dict):
                kept.append(str(one))
                continue
            lines, others = requirements("\n".join(map(str, one.get("pip") or ())))
            kept += [{"pip": list(lines)}] if lines else []
            ignored += others
        return {"channels": [str(channel) for channel in data.get("channels") or ()], "dependencies": kept}, tuple(
            ignored
        )
    except (yaml.YAMLError, AttributeError, TypeError):
        return None, ()


def read_toml(text: str) -> dict[str, Any]:
    """Return what a TOML file says.

    Raises
    ------
    ValueError
        When it is not TOML.
    """
    try:
        import tomllib
    except ImportError:  # Python 3.10
        import tomli as tomllib
    return tomllib.loads(text)


def normal(name: str) -> str:
    """Return a distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _locked(text: str) -> tuple[tuple[str, ...], str, dict[str, str]]:
    """Return the lines, the Python and the versions of a lock; nothing of one that cannot be followed."""
    from packaging.requirements import InvalidRequirement, Requirement

    lines: list[str] = []
    versions: dict[str, str] = {}
    nothing: tuple[tuple[str, ...], str, dict[str, str]] = ((), "", {})
    try:
        data = read_toml(text)
        for package in data.get("packages", ()):
            marker = f" ; {package['marker']}" if package.get("marker") else ""
            requirement = Requirement(f"{package['name']}=={package['version']}{marker}")
            files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
            sums = [file["hashes"]["sha256"] for file in files]
            if not sums or not all(re.fullmatch("[0-9a-f]{64}", digest) for digest in sums):
                return nothing  # from a folder, an archive or version control: not what a lock is for
            if requirement.marker is None or requirement.marker.evaluate():
                requirement.marker = None
                lines.append(" ".join([str(requirement), *(f"--hash=sha256:{digest}" for digest in sums)]))
                versions[normal(requirement.name)] = str(package["version"])
        minimum = re.search(r"[=>~]=\s*(3\.\d+)", str(data.get("requires-python", "")))
    except (ValueError, KeyError, TypeError, AttributeError, InvalidRequirement):
        return nothing
    return tuple(lines), minimum[1] if minimum else "", versions


def _exact(line: str) -> tuple[str, str]:
    """Return the normalised name of a requirement, and its version if it names exactly one."""
    from packaging.requirements import Requirement

    requirement = Requirement(line)
    exact = [s.version for s in requirement.specifier if s.operator in ("==", "===") and "*" not in s.version]
    return normal(requirement.name), exact[0] if exact else ""


def is_exact(text: str) -> bool:
    r"""Tell whether every line of a requirements file names one exact version or address.

    >>> is_exact("numpy==1.26.4\n# a word\n"), is_exact("numpy==1.26.4\npandas\n"), is_exact("")
    (True, False, False)
    """
    return _all_exact(requirements(text)[0])


def _all_exact(lines: Sequence[str]) -> bool:
    return bool(lines) and all(_exact(line)[1] or " @ " in line for line in lines)


def _is_public(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    far = "." in host and not re.fullmatch(r"[\d.]+|.*:.*", host)  # no name or number of this machine or its network
    return parts.scheme in ("https", "git+https") and far and not (parts.username or parts.password)


def _first(places: Sequence[Path], name: str) -> str:
    """Return the text of the first file of a name, without a byte-order mark; empty where there is none."""
    for place in places:
        path = place / name
        if path.is_file() and path.stat().st_size <= _LARGEST:
            return path.read_text("utf-8-sig", "replace")
    return ""
