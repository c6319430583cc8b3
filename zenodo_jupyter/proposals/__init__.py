"""Proposals: what can be said about a notebook without asking, and where each thing comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import InvalidMetadata
from ..metadata import Metadata, licences
from ..metadata import fields as table
from ..metadata.mapping import REST
from ..metadata.people import name_of
from . import citationfiles, fetched, frontmatter, gitfolder, headings

#: Bytes; a file that says who made a work is never longer.
_LONGEST = 1_000_000
# What differs from version to version is not carried over from the version before.
_NOT_CARRIED = ("version", "publication_date")
# Lists to which every source adds; of the others, the first source that has one is believed.
_UNITED = frozenset(("related_identifiers",))
# Fields where two sources that disagree are worth a person's look. Descriptions differ always.
_COMPARED = frozenset(("title", "creators", "rights", "version", "code_repository"))
# Guesses, which no other source is measured by.
_WEAK = frozenset(("from git", "from pyproject.toml", "from your account on this computer", "from the file name"))
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
_TOKEN = re.compile(
    r"([?&])(?:access_token|private_token|token|api_?key|password|secret)=[^&\s\"'<>)]*&?", re.IGNORECASE
)


@dataclass(frozen=True)
class Conflict:
    """Two sources that say different things.

    Attributes
    ----------
    field : str
        Name in the field table.
    source, value : str, object
        What is proposed, and where it comes from.
    other_source, other : str, object
        What was not taken.
    """

    field: str
    source: str
    value: Any
    other_source: str
    other: Any

    def to_json(self) -> dict[str, Any]:
        """Return all attributes."""
        return dict(vars(self))

    def __str__(self) -> str:
        return f"{self.other_source.removeprefix('from ')} says {_words(self.other)!r}"


@dataclass(frozen=True)
class Proposal:
    """What is proposed for a notebook.

    Attributes
    ----------
    metadata : Metadata
        The fields that something is known about.
    sources : dict
        Field name to where it comes from, such as ``from CITATION.cff``.
    conflicts : tuple of Conflict
        Where sources disagree.
    notes : tuple of str
        Files that could not be read, as sentences.
    """

    metadata: Metadata
    sources: dict[str, str]
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()


def propose(
    notebook_path: Path,
    nb: Mapping[str, Any],
    *,
    today: date,
    git: bool = True,
    previous: Metadata | None = None,
    account: str | None = None,
) -> Proposal:
    """Say what is known about a notebook without asking anyone. Never fails on what it finds in files.

    Believed in this order: the previous version, ``.zenodo.json``, the notebook's front matter, its metadata, first heading,
    first paragraph and what its code fetches by a DOI, ``CITATION.cff``, ``codemeta.json``, ``myst.yml``, ``_quarto.yml``,
    ``pyproject.toml``, the LICENSE file, git, the account's full name.

    Parameters
    ----------
    notebook_path : Path
        Where it stands; files are looked for beside it and at the top of its git work tree.
    nb : mapping
        The notebook, as JSON.
    today : datetime.date
        The publication date that is proposed.
    git : bool
        Whether git is asked.
    previous : Metadata, optional
        Of the version before.
    account : str, optional
        Full name of the computer's user; found out where it is None.
    """
    notes: list[str] = []
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    conflicts: list[Conflict] = []
    folder = gitfolder.look(notebook_path.resolve()) if git else None
    for source, plain in _said(Path(notebook_path), nb, folder, previous, account, today, notes):
        for name, value in _read(source, plain, notes).values.items():
            if name == REST:
                values[REST] = value  # of the version before: goes along unseen
            elif name not in values:
                values[name], sources[name] = value, source
            elif name in _UNITED:
                new = [item for item in value if _sense(item) not in map(_sense, values[name])]
                if new:
                    values[name] = [*values[name], *new]
                    sources[name] += f", {source.removeprefix('from ')}"
            elif name in _COMPARED and source not in _WEAK and _sense(value) != _sense(values[name]):
                conflicts.append(Conflict(name, sources[name], values[name], source, value))
    return Proposal(Metadata(values), sources, tuple(conflicts), tuple(notes))


def _said(
    path: Path,
    nb: Mapping[str, Any],
    folder: gitfolder.GitFolder | None,
    previous: Metadata | None,
    account: str | None,
    today: date,
    notes: list[str],
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each source with the plain dictionary that it gives, the most believed first."""
    if previous:
        kept = {name: value for name, value in previous.values.items() if name not in _NOT_CARRIED}
        yield "from the previous version", Metadata(kept).to_dict()
    files = {name: _read_file(path, folder, name, notes) for name in citationfiles.READERS}
    yield from _from_file(".zenodo.json", files, notes)
    try:
        yield "from the notebook's front matter", frontmatter.of_notebook(nb)
    except InvalidMetadata as error:
        notes.append(f"The front matter of the notebook could not be read: {_without_secrets(error.message)}")
    yield "from the notebook's metadata", headings.own_metadata(nb)
    yield "from what the code fetches", {"related_identifiers": fetched.works(nb)}
    yield "from the first heading", {"title": headings.first_heading(nb)}
    yield "from the first paragraph", {"description": headings.first_paragraph(nb)}
    for name in list(citationfiles.READERS)[1:]:
        yield from _from_file(name, files, notes)
    for name in citationfiles.LICENSE_FILES:
        text = _read_file(path, folder, name, notes)
        if text:
            yield f"from {name}", {"rights": licences.recognise(text)}
            break
    if folder:
        yield "from git", _of_git(folder)
    yield "from your account on this computer", {"creators": _full_name() if account is None else account}
    yield "from the file name", {"title": re.sub(r"[\s_-]+", " ", path.stem).strip().capitalize()}
    defaults = {row.name: row.default for row in table.FIELDS if row.default}
    yield "the usual for a notebook", defaults
    yield "today", {"publication_date": today.isoformat()}


