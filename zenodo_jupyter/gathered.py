"""What was harvested, in its folder: one file for each record, an index of them, and how far the harvest is.

::

    harvest.json      whose records these are, and from when on the next harvest has to ask
    index.jsonl       one record a line: identifier, DOI, title, when it changed, what became of it, of its files
    records/ID.xml    its description, as it was delivered
    files/ID/         its files, where they were asked for

While a harvest runs, the index is only written on: a later line about a record counts, and one that is torn does not.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from filelock import FileLock, Timeout

from .errors import BadInput, Busy, UnsafeName
from .keeping import in_words, keep
from .names import safe_join

STATE, INDEX = "harvest.json", "index.jsonl"


@dataclass
class Entry:
    """What is known of a harvested record.

    Attributes
    ----------
    identifier, id : str
        For harvesters, and in the repository.
    datestamp : str
        When it had changed as it was told the last time.
    doi, title : str
        What it says of itself.
    state : str
        ``there``, ``deleted``, ``hidden`` (no longer for everybody) or ``left`` (the community). What came of it is kept.
    bytes : int
        Size of its description here.
    files : str
        ``brought``, ``none``, ``restricted``, why they could not be brought, or empty: not asked for yet.
    """

    identifier: str
    id: str
    datestamp: str
    doi: str = ""
    title: str = ""
    state: str = "there"
    bytes: int = 0
    files: str = ""


class Gathered:
    """A folder with what was harvested of one community.

    Parameters
    ----------
    folder : Path
        A new or empty one, or that of an earlier harvest of the same.
    source : dict of str to str
        Whose records they are: ``repository`` and ``community``.

    Raises
    ------
    BadInput
        When the folder holds something else.

    Attributes
    ----------
    entries : dict of str to Entry
        By identifier.
    state : dict
        ``set``, ``format`` and ``since``, as far as they are known.
    """

    def __init__(self, folder: Path, source: dict[str, str]) -> None:
        self.folder = folder.expanduser().absolute()
        self.entries: dict[str, Entry] = {}
        self.state: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._superseded = 0
        self._source = source
        if self.folder.exists() and not self.folder.is_dir():
            raise BadInput(f"{self.folder} is a file, not a folder.", "Choose an empty or new folder.")
        if self.folder.is_dir() and {path.name for path in self.folder.iterdir()} - {".lock"}:
            self.state = self._known()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep it for this process alone, with the index read.

        Raises
        ------
        Busy
            When another process harvests into it.
        """
        with in_words(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise Busy(
                f"Another process harvests into {self.folder}.", "Wait for it, or choose another folder."
            ) from None
        try:
            # First of all: by it the folder is known again, also when nothing else came.
            keep(self.folder / STATE, json.dumps({**self._source, **self.state}, indent=1))
            with in_words(self.folder):
                (self.folder / "records").mkdir(exist_ok=True)
            for line in self._lines():
                self._learn(line)
            yield
        finally:
            lock.release()

    def settle(self, **state: str) -> None:
        """Write down how far the harvest is, and the index anew, if something in it is no longer so."""
        self.state |= state
        if self._superseded:
            entries = sorted(self.entries.values(), key=lambda entry: (entry.datestamp, entry.identifier))
            keep(self.folder / INDEX, "".join(_line(entry) for entry in entries))
            self._superseded = 0
        keep(self.folder / STATE, json.dumps({**self._source, **self.state}, indent=1))

    def has(self, identifier: str, datestamp: str) -> bool:
        """Whether a record's description is here as it was told, whole."""
        entry = self.entries.get(identifier)
        if entry is None or entry.datestamp != datestamp or entry.state != "there":
            return False
        try:
            return self._path(entry).stat().st_size == entry.bytes
        except OSError:
            return False

    def put(self, entry: Entry, metadata: bytes) -> None:
        """Write a record's description beside, and swap it in.

        Raises
        ------
        UnsafeName
            When its id makes no name for a file, or the same as another record's.
        """
        path, name = self._path(entry), entry.id.casefold()
        if not name.strip("."):
            raise UnsafeName(f"{entry.identifier} has no id; it was not written.")
        if self._names.setdefault(name, entry.identifier) != entry.identifier:
            raise UnsafeName(f"{entry.identifier} and {self._names[name]} would be the same file.")
        entry.bytes = len(metadata)
        with in_words(path):
            beside = path.with_name(f".{path.name}")
            beside.write_bytes(metadata)
            os.replace(beside, path)

    def note(self, entries: list[Entry]) -> None:
        """Write down what became of some records."""
        if not entries:
            return
        index = self.folder / INDEX
        with in_words(index), index.open("a", encoding="utf-8") as file:
            file.writelines(map(_line, entries))
            file.flush()
            os.fsync(file.fileno())
        for entry in entries:
            self._superseded += entry.identifier in self.entries
            self.entries[entry.identifier] = entry

    def place_of_files(self, entry: Entry) -> Path:
        """Return where a record's files go; `UnsafeName` when its id makes no name for a folder."""
        return safe_join(self.folder, f"files/{quote(entry.id, safe='')}")

    def _path(self, entry: Entry) -> Path:
        return safe_join(self.folder, f"records/{quote(entry.id, safe='')}.xml")

    def _known(self) -> dict[str, str]:
        """Return how far an earlier harvest was; `BadInput` when the folder is of something else."""
        try:
            known = json.loads((self.folder / STATE).read_text("utf-8"))
        except (OSError, ValueError):
            known = None
        if not isinstance(known, dict) or any(known.get(name) != value for name, value in self._source.items()):
            raise BadInput(
                f"{self.folder} is not empty, and what is in it is not of this community. Nothing was written.",
                "Choose an empty or new folder.",
            )
        return {name: str(value) for name, value in known.items() if name not in self._source}

    def _lines(self) -> Iterator[Any]:
        """Yield the lines of the index that are whole, after making sure that the next one begins on a line of its own."""
        index = self.folder / INDEX
        if not index.exists():
            return
        with in_words(index), index.open("rb+") as file:
            end = b"\n"
            for end in file:
                with contextlib.suppress(ValueError):
                    yield json.loads(end)
            if not end.endswith(b"\n"):
                file.write(b"\n")
                self._superseded += 1

    def _learn(self, line: Any) -> None:
        if not isinstance(line, dict):
            return
        with contextlib.suppress(TypeError):
            entry = Entry(**{field.name: line[field.name] for field in fields(Entry) if field.name in line})
            self._superseded += entry.identifier in self.entries
            self.entries[entry.identifier] = entry
            self._names[entry.id.casefold()] = entry.identifier


def _line(entry: Entry) -> str:
    return json.dumps(asdict(entry), ensure_ascii=False) + "\n"
