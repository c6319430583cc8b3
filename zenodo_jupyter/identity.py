"""Identity: what would tell who made a work, replaced in text and looked for in files.

What is looked for: the names, ORCID iDs and affiliations of creators and contributors; the account, its home folder and the
machine; what git knows of user, authors and remotes; DOIs of the work's own versions. A given name alone is not: data are full
of them, and it tells nobody. A short account name is looked for only where it stands as one (``/ada/``, ``ada@``), since it
may be a word of the code.
"""

from __future__ import annotations

import base64
import bz2
import getpass
import gzip
import html
import lzma
import re
import socket
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from .bundle import BundleFile
from .checks import privacy
from .checks.finding import Finding
from .metadata import Metadata
from .metadata.people import parse_name
from .proposals import gitfolder

#: The id of a finding of this kind; accepting it leaves the file as it is.
ID = "ANO1"
#: What stands in the place of a name.
ANONYMOUS = "Anonymous"
# Letters and digits end a name, an underscore does not: it may stand in a file's name or in that of a variable.
_BEGIN, _END = r"(?<![^\W_])", r"(?![^\W_])"
# Characters from which on an account is looked for wherever it stands as a word of its own.
_LONG = 5
# Read at a time, and read again at a seam, in bytes.
_BLOCK, _SEAM = 4_000_000, 1_000
# In bytes that are no text, what is long enough to be meant: as `strings` does, with the letters of European names.
_RUN = re.compile(rb"(?:[\x20-\x7e\t]|[\xc3-\xc5][\x80-\xbf]){6,}")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4}(?:\s|\\n)?){16,}[A-Za-z0-9+/]*={0,2}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_PACKED = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open))
# The roles of files that name the others.
_LISTS = ("readme", "crate", "manifest")
# How deep archives in archives and pictures in pages are opened.
_DEEPEST = 3


@dataclass(frozen=True)
class Clue:
    """One thing that would tell who it was.

    Attributes
    ----------
    what : str
        For people, such as ``the name Doe``.
    pattern : re.Pattern
        Finds it.
    instead : str
        What is put in its place.
    """

    what: str
    pattern: re.Pattern[str]
    instead: str = ANONYMOUS


def clues(metadata: Metadata, notebook: Path, dois: Iterable[str] = ()) -> tuple[Clue, ...]:
    """Return all that is to be replaced and looked for, the longest forms first.

    Parameters
    ----------
    metadata : Metadata
        Whose work it is.
    notebook : Path
        Where it lies: its folder, and what git knows about it.
    dois : iterable of str
        Of other versions of the work.
    """
    people = [*metadata.creators, *metadata.contributors]
    git = gitfolder.look(notebook)
    committers = [parse_name(name) for name in dict.fromkeys((git.user, *git.authors)) if name] if git else []
    remotes = {*(git.remotes if git else ()), *filter(None, (metadata.code_repository,))}
    found = [
        *_places(notebook),
        *(_exactly(f"the DOI {doi}", doi, "removed") for doi in dois),
        *(_exactly("the e-mail address of git's user", git.email, "removed") for git in [git] if git and git.email),
        *_remotes(remotes),
        *(clue for person in people for clue in _ids(person)),
        *(clue for person in (*people, *committers) for clue in _names(person)),
        *_account(getpass.getuser(), "your user name"),
        *_machine(),
    ]
    # What matches what stands in its place could never be removed.
    return tuple(clue for clue in dict.fromkeys(found) if not clue.pattern.search(clue.instead))


def blank(text: str, clues: Iterable[Clue]) -> str:
    """Return a text in which nothing tells who wrote it, and no home folder and no e-mail address stands."""
    for clue in clues:
        text = clue.pattern.sub(lambda _, instead=clue.instead: instead, text)  # type: ignore[misc]
    return privacy.redacted(text)