def _read(source: str, plain: Mapping[str, Any], notes: list[str]) -> Metadata:
    """Read what a source says field by field, so that one bad field does not cost the others."""
    found = Metadata()
    for name, value in plain.items():
        try:
            found = found.merge(Metadata.from_dict({name: _without_secrets(value)}))
        except InvalidMetadata as error:
            notes.append(f"{name} {source} could not be read: {error.errors[0] if error.errors else error.message}")
    return found


def _from_file(name: str, files: Mapping[str, str | None], notes: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    text = files[name]
    if not text:
        return
    try:
        yield f"from {name}", citationfiles.READERS[name](text)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, InvalidMetadata) as error:
        reason = error.message if isinstance(error, InvalidMetadata) else str(error) or type(error).__name__
        notes.append(f"{name} could not be read: {_without_secrets(reason)}")


def _read_file(path: Path, folder: gitfolder.GitFolder | None, name: str, notes: list[str]) -> str | None:
    """Return the text of a file beside the notebook or at the top of its work tree, the nearer one first."""
    for place in (path.parent / name, *((folder.root / name,) if folder else ())):
        try:
            if not place.is_file():
                continue
            if place.stat().st_size > _LONGEST:
                notes.append(f"{name} is too long to be what its name says.")
                continue
            return place.read_text(encoding="utf-8-sig", errors="replace")
        except OSError as error:
            notes.append(f"{name} could not be read: {error.strerror or type(error).__name__}.")
    return None


def _of_git(folder: gitfolder.GitFolder) -> dict[str, Any]:
    """Say what follows from git: who, where the code is developed, and the version if this commit has a tag."""
    version = folder.tag[1:] if re.match(r"v\d", folder.tag) else folder.tag
    plain: dict[str, Any] = {"creators": list(folder.authors) or folder.user, "version": version}
    if folder.url:
        at_tag = f"/tree/{folder.tag}" if folder.tag and folder.url.startswith("https://github.com/") else ""
        # The relation that Zenodo itself gives a release that it archives from GitHub.
        link = {
            "identifier": folder.url + at_tag,
            "relation": "issupplementto",
            "scheme": "url",
            "resource_type": "software",
        }
        plain |= {"code_repository": folder.url, "related_identifiers": [link]}
    return plain


def _full_name() -> str:
    """Return the full name of the computer's user, or nothing where it is only a login name."""
    try:
        import os
        import pwd

        name = pwd.getpwuid(os.getuid()).pw_gecos.split(",")[0].strip()
    except (ImportError, KeyError, AttributeError):  # Windows; a container's user without an entry
        return ""
    return name if " " in name else ""


def _without_secrets(value: Any) -> Any:
    """Take user names, passwords and tokens out of every address, however deep."""
    if isinstance(value, str):
        return _TOKEN.sub(r"\1", _USERINFO.sub("", value)).rstrip("?&") if "://" in value else value
    if isinstance(value, Mapping):
        return {key: _without_secrets(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(item) for item in value]
    return value


def _sense(value: Any) -> Any:
    """Return what a value says, in a form in which equal things are equal."""
    return re.sub(r"[\W_]+", " ", _words(value)).strip().casefold()


def _words(value: Any) -> str:
    """Return a value as a person would read it out."""
    if isinstance(value, list | tuple):
        return "; ".join(map(_words, value))
    if isinstance(value, Mapping):
        return name_of(value) or str(
            next((value[k] for k in ("identifier", "id", "subject", "title") if value.get(k)), value)
        )
    return str(value)