def search(files: Iterable[BundleFile], clues: tuple[Clue, ...]) -> Iterator[Finding]:
    """Yield a finding for each file that tells who made it: in its name, its text, an archive or picture in it."""
    files = tuple(files)
    names = {file.key: {clue.what: "its name" for clue in clues if clue.pattern.search(file.key)} for file in files}
    listed_names = {what for told in names.values() for what in told}
    for file in files:
        told = dict(names[file.key])
        with file.open() as stream:
            for what, where in _in_stream(stream, clues, 0):
                # What a file's name tells, the lists of files tell too: one finding, where it can be put right.
                if what not in listed_names or file.role not in _LISTS:
                    told.setdefault(what, where)
        if told:
            listed = ", ".join(f"{what} ({where})" if where else what for what, where in told.items())
            yield Finding(
                ID, "block", f"{file.key} still tells who made it: {listed}.",
                "Change it, or leave it out with --exclude; it could not be changed for you.", file.key,
            )  # fmt: skip


# -- what is looked for --------------------------------------------------------------------------------------------------


def _exactly(what: str, text: str, instead: str = ANONYMOUS) -> Clue:
    spaced = r"\s+".join(map(re.escape, text.split()))
    return Clue(what, re.compile(_BEGIN + spaced + _END, re.IGNORECASE), instead)


def _places(notebook: Path) -> Iterator[Clue]:
    """Yield the notebook's folder and the home folder, in the spellings of text and of code."""
    for what, folder, instead in (
        ("the notebook's folder", notebook.resolve().parent, "."),
        ("your home folder", Path.home(), "~"),
    ):
        if len(folder.parts) > 1:
            parts = [re.escape(part) for part in folder.parts[1:]]
            path = re.escape(folder.anchor.rstrip("/\\")) + r"[/\\]{1,2}" + r"[/\\]{1,2}".join(parts)
            yield Clue(what, re.compile(rf"(?<![\w.])(?:file://)?{path}(?![\w-])", re.IGNORECASE), instead)


def _ids(person: Mapping[str, Any]) -> Iterator[Clue]:
    if person.get("orcid"):
        digits = r"[- ]?".join(re.findall(r"\w{4}", str(person["orcid"])))
        yield Clue(f"the ORCID iD {person['orcid']}", re.compile(_BEGIN + digits + _END, re.IGNORECASE), "removed")
    for place in person.get("affiliations") or ():
        if place.get("id"):
            yield _exactly(f"the ROR id {place['id']}", place["id"], "removed")
        if len(place.get("name") or "") >= _LONG:
            yield _exactly(f"the affiliation {place['name']}", place["name"], "Anonymous institution")


def _names(person: Mapping[str, Any]) -> Iterator[Clue]:
    """Yield a person's name: with given names or initials in any case, the family name alone as it is written."""
    if person.get("type") == "organizational":
        if person.get("name"):
            yield _exactly(f"the name {person['name']}", person["name"])
        return
    family, given = person.get("family_name") or "", person.get("given_name") or ""
    if len(family) < 2:
        return
    last = _spelled(family)
    first = "|".join(dict.fromkeys(_spelled(name) for name in (given, *given.split()[:1]) if len(name) > 1))
    if given:
        between, letter = r"[\s._,;-]{0,3}", re.escape(given[0])
        whole = [f"(?:{first}){between}{last}|{last}{between}(?:{first})"] if first else []
        pattern = "|".join([*whole, rf"{letter}[._]?{last}|{last}[._]?{letter}"])
        yield Clue(f"the name {given} {family}", re.compile(f"{_BEGIN}(?:{pattern}){_END}", re.IGNORECASE))
    alone = f"{last}|{_spelled(family.upper())}"
    yield Clue(f"the name {family}", re.compile(f"{_BEGIN}(?:{alone}){_END}"))


def _spelled(name: str) -> str:
    """Return a pattern for a name with and without its accents, and with those of German written out."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    long = re.sub("[äöüÄÖÜ]", lambda m: {"ä": "ae", "ö": "oe", "ü": "ue"}[m[0].lower()], name).replace("ß", "ss")
    forms = dict.fromkeys((name, unicodedata.normalize("NFD", name), bare, long))
    return "(?:" + "|".join(r"[\s_-]+".join(map(re.escape, form.split())) for form in forms) + ")"


def _account(name: str, what: str, instead: str = "anonymous") -> Iterator[Clue]:
    if not name or privacy.is_nobody(name):
        return
    here = re.escape(name)
    as_one = rf"(?<=[/\\~@:]){here}{_END}|{_BEGIN}{here}(?=@)"
    anywhere = len(name) >= _LONG or any(letter.isdigit() for letter in name)
    pattern = f"{_BEGIN}{here}{_END}" if anywhere else as_one
    yield Clue(f"{what} {name}", re.compile(pattern, re.IGNORECASE), instead)


def _remotes(addresses: Iterable[str]) -> Iterator[Clue]:
    """Yield the addresses of remotes, and their owners."""
    for address in sorted(addresses):
        parts = urlsplit(address)
        path = parts.path.strip("/").removesuffix(".git")
        owner = path.rpartition("/")[0]
        if path and parts.hostname:
            joined = rf"{re.escape(parts.hostname)}(?::\d+)?[/:]{re.escape(path)}"
            yield Clue(
                f"the remote {parts.hostname}/{path}", re.compile(joined, re.IGNORECASE), "anonymous.invalid/work"
            )
        if owner:
            yield _exactly(f"the repository {path}", path, "anonymous/work")
            yield from _account(owner, "the owner of a git remote,")


def _machine() -> Iterator[Clue]:
    host = socket.gethostname()
    for name in dict.fromkeys((host, host.partition(".")[0])):
        if privacy.tells(name):
            yield Clue(
                "the name of your machine", re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE), "host"
            )


# -- where it is looked for ----------------------------------------------------------------------------------------------


def _in_stream(stream: BinaryIO, clues: tuple[Clue, ...], depth: int) -> Iterator[tuple[str, str]]:
    """Yield what is told and where, in a stream of bytes and in what is packed in it."""
    block, lines = stream.read(_BLOCK), 0
    head, seam = block[:8], b""
    while block:
        data = seam + block
        before = lines - seam.count(b"\n")
        for text, is_plain in _texts(data):
            for clue in clues:
                match = clue.pattern.search(text)
                if match:
                    line = f"line {before + text.count(chr(10), 0, match.start()) + 1}" if is_plain else "inside"
                    yield clue.what, line
            if is_plain and depth < _DEEPEST:
                for packed in _BASE64.finditer(text):
                    yield from _in_bytes(_decoded(packed.group()), clues, depth + 1)
        lines += block.count(b"\n")
        seam, block = data[-_SEAM:], stream.read(_BLOCK)
    if depth < _DEEPEST:
        yield from _in_archive(stream, head, clues, depth)


def _in_archive(stream: BinaryIO, head: bytes, clues: tuple[Clue, ...], depth: int) -> Iterator[tuple[str, str]]:
    """Yield what an archive's members tell; one that cannot be opened was looked at as it is."""
    try:
        if head.startswith(b"PK"):
            stream.seek(0)
            with zipfile.ZipFile(stream) as archive:
                for member in archive.infolist():
                    with archive.open(member) as inner:
                        for what, _ in _in_stream(cast(BinaryIO, inner), clues, depth + 1):
                            yield what, f"in {member.filename}"
        for magic, opened in _PACKED:
            if head.startswith(magic):
                stream.seek(0)
                with opened(stream) as inner:
                    for what, _ in _in_stream(cast(BinaryIO, inner), clues, depth + 1):
                        yield what, "packed"
    except (OSError, EOFError, zipfile.BadZipFile, lzma.LZMAError, RuntimeError, NotImplementedError):
        return


def _in_bytes(data: bytes, clues: tuple[Clue, ...], depth: int) -> Iterator[tuple[str, str]]:
    import io

    for what, _ in _in_stream(io.BytesIO(data), clues, depth):
        yield what, "in a picture"


def _texts(data: bytes) -> Iterator[tuple[str, bool]]:
    """Yield the readings of some bytes, and whether it is the plain one."""
    if b"\0" in data:
        # Without the zeros, UTF-16 reads as what it says.
        for reading in (data, data.replace(b"\0", b"")):
            yield "\n".join(run.decode("utf-8", "replace") for run in _RUN.findall(reading)), False
        return
    text = data.decode("utf-8", "replace")
    yield text, True
    if "\ufffd" in text:
        yield data.decode("latin-1"), False
    if "\\u" in text or "&" in text:  # JSON's escapes, and HTML's
        yield html.unescape(_ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)), False


def _decoded(text: str) -> bytes:
    letters = re.sub(r"\\n|[\s=]", "", text)
    return base64.b64decode(letters[: len(letters) // 4 * 4])
